//! Somebody who has a role's policy and nothing else: what they run, and the proof of the policy by their calls.

use std::collections::BTreeSet;

use evbridge_momento::aws::deployed;
use evbridge_momento::model::permissions::{By, Case, Role, needs};
use evbridge_momento::model::policy::{Caller, Decision, Policy, Request, decide};

use crate::callers::{TRUST, taking};
use crate::harness::{Session, with_cloud};

/// What is used where these tests do not come: for a role below a path (`callers`), and after a question (`prompts`).
const ELSEWHERE: [(Role, &str, &str); 3] = [
    (Role::Deployer, "caller", "iam:GetRole"),
    (Role::Operator, "caller", "iam:GetRole"),
    (Role::Deployer, "secret", "secretsmanager:UpdateSecretVersionStage"),
];

/// One call that a command made, as the log names it.
#[derive(Debug)]
pub(super) struct Call {
    action: String,
    pub(super) resource: String,
    context: Vec<(String, String)>,
}

/// Somebody who has a role's policy and nothing else, and the calls that were made for them.
pub(super) struct Holder {
    pub(super) session: Session,
    role: Role,
    case: Case,
    policies: Vec<String>,
    pub(super) calls: Vec<Call>,
}

impl Holder {
    /// Takes a role that has the printed policy.
    pub(super) fn of(session: Session, role: Role, stack: &str, case: Case) -> Self {
        let line = format!("permissions {role} {stack} --local --principal role/{role}");
        let policy = session.run(&line).success();
        let session = taking(session, role.name(), &policy);
        let policies = vec![policy];
        Self { session, role, case: Case { for_role: true, ..case }, policies, calls: Vec::new() }
    }

    /// Gives the role one more printed policy.
    pub(super) fn add(&mut self, flags: &str) {
        let role = self.role;
        let line = format!("permissions {role} {flags} --local --principal role/{role}");
        let policy = self.session.run(&line).success();
        with_cloud(&self.session, async |cloud| {
            let put = cloud.clients.roles().put_role_policy().role_name(role.name()).policy_name("more");
            put.policy_document(&policy).send().await.unwrap();
        });
        self.policies.push(policy);
    }

    /// Runs a command that is to succeed.
    #[track_caller]
    pub(super) fn run(&mut self, line: &str) {
        let outcome = self.session.run(&format!("{line} --local -v"));
        outcome.success();
        self.read(&outcome.stderr(), &outcome.stdout());
    }

    /// Runs a command that may fail, but not for a permission.
    #[track_caller]
    fn attempt(&mut self, line: &str) {
        let outcome = self.session.run(&format!("{line} --local -v"));
        self.read(&outcome.stderr(), &outcome.stdout());
    }

    /// Reads the calls that a command made from its log.
    #[track_caller]
    pub(super) fn read(&mut self, stderr: &str, stdout: &str) {
        for text in [stderr, stdout] {
            assert!(!text.contains("not authorized to perform"), "{}: {text}", self.role);
            assert!(!text.contains("could not be found out"), "{}: {text}", self.role);
        }
        for call in stderr.lines().filter_map(|line| line.split_once("::calls: call ")).map(|(_, call)| call)
        {
            let (call, through_stack) = match call.strip_suffix(" via cloudformation") {
                Some(call) => (call, true),
                None => (call, false),
            };
            let mut words = call.split(' ');
            let (action, resource) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
            let mut context: Vec<(String, String)> = words
                .filter_map(|word| word.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect();
            if through_stack {
                context.push(("aws:CalledVia".to_owned(), "cloudformation.amazonaws.com".to_owned()));
            }
            self.calls.push(Call { action, resource, context });
        }
    }

    /// Holds every call against the policy, and every action of the policy against the calls.
    #[track_caller]
    pub(super) fn prove(&self) {
        let (role, texts) = (self.role, &self.policies);
        let policies: Vec<Policy> = texts.iter().map(|text| Policy::parse(text).unwrap()).collect();
        let mut used = BTreeSet::new();
        // Nobody needs a permission to ask who they are.
        for call in self.calls.iter().filter(|call| call.action != "sts:GetCallerIdentity") {
            let context: Vec<(&str, &str)> =
                call.context.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let request = Request {
                caller: Caller::Attached,
                action: &call.action,
                resource: &call.resource,
                context: &context,
            };
            assert_eq!(decide(&policies, &request), Decision::Allowed, "{role}: {call:?}\n{texts:?}");
            used.insert((call.action.as_str(), call.context.iter().any(|(key, _)| key == "aws:CalledVia")));
        }
        for need in needs(role, self.case) {
            let is_used = match need.by {
                By::Command if ELSEWHERE.contains(&(role, need.resource, need.action)) => true,
                By::Command => used.contains(&(need.action, false)),
                By::Stack => used.contains(&(need.action, true)),
                By::ServiceOnAws | By::StackOnAws => true,
            };
            assert!(is_used, "{role}: nothing uses {need:?}");
        }
    }

    /// Gives a command a new token, in `key.txt`.
    pub(super) fn new_token(&self) {
        self.session.file("key.txt", self.session.run("local key").success());
    }

    /// Protects a stack that is there, and brings it back from each state that a deploy repairs.
    pub(super) fn repair(&mut self, stack: &str) {
        self.run(&format!("deploy {stack} --termination-protection"));
        self.run(&format!("deploy {stack} --no-termination-protection"));
        let changed = format!("deploy {stack} --yes --momento-endpoint https://a.example.com");
        self.fault("CacheSetDestination --on validate");
        self.attempt(&changed);
        self.fault("CacheSetDestination --on update");
        self.attempt(&format!("{changed} --on-failure keep"));
        self.run(&format!("deploy {stack} --yes"));
        self.fault("DeadLetterQueue --on delete");
        self.attempt(&format!("destroy {stack} --yes"));
        self.run(&format!("destroy {stack} --yes"));
        self.run(&format!("deploy {stack}"));
        self.fault("CacheSetDestination --on update --times 2");
        self.attempt(&changed);
        self.run(&format!("deploy {stack} --yes"));
        // A creation that failed and was taken back is deleted and made again.
        self.run(&format!("destroy {stack} --yes --purge"));
        self.fault("CacheSetDestination --on create");
        self.attempt(&format!("deploy {stack}"));
        self.run(&format!("deploy {stack} --yes"));
    }

    fn fault(&self, text: &str) {
        self.session.run(&format!("local fault add --resource {text}")).success();
    }

    /// Changes a rule and the role's trust by hand.
    pub(super) fn change_by_hand(&self, name: &str) {
        with_cloud(&self.session, async |cloud| {
            let resources = deployed::resources(&cloud.clients, name).await.unwrap();
            let rule = resources.iter().find(|one| one.logical_id == "CacheSetByKeyRule").unwrap();
            // The id of a rule on another bus than the default one has the bus before it.
            let (bus, rule) = rule.physical_id.rsplit_once('|').unwrap_or(("default", &rule.physical_id));
            let call = cloud.clients.events().disable_rule().event_bus_name(bus).name(rule);
            call.send().await.unwrap();
            let trusting = resources.iter().find(|one| one.logical_id == "DeliveryRole").unwrap();
            let opened = cloud.clients.roles().update_assume_role_policy().role_name(&trusting.physical_id);
            opened.policy_document(TRUST).send().await.unwrap();
        });
    }

    /// Makes an event bus as somebody else does.
    pub(super) fn bus(&self, name: &str) {
        with_cloud(&self.session, async |cloud| {
            cloud.clients.events().create_event_bus().name(name).send().await.unwrap();
        });
    }

    /// Gives the stack's resources tags, changes them, and takes them away.
    pub(super) fn tag(&mut self, stack: &str) {
        self.run(&format!("deploy {stack} --tags stage=1 team=a"));
        self.run(&format!("deploy {stack} --tags stage=2"));
        self.run(&format!("deploy {stack}"));
    }
}

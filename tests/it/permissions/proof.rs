//! Each role runs its commands with nothing but its own policy: no call is outside it, and every action is used.
//!
//! The local cloud holds what the role calls itself against the policy, as IAM does; what CloudFormation calls for
//! it is held against the policy here, from the log.

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
struct Call {
    action: String,
    resource: String,
    context: Vec<(String, String)>,
}

/// Somebody who has a role's policy and nothing else, and the calls that were made for them.
struct Holder {
    session: Session,
    role: Role,
    case: Case,
    policies: Vec<String>,
    calls: Vec<Call>,
}

impl Holder {
    /// Takes a role that has the printed policy.
    fn of(session: Session, role: Role, stack: &str, case: Case) -> Self {
        let line = format!("permissions {role} {stack} --local --principal role/{role}");
        let policy = session.run(&line).success();
        let session = taking(session, role.name(), &policy);
        let policies = vec![policy];
        Self { session, role, case: Case { for_role: true, ..case }, policies, calls: Vec::new() }
    }

    /// Gives the role one more printed policy.
    fn add(&mut self, flags: &str) {
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
    fn run(&mut self, line: &str) {
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
    fn read(&mut self, stderr: &str, stdout: &str) {
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
    fn prove(&self) {
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
    fn new_token(&self) {
        self.session.file("key.txt", self.session.run("local key").success());
    }

    /// Protects a stack that is there, and brings it back from each state that a deploy repairs.
    fn repair(&mut self, stack: &str) {
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
    fn change_by_hand(&self, name: &str) {
        with_cloud(&self.session, async |cloud| {
            let resources = deployed::resources(&cloud.clients, name).await.unwrap();
            let rule = resources.iter().find(|one| one.logical_id == "CacheSetByKeyRule").unwrap();
            cloud.clients.events().disable_rule().name(&rule.physical_id).send().await.unwrap();
            let role = resources.iter().find(|one| one.logical_id == "DeliveryRole").unwrap();
            let opened = cloud.clients.roles().update_assume_role_policy().role_name(&role.physical_id);
            opened.policy_document(TRUST).send().await.unwrap();
        });
    }

    /// Makes an event bus as somebody else does.
    fn bus(&self, name: &str) {
        with_cloud(&self.session, async |cloud| {
            cloud.clients.events().create_event_bus().name(name).send().await.unwrap();
        });
    }

    /// Gives the stack's resources tags, changes them, and takes them away.
    fn tag(&mut self, stack: &str) {
        self.run(&format!("deploy {stack} --tags stage=1 team=a"));
        self.run(&format!("deploy {stack} --tags stage=2"));
        self.run(&format!("deploy {stack}"));
    }
}

#[test]
fn the_deployer_needs_all_of_it_and_nothing_more() {
    let mut deployer = Holder::of(Session::new(), Role::Deployer, "", Case::default());
    deployer.run("diff");
    deployer.run("deploy");
    deployer.run("deploy");
    deployer.run("drift");
    // Every kind of resource changes: the connection by another token, the role by fewer destinations.
    deployer.session.file(
        "stacks/less.yaml",
        "name: momento-api\nevents: [cacheSet]\ndelivery: { retries: 3, cache-rate: 7 }\n",
    );
    deployer.new_token();
    deployer.run("diff less");
    deployer.run("deploy less --token-file key.txt");
    // In two steps.
    deployer.run("deploy --change-set-name one --no-execute-changeset");
    deployer.run("deploy --change-set-name one --yes");
    // What was changed by hand is changed back with the same permissions.
    deployer.change_by_hand("momento-api");
    deployer.run("drift --revert --yes");
    deployer.tag("");
    // Another bus: the trust names it. The rules of the one before are removed with the policy for it.
    deployer.bus("other");
    deployer.add("--bus other");
    deployer.run("deploy --bus other");
    deployer.run("deploy");
    deployer.repair("");
    deployer.run("destroy --yes");
    deployer.run("deploy");
    deployer.prove();
}

#[test]
fn a_deployer_of_a_bus_needs_the_bus_too() {
    let session = Session::new();
    session.file("stacks/shop.yaml", include_str!("../../../stacks/shop.yaml"));
    let case = Case { own_bus: true, ..Case::default() };
    let mut deployer = Holder::of(session, Role::Deployer, "shop", case);
    deployer.run("deploy shop");
    deployer.run("deploy shop");
    deployer.run("diff shop");
    deployer.run("drift shop");
    deployer.session.file(
        "stacks/shop.yaml",
        "name: shop-momento\nbus: { name: shop, create: true }\nevents: [cacheSet]\ndelivery: { cache-rate: 7 }\n",
    );
    deployer.new_token();
    deployer.run("deploy shop --token-file key.txt");
    deployer.tag("shop");
    deployer.change_by_hand("shop-momento");
    deployer.run("drift shop --revert --yes");
    deployer.repair("shop");
    deployer.run("destroy shop --yes");
    deployer.run("deploy shop");
    deployer.prove();
}

#[test]
fn a_deployer_who_gives_cloudformation_a_role_passes_it() {
    let role = "arn:aws:iam::000000000000:role/cloudformation";
    let session = Session::new();
    let mut deployer = Holder::of(session, Role::Deployer, "", Case::default());
    with_cloud(&deployer.session, async |cloud| {
        let role = cloud.clients.roles().create_role().role_name("cloudformation");
        role.assume_role_policy_document(TRUST).send().await.unwrap();
    });
    // Without the permission AWS refuses the role, and the check says so before anything is done.
    let outcome = deployer.session.run(&format!("deploy --local --role-arn {role}"));
    assert_eq!(outcome.status(), Some(6), "{outcome}");
    assert!(outcome.stderr().contains("cause: IAM does not allow iam:PassRole\n"), "{outcome}");
    assert!(outcome.stderr().contains(&format!("--role-arn {role}")), "{outcome}");
    let outcome = deployer.session.run(&format!("deploy --local --skip-checks --role-arn {role}"));
    assert!(
        outcome.stderr().contains("is not authorized to perform: iam:PassRole on resource: "),
        "{outcome}"
    );
    deployer.add(&format!("--role-arn {role}"));
    deployer.run(&format!("deploy --role-arn {role}"));
    deployer.run(&format!("destroy --yes --role-arn {role}"));
    let passed = deployer.calls.iter().filter(|call| call.resource == role);
    assert!(passed.count() > 1);
}

#[test]
fn a_deployer_of_a_key_needs_the_key_too() {
    let session = Session::new();
    let private = include_str!("../../../stacks/private.yaml").replace("private-momento", "momento-api");
    session.file("stacks/private.yaml", &private);
    let case = Case { own_key: true, ..Case::default() };
    let mut deployer = Holder::of(session, Role::Deployer, "private", case);
    deployer.run("deploy");
    deployer.run("deploy private");
    deployer.session.file(
        "stacks/private.yaml",
        format!("{private}\nevents: [cacheSet]\ndelivery: {{ cache-rate: 7 }}\n"),
    );
    deployer.new_token();
    deployer.run("deploy private --token-file key.txt");
    deployer.run("drift private");
    deployer.tag("private");
    deployer.change_by_hand("momento-api");
    deployer.run("drift private --revert --yes");
    deployer.repair("private");
    deployer.run("destroy --yes");
    deployer.run("deploy private");
    deployer.prove();
}

#[test]
fn the_producer_needs_all_of_it_and_nothing_more() {
    let session = Session::new();
    session.run("deploy --local").success();
    let mut producer = Holder::of(session, Role::Producer, "", Case::default());
    for line in ["cacheSet", "cacheDelete", "topicPublish --explain", "cacheSet --dry-run --explain"] {
        producer.run(&format!("put-event {line}"));
    }
    producer.prove();
}

#[test]
fn the_operator_needs_all_of_it_and_nothing_more() {
    let session = Session::new();
    session.run("deploy --local").success();
    // What breaks the contract lies in the dead-letter queue.
    session.run("put-event cacheSet --local --unchecked --detail '{\"cacheName\":\"my-cache\"}'").success();
    with_cloud(&session, async |cloud| {
        let resources = deployed::resources(&cloud.clients, "momento-api").await.unwrap();
        let physical =
            |id: &str| resources.iter().find(|one| one.logical_id == id).unwrap().physical_id.clone();
        let rule = physical("CacheSetByKeyRule");
        cloud.clients.events().disable_rule().name(rule).send().await.unwrap();
        let queue = cloud.clients.queues().set_queue_attributes().queue_url(physical("DeadLetterQueue"));
        queue.attributes("Policy".into(), "").send().await.unwrap();
    });
    let mut operator = Holder::of(session, Role::Operator, "", Case::default());
    operator.new_token();
    for line in [
        "drift",
        "explain cacheSet --aws",
        "doctor --fix",
        "token check",
        "token set --token-file key.txt",
        "token rotate",
        "token rotate --mint --role read-write",
        "token rotate --mint --role read-write",
        "token check",
        "doctor --role operator",
        "status",
        "status --follow",
    ] {
        operator.run(line);
    }
    let mut watching = operator.session.serve("status --local --watch --interval 10ms --output json -v");
    (0..2).for_each(|_| drop(watching.wait_for(r#""schema":"status/1""#)));
    let said = watching.said();
    operator.read(&said, "");
    operator.prove();
}

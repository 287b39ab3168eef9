//! Looks at everything and has it judged; a look that fails does not stop the others.

use secrecy::ExposeSecret as _;

use super::permissions;
use crate::aws::deployed::{self, DeployedStack};
use crate::aws::secrets::{self, Lookup};
use crate::aws::{connections, dead_letters, events, identity, quotas, roles, rules};
use crate::commands::permissions::scope;
use crate::commands::stack::{momento_base_url, secret_name};
use crate::commands::token::probe::probe;
use crate::context::{Context, Session};
use crate::error::Error;
use crate::local::handle::SAMPLE_CACHE;
use crate::model::definition::{Definition, Endpoint as Given};
use crate::model::doctor::parts::{Look, Resource};
use crate::model::doctor::path::{self, Expected};
use crate::model::doctor::{Check, key, place, quota, token};
use crate::model::permissions::Role;
use crate::model::token::{Endpoint, Token};

/// What was found, and what a treatment needs to know.
#[derive(Default)]
pub(super) struct Examination {
    pub(super) checks: Vec<Check>,
    /// The rules that are disabled: bus and name.
    pub(super) disabled: Vec<(String, String)>,
    /// The URL and ARN of the dead-letter queue whose policy does not let the rules write.
    pub(super) closed_queue: Option<(String, String)>,
    /// The ARNs of the stack's rules.
    pub(super) rule_arns: Vec<String>,
}

impl Examination {
    /// Examines a stack, deployed or not.
    pub(super) async fn of(
        context: &Context,
        session: &Session,
        definition: &Definition,
        name: &str,
        cache: Option<&str>,
        role: Option<Role>,
    ) -> Self {
        let mut found = Self::default();
        let clients = &session.clients;
        let caller = match identity::caller(clients).await {
            Ok(caller) => {
                found.checks.push(Check::ok("credentials", format!("you are {}", caller.arn)));
                caller
            }
            Err(error) => {
                let check = Check::fail("credentials", reason(&error));
                found.checks.push(error.hints.into_iter().fold(check, Check::treat));
                found
                    .checks
                    .push(Check::skipped("everything else", "nothing can be asked without credentials"));
                return found;
            }
        };
        let has_endpoint = matches!(definition.momento.endpoint, Given::Url(_));
        let stack = deployed::find(clients, name).await.map_err(|error| reason(&error));
        let deployed = stack.as_ref().ok().and_then(Option::as_ref);
        let output = |key: &str| deployed.and_then(|stack| stack.outputs.get(key)).cloned();
        found
            .checks
            .push(place::region(session.region(), has_endpoint || output("MomentoEndpoint").is_some()));
        let bus = output("EventBusName").unwrap_or_else(|| definition.bus.name.to_string());
        let there = events::bus_exists(clients, &bus).await.map_err(|error| reason(&error));
        found.checks.push(place::bus(&bus, there, definition.bus.create, deployed.is_some()));
        let state = stack
            .as_ref()
            .map_err(Clone::clone)
            .map(|stack| stack.as_ref().map(|stack| (stack.status.clone(), stack.reason.clone())));
        found.checks.push(place::stack(name, &state));
        let added = deployed.is_none().then(|| quota::Counts::needed(definition));
        let counted = quotas::counts(clients, &bus).await.map_err(|error| reason(&error));
        found.checks.push(quota::quotas(counted, &bus, added));
        let default = if deployed.is_some() { Role::Operator } else { Role::Deployer };
        let scope = scope(definition, name, &bus, &caller.account, session.region());
        // Whoever looks at a stack that is there need not be who looks after it.
        let fatal = role.is_some() || deployed.is_none();
        let may = permissions::check(session, &caller, role.unwrap_or(default), &scope, fatal).await;
        found.checks.push(may);
        let base_url = output("MomentoEndpoint")
            .or_else(|| momento_base_url(&definition.momento.endpoint, session.region()).ok());
        if let Some(key) = &definition.kms_key {
            found.checks.push(key::key(key.as_str(), &caller.account));
        }
        if let Some(stack) = deployed {
            found.path(session, stack, &caller.account, &bus).await;
        }
        if let Some(base_url) = base_url {
            found.token(context, session, name, deployed, &base_url, cache).await;
        }
        found
    }

    /// Looks at the parts of the path of an event.
    async fn path(&mut self, session: &Session, stack: &DeployedStack, account: &str, bus: &str) {
        let clients = &session.clients;
        let resources = match deployed::resources(clients, &stack.id).await {
            Ok(resources) => resources,
            Err(error) => {
                self.checks.push(Check::unknown("resources", reason(&error)));
                return;
            }
        };
        let of =
            |kind: &str| resources.iter().filter(move |resource| resource.kind == kind).collect::<Vec<_>>();
        let arn = |id: &str| stack.outputs.get(&format!("{id}Arn")).cloned();
        let arns = |all: &[&Resource]| all.iter().filter_map(|one| arn(&one.logical_id)).collect::<Vec<_>>();
        let destinations = of("AWS::Events::ApiDestination");
        let destination_arns = arns(&destinations);
        let rules = of("AWS::Events::Rule");
        self.rule_arns = arns(&rules);
        let (connection_arn, queue_arn, role_arn) =
            (stack.outputs.get("ConnectionArn"), arn("DeadLetterQueue"), arn("DeliveryRole"));
        let expected = Expected {
            account,
            base_url: stack.outputs.get("MomentoEndpoint").map_or("", String::as_str),
            connection_arn: connection_arn.map(String::as_str),
            destination_arns: &destination_arns,
            queue_arn: queue_arn.as_deref(),
            role_arn: role_arn.as_deref(),
        };
        for one in of("AWS::Events::Connection") {
            let look = looked(connections::connection(clients, &one.physical_id).await);
            self.checks.push(path::connection(&look));
        }
        for one in destinations {
            let look = looked(connections::destination(clients, &one.physical_id).await);
            self.checks.push(path::destination(&one.logical_id, &look, &expected));
        }
        for one in rules {
            // A rule on a bus of its own is known as `bus|rule`.
            let name = one.physical_id.rsplit('|').next().unwrap_or_default();
            let look = looked(rules::rule(clients, bus, name).await);
            if matches!(&look, Ok(Some(rule)) if !rule.enabled) {
                self.disabled.push((bus.to_owned(), name.to_owned()));
            }
            self.checks.push(path::rule(&one.logical_id, &look, &expected));
        }
        for one in of("AWS::IAM::Role") {
            let look = looked(roles::role(clients, &one.physical_id).await);
            self.checks.extend(path::role(&look, &self.rule_arns, &expected));
        }
        for one in of("AWS::SQS::Queue") {
            self.queue(session, &one.physical_id, &expected).await;
        }
    }

    async fn queue(&mut self, session: &Session, url: &str, expected: &Expected<'_>) {
        let look = looked(dead_letters::queue(&session.clients, url).await);
        let checks = path::queue(&look, &self.rule_arns, expected);
        if let Ok(Some(queue)) = &look
            && checks.iter().any(|check| {
                check.name == "queue policy" && check.verdict == crate::model::doctor::Verdict::Fail
            })
        {
            self.closed_queue = Some((url.to_owned(), queue.arn.clone()));
        }
        self.checks.extend(checks);
        if let Ok(Some(queue)) = look {
            let sample = if queue.messages == 0 {
                Ok(Vec::new())
            } else {
                dead_letters::sample(&session.clients, url).await
            };
            self.checks.push(match sample {
                Ok(sample) => place::dead_letters(queue.messages, &sample),
                Err(error) => Check::unknown("dead letters", reason(&error)),
            });
        }
    }

    /// Looks at the secret, the token in it, and what Momento says to it.
    async fn token(
        &mut self,
        context: &Context,
        session: &Session,
        name: &str,
        stack: Option<&DeployedStack>,
        base_url: &str,
        cache: Option<&str>,
    ) {
        let secret = secret_name(name);
        let found = match secrets::find(&session.clients, &secret).await {
            Ok(found) => found,
            Err(error) => return self.checks.push(Check::unknown("secret", reason(&error))),
        };
        let deployed = stack.and_then(|stack| stack.parameters.get("MomentoTokenVersion"));
        let Lookup::Found(stored) = found else {
            let state = match found {
                Lookup::ScheduledForDeletion => "waits for its deletion",
                _ => "does not exist",
            };
            let evidence = format!("the secret {secret} {state}");
            self.checks.push(if deployed.is_some() {
                Check::fail("secret", format!("{evidence}: the next update of the stack fails"))
                    .treat("run `evbridge-momento deploy` with the token: it stores it again")
            } else {
                Check::skipped("secret", evidence)
            });
            return;
        };
        self.checks.push(Check::ok("secret", format!("the secret {secret} is there")));
        self.checks.push(token::version(&stored.version, deployed.map(String::as_str)));
        let mut text = stored.token;
        if let Some(version) = deployed.filter(|version| **version != stored.version) {
            let in_use = secrets::version_of(&session.clients, &secret, version).await;
            text = in_use.ok().flatten().and_then(|stored| stored.token).or(text);
        }
        let Some(text) = text else {
            let check = Check::fail("token", "the secret has no key `token`");
            return self
                .checks
                .push(check.treat("run `evbridge-momento deploy` with the token: it stores it again"));
        };
        match Token::parse(text.expose_secret()) {
            Err(invalid) => self.checks.push(Check::fail("token", invalid.to_string()).treat(invalid.hint())),
            Ok(parsed) => {
                self.checks.push(token::form(&parsed, &Endpoint::new(base_url), context.now()));
                let tried = cache.unwrap_or(SAMPLE_CACHE);
                let probed = probe(session, base_url, tried, parsed.inner()).await;
                self.checks.extend(token::reception(&probed.reception, base_url, tried, cache.is_some()));
                self.checks.push(place::clock(context.now(), probed.date));
            }
        }
    }
}

fn looked<T>(result: Result<Option<T>, Error>) -> Look<T> {
    result.map_err(|error| reason(&error))
}

/// Words a failed look in one line.
pub(super) fn reason(error: &Error) -> String {
    let causes = std::iter::once(&error.message).chain(&error.causes);
    causes.map(String::as_str).collect::<Vec<_>>().join(": ")
}

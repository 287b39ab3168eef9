//! Looks at everything and has it judged; a look that fails does not stop the others.

mod path;
mod token;

use super::permissions;
use crate::aws::deployed;
use crate::aws::{events, identity, quotas};
use crate::commands::permissions::scope;
use crate::commands::stack::momento_base_url;
use crate::commands::token::source::Given as GivenToken;
use crate::context::{Context, Session};
use crate::error::Error;
use crate::model::definition::{Definition, Endpoint as Given};
use crate::model::doctor::parts::{Look, Queue};
use crate::model::doctor::{Check, key, place, quota};
use crate::model::permissions::Role;

/// What was found, and what a treatment needs to know.
#[derive(Default)]
pub(in crate::commands::doctor) struct Examination {
    pub(in crate::commands::doctor) checks: Vec<Check>,
    /// The rules that are disabled and otherwise as the stack says: bus and name.
    pub(in crate::commands::doctor) disabled: Vec<(String, String)>,
    /// The dead-letter queue whose policy fails.
    pub(in crate::commands::doctor) wrong_queue: Option<Queue>,
    /// The ARNs of the stack's rules.
    pub(in crate::commands::doctor) rule_arns: Vec<String>,
}

/// What the token is tried on, and a token that a flag gave.
pub(in crate::commands::doctor) struct Trial<'a> {
    /// The cache, where one is named.
    pub(in crate::commands::doctor) cache: Option<&'a str>,
    /// The token.
    pub(in crate::commands::doctor) given: Option<&'a GivenToken>,
}

impl Examination {
    /// Examines a stack, deployed or not.
    pub(in crate::commands::doctor) async fn of(
        context: &Context,
        session: &Session,
        definition: &Definition,
        name: &str,
        trial: &Trial<'_>,
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
        let policy = events::bus_policy(clients, &bus).await.map_err(|error| reason(&error));
        let there = policy.as_ref().map(Option::is_some).map_err(Clone::clone);
        found.checks.push(place::bus(&bus, there, definition.bus.create, deployed.is_some()));
        // Whom a bus of others lets in is for them to say.
        if let Ok(Some(policy)) = policy
            && definition.bus.create
            && !policy.is_empty()
        {
            found.checks.extend(place::bus_policy(&bus, &policy));
        }
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
            found.path(session, name, stack, &caller.account, &bus).await;
        }
        if let Some(base_url) = base_url {
            let stack = stack.as_ref().map(Option::as_ref).map_err(drop);
            found.token(context, session, name, stack, &base_url, trial).await;
        }
        found
    }
}

/// Takes a look whose failure is a finding.
fn looked<T>(result: Result<Option<T>, Error>) -> Look<T> {
    result.map_err(|error| reason(&error))
}

/// Words a failed look in one line.
pub(in crate::commands::doctor) fn reason(error: &Error) -> String {
    let causes = std::iter::once(&error.message).chain(&error.causes);
    causes.map(String::as_str).collect::<Vec<_>>().join(": ")
}

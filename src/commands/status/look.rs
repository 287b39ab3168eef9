//! Looking at a stack and at each of its parts.

use super::monitor::Monitor;
use super::report::{Drift, Part, Queue, Status, Token};
use crate::aws::cloudformation::{Resource, Stack, resources};
use crate::aws::secrets::{self, Lookup};
use crate::aws::{parts, queues};
use crate::commands::stack::secret_name;
use crate::context::{Context, Session};
use crate::error::Result;

/// Looks at a stack and its parts.
pub(super) async fn look(
    context: &Context,
    session: &Session,
    stack: &Stack,
    name: &str,
    monitor: &mut Monitor,
) -> Result<Status> {
    let clients = &session.clients;
    let mut status = Status::of(stack, name, session);
    let mut rules = Vec::new();
    for resource in resources(clients, &stack.id).await? {
        if !is_there(&resource) {
            continue;
        }
        let id = resource.physical_id.clone().unwrap_or_default();
        match resource.resource_type.as_str() {
            "AWS::Events::Rule" => {
                status.rules.push(Part::of(&resource.logical_id, &id, parts::rule(clients, &id).await?));
                rules.push(id);
            }
            "AWS::Events::ApiDestination" => {
                let state = parts::destination(clients, &id).await?;
                status.destinations.push(Part::of(&resource.logical_id, &id, state));
            }
            "AWS::Events::Connection" => {
                let state = parts::connection(clients, &id).await?;
                status.connection = Some(Part::of(&resource.logical_id, &id, state));
            }
            "AWS::IAM::Role" => status.role = Some(id),
            "AWS::SQS::Queue" => {
                let look = queues::look(clients, &id).await?;
                status.dead_letter_queue = Some(Queue {
                    is_there: look.is_some(),
                    depth: look.map_or(0, |look| look.depth),
                    has_policy: look.is_some_and(|look| look.has_policy),
                    oldest_seconds: look.and_then(|look| look.oldest_sent).map(|sent| {
                        let age = context.now().as_millisecond().saturating_sub(sent) / 1000;
                        u64::try_from(age).unwrap_or(0)
                    }),
                    url: id,
                });
            }
            _ => {}
        }
    }
    status.token = Some(token(session, stack, name).await?);
    status.drift = stack.drift.as_ref().map(|drift| Drift::of(drift, context.now()));
    let queue = status.dead_letter_queue.as_ref().and_then(|queue| queue.url.rsplit('/').next());
    status.monitoring = Some(monitor.look(clients, &rules, queue, context.now()).await?);
    status.unicode = context.environment.unicode;
    Ok(status)
}

/// Compares the version of the token that the connection has with the one in the secret.
async fn token(session: &Session, stack: &Stack, name: &str) -> Result<Token> {
    let value = |wanted: &str| {
        stack.parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    let secret = value("MomentoTokenSecret").unwrap_or_else(|| secret_name(name));
    let (secret_state, stored) = match secrets::find(&session.clients, &secret).await? {
        Lookup::Found(stored) => ("there", Some(stored.version)),
        Lookup::Missing => ("missing", None),
        Lookup::ScheduledForDeletion => ("scheduled for deletion", None),
    };
    Ok(Token {
        secret,
        secret_state: secret_state.to_owned(),
        version_in_use: value("MomentoTokenVersion"),
        current_version: stored,
    })
}

/// What was never made, or is deleted, has no state.
fn is_there(resource: &Resource) -> bool {
    resource.physical_id.as_ref().is_some_and(|id| !id.is_empty()) && !resource.status.is_deleted()
}

//! Why an operation failed, as CloudFormation tells it.

use aws_sdk_cloudformation::types::{EventFilter, OperationEvent};

use super::Clients;
use super::error::{code, remote};
use super::follow::Operation;
use crate::error::Error;
use crate::model::stack::diagnosis::{Verdict, verdict};
use crate::model::stack::{Event, Status};

/// The most pages of failures that are read; the first failure is on the last of them.
const PAGES: usize = 10;

/// Finds why an operation failed.
///
/// `DescribeEvents` tells more than the stack's events: the path of what a validation refused, what a hook
/// said. Where it is not there or not allowed, what was followed (`DescribeStackEvents`) is all there is.
pub async fn diagnose(clients: &Clients, operation: &Operation, followed: &[Event]) -> Verdict {
    match failed_events(clients, Scope::Operation(operation)).await {
        Ok(events) if !events.is_empty() => verdict(&events),
        Err(Unavailable(why)) if followed.is_empty() => Verdict::Unknown(why),
        Ok(_) | Err(_) => verdict(followed),
    }
}

/// Returns what CloudFormation's early validation says is wrong with a change set; best effort.
pub async fn validation_errors(clients: &Clients, change_set: &str) -> Vec<String> {
    let events = failed_events(clients, Scope::ChangeSet(change_set)).await.unwrap_or_default();
    events.into_iter().filter_map(|event| Some(format!("{}: {}", event.logical_id, event.reason?))).collect()
}

enum Scope<'a> {
    Operation(&'a Operation),
    ChangeSet(&'a str),
}

/// Why `DescribeEvents` gave no answer.
struct Unavailable(String);

/// Returns the failures, oldest first.
async fn failed_events(clients: &Clients, scope: Scope<'_>) -> Result<Vec<Event>, Unavailable> {
    let mut found = Vec::new();
    let mut next_token = None;
    for _ in 0..PAGES {
        let request = clients
            .cloudformation()
            .describe_events()
            .filters(EventFilter::builder().failed_events(true).build())
            .set_next_token(next_token.take());
        let request = match scope {
            Scope::Operation(operation) => request.stack_name(&operation.stack_id),
            Scope::ChangeSet(change_set) => request.change_set_name(change_set),
        };
        let answer = request.send().await.map_err(|error| {
            tracing::debug!(code = code(&error), "DescribeEvents is not available");
            let Error { message, causes, .. } = remote("reading the operation's failures", &error);
            Unavailable(format!("{message}: {}", causes.join(": ")))
        })?;
        for event in answer.operation_events() {
            let is_ours = match scope {
                Scope::Operation(operation) => operation.is_of(event.client_request_token()),
                Scope::ChangeSet(_) => true,
            };
            if is_ours {
                found.push(event_of(event));
            }
        }
        next_token = answer.next_token().map(str::to_owned);
        if next_token.is_none() {
            break;
        }
    }
    found.reverse();
    Ok(found)
}

fn event_of(event: &OperationEvent) -> Event {
    let reason = [
        (event.validation_path(), event.validation_status_reason(), event.validation_name()),
        (event.hook_type(), event.hook_status_reason(), None),
    ]
    .into_iter()
    .find_map(|(place, reason, name)| {
        let reason = reason?;
        let place = place.or(name).map(|place| format!("{place}: ")).unwrap_or_default();
        Some(format!("{place}{reason}"))
    });
    // A validation or a hook has no resource status of its own; all that is asked for has failed.
    let status = event.resource_status().map_or("VALIDATION_FAILED", |status| status.as_str());
    Event {
        id: event.event_id().unwrap_or_default().to_owned(),
        time: None,
        logical_id: event.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: event.resource_type().unwrap_or_default().to_owned(),
        status: Status::new(status),
        reason: reason.or_else(|| event.resource_status_reason().map(str::to_owned)),
        token: event.client_request_token().map(str::to_owned),
    }
}

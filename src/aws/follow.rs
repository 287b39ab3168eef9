//! Following a stack operation to its end.

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_cloudformation::types::StackEvent;
use jiff::Timestamp;

use super::Clients;
use super::cloudformation::{Stack, find};
use super::error::remote;
use crate::error::{Error, Kind, Result};
use crate::model::stack::{Event, Status};

/// An operation that runs on a stack.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The stack's ARN.
    pub stack_id: String,
    /// The token of the operation, which its events carry; only they are followed.
    pub token: Option<String>,
    /// The event that the operation began with, where nobody gave it a token.
    pub start: Option<String>,
}

impl Operation {
    /// Names an operation that was started with a token.
    pub fn ours(stack_id: &str, token: &str) -> Self {
        Self { stack_id: stack_id.to_owned(), token: Some(token.to_owned()), start: None }
    }

    /// Returns whether an event with a token belongs to the operation.
    pub(super) fn is_of(&self, token: Option<&str>) -> bool {
        self.token.as_deref() == token
    }
}

/// The shortest pause between two looks, the longest while something happens, and the longest of all.
const PAUSES: [Duration; 3] = [Duration::from_millis(20), Duration::from_millis(250), Duration::from_secs(2)];

/// How often in a row a look may fail, each after the SDK's own attempts.
const PATIENCE: u32 = 6;

/// Finds the operation that a stack's newest event belongs to: the one that runs, or the last one.
pub async fn latest(clients: &Clients, stack_id: &str) -> Result<Operation> {
    let mut operation = Operation { stack_id: stack_id.to_owned(), token: None, start: None };
    let mut next_token = None;
    loop {
        let page = page(clients, stack_id, next_token.take()).await?;
        for (index, event) in page.events.iter().enumerate() {
            if index == 0 && operation.start.is_none() && event.token.is_some() {
                operation.token.clone_from(&event.token);
                return Ok(operation);
            }
            operation.start = Some(event.id.clone());
            let begins = event.reason.as_deref() == Some("User Initiated");
            if event.is_stack() && event.status.is_in_progress() && begins {
                return Ok(operation);
            }
        }
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(operation);
        }
    }
}

/// Follows an operation until the stack settles, telling each new event, oldest first.
///
/// Returns the stack as it ended, or nothing when it is gone. The pause between looks grows while nothing
/// happens. Looks that fail for a moment (throttling, a broken connection) are made again.
pub async fn follow(
    clients: &Clients,
    operation: &Operation,
    mut tell: impl FnMut(&Event),
) -> Result<Option<Stack>> {
    let mut seen = HashSet::new();
    let mut pause = PAUSES[0];
    let mut failures = 0;
    loop {
        // Only a status that was read after the first event was seen is the operation's own.
        let had_started = !seen.is_empty();
        let fresh = match look(clients, operation, &mut seen).await {
            Ok((stack, fresh)) => {
                failures = 0;
                fresh.iter().for_each(&mut tell);
                let is_settled = stack.as_ref().is_none_or(|stack| !stack.status.is_in_progress());
                if is_settled && (had_started || stack.is_none()) {
                    return Ok(stack.filter(|stack| !stack.status.is_deleted()));
                }
                !fresh.is_empty()
            }
            Err(error) if failures < PATIENCE && is_passing(&error) => {
                failures += 1;
                tracing::debug!(%error, failures, "looking at the stack failed");
                pause = jittered((PAUSES[1] * 2u32.pow(failures)).min(Duration::from_secs(10)));
                false
            }
            Err(error) => return Err(error),
        };
        if fresh {
            pause = pause.min(PAUSES[1]);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(if fresh { PAUSES[1] } else { PAUSES[2] });
    }
}

/// The status first: events that come between the two looks are then never missed.
async fn look(
    clients: &Clients,
    operation: &Operation,
    seen: &mut HashSet<String>,
) -> Result<(Option<Stack>, Vec<Event>)> {
    let stack = find(clients, &operation.stack_id).await?;
    let fresh = new_events(clients, operation, seen).await?;
    Ok((stack, fresh))
}

/// Returns whether the same call may work in a moment.
fn is_passing(error: &Error) -> bool {
    error.kind == Kind::Remote && !error.causes.iter().any(|cause| cause.starts_with("AccessDenied"))
}

/// Takes up to a quarter off a pause, so that many followers do not look at the same moment.
fn jittered(pause: Duration) -> Duration {
    let share = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
    pause.saturating_sub(pause / 4 * share / 255)
}

async fn new_events(
    clients: &Clients,
    operation: &Operation,
    seen: &mut HashSet<String>,
) -> Result<Vec<Event>> {
    let mut fresh = Vec::new();
    let mut next_token = None;
    loop {
        let page = page(clients, &operation.stack_id, next_token.take()).await?;
        let mut old = false;
        for event in page.events {
            if !operation.is_of(event.token.as_deref()) {
                // Another operation may have begun since; below ours there is nothing of ours.
                if fresh.is_empty() {
                    continue;
                }
                old = true;
                break;
            }
            // Newest first: the first event that is known ends what is new.
            if seen.contains(&event.id) {
                old = true;
                break;
            }
            old = operation.start.as_ref() == Some(&event.id);
            fresh.push(event);
            if old {
                break;
            }
        }
        next_token = page.next_token;
        // No operation of ours is further back than a page of events of those that came after it.
        if old || fresh.is_empty() || next_token.is_none() {
            // Kept only now: a page that cannot be read must not hide the events before it.
            seen.extend(fresh.iter().map(|event| event.id.clone()));
            fresh.reverse();
            return Ok(fresh);
        }
    }
}

/// A page of events, newest first.
struct Page {
    events: Vec<Event>,
    next_token: Option<String>,
}

async fn page(clients: &Clients, stack_id: &str, next_token: Option<String>) -> Result<Page> {
    let answer = clients
        .cloudformation()
        .describe_stack_events()
        .stack_name(stack_id)
        .set_next_token(next_token)
        .send()
        .await
        .map_err(|error| remote("reading the stack's events", &error))?;
    let events = answer.stack_events().iter().map(event_of).collect::<Result<_>>()?;
    Ok(Page { events, next_token: answer.next_token().map(str::to_owned) })
}

fn event_of(event: &StackEvent) -> Result<Event> {
    let id = event
        .event_id()
        .ok_or_else(|| Error::new(Kind::Remote, "CloudFormation sent an event without an id"))?;
    let time = event.timestamp().and_then(|time| Timestamp::from_millisecond(time.to_millis().ok()?).ok());
    Ok(Event {
        id: id.to_owned(),
        time,
        logical_id: event.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: event.resource_type().unwrap_or_default().to_owned(),
        status: Status::new(event.resource_status().map_or("", |status| status.as_str())),
        reason: event.resource_status_reason().map(str::to_owned),
        token: event.client_request_token().map(str::to_owned),
    })
}

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
#[derive(Debug)]
pub struct Operation<'a> {
    /// The stack's ARN.
    pub stack_id: &'a str,
    /// The token of the operation; only its events are ours.
    pub token: &'a str,
}

/// The shortest and the longest pause between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(2));

/// Follows an operation until the stack settles, telling each new event, oldest first.
///
/// Returns the stack as it ended, or nothing when it is gone. The pause between looks grows while nothing happens.
pub async fn follow(
    clients: &Clients,
    operation: &Operation<'_>,
    mut tell: impl FnMut(&Event),
) -> Result<Option<Stack>> {
    let mut seen = HashSet::new();
    let mut pause = PAUSES.0;
    loop {
        // The status first: events that come between the two looks are then never missed.
        let stack = find(clients, operation.stack_id).await?;
        let settled = stack.as_ref().is_none_or(|stack| !stack.status.is_in_progress());
        let fresh = new_events(clients, operation, &mut seen).await?;
        fresh.iter().for_each(&mut tell);
        // A stack that is gone has no event of ours to come, whoever deleted it.
        let gone = stack.as_ref().is_none_or(|stack| stack.status.is_deleted());
        if gone || (settled && !seen.is_empty()) {
            return Ok(stack.filter(|stack| !stack.status.is_deleted()));
        }
        if !fresh.is_empty() {
            pause = PAUSES.0;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(PAUSES.1);
    }
}

async fn new_events(
    clients: &Clients,
    operation: &Operation<'_>,
    seen: &mut HashSet<String>,
) -> Result<Vec<Event>> {
    let mut fresh = Vec::new();
    let mut next_token = None;
    loop {
        let answer = clients
            .cloudformation()
            .describe_stack_events()
            .stack_name(operation.stack_id)
            .set_next_token(next_token.take())
            .send()
            .await
            .map_err(|error| remote("reading the stack's events", &error))?;
        let mut old = false;
        for event in answer.stack_events() {
            // Newest first: the first event that is known, or another operation's, ends our part.
            if event.client_request_token() != Some(operation.token) {
                old = true;
                break;
            }
            let event = event_of(event)?;
            if !seen.insert(event.id.clone()) {
                old = true;
                break;
            }
            fresh.push(event);
        }
        next_token = answer.next_token().map(str::to_owned);
        if old || next_token.is_none() {
            fresh.reverse();
            return Ok(fresh);
        }
    }
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

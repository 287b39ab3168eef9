//! Following an operation with its progress on the screen, until it ends, time is up, or Ctrl-C.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use crate::aws::cloudformation::Stack;
use crate::aws::failures::diagnose;
use crate::aws::follow::{Operation, follow};
use crate::commands::again::carried;
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::stack::Event;
use crate::model::stack::diagnosis::Verdict;
use crate::ui::progress::StackProgress;

/// How often the clock is looked at, for what is slow.
const TICK: Duration = Duration::from_secs(1);

/// How an operation ended.
#[derive(Debug)]
pub struct Ended {
    /// The stack as it is now, or nothing when it is gone.
    pub stack: Option<Stack>,
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// How long it took; for an operation that began before it was followed, by the times of its events.
    pub took: Duration,
}

/// Follows an operation to its end.
///
/// When the time is up, or at the first Ctrl-C, CloudFormation goes on without us, and the error says how to
/// watch it again.
pub async fn watch(
    context: &Context,
    session: &Session,
    name: &str,
    operation: &Operation,
    timeout: Option<Duration>,
) -> Result<Ended> {
    let started = Instant::now();
    let progress = RefCell::new(StackProgress::new(context.printer.clone(), name, session.region()));
    let mut events = Vec::new();
    let following = follow(&session.clients, operation, |event| {
        progress.borrow_mut().tell(event);
        events.push(event.clone());
    });
    let clock = async {
        loop {
            tokio::time::sleep(TICK).await;
            progress.borrow_mut().tick();
        }
    };
    let time_is_up = async {
        match timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    let again = reattach(context, session, name);
    let stack = tokio::select! {
        stack = following => {
            stack.map_err(|error| error.hint(format!("CloudFormation goes on with the operation; to follow it: `{again}`")))?
        }
        () = clock => None,
        () = time_is_up => {
            let limit = jiff::SignedDuration::try_from(timeout.unwrap_or_default()).unwrap_or_default();
            let message = format!("the operation has not ended in {limit:#}: CloudFormation goes on with it");
            return Err(Error::new(Kind::Detached, message).hint(format!("follow it again: `{again}`")));
        }
        _ = tokio::signal::ctrl_c() => {
            return Err(Error::new(Kind::Detached, "detached: CloudFormation goes on with the operation")
                .hint(format!("follow it again: `{again}`")));
        }
    };
    let took = started.elapsed().max(span(&events));
    Ok(Ended { stack, events, took })
}

/// Returns the time from the first event to the last one.
fn span(events: &[Event]) -> Duration {
    let mut times = events.iter().filter_map(|event| event.time);
    let Some(first) = times.next() else { return Duration::ZERO };
    times.next_back().and_then(|last| Duration::try_from(last.duration_since(first)).ok()).unwrap_or_default()
}

/// Returns the command that follows a stack's operation again.
pub fn reattach(context: &Context, session: &Session, name: &str) -> String {
    let place = carried(context);
    format!("evbridge-momento status --stack-name {name} --region {} --follow{place}", session.region())
}

/// Adds to an error why the operation failed.
pub async fn explained(error: Error, session: &Session, operation: &Operation, events: &[Event]) -> Error {
    match diagnose(&session.clients, operation, events).await {
        Verdict::Cause(cause) => {
            let error = if cause.logical_id.is_empty() {
                error.cause(cause.reason)
            } else {
                error.cause(format!("{} failed first: {}", cause.logical_id, cause.reason))
            };
            cause.hint.into_iter().fold(error, Error::hint)
        }
        Verdict::NoProblem => {
            // An alarm is named in the stack's own event.
            let turned = events.iter().find(|event| event.is_stack() && event.status.is_rollback());
            let said = turned.and_then(|event| event.reason.clone()).filter(|said| said != "User Initiated");
            let error =
                error.cause("no resource failed: the operation was cancelled, by somebody or by an alarm");
            said.into_iter().fold(error, |error, said| error.cause(said.trim()))
        }
        Verdict::Unknown(why) => error
            .cause(format!("the cause could not be found out: {why}"))
            .hint("look at the stack's events in the CloudFormation console"),
    }
}

//! PutEvents calls that come at the same moment, written together.

use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::oneshot;

use super::Incoming;
use crate::local::eventbridge::{EventBridge, check};
use crate::local::wire::{Answer, ApiError};

/// How long a call waits for deliveries that are behind: AWS takes events whatever happens to them.
const PATIENCE: Duration = Duration::from_millis(20);

/// The calls that wait to be written.
#[derive(Default)]
pub(in crate::local::eventbridge) struct Calls {
    waiting: Mutex<Vec<Waiting>>,
    writer: tokio::sync::Mutex<()>,
}

struct Waiting {
    events: Vec<Incoming>,
    written: oneshot::Sender<Result<(), ApiError>>,
}

impl EventBridge {
    /// Answers PutEvents, with one write to the disk for all calls that wait for one.
    ///
    /// What is accepted is in the journal before the answer, as with a call on its own; a call that nobody
    /// waits for any more is not written.
    pub async fn put_events_together(&self, region: &str, input: &Value) -> Answer {
        check::check("PutEvents", input)?;
        let taken = self.take(region, input)?;
        let answer = super::answer(&taken);
        let events = taken.into_iter().filter_map(Result::ok).collect();
        let (written, mut result) = oneshot::channel();
        self.calls.waiting.lock().push(Waiting { events, written });
        let written = tokio::select! {
            biased;
            written = &mut result => written,
            _alone = self.calls.writer.lock() => {
                // The calls that are ready to be read come along.
                tokio::task::yield_now().await;
                let _ = tokio::time::timeout(PATIENCE, self.deliveries_keep_up()).await;
                self.write_waiting();
                result.await
            }
        };
        written.unwrap_or_else(|_| Err(unwritten()))?;
        Ok(answer)
    }

    fn write_waiting(&self) {
        let mut waiting = std::mem::take(&mut *self.calls.waiting.lock());
        waiting.retain(|call| !call.written.is_closed());
        let events: Vec<&Incoming> = waiting.iter().flat_map(|call| &call.events).collect();
        let written = self.accept(&events, self.clock.now());
        for call in waiting {
            // A caller that left meanwhile needs no answer.
            let _ = call.written.send(written.clone());
        }
    }
}

fn unwritten() -> ApiError {
    ApiError {
        status: 500,
        code: "InternalFailure".to_owned(),
        message: "the events were not written".to_owned(),
    }
}

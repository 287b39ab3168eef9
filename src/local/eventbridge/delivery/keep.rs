//! What became of deliveries, written together.

use super::job::{Step, Worked};
use crate::local::eventbridge::EventBridge;
use crate::local::eventbridge::journal::Journal;
use crate::local::eventbridge::metrics::Counts;
use crate::local::eventbridge::trace::Outcome;
use crate::local::wire::ApiError;

impl EventBridge {
    /// Keeps what became of some deliveries, and lets them be claimed again.
    pub(super) fn keep(&self, batch: &[Worked]) -> Result<(), ApiError> {
        self.store.atomically(|| self.write_ends(batch))?;
        self.deliveries.release(batch.iter().map(|worked| worked.pending.sequence));
        Ok(())
    }

    /// Writes the ends of deliveries, their next buses and the counters; the caller holds the transaction.
    pub(super) fn write_ends(&self, batch: &[Worked]) -> Result<(), ApiError> {
        let now = self.clock.now();
        let mut counts = Counts::default();
        for worked in batch {
            count(&mut counts, worked);
            match &worked.step {
                Step::Done { trace, forward } => {
                    self.store.with(|database| self.journal.finish(database, &worked.pending, trace))?;
                    if let Some(forward) = forward {
                        self.accept(&[forward], now)?;
                    }
                }
                Step::Later(until) => {
                    self.store.with(|database| Journal::postpone(database, &worked.pending, *until))?;
                }
            }
        }
        let write = |database: &rusqlite::Connection| {
            self.triggered.write(database, now)?;
            counts.write(database, now)
        };
        self.store.with(write).map_err(ApiError::from)
    }
}

/// Counts what `AWS/Events` counts.
fn count<'a>(counts: &mut Counts<'a>, worked: &'a Worked) {
    let pending = &worked.pending;
    let mut add = |name, count| counts.add(&pending.region, &pending.bus, &pending.rule, name, count);
    let first = pending.progress.attempts.len() == usize::try_from(worked.attempts).unwrap_or_default();
    add("InvocationAttempts", worked.attempts);
    add("RetryInvocationAttempts", worked.attempts.saturating_sub(u64::from(first)));
    let Step::Done { trace, .. } = &worked.step else { return };
    add("Invocations", 1);
    add("InvocationsCreated", 1);
    match &trace.outcome {
        // A bus that takes an event is invoked without an attempt (captured).
        Outcome::Delivered => add("SuccessfulInvocationAttempts", worked.attempts.min(1)),
        Outcome::DeadLettered { .. } => {
            add("FailedInvocations", 1);
            add("InvocationsSentToDlq", 1);
        }
        Outcome::Lost { refused, .. } => {
            add("FailedInvocations", 1);
            add("InvocationsFailedToBeSentToDlq", u64::from(*refused));
        }
        Outcome::Pending { .. } => {}
    }
}

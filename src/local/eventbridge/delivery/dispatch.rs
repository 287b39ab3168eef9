//! Who works on what: each pending delivery once at a time.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::answers::Answers;
use super::destination::Destinations;
use super::job::{Step, Worked, work};
use super::queue::Queues;
use super::rate::Rates;
use super::target::Targets;
use super::{Transport, World};
use crate::local::clock::Pace;
use crate::local::eventbridge::EventBridge;
use crate::local::eventbridge::journal::{Journal, Pending};
use crate::local::eventbridge::metrics::Counts;
use crate::local::eventbridge::trace::Outcome;
use crate::local::store::StoreError;
use crate::local::wire::ApiError;

/// How many deliveries are at work at once.
const AT_WORK: usize = 256;
/// The longest wait before the journal is looked at again.
const LOOK: Duration = Duration::from_secs(1);

/// The deliveries at work, and what they share.
#[derive(Default)]
pub(in crate::local::eventbridge) struct Deliveries {
    pub(super) targets: Targets,
    pub(super) destinations: Destinations,
    pub(super) roles: Answers<()>,
    pub(super) queues: Queues,
    /// The topics that rules may publish to.
    pub(super) topics: Answers<()>,
    pub(super) rates: Rates,
    news: Notify,
    one_at_a_time: tokio::sync::Mutex<()>,
    claimed: Mutex<Claimed>,
}

/// What has been taken to work on.
#[derive(Default)]
struct Claimed {
    /// All new deliveries up to this sequence number.
    cursor: i64,
    /// The deliveries that were due again.
    again: HashSet<i64>,
}

impl Deliveries {
    /// Says that the journal has new deliveries.
    pub(in crate::local::eventbridge) fn wake(&self) {
        self.news.notify_one();
    }
}

impl EventBridge {
    /// Works until no delivery is pending: with a virtual clock at once, with a real one as long as the
    /// retries take.
    ///
    /// May be called while another call or [`EventBridge::run`] is at work; each delivery is worked on once.
    /// Dropping the future loses nothing: what was not finished is pending again.
    pub async fn settle<T: Transport>(self: &Arc<Self>, world: &Arc<World<T>>) -> Result<(), ApiError> {
        loop {
            if let Ok(_alone) = self.deliveries.one_at_a_time.try_lock() {
                return self.pump(world, false).await;
            }
            if !Journal::any(&self.store)? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Delivers what is accepted, now and from now on, until the future is dropped.
    pub async fn run<T: Transport>(self: &Arc<Self>, world: &Arc<World<T>>) -> Result<(), ApiError> {
        self.forget_old_metrics()?;
        let _alone = self.deliveries.one_at_a_time.lock().await;
        self.pump(world, true).await
    }

    /// Returns how many deliveries are pending.
    pub fn pending(&self) -> Result<u64, StoreError> {
        Journal::count(&self.store)
    }

    async fn pump<T: Transport>(
        self: &Arc<Self>,
        world: &Arc<World<T>>,
        for_ever: bool,
    ) -> Result<(), ApiError> {
        self.keep(&[])?;
        let _unclaim = Unclaim(&self.deliveries);
        let mut at_work = JoinSet::new();
        loop {
            for pending in self.claim(AT_WORK.saturating_sub(at_work.len()))? {
                let (bridge, world) = (self.clone(), world.clone());
                at_work.spawn(async move { work(&bridge, &world, pending).await });
            }
            if at_work.is_empty() {
                let due = Journal::next_due(&self.store)?;
                if due.is_none() && !for_ever {
                    return Ok(());
                }
                let wait = due.map_or(LOOK, |due| {
                    Duration::try_from(due.duration_since(self.clock.now())).unwrap_or_default().min(LOOK)
                });
                let _ = tokio::time::timeout(wait, self.deliveries.news.notified()).await;
                continue;
            }
            tokio::select! {
                Some(worked) = at_work.join_next() => {
                    let mut batch = Vec::new();
                    let mut next = Some(worked);
                    while let Some(worked) = next {
                        match worked {
                            Ok(worked) => batch.push(worked),
                            Err(error) => tracing::error!(%error, "a delivery stopped; it stays pending"),
                        }
                        next = at_work.try_join_next();
                    }
                    self.keep(&batch)?;
                }
                () = self.deliveries.news.notified(), if at_work.len() < AT_WORK => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    fn claim(&self, limit: usize) -> Result<Vec<Pending>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut claimed = self.deliveries.claimed.lock();
        let mut batch = Journal::fresh(&self.store, claimed.cursor, limit)?;
        if let Some(last) = batch.last() {
            claimed.cursor = last.sequence;
        }
        // Where nobody waits, what a real clock left waiting is due as well.
        let now = match self.clock.pace() {
            Pace::Real => self.clock.now(),
            Pace::Virtual => Timestamp::MAX,
        };
        let due = Journal::due(&self.store, now, limit.saturating_add(claimed.again.len()))?;
        batch.extend(due.into_iter().filter(|pending| claimed.again.insert(pending.sequence)).take(limit));
        Ok(batch)
    }

    /// Writes what became of some deliveries, all together: the end of one, and its next bus or counters.
    fn keep(&self, batch: &[Worked]) -> Result<(), ApiError> {
        let now = self.clock.now();
        self.store.atomically(|| {
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
        })?;
        let mut claimed = self.deliveries.claimed.lock();
        for worked in batch {
            claimed.again.remove(&worked.pending.sequence);
        }
        Ok(())
    }
}

/// Gives back what was claimed when work stops half-way.
struct Unclaim<'a>(&'a Deliveries);

impl Drop for Unclaim<'_> {
    fn drop(&mut self) {
        *self.0.claimed.lock() = Claimed::default();
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
        Outcome::Lost { reason, .. } => {
            add("FailedInvocations", 1);
            let refused = reason != "the target has no dead-letter queue";
            add("InvocationsFailedToBeSentToDlq", u64::from(refused));
        }
        Outcome::Pending { .. } => {}
    }
}

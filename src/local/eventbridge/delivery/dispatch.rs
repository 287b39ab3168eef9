//! Who works on what: each pending delivery once at a time.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::answers::Answers;
use super::destination::Destinations;
use super::job::{Worked, work};
use super::queue::Queues;
use super::rate::Rates;
use super::target::Targets;
use super::{Transport, World};
use crate::local::clock::Pace;
use crate::local::eventbridge::EventBridge;
use crate::local::eventbridge::journal::{Journal, Pending};
use crate::local::store::StoreError;
use crate::local::wire::ApiError;

/// How many deliveries are at work at once.
const AT_WORK: usize = 256;
/// How many of them begin in one transaction: it makes PutEvents wait a few milliseconds at most.
const TOGETHER: usize = 64;
/// How many new deliveries may wait before producers do.
const BEHIND: i64 = 256;
/// The longest wait before the journal is looked at again.
const LOOK: Duration = Duration::from_secs(1);

/// The work on one delivery.
type Work = Pin<Box<dyn Future<Output = Worked> + Send>>;

/// The deliveries at work, and what they share.
#[derive(Default)]
pub(in crate::local::eventbridge) struct Deliveries {
    pub(super) targets: Targets,
    pub(super) destinations: Destinations,
    pub(super) roles: Answers<()>,
    pub(super) queues: Queues,
    /// The log groups that rules may write to.
    pub(super) log_groups: Answers<()>,
    /// The topics that rules may publish to.
    pub(super) topics: Answers<()>,
    pub(super) rates: Rates,
    news: Notify,
    /// Says that some more deliveries have been claimed.
    taken: Notify,
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
    /// Gives back deliveries that were due again: their work is kept.
    pub(super) fn release(&self, sequences: impl Iterator<Item = i64>) {
        let mut claimed = self.claimed.lock();
        sequences.for_each(|sequence| {
            claimed.again.remove(&sequence);
        });
    }

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

    /// Waits until few deliveries wait to begin, so that producers that are faster than the deliveries do not
    /// make the way of an event ever longer.
    pub(in crate::local::eventbridge) async fn deliveries_keep_up(&self) {
        loop {
            let cursor = self.deliveries.claimed.lock().cursor;
            if cursor == 0 || self.journal.last_delivery() - cursor <= BEHIND {
                return;
            }
            self.deliveries.taken.notified().await;
        }
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
            let claimed = self.claim(TOGETHER.min(AT_WORK.saturating_sub(at_work.len())))?;
            if !claimed.is_empty() {
                for waiting in self.work_together(world, claimed)? {
                    at_work.spawn(waiting);
                }
                // Whoever waits for the state, or for this thread, has a turn before the next ones.
                tokio::task::yield_now().await;
                if at_work.is_empty() {
                    continue;
                }
            }
            if at_work.is_empty() {
                self.deliveries.rates.settled();
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

    /// Works on deliveries in one transaction, as far as that goes without waiting; returns those that wait.
    ///
    /// The stand-in answers at once, so that its writes and the end of a delivery are kept together: one write
    /// to the disk for many deliveries, and none that arrived and is pending still.
    fn work_together<T: Transport>(
        self: &Arc<Self>,
        world: &Arc<World<T>>,
        claimed: Vec<Pending>,
    ) -> Result<Vec<Work>, ApiError> {
        let (mut waiting, mut done) = (Vec::new(), Vec::with_capacity(claimed.len()));
        self.store.atomically(|| {
            for pending in claimed {
                let (bridge, world) = (self.clone(), world.clone());
                let mut work: Work = Box::pin(async move { work(&bridge, &world, pending).await });
                let begun = || work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                match catch_unwind(AssertUnwindSafe(begun)) {
                    Ok(Poll::Ready(worked)) => done.push(worked),
                    Ok(Poll::Pending) => waiting.push(work),
                    Err(_) => tracing::error!("a delivery stopped; it stays pending"),
                }
            }
            self.write_ends(&done)
        })?;
        self.deliveries.release(done.iter().map(|worked: &Worked| worked.pending.sequence));
        Ok(waiting)
    }

    fn claim(&self, limit: usize) -> Result<Vec<Pending>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut claimed = self.deliveries.claimed.lock();
        let mut batch = Journal::fresh(&self.store, claimed.cursor, limit)?;
        if let Some(last) = batch.last() {
            claimed.cursor = last.sequence;
            self.deliveries.taken.notify_one();
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
}

/// Gives back what was claimed when work stops half-way.
struct Unclaim<'a>(&'a Deliveries);

impl Drop for Unclaim<'_> {
    fn drop(&mut self) {
        *self.0.claimed.lock() = Claimed::default();
    }
}

//! The tables of the data plane: accepted events, their pending deliveries, what became of them.
//!
//! An event's deliveries are written before PutEvents answers, each with the target as it was at that
//! moment, so that neither `kill -9` nor a change of the rules loses or doubles one. Sequence numbers are
//! given under the store's lock, so that a higher one is never visible before a lower one.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::local::store::{Store, StoreError};

use super::trace::{Attempt, TargetTrace};

/// How many of the newest events keep their trace.
pub(super) const TRACES: i64 = 1000;
/// How many more may be there before the oldest are cut off.
const SLACK: i64 = 256;

/// The tables of the data plane.
pub(super) struct Journal {
    oldest_trace: AtomicI64,
    last_trace: AtomicI64,
    last_delivery: AtomicI64,
}

/// An event on its way into a bus.
#[derive(Clone, Debug)]
pub(super) struct Accepted<'a> {
    pub(super) region: &'a str,
    pub(super) bus: &'a str,
    pub(super) id: &'a str,
    pub(super) at: Timestamp,
    /// The whole event as JSON.
    pub(super) text: &'a str,
    /// Whether a bus of the region (1) or of another region (2) has passed it on.
    pub(super) hops: i64,
    /// Why no rule saw it, if so.
    pub(super) dropped: Option<&'a str>,
    /// The rules that matched: a name and the targets as JSON.
    pub(super) matched: &'a [(&'a str, &'a [String])],
}

/// One delivery that is not done.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) sequence: i64,
    pub(super) trace: i64,
    pub(super) ordinal: i64,
    pub(super) region: String,
    pub(super) bus: String,
    pub(super) rule: String,
    /// The target as it was when the event was accepted, as JSON.
    pub(super) target: String,
    pub(super) event_id: String,
    pub(super) event: String,
    pub(super) accepted: Timestamp,
    pub(super) hops: i64,
    /// When it is to be tried again; nothing before its first attempt.
    pub(super) due: Option<Timestamp>,
    pub(super) progress: Progress,
}

/// How far a delivery has come.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Progress {
    /// The request of the attempts so far.
    pub(super) request: Option<String>,
    pub(super) attempts: Vec<Attempt>,
    /// How often it was tried again.
    pub(super) retries: u32,
    /// Whether it waits for the moment that the invocation rate gave it.
    pub(super) admitted: bool,
}

impl Journal {
    /// Makes the tables where they do not exist.
    pub(super) fn open(store: &Store) -> Result<Self, StoreError> {
        let (trace, delivery) = store.with(|connection| {
            connection.execute_batch(SCHEMA)?;
            connection.query_row(
                "SELECT max(coalesce((SELECT max(seq) FROM events_traces), 0), coalesce(max(trace), 0)),
                        coalesce(max(seq), 0) FROM events_pending",
                [],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
            )
        })?;
        Ok(Self {
            oldest_trace: AtomicI64::new(trace - TRACES),
            last_trace: AtomicI64::new(trace),
            last_delivery: AtomicI64::new(delivery),
        })
    }

    /// Writes an event, its trace and its pending deliveries; the caller holds the transaction.
    pub(super) fn accept(&self, connection: &Connection, event: &Accepted<'_>) -> rusqlite::Result<()> {
        let rules: Vec<_> = event.matched.iter().map(|(rule, _)| *rule).collect();
        let rules = serde_json::Value::from(rules).to_string();
        let trace = next(&self.last_trace);
        connection
            .prepare_cached(
                "INSERT INTO events_traces (seq, region, bus, event_id, accepted, event, rules, dropped)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                trace,
                event.region,
                event.bus,
                event.id,
                event.at.as_millisecond(),
                event.text,
                rules,
                event.dropped
            ])?;
        let mut ordinal = 0;
        for (rule, targets) in event.matched {
            for target in *targets {
                connection
                    .prepare_cached(
                        "INSERT INTO events_pending
                         (seq, trace, ordinal, region, bus, rule, target, event_id, event, accepted, hops, due)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0)",
                    )?
                    .execute(params![
                        next(&self.last_delivery),
                        trace,
                        ordinal,
                        event.region,
                        event.bus,
                        rule,
                        target,
                        event.id,
                        event.text,
                        event.at.as_millisecond(),
                        event.hops
                    ])?;
                ordinal += 1;
            }
        }
        self.prune(connection, trace)
    }

    /// Returns the sequence number of the newest delivery.
    pub(super) fn last_delivery(&self) -> i64 {
        self.last_delivery.load(Ordering::Relaxed)
    }

    /// Returns new deliveries after a sequence number, oldest first.
    pub(super) fn fresh(store: &Store, after: i64, limit: usize) -> Result<Vec<Pending>, StoreError> {
        Self::read(store, "due = 0 AND seq > ?1 ORDER BY seq LIMIT ?2", after, limit)
    }

    /// Returns deliveries whose time to be tried again has come.
    pub(super) fn due(store: &Store, now: Timestamp, limit: usize) -> Result<Vec<Pending>, StoreError> {
        let now = now.as_millisecond();
        Self::read(store, "due > 0 AND due <= ?1 ORDER BY due LIMIT ?2", now, limit)
    }

    /// Returns when the next delivery is to be tried again.
    pub(super) fn next_due(store: &Store) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<i64> = store.with(|connection| {
            connection
                .prepare_cached("SELECT min(due) FROM events_pending WHERE due > 0")?
                .query_row([], |row| row.get(0))
        })?;
        Ok(due.and_then(|due| Timestamp::from_millisecond(due).ok()))
    }

    /// Returns how many deliveries are not done.
    pub(super) fn count(store: &Store) -> Result<u64, StoreError> {
        store.with(|connection| {
            connection
                .query_row("SELECT count(*) FROM events_pending", [], |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
        })
    }

    /// Reports whether a delivery is not done.
    pub(super) fn any(store: &Store) -> Result<bool, StoreError> {
        store.with(|connection| {
            connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM events_pending)")?
                .query_row([], |row| row.get(0))
        })
    }

    /// Takes a delivery from the pending ones and keeps what became of it.
    pub(super) fn finish(
        &self,
        connection: &Connection,
        pending: &Pending,
        trace: &TargetTrace,
    ) -> rusqlite::Result<()> {
        connection
            .prepare_cached("DELETE FROM events_pending WHERE seq = ?1")?
            .execute([pending.sequence])?;
        if pending.trace > self.oldest_trace.load(Ordering::Relaxed) {
            connection
                .prepare_cached("INSERT OR REPLACE INTO events_deliveries VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![pending.trace, pending.ordinal, pending.rule, json(trace)])?;
        }
        Ok(())
    }

    /// Lets a delivery wait until a time.
    pub(super) fn postpone(
        connection: &Connection,
        pending: &Pending,
        until: Timestamp,
    ) -> rusqlite::Result<()> {
        connection
            .prepare_cached("UPDATE events_pending SET due = ?2, progress = ?3 WHERE seq = ?1")?
            .execute(params![pending.sequence, until.as_millisecond().max(1), json(&pending.progress)])?;
        Ok(())
    }

    /// Reads pending deliveries by a condition with one number.
    pub(super) fn read(
        store: &Store,
        condition: &str,
        number: i64,
        limit: usize,
    ) -> Result<Vec<Pending>, StoreError> {
        let sql = format!(
            "SELECT seq, trace, ordinal, region, bus, rule, target, event_id, event, accepted, hops, due, progress
             FROM events_pending WHERE {condition}"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        store.with(|connection| {
            connection.prepare_cached(&sql)?.query_map([number, limit], pending)?.collect()
        })
    }

    fn prune(&self, connection: &Connection, newest: i64) -> rusqlite::Result<()> {
        let oldest = newest - TRACES;
        if oldest < self.oldest_trace.load(Ordering::Relaxed) + SLACK {
            return Ok(());
        }
        self.oldest_trace.store(oldest, Ordering::Relaxed);
        connection.prepare_cached("DELETE FROM events_traces WHERE seq <= ?1")?.execute([oldest])?;
        connection.prepare_cached("DELETE FROM events_deliveries WHERE trace <= ?1")?.execute([oldest])?;
        Ok(())
    }
}

fn next(counter: &AtomicI64) -> i64 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}

fn pending(row: &Row<'_>) -> rusqlite::Result<Pending> {
    let progress: Option<String> = row.get(12)?;
    Ok(Pending {
        sequence: row.get(0)?,
        trace: row.get(1)?,
        ordinal: row.get(2)?,
        region: row.get(3)?,
        bus: row.get(4)?,
        rule: row.get(5)?,
        target: row.get(6)?,
        event_id: row.get(7)?,
        event: row.get(8)?,
        accepted: Timestamp::from_millisecond(row.get(9)?).unwrap_or_default(),
        hops: row.get(10)?,
        due: Some(row.get(11)?).filter(|due| *due > 0).and_then(|due| Timestamp::from_millisecond(due).ok()),
        progress: progress.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
    })
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

const SCHEMA: &str = include_str!("journal/schema.sql");

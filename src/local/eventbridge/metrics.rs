//! The counters of `AWS/Events`, per rule and minute.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use parking_lot::Mutex;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::local::store::StoreError;

use super::EventBridge;

/// How long counters are kept, in minutes: 15 days.
const KEPT: i64 = 15 * 24 * 60;

/// One counter of a rule in one minute.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Metric {
    /// The bus.
    pub bus: String,
    /// The rule.
    pub rule: String,
    /// The metric's name, such as `FailedInvocations`.
    pub name: String,
    /// The start of the minute.
    pub minute: Timestamp,
    /// The sum in that minute, never 0.
    pub value: u64,
}

/// The sum of a counter in one of the periods that a time is cut into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The bus.
    pub bus: String,
    /// The rule.
    pub rule: String,
    /// The counter's name.
    pub name: String,
    /// Which period: 0 is the first.
    pub index: i64,
    /// The sum, never 0.
    pub value: u64,
}

/// How often rules were triggered since that was last written: no answer waits for it.
#[derive(Default)]
pub(super) struct Triggered(Mutex<HashMap<(String, String, String), u64>>);

impl Triggered {
    /// Counts the triggers of rules, each by its region, bus and name.
    pub(super) fn add(&self, counts: HashMap<(&str, &str, &str), u64>) {
        let mut triggered = self.0.lock();
        for ((region, bus, rule), count) in counts {
            *triggered.entry((region.to_owned(), bus.to_owned(), rule.to_owned())).or_default() += count;
        }
    }

    /// Writes what was counted; the caller holds the transaction.
    pub(super) fn write(&self, connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
        let triggered = std::mem::take(&mut *self.0.lock());
        let mut counts = Counts::default();
        for ((region, bus, rule), count) in &triggered {
            counts.add(region, bus, rule, "TriggeredRules", *count);
        }
        counts.write(connection, now)
    }
}

/// Counters that are collected before they are written together.
#[derive(Debug, Default)]
pub(super) struct Counts<'a>(BTreeMap<(&'a str, &'a str, &'a str, &'static str), u64>);

impl<'a> Counts<'a> {
    /// Counts something for a rule.
    pub(super) fn add(
        &mut self,
        region: &'a str,
        bus: &'a str,
        rule: &'a str,
        name: &'static str,
        count: u64,
    ) {
        if count > 0 {
            *self.0.entry((region, bus, rule, name)).or_default() += count;
        }
    }

    /// Writes the counters; the caller holds the transaction.
    pub(super) fn write(&self, connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
        let minute = now.as_second().div_euclid(60);
        let mut statement = connection.prepare_cached(
            "INSERT INTO events_metrics VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET value = value + excluded.value",
        )?;
        for ((region, bus, rule, name), count) in &self.0 {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            statement.execute(params![region, bus, rule, name, minute, count])?;
        }
        Ok(())
    }
}

impl EventBridge {
    /// Returns a region's counters since a time; what is 0 is not there, as on AWS.
    pub fn metrics(&self, region: &str, since: Timestamp) -> Result<Vec<Metric>, StoreError> {
        let since = since.as_second().div_euclid(60);
        let metrics = self.store.with(|connection| {
            self.triggered.write(connection, self.clock.now())?;
            connection
                .prepare_cached(
                    "SELECT bus, rule, name, minute, value FROM events_metrics
                     WHERE region = ?1 AND minute >= ?2 ORDER BY minute, bus, rule, name",
                )?
                .query_map(params![region, since], |row| {
                    let minute: i64 = row.get(3)?;
                    Ok(Metric {
                        bus: row.get(0)?,
                        rule: row.get(1)?,
                        name: row.get(2)?,
                        minute: Timestamp::from_second(minute * 60).unwrap_or_default(),
                        value: row.get::<_, i64>(4)?.unsigned_abs(),
                    })
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        // Each match of a rule triggers it: one counter is kept for both.
        let matched = metrics.iter().filter(|metric| metric.name == "TriggeredRules").cloned();
        let matched: Vec<_> =
            matched.map(|metric| Metric { name: "MatchedEvents".to_owned(), ..metric }).collect();
        Ok(metrics.into_iter().chain(matched).collect())
    }

    /// Returns a region's counters in periods of some minutes, from a minute (since 1970) until before another.
    pub fn sums(&self, region: &str, from: i64, until: i64, period: i64) -> Result<Vec<Sum>, StoreError> {
        self.store.with(|connection| {
            self.triggered.write(connection, self.clock.now())?;
            connection
                .prepare_cached(
                    "SELECT bus, rule, name, (minute - ?2) / ?4 AS period, sum(value) FROM events_metrics
                     WHERE region = ?1 AND minute >= ?2 AND minute < ?3 GROUP BY bus, rule, name, period",
                )?
                .query_map(params![region, from, until, period.max(1)], |row| {
                    Ok(Sum {
                        bus: row.get(0)?,
                        rule: row.get(1)?,
                        name: row.get(2)?,
                        index: row.get(3)?,
                        value: row.get::<_, i64>(4)?.unsigned_abs(),
                    })
                })?
                .collect()
        })
    }

    /// Forgets counters that are older than CloudWatch keeps them by the minute.
    pub(super) fn forget_old_metrics(&self) -> Result<(), StoreError> {
        let oldest = self.clock.now().as_second().div_euclid(60) - KEPT;
        self.store.with(|connection| {
            connection.execute("DELETE FROM events_metrics WHERE minute < ?1", [oldest]).map(|_| ())
        })
    }
}

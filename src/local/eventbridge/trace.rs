//! What became of an event: read by the CLI.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::local::store::StoreError;

use super::EventBridge;
use super::input::required;
use super::journal::Journal;
use super::names::rule_arn;

/// The way of one event through one bus.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Trace {
    /// The event's id, as PutEvents answered it.
    pub event_id: String,
    /// The bus, whether it exists or not.
    pub bus: String,
    /// The region.
    pub region: String,
    /// When the event was accepted.
    pub accepted: Timestamp,
    /// The event as the rules saw it: JSON.
    pub event: String,
    /// Why no rule saw it: AWS answers an id for an event to a bus that does not exist, and drops it.
    pub dropped: Option<String>,
    /// The rules that matched.
    pub rules: Vec<RuleTrace>,
}

/// A rule that matched an event.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RuleTrace {
    /// The rule's name.
    pub rule: String,
    /// The rule's ARN.
    pub rule_arn: String,
    /// Its targets at that moment.
    pub targets: Vec<TargetTrace>,
}

/// The delivery to one target.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TargetTrace {
    /// The target's id.
    pub id: String,
    /// The target's ARN.
    pub arn: String,
    /// What was sent: for an API destination the HTTP message with its secrets as `***`, else the body.
    pub request: Option<String>,
    /// The attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// How it ended.
    pub outcome: Outcome,
}

/// One attempt to deliver.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Attempt {
    /// When it was made; on paper, where nobody waits.
    pub at: Timestamp,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The answer's body, or what went wrong; cut off after 2,048 bytes.
    pub answer: String,
}

/// How a delivery ended.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum Outcome {
    /// It arrived.
    Delivered,
    /// It failed and lies in the dead-letter queue.
    DeadLettered {
        /// The queue's ARN.
        queue: String,
        /// The message's attributes.
        attributes: Vec<(String, String)>,
        /// The message's body.
        body: String,
    },
    /// It failed and is gone, as on AWS.
    Lost {
        /// Why no dead-letter queue holds it.
        reason: String,
        /// Whether a dead-letter queue refused it: AWS counts that (`InvocationsFailedToBeSentToDlq`).
        #[serde(default)]
        refused: bool,
        /// The attributes that the message would have had: `ERROR_MESSAGE` is why the delivery failed.
        attributes: Vec<(String, String)>,
    },
    /// It is not done.
    Pending {
        /// When it is tried again, if it was tried.
        due: Option<Timestamp>,
    },
}

impl EventBridge {
    /// Returns the way of an event through the bus that it was put on, or nothing for one that is not
    /// among the newest thousand.
    pub fn trace(&self, region: &str, event_id: &str) -> Result<Option<Trace>, StoreError> {
        let head = self.store.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT seq, region, bus, event_id, accepted, event, rules, dropped FROM events_traces
                     WHERE region = ?1 AND event_id = ?2 ORDER BY seq LIMIT 1",
                )?
                .query_row(params![region, event_id], head)
                .optional()
        })?;
        head.map(|(sequence, trace)| self.with_targets(sequence, trace)).transpose()
    }

    /// Returns the ways of the newest events in a region, newest first; one that went from bus to bus has
    /// a way through each.
    pub fn traces(&self, region: &str, limit: usize) -> Result<Vec<Trace>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let heads: Vec<_> = self.store.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT seq, region, bus, event_id, accepted, event, rules, dropped FROM events_traces
                     WHERE region = ?1 ORDER BY seq DESC LIMIT ?2",
                )?
                .query_map(params![region, limit], head)?
                .collect()
        })?;
        heads.into_iter().map(|(sequence, trace)| self.with_targets(sequence, trace)).collect()
    }

    fn with_targets(&self, sequence: i64, mut trace: Trace) -> Result<Trace, StoreError> {
        let mut done: Vec<(i64, String, TargetTrace)> = self.store.with(|connection| {
            connection
                .prepare_cached("SELECT ordinal, rule, body FROM events_deliveries WHERE trace = ?1")?
                .query_map([sequence], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?
                .filter_map(|row| {
                    row.map(|(ordinal, rule, body)| Some((ordinal, rule, serde_json::from_str(&body).ok()?)))
                        .transpose()
                })
                .collect()
        })?;
        let pending = Journal::read(&self.store, "trace = ?1 LIMIT ?2", sequence, usize::MAX)?;
        done.extend(pending.into_iter().map(|pending| {
            let target: Value = serde_json::from_str(&pending.target).unwrap_or_default();
            let target = TargetTrace {
                id: required(&target, "Id").to_owned(),
                arn: required(&target, "Arn").to_owned(),
                request: pending.progress.request,
                attempts: pending.progress.attempts,
                outcome: Outcome::Pending { due: pending.due },
            };
            (pending.ordinal, pending.rule, target)
        }));
        done.sort_by_key(|(ordinal, ..)| *ordinal);
        for (_, rule, target) in done {
            if let Some(found) = trace.rules.iter_mut().find(|found| found.rule == rule) {
                found.targets.push(target);
            }
        }
        Ok(trace)
    }
}

fn head(row: &Row<'_>) -> rusqlite::Result<(i64, Trace)> {
    let (region, bus): (String, String) = (row.get(1)?, row.get(2)?);
    let rules: Vec<String> = serde_json::from_str(&row.get::<_, String>(6)?).unwrap_or_default();
    let rules = rules
        .into_iter()
        .map(|rule| RuleTrace { rule_arn: rule_arn(&region, &bus, &rule), rule, targets: Vec::new() })
        .collect();
    let trace = Trace {
        event_id: row.get(3)?,
        accepted: Timestamp::from_millisecond(row.get(4)?).unwrap_or_default(),
        event: row.get(5)?,
        dropped: row.get(7)?,
        rules,
        region,
        bus,
    };
    Ok((row.get(0)?, trace))
}

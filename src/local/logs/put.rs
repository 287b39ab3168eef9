//! Writing log events.

use jiff::SignedDuration;
use rusqlite::params;
use serde_json::{Map, Value, json};

use super::input::{required, time};
use super::{Logs, error};
use crate::local::wire::{Answer, ApiError};

/// The most bytes of a request, where each event counts 26 more than its message (captured).
const LIMIT: usize = 1024 * 1024;
const OVERHEAD: usize = 26;
const DAY: i64 = 24 * 60 * 60 * 1000;

impl Logs {
    /// Takes the events of a request; those that are too old, expired or too new are left out, and counted.
    pub(super) fn put_events(&self, region: &str, input: &Value) -> Answer {
        let (group, stream) = (required(input, "logGroupName")?, required(input, "logStreamName")?);
        let events = read(input)?;
        let kept = self.group(region, group)?;
        self.check_stream(region, group, stream)?;
        let now = self.clock.now();
        let (oldest, newest) =
            (now - SignedDuration::from_hours(14 * 24), now + SignedDuration::from_hours(2));
        let before = |time: i64| events.partition_point(|(at, _)| *at < time);
        let too_old = before(oldest.as_millisecond());
        let expired = before(kept.expires_before(now));
        let too_new = before(newest.as_millisecond().saturating_add(1));
        let taken = events.get(too_old.max(expired)..too_new).unwrap_or_default();
        if let (Some((first, _)), Some((last, _))) = (taken.first(), taken.last())
            && last - first > DAY
        {
            return Err(error::invalid(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
            ));
        }
        let sequence = self.write(region, group, stream, taken, now.as_millisecond())?;
        let mut answer = json!({ "nextSequenceToken": format!("49{sequence:054}") });
        let mut rejected = Map::new();
        if too_new < events.len() {
            rejected.insert("tooNewLogEventStartIndex".to_owned(), json!(too_new));
        }
        if too_old > 0 {
            rejected.insert("tooOldLogEventEndIndex".to_owned(), json!(too_old));
        }
        if expired > too_old {
            rejected.insert("expiredLogEventEndIndex".to_owned(), json!(expired));
        }
        if !rejected.is_empty() {
            answer["rejectedLogEventsInfo"] = Value::Object(rejected);
        }
        Ok(answer)
    }

    fn write(
        &self,
        region: &str,
        group: &str,
        stream: &str,
        events: &[(i64, &str)],
        now: i64,
    ) -> Result<i64, ApiError> {
        Ok(self.store.with(|database| {
            let mut insert = database.prepare_cached(
                "INSERT INTO logs_events (region, log_group, stream, time, ingested, message)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for (time, message) in events {
                insert.execute(params![region, group, stream, time, now, message])?;
            }
            if let (Some((first, _)), Some((last, _))) = (events.first(), events.last()) {
                database
                    .prepare_cached(
                        "UPDATE logs_streams SET first_event = min(coalesce(first_event, ?4), ?4),
                           last_event = max(coalesce(last_event, ?5), ?5), last_ingestion = ?6
                         WHERE region = ?1 AND log_group = ?2 AND name = ?3",
                    )?
                    .execute(params![region, group, stream, first, last, now])?;
            }
            Ok(database.last_insert_rowid())
        })?)
    }
}

/// Reads the events of a request: their times and messages, in order.
fn read(input: &Value) -> Result<Vec<(i64, &str)>, ApiError> {
    let items = input.get("logEvents").and_then(Value::as_array);
    let items = items.ok_or_else(|| error::missing("logEvents"))?;
    if items.is_empty() || items.len() > 10_000 {
        let rule = if items.is_empty() {
            "Member must have length greater than or equal to 1"
        } else {
            "Member must have length less than or equal to 10000"
        };
        return Err(error::violation("'[]'", "logEvents", rule));
    }
    let (mut events, mut bytes) = (Vec::with_capacity(items.len()), 0_usize);
    for (index, item) in items.iter().enumerate() {
        let member = |name: &str| format!("logEvents.{}.member.{name}", index + 1);
        let time = time(item, "timestamp").ok_or_else(|| error::missing(&member("timestamp")))?;
        let message = item.get("message").and_then(Value::as_str);
        let message = message.ok_or_else(|| error::missing(&member("message")))?;
        if message.is_empty() {
            let rule = "Member must have length greater than or equal to 1";
            return Err(error::violation("''", &member("message"), rule));
        }
        let size = message.len().saturating_add(OVERHEAD);
        if size > LIMIT {
            return Err(error::invalid(format!(
                "Log event too large: {size} bytes exceeds limit of {LIMIT}"
            )));
        }
        if events.last().is_some_and(|(last, _)| *last > time) {
            return Err(error::invalid(
                "Log events in a single PutLogEvents request must be in chronological order.",
            ));
        }
        bytes += size;
        events.push((time, message));
    }
    if bytes > LIMIT {
        return Err(error::invalid(format!("Upload too large: {bytes} bytes exceeds limit of {LIMIT}")));
    }
    Ok(events)
}

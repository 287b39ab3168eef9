//! Log streams.

use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};

use super::input::{group_arn, group_of, page, required, stream_name, text};
use super::{Logs, error};
use crate::local::wire::{Answer, ApiError};

impl Logs {
    pub(super) fn create_stream(&self, region: &str, input: &Value) -> Answer {
        let (group, name) = (required(input, "logGroupName")?, stream_name(input)?);
        self.group(region, group)?;
        let created = self.clock.now().as_millisecond();
        let made = self.store.with(|database| {
            database
                .prepare_cached(
                    "INSERT OR IGNORE INTO logs_streams (region, log_group, name, created) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![region, group, name, created])
        })?;
        if made == 0 { Err(error::exists("log stream")) } else { Ok(json!({})) }
    }

    pub(super) fn delete_stream(&self, region: &str, input: &Value) -> Answer {
        let (group, name) = (required(input, "logGroupName")?, required(input, "logStreamName")?);
        self.group(region, group)?;
        let gone = self.store.with(|database| {
            let key = params![region, group, name];
            database.execute(
                "DELETE FROM logs_events WHERE region = ?1 AND log_group = ?2 AND stream = ?3",
                key,
            )?;
            database
                .execute("DELETE FROM logs_streams WHERE region = ?1 AND log_group = ?2 AND name = ?3", key)
        })?;
        if gone == 0 { Err(error::no_stream()) } else { Ok(json!({})) }
    }

    pub(super) fn describe_streams(&self, region: &str, input: &Value) -> Answer {
        let group = group_of(region, input)?;
        self.group(region, group)?;
        let prefix = text(input, "logStreamNamePrefix");
        let order = match (text(input, "orderBy"), prefix) {
            (Some("LastEventTime"), Some(_)) => {
                return Err(error::invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
            }
            (Some("LastEventTime"), None) => "last_event",
            (None | Some("LogStreamName"), _) => "name",
            (Some(other), _) => {
                let rule = "Member must satisfy enum value set: [LogStreamName, LastEventTime]";
                return Err(error::violation(&format!("'{other}'"), "orderBy", rule));
            }
        };
        let descending = input.get("descending").and_then(Value::as_bool) == Some(true);
        let direction = if descending { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT name, created, first_event, last_event, last_ingestion FROM logs_streams
             WHERE region = ?1 AND log_group = ?2 AND substr(name, 1, length(?3)) = ?3
             ORDER BY {order} {direction}, name {direction}"
        );
        let arn = group_arn(region, group);
        let rows = self.store.with(|database| {
            database
                .prepare_cached(&sql)?
                .query_map(params![region, group, prefix.unwrap_or_default()], |row| {
                    let name: String = row.get(0)?;
                    let mut shown = json!({
                        "logStreamName": name,
                        "creationTime": row.get::<_, i64>(1)?,
                        "arn": format!("{arn}:log-stream:{name}"),
                        "storedBytes": 0,
                    });
                    let times = ["firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime"];
                    for (column, member) in (2..).zip(times) {
                        if let Some(time) = row.get::<_, Option<i64>>(column)? {
                            shown[member] = json!(time);
                        }
                    }
                    Ok(shown)
                })?
                .collect()
        })?;
        page(input, "logStreams", rows)
    }

    /// Checks that a log stream is there.
    pub(super) fn check_stream(&self, region: &str, group: &str, name: &str) -> Result<(), ApiError> {
        let found = self.store.with(|database| {
            let sql = "SELECT 1 FROM logs_streams WHERE region = ?1 AND log_group = ?2 AND name = ?3";
            let key = params![region, group, name];
            database.prepare_cached(sql)?.query_row(key, |_| Ok(())).optional()
        })?;
        found.ok_or_else(error::no_stream)
    }
}

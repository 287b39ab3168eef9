//! Replays of an archive.

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::local::wire::{Answer, ApiError};
use crate::model::json::Json;

use super::documents::{Archive, Replay};
use super::events::{Incoming, read};
use super::input::{answer, filled, page, required, text, time};
use super::names::{arn, bus_arn, resource};
use super::{EventBridge, failure};

impl EventBridge {
    /// Puts the archived events of a time span on their bus again, with new ids and the replay's name.
    ///
    /// The span is from the start up to, not including, the end (captured).
    pub(super) fn start_replay(&self, region: &str, input: &Value) -> Answer {
        let (name, source) = (required(input, "ReplayName"), required(input, "EventSourceArn"));
        let archive = resource(region, source).and_then(|path| path.strip_prefix("archive/"));
        let missing = || {
            failure::missing(format!(
                "Archive {} does not exist.",
                source.rsplit('/').next().unwrap_or(source)
            ))
        };
        let archive = match archive {
            Some(archive) => self.store.get::<Archive>(region, archive)?.ok_or_else(missing)?,
            None => return Err(missing()),
        };
        if self.store.get::<Replay>(region, name)?.is_some() {
            return Err(failure::exists(format!("Replay {name} already exists.")));
        }
        let destination = input.get("Destination").cloned().unwrap_or_default();
        if required(&destination, "Arn") != bus_arn(region, &archive.bus) {
            return Err(failure::invalid(
                "Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN of the archive's source.",
            ));
        }
        let (Some(start), Some(end)) = (time(input, "EventStartTime"), time(input, "EventEndTime")) else {
            return Err(failure::invalid("Parameter EventStartTime is not valid."));
        };
        if end <= start {
            return Err(failure::invalid(
                "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.",
            ));
        }
        let now = self.clock.now();
        let only: Vec<String> = super::input::items(&destination, "FilterArns")
            .iter()
            .filter_map(|arn| arn.as_str().map(str::to_owned))
            .collect();
        let events = self.archived(region, &archive, start, end, now)?;
        let events: Vec<Incoming> =
            events.iter().filter_map(|event| replayed(region, &archive.bus, name, &only, event)).collect();
        self.accept(&events.iter().collect::<Vec<_>>(), now)?;
        let last = events.iter().map(|event| event.time.as_second()).max();
        let replay_arn = arn(region, &format!("replay/{name}"));
        let replay = answer(json!({
            "ReplayName": name, "ReplayArn": replay_arn, "Description": filled(input, "Description"),
            "State": "COMPLETED", "EventSourceArn": source, "Destination": destination,
            "EventStartTime": start.as_second(), "EventEndTime": end.as_second(), "EventLastReplayedTime": last,
            "ReplayStartTime": now.as_second(), "ReplayEndTime": now.as_second(),
        }));
        self.store.put(region, name, &Replay(replay))?;
        Ok(json!({ "ReplayArn": replay_arn, "State": "STARTING", "ReplayStartTime": now.as_second() }))
    }

    pub(super) fn describe_replay(&self, region: &str, input: &Value) -> Answer {
        Ok(self.replay(region, required(input, "ReplayName"))?.0)
    }

    pub(super) fn list_replays(&self, region: &str, input: &Value) -> Answer {
        let filters = [("State", text(input, "State")), ("EventSourceArn", text(input, "EventSourceArn"))];
        let prefix = text(input, "NamePrefix").unwrap_or_default();
        let rows = self
            .store
            .list::<Replay>(region)?
            .into_iter()
            .filter(|(name, replay)| {
                name.starts_with(prefix)
                    && filters
                        .iter()
                        .all(|(member, wanted)| wanted.is_none() || text(&replay.0, member) == *wanted)
            })
            .map(|(name, mut replay)| {
                if let Value::Object(members) = &mut replay.0 {
                    members.retain(|member, _| {
                        !["ReplayArn", "Description", "Destination"].contains(&member.as_str())
                    });
                }
                (name, replay.0)
            })
            .collect();
        page(input, "Replays", rows)
    }

    /// A replay is over as soon as it is started here, so there is nothing to cancel.
    pub(super) fn cancel_replay(&self, region: &str, input: &Value) -> Answer {
        let name = required(input, "ReplayName");
        let replay = self.replay(region, name)?;
        Err(ApiError::client(
            "IllegalStatusException",
            format!(
                "Replay {name} is not in a valid state for this operation: {}.",
                required(&replay.0, "State")
            ),
        ))
    }

    fn replay(&self, region: &str, name: &str) -> Result<Replay, ApiError> {
        let found = self.store.get(region, name)?;
        found.ok_or_else(|| failure::missing(format!("Replay {name} does not exist.")))
    }

    fn archived(
        &self,
        region: &str,
        archive: &Archive,
        start: Timestamp,
        end: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<String>, ApiError> {
        let kept = (archive.retention > 0).then(|| now - SignedDuration::from_hours(24 * archive.retention));
        let ingested = kept.map_or(i64::MIN, Timestamp::as_millisecond);
        Ok(self.store.with(|database| {
            database
                .prepare_cached(
                    "SELECT event FROM events_archived WHERE region = ?1 AND archive = ?2 AND time >= ?3
                     AND time < ?4 AND ingested >= ?5 ORDER BY time, seq",
                )?
                .query_map(
                    params![region, archive.name, start.as_millisecond(), end.as_millisecond(), ingested],
                    |row| row.get(0),
                )?
                .collect()
        })?)
    }
}

/// Makes the event that a replay puts on the bus: a new id, everything else as it was.
fn replayed(region: &str, bus: &str, replay: &str, only: &[String], event: &str) -> Option<Incoming> {
    let mut event = read(event)?;
    let id = Uuid::new_v4().to_string();
    let time = event.get("time").and_then(Json::as_str)?.parse().ok()?;
    let Json::Object(members) = &mut event else { return None };
    for (name, value) in members.iter_mut() {
        if name == "id" {
            *value = Json::String(id.clone());
        }
    }
    // Before the detail, which stays last, so that the event can be read back at any depth.
    let at = members.len().saturating_sub(1);
    members.insert(at, ("replay-name".to_owned(), Json::String(replay.to_owned())));
    let text = event.to_string();
    let (region, bus) = (region.to_owned(), bus.to_owned());
    Some(Incoming { region, bus, id, text, event, time, hops: 0, only: only.to_vec() })
}

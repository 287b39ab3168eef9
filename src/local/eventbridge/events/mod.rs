//! PutEvents: which entries are taken, and into which deliveries they turn.

mod entry;
mod rules;
mod together;

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::params;
use serde_json::{Value, json};

use crate::local::wire::{Answer, ApiError};
use crate::model::json::Json;

use super::EventBridge;
use super::input::items;
use super::journal::Accepted;
use super::rules::parse;

pub(super) use entry::{iso, read};
pub(super) use rules::{Bus, Rules};
pub(super) use together::Calls;

use entry::{size, take};

/// The most that a request's entries may weigh, in bytes.
const REQUEST: usize = 1024 * 1024;

/// An event that enters a bus.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub(super) region: String,
    pub(super) bus: String,
    pub(super) id: String,
    /// The whole event as JSON.
    pub(super) text: String,
    /// The same, read.
    pub(super) event: Json,
    /// The time in the event.
    pub(super) time: Timestamp,
    /// The buses that it has passed.
    pub(super) hops: i64,
    /// The rules that a replay is for; empty means all.
    pub(super) only: Vec<String>,
}

/// What became of an entry.
type Taken = Result<Incoming, ApiError>;

impl EventBridge {
    /// Takes a request's entries one by one; the answer is aligned with them.
    ///
    /// What is accepted is in the journal before the answer.
    pub(super) fn put_events(&self, region: &str, input: &Value) -> Answer {
        let taken = self.take(region, input)?;
        let accepted: Vec<&Incoming> = taken.iter().filter_map(|entry| entry.as_ref().ok()).collect();
        self.accept(&accepted, self.clock.now())?;
        Ok(answer(&taken))
    }

    /// Makes events of a request's entries, or says of each why not.
    fn take(&self, region: &str, input: &Value) -> Result<Vec<Taken>, ApiError> {
        let entries = items(input, "Entries");
        if entries.iter().map(size).sum::<usize>() > REQUEST {
            return Err(super::failure::invalid(
                "Total size of the entries in the request is over the limit.",
            ));
        }
        let now = self.clock.now();
        Ok(entries.iter().map(|entry| take(region, entry, now)).collect())
    }

    /// Writes events into the journal with a delivery for each target of each rule that matches now.
    pub(super) fn accept(&self, events: &[&Incoming], now: Timestamp) -> Result<(), ApiError> {
        if events.is_empty() {
            return Ok(());
        }
        loop {
            let generation = self.rules.generation();
            let matched = self.match_all(events)?;
            let written = self.store.atomically(|| {
                // Rules change under the store's lock: with the same generation they are still these.
                if self.rules.generation() != generation {
                    return Ok(false);
                }
                self.write(events, &matched, now).map(|()| true)
            });
            if written? {
                self.deliveries.wake();
                return Ok(());
            }
        }
    }

    fn match_all(&self, events: &[&Incoming]) -> Result<Vec<Matched>, ApiError> {
        events
            .iter()
            .map(|event| {
                let bus = self.compiled(&event.region, &event.bus)?;
                let rules = bus.as_ref().map_or_else(Vec::new, |bus| {
                    let mut rules = bus.matching(&event.event);
                    rules.retain(|rule| event.only.is_empty() || event.only.contains(&bus.rules[*rule].arn));
                    rules
                });
                Ok(Matched { bus, rules })
            })
            .collect()
    }

    fn write(&self, events: &[&Incoming], matched: &[Matched], now: Timestamp) -> Result<(), ApiError> {
        let mut triggered = HashMap::new();
        self.store.with(|connection| {
            for (event, matched) in events.iter().zip(matched) {
                let rules = matched.deliveries();
                let dropped = matched.bus.is_none().then_some("the event bus does not exist");
                self.journal.accept(
                    connection,
                    &Accepted {
                        region: &event.region,
                        bus: &event.bus,
                        id: &event.id,
                        at: now,
                        text: &event.text,
                        hops: event.hops,
                        dropped,
                        matched: &rules,
                    },
                )?;
                for (rule, _) in rules {
                    *triggered.entry((event.region.as_str(), event.bus.as_str(), rule)).or_default() += 1;
                }
                for archive in matched.archives(event) {
                    connection
                        .prepare_cached(
                            "INSERT INTO events_archived (region, archive, ingested, time, event)
                             VALUES (?1, ?2, ?3, ?4, ?5)",
                        )?
                        .execute(params![
                            event.region,
                            archive,
                            now.as_millisecond(),
                            event.time.as_millisecond(),
                            event.text
                        ])?;
                }
            }
            Ok(())
        })?;
        self.triggered.add(triggered);
        Ok(())
    }
}

/// Answers a request: its entries in their order.
fn answer(taken: &[Taken]) -> Value {
    let failed = taken.iter().filter(|entry| entry.is_err()).count();
    let entries: Vec<Value> = taken
        .iter()
        .map(|entry| match entry {
            Ok(event) => json!({ "EventId": event.id }),
            Err(error) => json!({ "ErrorCode": error.code, "ErrorMessage": error.message }),
        })
        .collect();
    json!({ "FailedEntryCount": failed, "Entries": entries })
}

/// What an event meets on its bus.
struct Matched {
    bus: Option<std::sync::Arc<Bus>>,
    rules: Vec<usize>,
}

impl Matched {
    /// Returns the rules' names with the targets to deliver to.
    fn deliveries(&self) -> Vec<(&str, &[String])> {
        let Some(bus) = &self.bus else { return Vec::new() };
        self.rules.iter().filter_map(|rule| bus.rules.get(*rule)).map(rules::Rule::deliveries).collect()
    }

    /// Returns the archives that keep an event; a replayed event is not archived again.
    fn archives<'a>(&'a self, event: &'a Incoming) -> impl Iterator<Item = &'a str> {
        let archives = self.bus.iter().flat_map(|bus| &bus.archives);
        archives
            .filter(|(_, pattern)| {
                event.event.get("replay-name").is_none()
                    && pattern.as_ref().is_none_or(|pattern| pattern.matches(&event.event))
            })
            .map(|(name, _)| name.as_str())
    }
}

/// Checks a pattern that is optional.
pub(super) fn check_pattern(pattern: Option<&str>) -> Result<(), ApiError> {
    pattern.map(parse).transpose().map(|_| ())
}

//! Reading log events.

use std::fmt::Write as _;

use rusqlite::{Row, ToSql, params_from_iter};
use serde_json::{Value, json};

use super::input::{group_of, limit, required, text, texts, time};
use super::pattern::Terms;
use super::{Logs, error};
use crate::local::wire::{Answer, ApiError};

/// The most bytes of an answer's messages.
const BYTES: usize = 1024 * 1024;

/// A stored event.
struct Event {
    at: Position,
    stream: String,
    ingested: i64,
    message: String,
}

/// Where an event is in the order of a group: by its time, then as it came.
#[derive(Clone, Copy, Default)]
struct Position {
    time: i64,
    sequence: i64,
}

/// Which events to read.
struct Query<'a> {
    region: &'a str,
    group: &'a str,
    stream: Option<&'a str>,
    /// From this time on.
    start: i64,
    /// Before this time.
    end: i64,
    /// Only those after a position, or, going backwards, before it.
    from: Option<Position>,
    backwards: bool,
}

impl Logs {
    /// Answers `GetLogEvents`: a page of a stream, from its start or from its end.
    pub(super) fn events(&self, region: &str, input: &Value) -> Answer {
        let group = group_of(region, input)?;
        let stream = required(input, "logStreamName")?;
        let kept = self.group(region, group)?;
        self.check_stream(region, group, stream)?;
        let from_head = input.get("startFromHead").and_then(Value::as_bool) == Some(true);
        let token = text(input, "nextToken").map(Position::in_token).transpose()?;
        let query = Query {
            region,
            group,
            stream: Some(stream),
            start: time(input, "startTime").unwrap_or(0).max(kept.expires_before(self.clock.now())),
            end: time(input, "endTime").unwrap_or(i64::MAX),
            from: token.map(|(_, position)| position),
            backwards: token.map_or(!from_head, |(backwards, _)| backwards),
        };
        let mut page = Page::new(limit(input, 10_000)?);
        self.scan(&query, |event| page.take(event))?;
        let mut events = page.events;
        if query.backwards {
            events.reverse();
        }
        let from = query.from.unwrap_or_default();
        let (first, last) =
            (events.first().map_or(from, |event| event.at), events.last().map_or(from, |event| event.at));
        let rows: Vec<Value> = events
            .into_iter()
            .map(|event| json!({ "timestamp": event.at.time, "message": event.message, "ingestionTime": event.ingested }))
            .collect();
        Ok(json!({
            "events": rows,
            "nextForwardToken": format!("f/{}/s", last.id()),
            "nextBackwardToken": format!("b/{}/s", first.id()),
        }))
    }

    /// Answers `FilterLogEvents`: the events of a group that have the terms, oldest first.
    pub(super) fn filter_events(&self, region: &str, input: &Value) -> Answer {
        let group = group_of(region, input)?;
        let kept = self.group(region, group)?;
        let terms = Terms::parse(text(input, "filterPattern").unwrap_or_default())?;
        let (streams, prefix) = (texts(input, "logStreamNames"), text(input, "logStreamNamePrefix"));
        if streams.is_some() && prefix.is_some() {
            return Err(error::invalid("logStreamNames and logStreamNamePrefix are mutually exclusive"));
        }
        let from = text(input, "nextToken").map(Position::parse).transpose()?;
        let query = Query {
            region,
            group,
            stream: None,
            start: time(input, "startTime").unwrap_or(0).max(kept.expires_before(self.clock.now())),
            // Here the end is part of the range.
            end: time(input, "endTime").map_or(i64::MAX, |end| end.saturating_add(1)),
            from,
            backwards: false,
        };
        let mut page = Page::new(limit(input, 10_000)?);
        let complete = self.scan(&query, |event| {
            let wanted = streams.as_ref().is_none_or(|streams| streams.contains(&event.stream))
                && prefix.is_none_or(|prefix| event.stream.starts_with(prefix))
                && terms.matches(&event.message);
            !wanted || page.take(event)
        })?;
        let next = page.events.last().filter(|_| !complete).map(|event| event.at.id());
        let rows: Vec<Value> = page
            .events
            .into_iter()
            .map(|event| {
                json!({
                    "logStreamName": event.stream,
                    "timestamp": event.at.time,
                    "message": event.message,
                    "ingestionTime": event.ingested,
                    "eventId": event.at.id(),
                })
            })
            .collect();
        let mut answer = json!({ "events": rows, "searchedLogStreams": [] });
        if let Some(next) = next {
            answer["nextToken"] = json!(next);
        }
        Ok(answer)
    }

    /// Shows events one by one until the visitor has enough; returns whether there were no more.
    fn scan(&self, query: &Query<'_>, mut visit: impl FnMut(Event) -> bool) -> Result<bool, ApiError> {
        let (sql, values) = query.sql();
        Ok(self.store.with(|database| {
            let mut statement = database.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(values))?;
            while let Some(row) = rows.next()? {
                if !visit(Event::read(row)?) {
                    return Ok(false);
                }
            }
            Ok(true)
        })?)
    }
}

impl<'a> Query<'a> {
    fn sql(&'a self) -> (String, Vec<&'a dyn ToSql>) {
        let mut sql = "SELECT time, seq, stream, ingested, message FROM logs_events
                       WHERE region = ? AND log_group = ? AND time >= ? AND time < ?"
            .to_owned();
        let mut values: Vec<&dyn ToSql> = vec![&self.region, &self.group, &self.start, &self.end];
        if let Some(stream) = &self.stream {
            sql.push_str(" AND stream = ?");
            values.push(stream);
        }
        let (compare, direction) = if self.backwards { ('<', "DESC") } else { ('>', "ASC") };
        if let Some(from) = &self.from {
            let _ = write!(sql, " AND (time, seq) {compare} (?, ?)");
            values.extend([&from.time as &dyn ToSql, &from.sequence]);
        }
        let _ = write!(sql, " ORDER BY time {direction}, seq {direction}");
        (sql, values)
    }
}

impl Event {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            at: Position { time: row.get(0)?, sequence: row.get(1)? },
            stream: row.get(2)?,
            ingested: row.get(3)?,
            message: row.get(4)?,
        })
    }
}

impl Position {
    /// Writes the position as an event id.
    fn id(self) -> String {
        format!("{:028}{:028}", self.time.max(0), self.sequence.max(0))
    }

    fn parse(id: &str) -> Result<Self, ApiError> {
        let invalid = || error::invalid("The specified nextToken is invalid.");
        let half = |part: Option<&str>| part.and_then(|part| part.parse().ok()).ok_or_else(invalid);
        if id.len() != 56 {
            return Err(invalid());
        }
        Ok(Self { time: half(id.get(..28))?, sequence: half(id.get(28..))? })
    }

    /// Reads a token of `GetLogEvents`: whether it goes backwards, and from where.
    fn in_token(token: &str) -> Result<(bool, Self), ApiError> {
        let parts: Vec<&str> = token.split('/').collect();
        match parts.as_slice() {
            [direction @ ("f" | "b"), id, "s"] => Ok((*direction == "b", Self::parse(id)?)),
            _ => Err(error::invalid("The specified nextToken is invalid.")),
        }
    }
}

/// The events of an answer, as far as they fit.
struct Page {
    events: Vec<Event>,
    limit: usize,
    bytes: usize,
}

impl Page {
    fn new(limit: usize) -> Self {
        Self { events: Vec::new(), limit, bytes: 0 }
    }

    /// Takes an event where it fits; says whether to go on.
    fn take(&mut self, event: Event) -> bool {
        self.bytes += event.message.len();
        if self.events.len() >= self.limit || !self.events.is_empty() && self.bytes > BYTES {
            return false;
        }
        self.events.push(event);
        true
    }
}

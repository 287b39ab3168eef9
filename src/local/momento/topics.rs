//! The topics of the caches: rows with the last messages of each, numbered from one.
//!
//! A topic has a sequence page, which tells apart two lives of it that both have a message 42
//! (it changes when its cache is removed). Source: the HTTP API reference of Momento Topics.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};

use crate::local::store::{Store, StoreError};

/// How many messages a topic keeps for subscribers that come back.
pub(super) const KEPT: i64 = 1000;

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS main.momento_topics
      (region TEXT, cache TEXT, topic TEXT, page INTEGER NOT NULL, next INTEGER NOT NULL,
       PRIMARY KEY (region, cache, topic)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS main.momento_messages
      (region TEXT, cache TEXT, topic TEXT, number INTEGER, is_text INTEGER NOT NULL, body BLOB NOT NULL,
       PRIMARY KEY (region, cache, topic, number)) WITHOUT ROWID;";

/// A topic's name with all that surrounds it.
#[derive(Clone, Copy)]
pub(super) struct Topic<'a> {
    pub(super) region: &'a str,
    pub(super) cache: &'a str,
    pub(super) name: &'a str,
}

/// What is published.
#[derive(Clone, Copy)]
pub(super) enum Payload<'a> {
    Binary(&'a [u8]),
    Text(&'a str),
}

/// Where a subscriber wants to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The page that the subscriber knows; 0 is any.
    pub(super) page: i64,
    /// The number of the next message; 0 is the next one to be published.
    pub(super) number: i64,
}

/// A topic's current page and the number of its next message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    page: i64,
    next: i64,
}

/// Adds a message and forgets the one that is too old.
pub(super) fn publish(
    store: &Store,
    topic: Topic<'_>,
    payload: Payload<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Topic { region, cache, name } = topic;
    let (is_text, body) = match payload {
        Payload::Binary(bytes) => (false, bytes),
        Payload::Text(text) => (true, text.as_bytes()),
    };
    store.atomically(|| {
        store.with(|connection| {
            let number: i64 = connection
                .prepare_cached(
                    "INSERT INTO main.momento_topics (region, cache, topic, page, next) VALUES (?1, ?2, ?3, ?4, 2)
                     ON CONFLICT DO UPDATE SET next = next + 1 RETURNING next - 1",
                )?
                .query_row(params![region, cache, name, now.as_second()], |row| row.get(0))?;
            connection
                .prepare_cached(
                    "INSERT INTO main.momento_messages (region, cache, topic, number, is_text, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![region, cache, name, number, is_text, body])?;
            connection
                .prepare_cached(
                    "DELETE FROM main.momento_messages
                     WHERE region = ?1 AND cache = ?2 AND topic = ?3 AND number <= ?4",
                )?
                .execute(params![region, cache, name, number - KEPT])
        })
    })?;
    Ok(())
}

/// Returns a topic's state; one that was never published to is at page 0.
pub(super) fn state(store: &Store, topic: Topic<'_>) -> Result<State, StoreError> {
    let state = store.with(|connection| {
        connection
            .prepare_cached(
                "SELECT page, next FROM main.momento_topics WHERE region = ?1 AND cache = ?2 AND topic = ?3",
            )?
            .query_row([topic.region, topic.cache, topic.name], |row| {
                Ok(State { page: row.get(0)?, next: row.get(1)? })
            })
            .optional()
    })?;
    Ok(state.unwrap_or(State { page: 0, next: 1 }))
}

/// Returns the items for a subscriber, as the API writes them: discontinuities and messages.
///
/// `start` is the topic's state when the subscriber came: message 0 means what is published after that.
pub(super) fn read(
    store: &Store,
    topic: Topic<'_>,
    position: Position,
    start: State,
) -> Result<Vec<Value>, StoreError> {
    store.atomically(|| {
        let current = state(store, topic)?;
        let moved = position.page != 0 && current.page != 0 && position.page != current.page;
        let from = match position.number {
            _ if moved => 1,
            0 if start.page == current.page || start.page == 0 => start.next,
            0 => 1,
            // A number that is not there yet would never come in this order: take what comes.
            number => number.min(current.next),
        };
        let messages = messages(store, topic, from, current.page)?;
        let first = messages.first().map_or(current.next, |(number, _)| *number);
        let gap = position.number > 0 && first != position.number && !messages.is_empty();
        let mut items = Vec::with_capacity(messages.len() + 1);
        if moved || gap {
            items.push(json!({"discontinuity": {
                "last_topic_sequence": (position.number - 1).max(0),
                "new_topic_sequence": first,
                "new_sequence_page": current.page,
            }}));
        }
        items.extend(messages.into_iter().map(|(_, item)| item));
        Ok(items)
    })
}

/// Removes the messages of a cache and gives its topics a new page.
pub(super) fn clear(store: &Store, region: &str, cache: &str, now: Timestamp) -> Result<(), StoreError> {
    store.with(|connection| {
        connection
            .execute("DELETE FROM main.momento_messages WHERE region = ?1 AND cache = ?2", [region, cache])?;
        connection.execute(
            "UPDATE main.momento_topics SET next = 1, page = MAX(page + 1, ?3) WHERE region = ?1 AND cache = ?2",
            params![region, cache, now.as_second()],
        )
    })?;
    Ok(())
}

fn messages(store: &Store, topic: Topic<'_>, from: i64, page: i64) -> Result<Vec<(i64, Value)>, StoreError> {
    store.with(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT number, is_text, body FROM main.momento_messages
             WHERE region = ?1 AND cache = ?2 AND topic = ?3 AND number >= ?4 ORDER BY number",
        )?;
        let rows = statement.query_map(params![topic.region, topic.cache, topic.name, from], |row| {
            let number: i64 = row.get(0)?;
            let (is_text, body): (bool, Vec<u8>) = (row.get(1)?, row.get(2)?);
            let value = if is_text {
                json!({"text": String::from_utf8_lossy(&body)})
            } else {
                json!({"binary": STANDARD.encode(body)})
            };
            let item = json!({"topic_sequence_number": number, "sequence_page": page, "value": value});
            Ok((number, json!({"item": item})))
        })?;
        rows.collect()
    })
}

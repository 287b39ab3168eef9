//! The messages of all queues, one row each.
//!
//! A message is visible from a time on: sending with a delay, receiving and hiding only move that time.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params, params};

use super::message::Attributes;
use super::queue::{Address, Queue};
use crate::local::store::{Store, StoreError};

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS main.sqs_messages
      (number INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
       attributes TEXT NOT NULL, trace TEXT, source TEXT, sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL,
       receives INTEGER NOT NULL DEFAULT 0, first_received_at INTEGER, receipt TEXT);
    CREATE INDEX IF NOT EXISTS main.sqs_messages_visible ON sqs_messages (queue, visible_at, number);
    CREATE INDEX IF NOT EXISTS main.sqs_messages_sent ON sqs_messages (queue, sent_at);";

/// A message in a queue. Times are milliseconds since 1970.
pub(super) struct Message {
    /// The row, unique for ever.
    pub(super) number: i64,
    pub(super) id: String,
    pub(super) body: String,
    pub(super) attributes: Attributes,
    /// The system attribute `AWSTraceHeader`.
    pub(super) trace: Option<String>,
    /// The ARN of the queue that it was moved from, when this is its dead-letter queue.
    pub(super) source: Option<String>,
    pub(super) sent_at: i64,
    pub(super) receives: i64,
    pub(super) first_received_at: Option<i64>,
}

/// How many messages of a queue can be received, wait for their first time, and are hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) visible: i64,
    pub(super) delayed: i64,
    pub(super) in_flight: i64,
}

/// Adds a message that becomes visible at a time.
pub(super) fn insert(
    store: &Store,
    queue: &Address,
    message: &Message,
    visible_at: i64,
) -> Result<(), StoreError> {
    let attributes = serde_json::to_string(&message.attributes)
        .map_err(|source| StoreError::Document { kind: "sqs:message", source })?;
    store.with(|connection| {
        connection
            .prepare_cached(
                "INSERT INTO main.sqs_messages (queue, id, body, attributes, trace, source, sent_at, visible_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                key(queue),
                message.id,
                message.body,
                attributes,
                message.trace,
                message.source,
                message.sent_at,
                visible_at
            ])
    })?;
    Ok(())
}

/// Returns the messages that can be received, the one that waits longest first.
pub(super) fn visible(
    store: &Store,
    queue: &Address,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    store.with(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT number, id, body, attributes, trace, source, sent_at, receives, first_received_at
             FROM main.sqs_messages WHERE queue = ?1 AND visible_at <= ?2 ORDER BY visible_at, number LIMIT ?3",
        )?;
        let rows = statement.query_map(params![key(queue), now.as_millisecond(), limit], read)?;
        rows.collect()
    })
}

/// Returns messages in the order in which they were sent, hidden ones too.
pub(super) fn after(
    store: &Store,
    queue: &Address,
    number: i64,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    store.with(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT number, id, body, attributes, trace, source, sent_at, receives, first_received_at
             FROM main.sqs_messages WHERE queue = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
        )?;
        let rows = statement.query_map(params![key(queue), number, limit], read)?;
        rows.collect()
    })
}

/// Hides a message that is being received, under a new receipt.
pub(super) fn hide(
    store: &Store,
    message: &Message,
    receipt: &str,
    now: Timestamp,
    visible_at: i64,
) -> Result<(), StoreError> {
    store.with(|connection| {
        connection
            .prepare_cached(
                "UPDATE main.sqs_messages SET receives = receives + 1, receipt = ?2, visible_at = ?3,
                 first_received_at = COALESCE(first_received_at, ?4) WHERE number = ?1",
            )?
            .execute(params![message.number, receipt, visible_at, now.as_millisecond()])
    })?;
    Ok(())
}

/// Moves a message to its dead-letter queue, where it keeps its id, age and receive count.
pub(super) fn bury(
    store: &Store,
    message: &Message,
    from: &Address,
    to: &Address,
    now: Timestamp,
) -> Result<(), StoreError> {
    store.with(|connection| {
        connection
            .prepare_cached(
                "UPDATE main.sqs_messages SET queue = ?2, source = ?3, visible_at = ?4, receipt = NULL
                 WHERE number = ?1",
            )?
            .execute(params![message.number, key(to), from.arn(), now.as_millisecond()])
    })?;
    Ok(())
}

/// Removes a message under its receipt; an old receipt removes nothing, as AWS may do.
pub(super) fn delete(store: &Store, queue: &Address, number: i64, receipt: &str) -> Result<(), StoreError> {
    store.with(|connection| {
        connection
            .prepare_cached(
                "DELETE FROM main.sqs_messages WHERE number = ?1 AND queue = ?2 AND receipt = ?3",
            )?
            .execute(params![number, key(queue), receipt])
    })?;
    Ok(())
}

/// Removes a message whatever its state.
pub(super) fn remove(store: &Store, number: i64) -> Result<(), StoreError> {
    store.with(|connection| {
        connection.prepare_cached("DELETE FROM main.sqs_messages WHERE number = ?1")?.execute([number])
    })?;
    Ok(())
}

/// Changes when a message that is in flight becomes visible, and returns whether it was in flight.
pub(super) fn show_at(
    store: &Store,
    queue: &Address,
    (number, receipt): (i64, &str),
    now: Timestamp,
    visible_at: i64,
) -> Result<bool, StoreError> {
    let changed = store.with(|connection| {
        connection
            .prepare_cached(
                "UPDATE main.sqs_messages SET visible_at = ?4
                 WHERE number = ?1 AND queue = ?2 AND receipt = ?3 AND visible_at > ?5",
            )?
            .execute(params![number, key(queue), receipt, visible_at, now.as_millisecond()])
    })?;
    Ok(changed > 0)
}

/// Removes the messages that are older than the queue keeps them.
pub(super) fn expire(
    store: &Store,
    address: &Address,
    queue: &Queue,
    now: Timestamp,
) -> Result<(), StoreError> {
    let oldest = now.as_millisecond().saturating_sub(queue.number("MessageRetentionPeriod") * 1000);
    store.with(|connection| {
        connection
            .prepare_cached("DELETE FROM main.sqs_messages WHERE queue = ?1 AND sent_at <= ?2")?
            .execute(params![key(address), oldest])
    })?;
    Ok(())
}

/// Counts the messages of a queue.
pub(super) fn count(
    store: &Store,
    address: &Address,
    queue: &Queue,
    now: Timestamp,
) -> Result<Counts, StoreError> {
    expire(store, address, queue, now)?;
    let counts = store.with(|connection| {
        connection
            .prepare_cached(
                "SELECT COUNT(*), SUM(visible_at <= :now), SUM(visible_at > :now AND receipt IS NULL)
                 FROM main.sqs_messages WHERE queue = :queue",
            )?
            .query_row(named_params! {":queue": key(address), ":now": now.as_millisecond()}, |row| {
                let all: i64 = row.get(0)?;
                let visible = row.get::<_, Option<i64>>(1)?.unwrap_or(0);
                let delayed = row.get::<_, Option<i64>>(2)?.unwrap_or(0);
                Ok(Counts { visible, delayed, in_flight: all - visible - delayed })
            })
            .optional()
    })?;
    Ok(counts.unwrap_or_default())
}

/// Removes all messages of a queue.
pub(super) fn clear(store: &Store, queue: &Address) -> Result<(), StoreError> {
    store.with(|connection| {
        connection.execute("DELETE FROM main.sqs_messages WHERE queue = ?1", [key(queue)])
    })?;
    Ok(())
}

fn key(address: &Address) -> String {
    format!("{}/{}", address.region, address.name)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Message> {
    let attributes: String = row.get(3)?;
    Ok(Message {
        number: row.get(0)?,
        id: row.get(1)?,
        body: row.get(2)?,
        attributes: serde_json::from_str(&attributes).unwrap_or_default(),
        trace: row.get(4)?,
        source: row.get(5)?,
        sent_at: row.get(6)?,
        receives: row.get(7)?,
        first_received_at: row.get(8)?,
    })
}

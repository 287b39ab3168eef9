//! The stack events: a table of their own, since a stack can have many.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::local::store::{Store, StoreError};

/// One event of a stack or of a resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) stack_name: String,
    pub(crate) logical_id: String,
    pub(crate) physical_id: Option<String>,
    pub(crate) kind: String,
    /// In the form of the Query protocol.
    pub(crate) time: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) token: Option<String>,
    /// JSON, with every hidden value masked.
    pub(crate) properties: Option<String>,
    pub(crate) operation: String,
    pub(crate) operation_kind: Option<String>,
    /// What `DescribeEvents` alone tells.
    #[serde(default)]
    pub(crate) more: Option<More>,
}

/// What only `DescribeEvents` tells of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum More {
    /// A change set's validation failed at a path.
    Validation { change_set: String, path: String },
    /// A hook failed before a resource was touched.
    Hook,
}

/// Makes the table.
pub(crate) fn prepare(store: &Store) -> Result<(), StoreError> {
    store.with(|connection| {
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS main.stack_events
               (sequence INTEGER PRIMARY KEY AUTOINCREMENT, stack TEXT NOT NULL, body TEXT NOT NULL);
             CREATE INDEX IF NOT EXISTS main.stack_events_by_stack ON stack_events (stack, sequence);",
        )
    })
}

/// Adds an event.
pub(crate) fn append(store: &Store, stack_id: &str, event: &Event) -> Result<(), StoreError> {
    let body = serde_json::to_string(event)
        .map_err(|source| StoreError::Document { kind: "cloudformation:event", source })?;
    store.with(|connection| {
        connection
            .prepare_cached("INSERT INTO main.stack_events (stack, body) VALUES (?1, ?2)")?
            .execute(params![stack_id, body])
    })?;
    Ok(())
}

/// Returns events, newest first, with what to ask the next page with.
pub(crate) fn page(
    store: &Store,
    stack_id: &str,
    before: Option<i64>,
    count: usize,
) -> Result<(Vec<Event>, Option<i64>), StoreError> {
    let limit = i64::try_from(count).unwrap_or(i64::MAX);
    let rows = store.with(|connection| {
        connection
            .prepare_cached(
                "SELECT sequence, body FROM main.stack_events
                 WHERE stack = ?1 AND sequence < ?2 ORDER BY sequence DESC LIMIT ?3",
            )?
            .query_map(params![stack_id, before.unwrap_or(i64::MAX), limit], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<Result<Vec<(i64, String)>, _>>()
    })?;
    let last = rows.last().filter(|_| rows.len() == count).map(|(sequence, _)| *sequence);
    let events = rows
        .iter()
        .map(|(_, body)| {
            serde_json::from_str(body)
                .map_err(|source| StoreError::Document { kind: "cloudformation:event", source })
        })
        .collect::<Result<_, _>>()?;
    Ok((events, last))
}

/// Returns the stack that an operation belongs to.
pub(crate) fn stack_of(store: &Store, operation: &str) -> Result<Option<String>, StoreError> {
    store.with(|connection| {
        connection
            .prepare_cached(
                "SELECT stack FROM main.stack_events WHERE json_extract(body, '$.operation') = ?1 LIMIT 1",
            )?
            .query_row([operation], |row| row.get(0))
            .optional()
    })
}

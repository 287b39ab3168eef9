//! The items of the caches: rows with a value and the time at which it is gone.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use crate::local::store::{Store, StoreError};

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS main.momento_items
      (region TEXT, cache TEXT, key BLOB, value BLOB NOT NULL, expires_at INTEGER NOT NULL,
       PRIMARY KEY (region, cache, key)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS main.momento_items_expiry ON momento_items (expires_at);";

/// A value in a cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The value's bytes.
    pub value: Vec<u8>,
    /// When the item is gone.
    pub expires_at: Timestamp,
}

/// Returns an item that has not expired.
pub(super) fn get(
    store: &Store,
    region: &str,
    cache: &str,
    key: &[u8],
    now: Timestamp,
) -> Result<Option<Item>, StoreError> {
    let row: Option<(Vec<u8>, i64)> = store.with(|connection| {
        connection
            .prepare_cached(
                "SELECT value, expires_at FROM main.momento_items
                 WHERE region = ?1 AND cache = ?2 AND key = ?3 AND expires_at > ?4",
            )?
            .query_row(params![region, cache, key, now.as_millisecond()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
    })?;
    Ok(row.map(|(value, expires_at)| Item {
        value,
        expires_at: Timestamp::from_millisecond(expires_at).unwrap_or(Timestamp::MAX),
    }))
}

/// Writes an item and removes those of all caches that have expired.
pub(super) fn set(
    store: &Store,
    region: &str,
    cache: &str,
    key: &[u8],
    value: &[u8],
    now: Timestamp,
    ttl: SignedDuration,
) -> Result<(), StoreError> {
    let expires_at = now.as_millisecond().saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX));
    store.atomically(|| {
        store.with(|connection| {
            connection
                .prepare_cached("DELETE FROM main.momento_items WHERE expires_at <= ?1")?
                .execute([now.as_millisecond()])?;
            connection
                .prepare_cached(
                    "INSERT INTO main.momento_items (region, cache, key, value, expires_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at",
                )?
                .execute(params![region, cache, key, value, expires_at])
        })
    })?;
    Ok(())
}

/// Removes an item, if it is there.
pub(super) fn delete(store: &Store, region: &str, cache: &str, key: &[u8]) -> Result<(), StoreError> {
    store.with(|connection| {
        connection
            .prepare_cached("DELETE FROM main.momento_items WHERE region = ?1 AND cache = ?2 AND key = ?3")?
            .execute(params![region, cache, key])
    })?;
    Ok(())
}

/// Removes all items of a cache.
pub(super) fn clear(store: &Store, region: &str, cache: &str) -> Result<(), StoreError> {
    store.with(|connection| {
        connection.execute("DELETE FROM main.momento_items WHERE region = ?1 AND cache = ?2", [region, cache])
    })?;
    Ok(())
}

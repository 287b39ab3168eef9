//! The state of the local cloud: `SQLite` files in one directory, under a lock.
//!
//! `state.db` holds everything but secrets, `secrets.db` holds those. What a call wrote is in the
//! operating system's hands before the call is answered, so that `kill -9` loses nothing acknowledged.

use std::cell::Cell;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use parking_lot::ReentrantMutex;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::private;

/// The files of the state: everything but secrets, and the secrets.
const FILES: [&str; 2] = ["state.db", "secrets.db"];

/// One kind of thing that the store keeps, as JSON, by region and id.
pub trait Document: Serialize + DeserializeOwned {
    /// The kind's name, such as `events:rule`; unique among all documents.
    const KIND: &'static str;
    /// Whether the document holds a secret and belongs into the secret store.
    const SECRET: bool = false;
}

/// Why the state could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the state.
    #[error("the local state in {} is in use by another process", .0.display())]
    Busy(PathBuf),
    /// The file system said no.
    #[error("cannot use the local state in {}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The database said no.
    #[error("the local state cannot be read or written")]
    Database(#[from] rusqlite::Error),
    /// A file of the state is no database, or a damaged one.
    #[error("the local state in {} cannot be read", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// A document is not what this version wrote.
    #[error("the local state holds a {kind} that this version cannot read")]
    Document {
        /// The document's kind.
        kind: &'static str,
        /// The cause.
        source: serde_json::Error,
    },
}

/// The open state of one local cloud.
pub struct Store {
    connection: ReentrantMutex<Connection>,
    depth: ReentrantMutex<Cell<u32>>,
    directory: Option<PathBuf>,
    _lock: Option<File>,
}

impl Store {
    /// Opens the state in a directory, making it (mode 0700) where it does not exist.
    ///
    /// Returns [`StoreError::Busy`] at once when another process has it open.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: directory.to_owned(), source };
        private::directory(directory).map_err(io)?;
        let lock = private::file(&directory.join("lock")).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy(directory.to_owned())),
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        // SQLite's own files beside them get the same mode.
        for path in FILES.map(|file| directory.join(file)) {
            private::file(&path).map_err(|source| StoreError::Io { path, source })?;
        }
        Self::open_files(directory, lock).map_err(|error| damaged(directory).unwrap_or(error))
    }

    fn open_files(directory: &Path, lock: File) -> Result<Self, StoreError> {
        let [state, secrets] = FILES.map(|file| directory.join(file));
        let connection = Connection::open(state)?;
        connection.execute("ATTACH DATABASE ?1 AS secrets", [secrets.to_string_lossy()])?;
        Self::prepare(connection, Some(directory.to_owned()), Some(lock))
    }

    /// Returns whether a directory holds a state.
    pub fn is_in(directory: &Path) -> bool {
        directory.join("state.db").exists()
    }

    /// Makes an empty state in memory, for tests and throw-away clouds.
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory()?;
        connection.execute("ATTACH DATABASE ':memory:' AS secrets", [])?;
        Self::prepare(connection, None, None)
    }

    /// Returns the directory of the state, or nothing for one in memory.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Returns the document with an id, or nothing.
    pub fn get<T: Document>(&self, region: &str, id: &str) -> Result<Option<T>, StoreError> {
        let sql = format!("SELECT body FROM {} WHERE kind = ?1 AND region = ?2 AND id = ?3", table::<T>());
        let connection = self.connection.lock();
        let body: Option<String> = connection
            .prepare_cached(&sql)?
            .query_row(params![T::KIND, region, id], |row| row.get(0))
            .optional()?;
        body.as_deref().map(parse).transpose()
    }

    /// Returns whether there is a document with an id.
    pub fn has<T: Document>(&self, region: &str, id: &str) -> Result<bool, StoreError> {
        let sql = format!("SELECT 1 FROM {} WHERE kind = ?1 AND region = ?2 AND id = ?3", table::<T>());
        Ok(self.connection.lock().prepare_cached(&sql)?.exists(params![T::KIND, region, id])?)
    }

    /// Writes a document, replacing the one with the same id in its place.
    pub fn put<T: Document>(&self, region: &str, id: &str, document: &T) -> Result<(), StoreError> {
        let body = serde_json::to_string(document)
            .map_err(|source| StoreError::Document { kind: T::KIND, source })?;
        let sql = format!(
            "INSERT INTO {} (kind, region, id, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (kind, region, id) DO UPDATE SET body = excluded.body",
            table::<T>()
        );
        self.connection.lock().prepare_cached(&sql)?.execute(params![T::KIND, region, id, body])?;
        Ok(())
    }

    /// Removes a document and returns whether it was there.
    pub fn remove<T: Document>(&self, region: &str, id: &str) -> Result<bool, StoreError> {
        let sql = format!("DELETE FROM {} WHERE kind = ?1 AND region = ?2 AND id = ?3", table::<T>());
        Ok(self.connection.lock().prepare_cached(&sql)?.execute(params![T::KIND, region, id])? > 0)
    }

    /// Returns all documents of a kind in a region with their ids, oldest first.
    pub fn list<T: Document>(&self, region: &str) -> Result<Vec<(String, T)>, StoreError> {
        let sql =
            format!("SELECT id, body FROM {} WHERE kind = ?1 AND region = ?2 ORDER BY rowid", table::<T>());
        let connection = self.connection.lock();
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![T::KIND, region], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| {
            let (id, body): (String, String) = row?;
            Ok((id, parse(&body)?))
        })
        .collect()
    }

    /// Returns the regions that hold a document of a kind, in order.
    pub fn regions<T: Document>(&self) -> Result<Vec<String>, StoreError> {
        let sql = format!("SELECT DISTINCT region FROM {} WHERE kind = ?1 ORDER BY region", table::<T>());
        let connection = self.connection.lock();
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([T::KIND], |row| row.get(0))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Runs an action whose writes are kept together: all when it succeeds, none when it fails.
    ///
    /// Nests: an action inside an action belongs to the outer one.
    pub fn atomically<R, E: From<StoreError>>(&self, action: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
        let connection = self.connection.lock();
        let depth = self.depth.lock();
        if depth.get() > 0 {
            return action();
        }
        connection.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from)?;
        depth.set(1);
        let rollback = Rollback { connection: &connection, depth: &depth };
        let result = action()?;
        // A commit that fails may leave the transaction open: then it is taken back, or none could begin again.
        connection.execute_batch("COMMIT").map_err(StoreError::from)?;
        std::mem::forget(rollback);
        depth.set(0);
        Ok(result)
    }

    /// Runs an action on the database itself, for the tables that are not documents.
    pub fn with<R>(&self, action: impl FnOnce(&Connection) -> rusqlite::Result<R>) -> Result<R, StoreError> {
        Ok(action(&self.connection.lock())?)
    }

    fn prepare(
        connection: Connection,
        directory: Option<PathBuf>,
        lock: Option<File>,
    ) -> Result<Self, StoreError> {
        connection.set_prepared_statement_cache_capacity(64);
        // The lock file keeps other processes out, so that no transaction needs to lock the databases again.
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -8000;
             PRAGMA main.journal_mode = WAL; PRAGMA secrets.journal_mode = WAL;
             PRAGMA main.synchronous = NORMAL; PRAGMA secrets.synchronous = NORMAL;
             PRAGMA secrets.secure_delete = ON;
             CREATE TABLE IF NOT EXISTS main.documents
               (kind TEXT, region TEXT, id TEXT, body TEXT NOT NULL, UNIQUE (kind, region, id));
             CREATE TABLE IF NOT EXISTS secrets.secret_documents
               (kind TEXT, region TEXT, id TEXT, body TEXT NOT NULL, UNIQUE (kind, region, id));",
        )?;
        let connection = ReentrantMutex::new(connection);
        Ok(Self { connection, depth: ReentrantMutex::new(Cell::new(0)), directory, _lock: lock })
    }
}

/// Finds the file that keeps the state from being opened, by opening each alone.
fn damaged(directory: &Path) -> Option<StoreError> {
    FILES.map(|file| directory.join(file)).into_iter().find_map(|path| {
        let opened = Connection::open(&path).and_then(|connection| {
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
        });
        opened.err().map(|source| StoreError::Damaged { path, source })
    })
}

/// Takes a transaction back when its action fails or panics.
struct Rollback<'a> {
    connection: &'a Connection,
    depth: &'a Cell<u32>,
}

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        self.depth.set(0);
        // After some errors, such as a full disk, SQLite has taken it back itself.
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(error) = self.connection.execute_batch("ROLLBACK") {
            tracing::error!(%error, "the local state's transaction could not be taken back");
        }
    }
}

fn table<T: Document>() -> &'static str {
    if T::SECRET { "secrets.secret_documents" } else { "main.documents" }
}

fn parse<T: Document>(body: &str) -> Result<T, StoreError> {
    serde_json::from_str(body).map_err(|source| StoreError::Document { kind: T::KIND, source })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    struct Note(String);
    impl Document for Note {
        const KIND: &'static str = "test:note";
    }

    #[test]
    fn what_was_written_is_there_again_and_the_lock_holds() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        store.put("r", "a", &Note("1".into())).unwrap();
        store.put("r", "b", &Note("2".into())).unwrap();
        store.put("r", "a", &Note("3".into())).unwrap();
        assert!(matches!(Store::open(directory.path()), Err(StoreError::Busy(_))));
        drop(store);
        let store = Store::open(directory.path()).unwrap();
        let all = store.list::<Note>("r").unwrap();
        assert_eq!(all, [("a".into(), Note("3".into())), ("b".into(), Note("2".into()))]);
    }

    #[test]
    fn a_damaged_file_is_named() {
        for file in FILES {
            let directory = tempfile::tempdir().unwrap();
            drop(Store::open(directory.path()).unwrap());
            fs::write(directory.path().join(file), "no database at all, but long enough to look like one")
                .unwrap();
            let Err(error) = Store::open(directory.path()) else { panic!("{file} was opened") };
            let path = directory.path().join(file);
            assert_eq!(error.to_string(), format!("the local state in {} cannot be read", path.display()));
        }
    }

    #[test]
    fn an_action_that_fails_leaves_nothing() {
        let store = Store::in_memory().unwrap();
        let failed: Result<(), StoreError> = store.atomically(|| {
            store.put("r", "a", &Note("1".into()))?;
            store.atomically(|| store.put("r", "b", &Note("1".into())))?;
            Err(StoreError::Busy(PathBuf::new()))
        });
        assert!(failed.is_err());
        assert!(store.list::<Note>("r").unwrap().is_empty());
        store.atomically(|| store.put("r", "a", &Note("1".into()))).unwrap();
        assert_eq!(store.list::<Note>("r").unwrap().len(), 1);
    }

    #[test]
    fn a_commit_that_fails_leaves_nothing_and_the_next_one_works() {
        let store = Store::in_memory().unwrap();
        let tables = "PRAGMA foreign_keys = ON;
            CREATE TABLE parent (id PRIMARY KEY);
            CREATE TABLE child (parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);";
        store.with(|connection| connection.execute_batch(tables)).unwrap();
        let failed: Result<usize, StoreError> = store.atomically(|| {
            store.put("r", "a", &Note("1".into()))?;
            store.with(|connection| connection.execute("INSERT INTO child VALUES (1)", []))
        });
        assert!(matches!(failed, Err(StoreError::Database(_))));
        assert!(store.list::<Note>("r").unwrap().is_empty());
        store.atomically(|| store.put("r", "a", &Note("2".into()))).unwrap();
        assert_eq!(store.list::<Note>("r").unwrap().len(), 1);
    }
}

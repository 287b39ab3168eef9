//! The Momento HTTP API's stand-in: caches and topics as documented, kept in the store.
//!
//! Sources: the HTTP API references of Momento Cache and Momento Topics. `api` speaks the protocol,
//! `items` keeps the values, `topics` the messages, `keys` the API keys, `fault` what goes wrong on request.
//! Caches are separate in each region and exist only when made with [`Momento::create_cache`].

mod answer;
mod api;
mod api_keys;
mod fault;
mod items;
mod keys;
mod request;
mod topics;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::clock::Clock;
use super::store::{Document, Store, StoreError};

pub use fault::{Fault, Operation};
pub use items::Item;
pub use keys::{Access, Scope};

/// The Momento of one local cloud.
pub struct Momento {
    store: Arc<Store>,
    clock: Arc<Clock>,
    faults: fault::Faults,
    known: keys::Known,
    changed: Notify,
}

/// Why a cache could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum MomentoError {
    /// The name cannot be a cache's.
    #[error("a cache's name needs at least one character that is not white space")]
    EmptyName,
    /// The cache is not there.
    #[error("there is no cache named {name:?} in {region}")]
    NoSuchCache {
        /// The region that was looked in.
        region: String,
        /// The name that was looked for.
        name: String,
    },
    /// The state could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Momento {
    /// Opens Momento over the store.
    pub fn new(store: Arc<Store>, clock: Arc<Clock>) -> Result<Self, StoreError> {
        store.with(|connection| {
            connection.execute_batch(items::TABLES)?;
            connection.execute_batch(topics::TABLES)
        })?;
        let faults = fault::Faults::load(&store)?;
        Ok(Self { store, clock, faults, known: keys::Known::default(), changed: Notify::new() })
    }

    /// Makes a cache and returns whether it is new.
    pub fn create_cache(&self, region: &str, name: &str) -> Result<bool, MomentoError> {
        if name.trim().is_empty() {
            return Err(MomentoError::EmptyName);
        }
        self.store.atomically(|| {
            let new = !self.has_cache(region, name)?;
            if new {
                self.store.put(region, name, &Cache { created_at: self.clock.now() })?;
            }
            Ok(new)
        })
    }

    /// Removes a cache with all that it holds and returns whether it was there.
    pub fn delete_cache(&self, region: &str, name: &str) -> Result<bool, MomentoError> {
        let there = self.store.atomically(|| {
            let there = self.store.remove::<Cache>(region, name)?;
            items::clear(&self.store, region, name)?;
            topics::clear(&self.store, region, name, self.clock.now())?;
            Ok::<_, StoreError>(there)
        })?;
        self.changed.notify_waiters();
        Ok(there)
    }

    /// Returns the names of a region's caches, oldest first.
    pub fn list_caches(&self, region: &str) -> Result<Vec<String>, MomentoError> {
        Ok(self.store.list::<Cache>(region)?.into_iter().map(|(name, _)| name).collect())
    }

    /// Returns the regions that have a cache, in order.
    pub fn regions(&self) -> Result<Vec<String>, MomentoError> {
        Ok(self.store.regions::<Cache>()?)
    }

    /// Returns the item under a key, or nothing when it was never set, deleted or has expired.
    pub fn get(&self, region: &str, cache: &str, key: &[u8]) -> Result<Option<Item>, MomentoError> {
        if !self.has_cache(region, cache)? {
            return Err(MomentoError::NoSuchCache { region: region.to_owned(), name: cache.to_owned() });
        }
        Ok(items::get(&self.store, region, cache, key, self.clock.now())?)
    }

    /// Makes an API key with a scope, which is good for ever in every region.
    ///
    /// The key is a JWT of the form of Momento's global keys (claim `t` is `g`). Only its hash is kept.
    pub fn issue_key(&self, scope: &Scope) -> Result<String, StoreError> {
        let key = keys::issue(&self.store, scope, self.clock.now(), None);
        self.known.forget();
        key
    }

    /// Makes an API key that expires.
    pub fn issue_key_until(&self, scope: &Scope, expires_at: jiff::Timestamp) -> Result<String, StoreError> {
        let key = keys::issue(&self.store, scope, self.clock.now(), Some(expires_at));
        self.known.forget();
        key
    }

    /// Lets a key that is not a JWT be used, as a stand-in for one that Momento issued.
    pub fn accept_key(&self, key: &str, scope: &Scope) -> Result<(), StoreError> {
        keys::accept(&self.store, key, scope)?;
        self.known.forget();
        Ok(())
    }

    /// Refuses a key from now on, whoever issued it.
    pub fn revoke_key(&self, key: &str) -> Result<(), StoreError> {
        keys::revoke(&self.store, key)?;
        self.known.forget();
        Ok(())
    }

    /// Makes an operation go wrong in a region, or right again.
    pub fn set_fault(
        &self,
        region: &str,
        operation: Operation,
        fault: Option<Fault>,
    ) -> Result<(), StoreError> {
        self.faults.set(&self.store, region, operation, fault)
    }

    fn has_cache(&self, region: &str, name: &str) -> Result<bool, StoreError> {
        self.store.has::<Cache>(region, name)
    }
}

#[derive(Serialize, Deserialize)]
struct Cache {
    created_at: jiff::Timestamp,
}

impl Document for Cache {
    const KIND: &'static str = "momento:cache";
}

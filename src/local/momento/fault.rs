//! What goes wrong with Momento on request: a rate limit, or a status for every call.

use std::collections::HashMap;

use http::StatusCode;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::answer::Refusal;
use crate::local::store::{Document, Store, StoreError};

/// A part of Momento that has limits, and faults, of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Everything under `/cache`.
    Cache,
    /// Everything under `/topics`.
    Topics,
}

impl Operation {
    fn id(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Topics => "topics",
        }
    }
}

/// How an operation goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Calls above this many in one second of the clock are answered with 429.
    PerSecond(u32),
    /// Every call is answered with this status; one outside 400 to 599 counts as 500.
    Status(u16),
}

impl Document for Fault {
    const KIND: &'static str = "momento:fault";
}

/// The faults of all regions, kept in memory beside the store: every request asks for them.
pub(super) struct Faults(Mutex<HashMap<(String, Operation), State>>);

struct State {
    fault: Fault,
    second: i64,
    calls: u32,
}

impl Faults {
    pub(super) fn load(store: &Store) -> Result<Self, StoreError> {
        let mut faults = HashMap::new();
        for region in store.regions::<Fault>()? {
            for operation in [Operation::Cache, Operation::Topics] {
                if let Some(fault) = store.get(&region, operation.id())? {
                    faults.insert((region.clone(), operation), State { fault, second: 0, calls: 0 });
                }
            }
        }
        Ok(Self(Mutex::new(faults)))
    }

    pub(super) fn set(
        &self,
        store: &Store,
        region: &str,
        operation: Operation,
        fault: Option<Fault>,
    ) -> Result<(), StoreError> {
        let mut faults = self.0.lock();
        let key = (region.to_owned(), operation);
        if let Some(fault) = fault {
            store.put(region, operation.id(), &fault)?;
            faults.insert(key, State { fault, second: 0, calls: 0 });
        } else {
            store.remove::<Fault>(region, operation.id())?;
            faults.remove(&key);
        }
        Ok(())
    }

    /// Counts a call and refuses it where a fault says so.
    pub(super) fn check(&self, region: &str, operation: Operation, now: Timestamp) -> Result<(), Refusal> {
        let mut faults = self.0.lock();
        if faults.is_empty() {
            return Ok(());
        }
        let Some(state) = faults.get_mut(&(region.to_owned(), operation)) else { return Ok(()) };
        match state.fault {
            Fault::PerSecond(limit) => {
                if state.second != now.as_second() {
                    state.second = now.as_second();
                    state.calls = 0;
                }
                state.calls = state.calls.saturating_add(1);
                if state.calls > limit { Err(Refusal::exhausted(limit)) } else { Ok(()) }
            }
            Fault::Status(status) => {
                let status = StatusCode::from_u16(status)
                    .ok()
                    .filter(|status| status.is_client_error() || status.is_server_error())
                    .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Err(Refusal::fault(status))
            }
        }
    }
}

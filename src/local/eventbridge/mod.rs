//! The local `EventBridge`: its API, and the way of an event from PutEvents to its targets.
//!
//! ```text
//! PutEvents ─▶ events ─▶ rules (compiled patterns) ─▶ journal (pending deliveries, before the answer)
//!                                                         │ settle / run
//!                                                         ▼
//!          trace ◀─ delivery ─▶ API destination (Transport) · queue · bus ─▶ dead-letter queue
//! ```

mod archives;
mod buses;
mod check;
mod connections;
mod delivery;
mod destinations;
mod documents;
mod events;
mod failure;
mod input;
mod journal;
mod metrics;
mod names;
mod replays;
mod rules;
mod snapshot;
mod tags;
mod targets;
mod trace;

use std::sync::Arc;

use serde_json::Value;

use crate::local::clock::{Clock, Pace};
use crate::local::store::{Store, StoreError};
use crate::local::wire::{Answer, ApiError, Service};

pub use delivery::{Transport, TransportError, World};
pub use metrics::{Metric, Sum};
pub use trace::{Attempt, Outcome, RuleTrace, TargetTrace, Trace};

/// The local `EventBridge` of all regions.
pub struct EventBridge {
    store: Arc<Store>,
    clock: Arc<Clock>,
    rules: events::Rules,
    journal: journal::Journal,
    deliveries: delivery::Deliveries,
    triggered: metrics::Triggered,
    calls: events::Calls,
}

impl EventBridge {
    /// Opens `EventBridge` on a state; what was accepted and not yet delivered is pending again.
    pub fn open(store: Arc<Store>, clock: Arc<Clock>) -> Result<Self, StoreError> {
        let journal = journal::Journal::open(&store)?;
        let (rules, deliveries) = (events::Rules::default(), delivery::Deliveries::default());
        let triggered = metrics::Triggered::default();
        let calls = events::Calls::default();
        Ok(Self { store, clock, rules, journal, deliveries, triggered, calls })
    }

    /// Returns how time passes.
    pub fn pace(&self) -> Pace {
        self.clock.pace()
    }

    fn control(&self, region: &str, action: &str, input: &Value) -> Answer {
        match action {
            "CancelReplay" => self.cancel_replay(region, input),
            "CreateApiDestination" => self.create_destination(region, input),
            "CreateArchive" => self.create_archive(region, input),
            "CreateConnection" => self.create_connection(region, input),
            "CreateEventBus" => self.create_bus(region, input),
            "DeauthorizeConnection" => self.deauthorize_connection(region, input),
            "DeleteApiDestination" => self.delete_destination(region, input),
            "DeleteArchive" => self.delete_archive(region, input),
            "DeleteConnection" => self.delete_connection(region, input),
            "DeleteEventBus" => self.delete_bus(region, input),
            "DeleteRule" => self.delete_rule(region, input),
            "DescribeApiDestination" => self.describe_destination(region, input),
            "DescribeArchive" => self.describe_archive(region, input),
            "DescribeConnection" => self.describe_connection(region, input),
            "DescribeEventBus" => self.describe_bus(region, input),
            "DescribeReplay" => self.describe_replay(region, input),
            "DescribeRule" => self.describe_rule(region, input),
            "DisableRule" => self.set_rule_state(region, input, "DISABLED"),
            "EnableRule" => self.set_rule_state(region, input, "ENABLED"),
            "ListApiDestinations" => self.list_destinations(region, input),
            "ListArchives" => self.list_archives(region, input),
            "ListConnections" => self.list_connections(region, input),
            "ListEventBuses" => self.list_buses(region, input),
            "ListReplays" => self.list_replays(region, input),
            "ListRuleNamesByTarget" => self.list_rule_names(region, input),
            "ListRules" => self.list_rules(region, input),
            "ListTagsForResource" => self.list_tags(region, input),
            "ListTargetsByRule" => self.list_targets(region, input),
            "PutPermission" => self.put_permission(region, input),
            "PutRule" => self.put_rule(region, input),
            "PutTargets" => self.put_targets(region, input),
            "RemovePermission" => self.remove_permission(region, input),
            "RemoveTargets" => self.remove_targets(region, input),
            "StartReplay" => self.start_replay(region, input),
            "TagResource" => self.tag(region, input),
            "UntagResource" => self.untag(region, input),
            "UpdateApiDestination" => self.update_destination(region, input),
            "UpdateArchive" => self.update_archive(region, input),
            "UpdateConnection" => self.update_connection(region, input),
            "UpdateEventBus" => self.update_bus(region, input),
            _ => Err(ApiError::client("UnknownOperationException", "")),
        }
    }
}

impl Service for EventBridge {
    /// Answers one action: all of its writes are kept, or none.
    fn call(&self, region: &str, action: &str, input: &Value) -> Answer {
        check::check(action, input)?;
        match action {
            "PutEvents" => self.put_events(region, input),
            "TestEventPattern" => self.test_pattern(input),
            _ => self.store.atomically(|| self.control(region, action, input)),
        }
    }
}

#[cfg(test)]
mod tests;

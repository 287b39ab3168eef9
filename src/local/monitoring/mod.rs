//! CloudWatch: the metrics of `AWS/Events`, counted by the local EventBridge, and alarms as records.
//!
//! Source: the API reference of CloudWatch and its service model (2010-08-01), which all three protocols share: RPC v2
//! in CBOR (the SDKs of today), AWS JSON, and Query.
//! A metric has one sample for each time that something happened, so that its sum and its number of samples are
//! equal; alarms change their state by `SetAlarmState` alone.

mod alarm;
mod data;
mod error;
mod input;
mod list;
mod series;
mod statistics;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use super::clock::Clock;
use super::eventbridge::EventBridge;
use super::store::Store;
use super::wire::{Answer, ApiError, Service};
pub use error::query_error;

/// The CloudWatch of one local cloud.
pub struct CloudWatch {
    store: Arc<Store>,
    clock: Arc<Clock>,
    events: Arc<EventBridge>,
}

impl CloudWatch {
    /// Opens CloudWatch beside EventBridge, whose counters it shows.
    pub fn new(store: Arc<Store>, clock: Arc<Clock>, events: Arc<EventBridge>) -> Self {
        Self { store, clock, events }
    }

    fn dispatch(&self, region: &str, action: &str, input: &Value) -> Answer {
        match action {
            "DeleteAlarms" => self.delete_alarms(region, input),
            "DescribeAlarms" => self.describe_alarms(region, input),
            "GetMetricData" => self.metric_data(region, input),
            "GetMetricStatistics" => self.metric_statistics(region, input),
            "ListMetrics" => self.list_metrics(region, input),
            "PutMetricAlarm" => self.put_metric_alarm(region, input),
            "SetAlarmState" => self.set_alarm_state(region, input),
            other => Err(ApiError::client(
                "InvalidAction",
                format!("Could not find operation {other} for version 2010-08-01"),
            )),
        }
    }
}

impl Service for CloudWatch {
    fn call(&self, region: &str, action: &str, input: &Value) -> Answer {
        match action {
            // Reading counters writes those that wait for it: no transaction may take them back.
            "GetMetricData" | "GetMetricStatistics" | "ListMetrics" => self.dispatch(region, action, input),
            _ => self.store.atomically(|| self.dispatch(region, action, input)),
        }
    }
}

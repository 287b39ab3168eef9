//! CloudWatch Logs: log groups and streams whose events are rows in the store.
//!
//! Source: the API reference of CloudWatch Logs and its service model (2014-03-28, JSON 1.1); the rules and
//! the wording are captured on AWS where a comment says so. `winterbaume-cloudwatchlogs` keeps all events in
//! one snapshot, to be written whole at every change, and would answer `PutLogEvents` without these checks.
//! Filter patterns are terms only; metric filters, subscriptions and queries are refused.

mod error;
mod group;
mod input;
mod pattern;
mod policy;
mod put;
mod read;
mod stream;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use super::clock::Clock;
use super::store::{Store, StoreError};
use super::wire::{Answer, ApiError, Service};

/// The CloudWatch Logs of one local cloud.
pub struct Logs {
    store: Arc<Store>,
    clock: Arc<Clock>,
}

impl Logs {
    /// Opens CloudWatch Logs over the store.
    pub fn new(store: Arc<Store>, clock: Arc<Clock>) -> Result<Self, StoreError> {
        store.with(|connection| connection.execute_batch(include_str!("schema.sql")))?;
        Ok(Self { store, clock })
    }

    fn dispatch(&self, region: &str, action: &str, input: &Value) -> Answer {
        match action {
            "CreateLogGroup" => self.create_group(region, input),
            "CreateLogStream" => self.create_stream(region, input),
            "DeleteLogGroup" => self.delete_group(region, input),
            "DeleteLogStream" => self.delete_stream(region, input),
            "DeleteResourcePolicy" => self.delete_policy(region, input),
            "DeleteRetentionPolicy" => self.set_retention(region, input, None),
            "DescribeLogGroups" => self.describe_groups(region, input),
            "DescribeLogStreams" => self.describe_streams(region, input),
            "DescribeResourcePolicies" => self.describe_policies(region, input),
            "FilterLogEvents" => self.filter_events(region, input),
            "GetLogEvents" => self.events(region, input),
            "ListTagsForResource" | "ListTagsLogGroup" => self.list_tags(region, input),
            "PutLogEvents" => self.put_events(region, input),
            "PutResourcePolicy" => self.put_policy(region, input),
            "PutRetentionPolicy" => self.set_retention(region, input, Some(input::retention(input)?)),
            "TagLogGroup" | "TagResource" => self.tag(region, input),
            "UntagLogGroup" | "UntagResource" => self.untag(region, input),
            other => Err(ApiError::client(
                "UnknownOperationException",
                format!("The local CloudWatch Logs has no action {other}."),
            )),
        }
    }
}

impl Service for Logs {
    fn call(&self, region: &str, action: &str, input: &Value) -> Answer {
        self.store.atomically(|| self.dispatch(region, action, input))
    }
}

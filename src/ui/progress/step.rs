//! A stack operation as a stream of JSON: a line for everything that happens.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::stack::{Event, Status};

/// Something that happened in a stack operation that is followed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Step {
    /// The stack's name.
    pub(super) stack: String,
    /// The region.
    pub(super) region: String,
    /// What is told.
    pub(super) kind: Kind,
    /// When it happened, by CloudFormation's clock; nothing for `slow`.
    pub(super) time: Option<String>,
    /// How long the operation has taken so far.
    pub(super) total_seconds: f64,
    /// The resource's name in the template; the stack's own name for the stack itself.
    pub(super) logical_id: String,
    /// The resource's type.
    pub(super) resource_type: String,
    /// The status that it has now.
    pub(super) status: Status,
    /// Why, when CloudFormation says so.
    pub(super) reason: Option<String>,
    /// How long the resource has taken so far.
    pub(super) resource_seconds: f64,
    /// What a slow resource waits for.
    pub(super) note: Option<String>,
}

/// What a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The stack itself has a new status.
    Stack,
    /// A resource has a new status.
    Resource,
    /// A resource takes much longer than usual.
    Slow,
}

impl Step {
    /// The name and version of the layout.
    pub const SCHEMA: &'static str = "progress/1";

    /// Makes the line of an event.
    pub(super) fn of(place: (&str, &str), event: &Event, total: Duration, taken: Duration) -> Self {
        Self {
            stack: place.0.to_owned(),
            region: place.1.to_owned(),
            kind: if event.is_stack() { Kind::Stack } else { Kind::Resource },
            time: event.time.map(|time| time.to_string()),
            total_seconds: seconds(total),
            logical_id: event.logical_id.clone(),
            resource_type: event.resource_type.clone(),
            status: event.status.clone(),
            reason: event.reason.clone(),
            resource_seconds: seconds(taken),
            note: None,
        }
    }
}

/// Seconds to the millisecond.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}

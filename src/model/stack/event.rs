//! What happened to a stack's resource.

use jiff::Timestamp;

use super::Status;

/// One stack event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event's own id.
    pub id: String,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// The resource's name in the template; the stack's own name for the stack itself.
    pub logical_id: String,
    /// The resource's type; `AWS::CloudFormation::Stack` for the stack itself.
    pub resource_type: String,
    /// The resource's new status.
    pub status: Status,
    /// Why, when CloudFormation says so.
    pub reason: Option<String>,
    /// The token of the operation that this event belongs to.
    pub token: Option<String>,
}

impl Event {
    /// Returns whether the event is about the stack itself.
    pub fn is_stack(&self) -> bool {
        self.resource_type == "AWS::CloudFormation::Stack"
    }
}

//! Events, as `DescribeStackEvents` and `DescribeEvents` show them.

use serde_json::{Value, json};

use crate::local::cloudformation::events::{Event, More};

/// The hook that a fault speaks for.
const HOOK: &str = "Local::Fault::Hook";

/// Returns whether an event belongs to the making of a change set.
pub(super) fn of_change_set(event: &Event, id: &str) -> bool {
    matches!(&event.more, Some(More::Validation { change_set, .. }) if change_set == id)
}

/// Shows an event of an operation.
pub(super) fn operation_event(stack_id: &str, one: &Event) -> Value {
    let mut shown = event(stack_id, one);
    let Value::Object(members) = &mut shown else { return shown };
    members.remove("StackName");
    members.insert("OperationType".to_owned(), json!(one.operation_kind));
    let kind = match &one.more {
        None if one.status.ends_with("_FAILED") => "PROVISIONING_ERROR",
        None => "STACK_EVENT",
        Some(more) => {
            // Neither has a status of the resource.
            members.remove("ResourceStatus");
            members.remove("ResourceStatusReason");
            match more {
                More::Validation { path, .. } => {
                    members.insert("ValidationName".to_owned(), json!("PROPERTY_VALIDATION"));
                    members.insert("ValidationPath".to_owned(), json!(path));
                    members.insert("ValidationStatus".to_owned(), json!("FAILED"));
                    members.insert("ValidationFailureMode".to_owned(), json!("FAIL"));
                    members.insert("ValidationStatusReason".to_owned(), json!(one.reason));
                    "VALIDATION_ERROR"
                }
                More::Hook => {
                    members.insert("HookType".to_owned(), json!(HOOK));
                    members.insert("HookStatus".to_owned(), json!(one.status));
                    members.insert("HookStatusReason".to_owned(), json!(one.reason));
                    members.insert("HookInvocationPoint".to_owned(), json!("PRE_PROVISION"));
                    members.insert("HookFailureMode".to_owned(), json!("FAIL"));
                    "HOOK_INVOCATION_ERROR"
                }
            }
        }
    };
    members.insert("EventType".to_owned(), json!(kind));
    shown
}

/// Shows an event of a stack.
pub(super) fn event(stack_id: &str, event: &Event) -> Value {
    let operation = (!event.operation.is_empty()).then_some(&event.operation);
    json!({
        "StackId": stack_id,
        "EventId": event.id,
        "StackName": event.stack_name,
        "OperationId": operation,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.kind,
        "Timestamp": event.time,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "ClientRequestToken": event.token,
    })
}

//! Changes of status, each with its event.

use serde_json::Value;

use crate::local::clock::Clock;
use crate::local::cloudformation::events::{self, Event, More};
use crate::local::cloudformation::naming;
use crate::local::cloudformation::record::{Operation, Resource, ResourceStatus, Stack, StackStatus};
use crate::local::cloudformation::secrets::mask;
use crate::local::store::{Store, StoreError};

/// Writes the events of the stacks of one region.
#[derive(Clone, Copy)]
pub(crate) struct Journal<'a> {
    pub(crate) store: &'a Store,
    pub(crate) clock: &'a Clock,
    pub(crate) region: &'a str,
}

impl Journal<'_> {
    /// Gives a stack a status.
    pub(crate) fn stack(
        &self,
        stack: &mut Stack,
        operation: Option<&Operation>,
        status: StackStatus,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        stack.status = status;
        stack.status_reason = reason.map(str::to_owned);
        let event = Event {
            id: naming::uuid(),
            stack_name: stack.name.clone(),
            logical_id: stack.name.clone(),
            physical_id: Some(stack.id.clone()),
            kind: "AWS::CloudFormation::Stack".to_owned(),
            time: naming::time(self.clock.now()),
            status: status.name().to_owned(),
            reason: stack.status_reason.clone(),
            token: operation.and_then(|operation| operation.token.clone()),
            properties: None,
            operation: operation.map(|operation| operation.id.clone()).unwrap_or_default(),
            operation_kind: operation.map(|operation| operation.kind.name().to_owned()),
            more: None,
        };
        events::append(self.store, &stack.id, &event)
    }

    /// Gives a resource a status.
    pub(crate) fn resource(
        &self,
        (stack_id, stack_name): (&str, &str),
        operation: &Operation,
        resource: &mut Resource,
        status: ResourceStatus,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        resource.status = status;
        resource.status_reason = reason.map(str::to_owned);
        resource.changed = now;
        let properties = mask(&Value::Object(resource.properties.clone()).to_string());
        let event = Event {
            id: format!("{}-{}-{}", resource.logical_id, status.name(), naming::uuid()),
            stack_name: stack_name.to_owned(),
            logical_id: resource.logical_id.clone(),
            physical_id: resource.physical_id.clone(),
            kind: resource.kind.clone(),
            time: naming::time(now),
            status: status.name().to_owned(),
            reason: reason.map(str::to_owned),
            token: operation.token.clone(),
            properties: Some(properties),
            operation: operation.id.clone(),
            operation_kind: Some(operation.kind.name().to_owned()),
            more: None,
        };
        events::append(self.store, stack_id, &event)
    }

    /// Writes down that a hook said no to a resource.
    pub(crate) fn hook(
        &self,
        stack: &Stack,
        operation: &Operation,
        key: (&str, &str),
        reason: &str,
    ) -> Result<(), StoreError> {
        let event = Event {
            token: operation.token.clone(),
            operation: operation.id.clone(),
            operation_kind: Some(operation.kind.name().to_owned()),
            ..self.told(stack, key, "HOOK_COMPLETE_FAILED", (reason, More::Hook))
        };
        events::append(self.store, &stack.id, &event)
    }

    /// Writes down that a change set's validation failed at a resource.
    pub(crate) fn validation(
        &self,
        stack: &Stack,
        change_set: &str,
        key: (&str, &str),
        reason: &str,
    ) -> Result<(), StoreError> {
        let path = format!("/Resources/{}/Properties", key.0);
        let more = More::Validation { change_set: change_set.to_owned(), path };
        let event = Event {
            operation_kind: Some("CREATE_CHANGESET".to_owned()),
            ..self.told(stack, key, "VALIDATION_FAILED", (reason, more))
        };
        events::append(self.store, &stack.id, &event)
    }

    /// Makes an event of a resource that only `DescribeEvents` tells.
    fn told(
        &self,
        stack: &Stack,
        (logical_id, kind): (&str, &str),
        status: &str,
        (reason, more): (&str, More),
    ) -> Event {
        Event {
            id: naming::uuid(),
            stack_name: stack.name.clone(),
            logical_id: logical_id.to_owned(),
            physical_id: None,
            kind: kind.to_owned(),
            time: naming::time(self.clock.now()),
            status: status.to_owned(),
            reason: Some(reason.to_owned()),
            token: None,
            properties: None,
            operation: naming::uuid(),
            operation_kind: None,
            more: Some(more),
        }
    }
}

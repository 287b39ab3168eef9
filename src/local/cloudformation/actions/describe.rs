//! Stacks, their resources and events, as the API shows them.

use serde_json::{Map, Value, json};

use super::events::{event, of_change_set, operation_event};
use super::{Api, pairs, rollback};
use crate::local::cloudformation::drift::Drifts;
use crate::local::cloudformation::events;
use crate::local::cloudformation::input::{Input, invalid};
use crate::local::cloudformation::naming;
use crate::local::cloudformation::record::{Resource, Stack, StackStatus};
use crate::local::cloudformation::secrets::mask;
use crate::local::wire::{Answer, ApiError};

/// How many events are in an answer.
const PAGE: usize = 100;

impl Api<'_> {
    /// Describes one stack, or all that are not deleted.
    pub(super) fn describe_stacks(self, input: Input<'_>) -> Answer {
        let stacks = match input.text("StackName") {
            Some(name) => vec![self.described(name)?],
            None => self.all()?.into_iter().filter(|one| one.status != StackStatus::DeleteComplete).collect(),
        };
        let stacks: Result<Vec<Value>, ApiError> =
            stacks.iter().map(|one| Ok(stack(one, &self.drifts(one)?.of_stack()))).collect();
        Ok(json!({"Stacks": stacks?}))
    }

    /// Lists stacks, also deleted ones, by status.
    pub(super) fn list_stacks(self, input: Input<'_>) -> Answer {
        let wanted = input.list("StackStatusFilter");
        let summaries: Result<Vec<Value>, ApiError> = self
            .all()?
            .iter()
            .filter(|one| wanted.is_empty() || wanted.iter().any(|status| status == one.status.name()))
            .map(|one| {
                Ok(json!({
                    "StackId": one.id,
                    "StackName": one.name,
                    "TemplateDescription": one.settings.description,
                    "CreationTime": naming::time(one.created),
                    "LastUpdatedTime": one.updated.map(naming::time),
                    "DeletionTime": one.deleted.map(naming::time),
                    "StackStatus": one.status.name(),
                    "StackStatusReason": one.status_reason,
                    "DriftInformation": self.drifts(one)?.of_stack(),
                }))
            })
            .collect();
        Ok(json!({"StackSummaries": summaries?}))
    }

    /// Returns a stack's events, newest first.
    pub(super) fn describe_stack_events(self, input: Input<'_>) -> Answer {
        let name = input.required("StackName")?;
        let stack = self.existing(name)?;
        let (events, next) = events::page(self.store, &stack.id, token(input)?, PAGE)?;
        let events: Vec<Value> =
            events.iter().filter(|one| one.more.is_none()).map(|one| event(&stack.id, one)).collect();
        Ok(json!({"StackEvents": events, "NextToken": next.map(|next| next.to_string())}))
    }

    /// Returns an operation's, a change set's or a stack's events, newest first.
    pub(super) fn describe_events(self, input: Input<'_>) -> Answer {
        let operation = input.text("OperationId");
        let mut change_set = None;
        let stack = match (operation, input.text("StackName"), input.text("ChangeSetName")) {
            (Some(operation), ..) => {
                let stack = events::stack_of(self.store, operation)?;
                stack.ok_or_else(|| invalid(format!("Operation [{operation}] does not exist")))?
            }
            (None, Some(name), _) => self.existing(name)?.id,
            (None, None, Some(_)) => {
                let name = input.text("ChangeSetName").unwrap_or_default();
                let found = self.change_set(input)?.ok_or_else(|| super::no_change_set(name))?;
                change_set.insert(found).stack_id.clone()
            }
            (None, None, None) => {
                return Err(invalid("One of StackName, ChangeSetName or OperationId must be specified"));
            }
        };
        let only_failed = input.0.get("Filters").is_some_and(|filters| Input(filters).flag("FailedEvents"));
        let (mut found, mut before) = (Vec::new(), token(input)?);
        let next = loop {
            let (events, next) = events::page(self.store, &stack, before, PAGE)?;
            found.extend(events.into_iter().filter(|one| {
                operation.is_none_or(|operation| one.operation == operation)
                    && change_set.as_ref().is_none_or(|change_set| of_change_set(one, &change_set.id))
                    && (!only_failed || one.status.ends_with("_FAILED"))
            }));
            before = next;
            if next.is_none() || found.len() >= PAGE {
                break next;
            }
        };
        let found: Vec<Value> = found.iter().map(|one| operation_event(&stack, one)).collect();
        Ok(json!({"OperationEvents": found, "NextToken": next.map(|next| next.to_string())}))
    }

    /// Describes one resource.
    pub(super) fn describe_stack_resource(self, input: Input<'_>) -> Answer {
        let stack = self.existing(input.required("StackName")?)?;
        let name = input.required("LogicalResourceId")?;
        let found = stack
            .resource(name)
            .ok_or_else(|| invalid(format!("Resource {name} does not exist for stack {}", stack.name)))?;
        let mut shown = resource(&stack, found, "LastUpdatedTimestamp", &self.drifts(&stack)?);
        if let (Value::Object(shown), Some(metadata)) = (&mut shown, &found.metadata) {
            shown.insert("Metadata".to_owned(), json!(mask(&metadata.to_string())));
        }
        Ok(json!({"StackResourceDetail": shown}))
    }

    /// Describes a stack's resources, or the stack that a physical resource belongs to.
    pub(super) fn describe_stack_resources(self, input: Input<'_>) -> Answer {
        let (stack, wanted) = match (input.text("StackName"), input.text("PhysicalResourceId")) {
            (Some(name), _) => (self.described(name)?, input.text("LogicalResourceId")),
            (None, Some(id)) => {
                let owns = |stack: &Stack| {
                    stack.status != StackStatus::DeleteComplete
                        && stack.resources.iter().any(|one| one.physical_id.as_deref() == Some(id))
                };
                let stack = self.all()?.into_iter().find(owns);
                (stack.ok_or_else(|| invalid(format!("Stack for {id} does not exist")))?, None)
            }
            (None, None) => return Err(invalid("One of StackName or PhysicalResourceId must be specified")),
        };
        let drifts = self.drifts(&stack)?;
        let shown: Vec<Value> = stack
            .resources
            .iter()
            .filter(|one| wanted.is_none_or(|wanted| one.logical_id == wanted))
            .map(|one| resource(&stack, one, "Timestamp", &drifts))
            .collect();
        Ok(json!({"StackResources": shown}))
    }

    /// Lists a stack's resources.
    pub(super) fn list_stack_resources(self, input: Input<'_>) -> Answer {
        let stack = self.described(input.required("StackName")?)?;
        let drifts = self.drifts(&stack)?;
        let shown = stack.resources.iter().map(|one| {
            let mut shown = resource(&stack, one, "LastUpdatedTimestamp", &drifts);
            if let Value::Object(shown) = &mut shown {
                shown.remove("StackId");
                shown.remove("StackName");
            }
            shown
        });
        Ok(json!({"StackResourceSummaries": shown.collect::<Vec<_>>()}))
    }

    fn all(self) -> Result<Vec<Stack>, ApiError> {
        Ok(self.store.list::<Stack>(self.region)?.into_iter().rev().map(|(_, stack)| stack).collect())
    }
}

fn token(input: Input<'_>) -> Result<Option<i64>, ApiError> {
    let wrong = |_| invalid("The provided NextToken is not valid");
    input.text("NextToken").map(|text| text.parse().map_err(wrong)).transpose()
}

fn stack(stack: &Stack, drift: &Value) -> Value {
    let settings = &stack.settings;
    let parameters: Vec<Value> = settings
        .parameters
        .iter()
        .map(|(key, value)| json!({"ParameterKey": key, "ParameterValue": mask(value)}))
        .collect();
    let outputs: Vec<Value> = stack
        .outputs
        .iter()
        .map(|output| {
            json!({
                "OutputKey": output.key,
                "OutputValue": output.value,
                "Description": output.description,
                "ExportName": output.export,
            })
        })
        .collect();
    json!({
        "StackId": stack.id,
        "StackName": stack.name,
        "ChangeSetId": stack.change_set,
        "Description": settings.description,
        "Parameters": parameters,
        "CreationTime": naming::time(stack.created),
        "DeletionTime": stack.deleted.map(naming::time),
        "LastUpdatedTime": stack.updated.map(naming::time),
        "RollbackConfiguration": rollback(settings),
        "StackStatus": stack.status.name(),
        "StackStatusReason": stack.status_reason,
        "DisableRollback": stack.disable_rollback,
        "NotificationARNs": settings.notification_arns,
        "TimeoutInMinutes": settings.timeout_minutes,
        "Capabilities": settings.capabilities,
        "Outputs": outputs,
        "RoleARN": settings.role_arn,
        "Tags": pairs(&settings.tags, "Key", "Value"),
        "EnableTerminationProtection": stack.termination_protection,
        "DriftInformation": drift,
    })
}

fn resource(stack: &Stack, resource: &Resource, time: &str, drifts: &Drifts) -> Value {
    let mut shown = Map::new();
    shown.insert("StackId".to_owned(), json!(stack.id));
    shown.insert("StackName".to_owned(), json!(stack.name));
    shown.insert("LogicalResourceId".to_owned(), json!(resource.logical_id));
    shown.insert("PhysicalResourceId".to_owned(), json!(resource.physical_id));
    shown.insert("ResourceType".to_owned(), json!(resource.kind));
    shown.insert(time.to_owned(), json!(naming::time(resource.changed)));
    shown.insert("ResourceStatus".to_owned(), json!(resource.status.name()));
    shown.insert("ResourceStatusReason".to_owned(), json!(resource.status_reason));
    shown.insert("DriftInformation".to_owned(), drifts.of_resource(&resource.logical_id));
    Value::Object(shown)
}

//! The API's actions. Each is one transaction.

mod change_sets;
pub(crate) mod compare;
mod describe;
mod drift;
mod events;
mod prepare;
mod role;
mod show;
mod stacks;
mod templates;
mod unsupported;

use serde_json::{Value, json};

use super::engine::Journal;
use super::input::{Input, invalid};
use super::record::{ChangeSet, Definition, LiveName, Settings, Stack};
use crate::local::clock::Clock;
use crate::local::store::{Store, StoreError};
use crate::local::wire::{Answer, ApiError};

/// Answers the actions in one region.
#[derive(Clone, Copy)]
pub(crate) struct Api<'a> {
    pub(crate) store: &'a Store,
    pub(crate) clock: &'a Clock,
    pub(crate) region: &'a str,
}

impl Api<'_> {
    /// Answers one action.
    pub(crate) fn answer(self, action: &str, input: Input<'_>) -> Answer {
        self.check_role(input)?;
        match action {
            "CreateChangeSet" => self.create_change_set(input),
            "DescribeChangeSet" => self.describe_change_set(input),
            "ListChangeSets" => self.list_change_sets(input),
            "ExecuteChangeSet" => self.execute_change_set(input),
            "DeleteChangeSet" => self.delete_change_set(input),
            "CreateStack" => self.create_stack(input),
            "UpdateStack" => self.update_stack(input),
            "DeleteStack" => self.delete_stack(input),
            "RollbackStack" => self.rollback_stack(input),
            "ContinueUpdateRollback" => self.continue_update_rollback(input),
            "CancelUpdateStack" => self.cancel_update_stack(input),
            "UpdateTerminationProtection" => self.update_termination_protection(input),
            "DescribeStacks" => self.describe_stacks(input),
            "ListStacks" => self.list_stacks(input),
            "DescribeStackEvents" => self.describe_stack_events(input),
            "DescribeEvents" => self.describe_events(input),
            "DescribeStackResource" => self.describe_stack_resource(input),
            "DescribeStackResources" => self.describe_stack_resources(input),
            "DetectStackDrift" => self.detect_stack_drift(input),
            "DescribeStackDriftDetectionStatus" => self.describe_detection(input),
            "DescribeStackResourceDrifts" => self.describe_stack_resource_drifts(input),
            "ListStackResources" => self.list_stack_resources(input),
            "GetTemplate" => self.get_template(input),
            "GetTemplateSummary" => self.get_template_summary(input),
            "ValidateTemplate" => Self::validate_template(input),
            "ListExports" => Ok(json!({"Exports": []})),
            "GetStackPolicy" => Ok(json!({})),
            other => Err(ApiError::client(
                "InvalidAction",
                format!("The action {other} is not supported by the local cloud"),
            )),
        }
    }

    /// Finds a stack by its name, or by its id, which a deleted one still has.
    fn find(self, name_or_id: &str) -> Result<Option<Stack>, StoreError> {
        if name_or_id.starts_with("arn:") {
            return self.store.get(self.region, name_or_id);
        }
        match self.store.get::<LiveName>(self.region, name_or_id)? {
            Some(LiveName(id)) => self.store.get(self.region, &id),
            None => Ok(None),
        }
    }

    /// Finds a stack that must be there to be described.
    fn described(self, name_or_id: &str) -> Result<Stack, ApiError> {
        self.find(name_or_id)?.ok_or_else(|| invalid(format!("Stack with id {name_or_id} does not exist")))
    }

    /// Finds a stack that must be there to be changed.
    fn existing(self, name_or_id: &str) -> Result<Stack, ApiError> {
        self.find(name_or_id)?.ok_or_else(|| invalid(format!("Stack [{name_or_id}] does not exist")))
    }

    fn definition(self, stack: &Stack) -> Result<Option<Definition>, StoreError> {
        match &stack.definition {
            Some(id) => self.store.get(self.region, id),
            None => Ok(None),
        }
    }

    /// Finds a change set by its id, or by its name and its stack.
    fn change_set(self, input: Input<'_>) -> Result<Option<ChangeSet>, ApiError> {
        let name = input.required("ChangeSetName")?;
        if name.starts_with("arn:") {
            return Ok(self.store.get(self.region, name)?);
        }
        let Some(stack) = input.text("StackName") else {
            return Err(invalid("StackName must be specified if ChangeSetName is not specified as an ARN."));
        };
        let stack = self.existing(stack)?;
        Ok(self.change_sets_of(&stack.id)?.into_iter().find(|change_set| change_set.name == name))
    }

    fn change_sets_of(self, stack_id: &str) -> Result<Vec<ChangeSet>, StoreError> {
        let all = self.store.list::<ChangeSet>(self.region)?;
        Ok(all.into_iter().map(|(_, one)| one).filter(|one| one.stack_id == stack_id).collect())
    }

    fn journal(&self) -> Journal<'_> {
        Journal { store: self.store, clock: self.clock, region: self.region }
    }
}

fn no_change_set(name: &str) -> ApiError {
    let message = format!("ChangeSet [{name}] does not exist");
    ApiError { status: 404, code: "ChangeSetNotFound".to_owned(), message }
}

/// Shows the alarms that roll an operation back.
fn rollback(settings: &Settings) -> Value {
    let triggers = settings.rollback_alarms.iter();
    let triggers: Vec<Value> =
        triggers.map(|arn| json!({"Arn": arn, "Type": "AWS::CloudWatch::Alarm"})).collect();
    if triggers.is_empty() { json!({}) } else { json!({"RollbackTriggers": triggers}) }
}

/// Turns a map into a list of objects with a name and a value.
fn pairs<'a>(pairs: impl IntoIterator<Item = (&'a String, &'a String)>, key: &str, value: &str) -> Value {
    pairs.into_iter().map(|(name, text)| json!({key: name, value: text})).collect()
}

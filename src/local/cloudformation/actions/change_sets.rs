//! Change sets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::compare::{cannot_update, check_name, compare, no_changes, same_outputs};
use super::show::shown;
use super::unsupported::refuse_unsupported;
use super::{Api, no_change_set, pairs, rollback};
use crate::local::cloudformation::changes::ResourceChange;
use crate::local::cloudformation::engine::{Start, begin};
use crate::local::cloudformation::input::{Input, invalid};
use crate::local::cloudformation::naming;
use crate::local::cloudformation::record::{
    ChangeSet, ChangeSetStatus, ExecutionStatus, OnFailure, Preparing, Stack, StackStatus,
};
use crate::local::cloudformation::secrets::mask;
use crate::local::fault::{Effect, Step, at_resource, spend};
use crate::local::wire::{Answer, ApiError};

/// In the manner of CloudFormation's early validation; which of it failed, only `DescribeEvents` tells.
const INVALID: &str = "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. \
    To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.";

impl Api<'_> {
    /// Makes a change set, and for a new stack the stack in review.
    pub(super) fn create_change_set(self, input: Input<'_>) -> Answer {
        let (stack_name, name) = (input.required("StackName")?, input.required("ChangeSetName")?);
        check_name("changeSetName", name)?;
        let kind = input.text("ChangeSetType").unwrap_or("UPDATE");
        if !matches!(kind, "CREATE" | "UPDATE") {
            return Err(invalid(format!("ChangeSetType {kind} is not supported by the local cloud")));
        }
        refuse_unsupported(input)?;
        let on_failure = input.on_failure("OnStackFailure")?;
        if on_failure == Some(OnFailure::Delete) && kind != "CREATE" {
            return Err(invalid("OnStackFailure DELETE can only be used with a change set of type CREATE"));
        }
        let stack = self.find(stack_name)?.filter(|stack| stack.status != StackStatus::DeleteComplete);
        let stack = match (kind, stack) {
            ("CREATE", None) => self.in_review(stack_name)?,
            ("CREATE", Some(stack)) if stack.status == StackStatus::ReviewInProgress => stack,
            ("CREATE", Some(stack)) => {
                return Err(invalid(format!(
                    "Stack [{}] already exists and cannot be created again with the changeSet [{name}].",
                    stack.name
                )));
            }
            (_, None) => return Err(invalid(format!("Stack [{stack_name}] does not exist"))),
            (_, Some(stack)) => stack,
        };
        if kind == "UPDATE" && !stack.status.can_update() {
            return Err(cannot_update(&stack));
        }
        let token = input.text("ClientToken");
        if let Some(same) = self.change_sets_of(&stack.id)?.into_iter().find(|one| one.name == name) {
            if token.is_some() && same.client_token.as_deref() == token {
                return Ok(json!({"Id": same.id, "StackId": same.stack_id}));
            }
            let message = format!("ChangeSet {name} already exists");
            return Err(ApiError::client("AlreadyExistsException", message));
        }
        let previous = self.definition(&stack)?;
        let prepared = self.prepare(input, (&stack.id, &stack.name), previous.as_ref())?;
        // What is deployed is looked at by the engine, in a step of its own.
        let reverts = kind == "UPDATE" && input.text("DeploymentMode") == Some("REVERT_DRIFT");
        let takes_existing = input.flag("ImportExistingResources");
        let is_pending = reverts || takes_existing;
        let changes = if reverts {
            Vec::new()
        } else {
            compare(&stack, previous.as_ref(), &prepared.template, &prepared.definition)?
        };
        let is_empty = changes.is_empty() && same_outputs(previous.as_ref(), &prepared.definition);
        let id = naming::change_set_id(self.region, name);
        let is_invalid = self.validated(&stack, &id, &changes)?;
        let change_set = ChangeSet {
            id: id.clone(),
            name: name.to_owned(),
            stack_id: stack.id.clone(),
            description: input.text("Description").map(str::to_owned),
            created: self.clock.now(),
            status: match is_empty {
                _ if is_invalid => ChangeSetStatus::Failed,
                _ if is_pending => ChangeSetStatus::InProgress,
                true => ChangeSetStatus::Failed,
                false => ChangeSetStatus::Complete,
            },
            status_reason: match (is_invalid, is_empty && !is_pending) {
                (true, _) => Some(INVALID.to_owned()),
                (false, is_empty) => is_empty.then(no_changes),
            },
            execution: if is_empty || is_invalid {
                ExecutionStatus::Unavailable
            } else {
                ExecutionStatus::Available
            },
            client_token: token.map(str::to_owned),
            on_failure,
            definition: prepared.definition,
            changes,
            reverts,
            takes_existing,
            imports: BTreeMap::new(),
        };
        self.store.put(self.region, &id, &change_set)?;
        if is_pending && !is_invalid {
            self.store.put(self.region, &id, &Preparing)?;
        }
        Ok(json!({"Id": id, "StackId": stack.id}))
    }

    /// Describes a change set, with the values when they are asked for.
    pub(super) fn describe_change_set(self, input: Input<'_>) -> Answer {
        let change_set = self.must_have(input)?;
        let stack = self.described(&change_set.stack_id)?;
        let with_values = input.flag("IncludePropertyValues");
        let settings = &change_set.definition.settings;
        let parameters = settings.parameters.iter().map(|(key, value)| (key.clone(), mask(value)));
        let parameters: Vec<(String, String)> = parameters.collect();
        let parameters = parameters.iter().map(|(key, value)| (key, value));
        let changes: Vec<Value> = change_set
            .changes
            .iter()
            .map(|change| json!({"Type": "Resource", "ResourceChange": shown(change, with_values)}))
            .collect();
        Ok(json!({
            "ChangeSetName": change_set.name,
            "ChangeSetId": change_set.id,
            "StackId": change_set.stack_id,
            "StackName": stack.name,
            "Description": change_set.description,
            "Parameters": pairs(parameters, "ParameterKey", "ParameterValue"),
            "CreationTime": naming::time(change_set.created),
            "ExecutionStatus": change_set.execution.name(),
            "Status": change_set.status.name(),
            "StatusReason": change_set.status_reason,
            "NotificationARNs": settings.notification_arns,
            "RollbackConfiguration": rollback(settings),
            "Capabilities": settings.capabilities,
            "Tags": pairs(&settings.tags, "Key", "Value"),
            "Changes": changes,
            "IncludeNestedStacks": false,
            "ImportExistingResources": change_set.takes_existing,
            "DeploymentMode": change_set.reverts.then_some("REVERT_DRIFT"),
            "OnStackFailure": change_set.on_failure.map(OnFailure::name),
        }))
    }

    /// Lists a stack's change sets.
    pub(super) fn list_change_sets(self, input: Input<'_>) -> Answer {
        let stack = self.existing(input.required("StackName")?)?;
        let summaries: Vec<Value> = self
            .change_sets_of(&stack.id)?
            .iter()
            .map(|one| {
                json!({
                    "StackId": stack.id,
                    "StackName": stack.name,
                    "ChangeSetId": one.id,
                    "ChangeSetName": one.name,
                    "ExecutionStatus": one.execution.name(),
                    "Status": one.status.name(),
                    "StatusReason": one.status_reason,
                    "CreationTime": naming::time(one.created),
                    "Description": one.description,
                    "IncludeNestedStacks": false,
                })
            })
            .collect();
        Ok(json!({"Summaries": summaries}))
    }

    /// Starts what a change set says, and removes the stack's other change sets.
    pub(super) fn execute_change_set(self, input: Input<'_>) -> Answer {
        let mut change_set = self.must_have(input)?;
        let token = input.text("ClientRequestToken");
        let mut stack = self.described(&change_set.stack_id)?;
        let runs = stack.operation.as_ref().filter(|one| one.change_set.as_ref() == Some(&change_set.id));
        if token.is_some() && runs.is_some_and(|operation| operation.token.as_deref() == token) {
            return Ok(json!({}));
        }
        if change_set.status != ChangeSetStatus::Complete
            || change_set.execution != ExecutionStatus::Available
        {
            let status = match change_set.status {
                ChangeSetStatus::Complete => change_set.execution.name(),
                status => status.name(),
            };
            let message = format!(
                "ChangeSet [{}] cannot be executed in its current status of [{status}]",
                change_set.id
            );
            return Err(ApiError::client("InvalidChangeSetStatus", message));
        }
        let is_new = stack.status == StackStatus::ReviewInProgress;
        if !is_new && !stack.status.can_update() {
            return Err(cannot_update(&stack));
        }
        let on_failure = match (change_set.on_failure, input.flag("DisableRollback")) {
            (Some(_), true) => {
                return Err(invalid(
                    "DisableRollback cannot be used with a change set that has OnStackFailure",
                ));
            }
            (None, true) => OnFailure::DoNothing,
            (on_failure, false) => on_failure.unwrap_or(OnFailure::Rollback),
        };
        for other in self.change_sets_of(&stack.id)? {
            if other.id != change_set.id {
                self.store.remove::<ChangeSet>(self.region, &other.id)?;
            }
        }
        change_set.execution = ExecutionStatus::InProgress;
        self.store.put(self.region, &change_set.id, &change_set)?;
        stack.change_set = Some(change_set.id.clone());
        stack.disable_rollback = on_failure == OnFailure::DoNothing;
        let definition = change_set.definition.clone();
        let start = match (is_new, change_set.reverts) {
            (true, _) => Start::Create(definition),
            (false, true) => Start::Revert(definition),
            (false, false) => Start::Update(definition),
        };
        begin(
            &self.journal(),
            &mut stack,
            start,
            (token, on_failure, Some(&change_set.id)),
            BTreeSet::new(),
        )?;
        if let Some(operation) = &mut stack.operation {
            operation.imports = change_set.imports;
            self.store.put(self.region, &stack.id, &stack)?;
        }
        Ok(json!({}))
    }

    /// Removes a change set; a stack in review stays.
    pub(super) fn delete_change_set(self, input: Input<'_>) -> Answer {
        let Some(change_set) = self.change_set(input)? else { return Ok(json!({})) };
        if change_set.execution == ExecutionStatus::InProgress {
            let message = format!(
                "ChangeSet [{}] cannot be deleted in its current execution status of [EXECUTE_IN_PROGRESS]",
                change_set.id
            );
            return Err(ApiError::client("InvalidChangeSetStatus", message));
        }
        self.store.remove::<Preparing>(self.region, &change_set.id)?;
        self.store.remove::<ChangeSet>(self.region, &change_set.id)?;
        Ok(json!({}))
    }

    /// Lets the validation of a change set fail, if that was asked for; returns whether it did.
    fn validated(self, stack: &Stack, id: &str, changes: &[ResourceChange]) -> Result<bool, ApiError> {
        let mut is_invalid = false;
        for change in changes {
            let key = (change.logical_id.as_str(), change.kind.as_str());
            if let Some(fault) = at_resource(self.store, self.region, key, Step::Validate)?
                && let Effect::Fail(reason) = fault.effect
            {
                spend(self.store, fault.id)?;
                self.journal().validation(stack, id, key, &reason)?;
                is_invalid = true;
            }
        }
        Ok(is_invalid)
    }

    /// Makes the stack of a change set that creates it.
    fn in_review(self, name: &str) -> Result<Stack, ApiError> {
        let mut stack = self.new_stack(name)?;
        self.journal().stack(&mut stack, None, StackStatus::ReviewInProgress, Some("User Initiated"))?;
        self.store.put(self.region, &stack.id, &stack)?;
        Ok(stack)
    }

    fn must_have(self, input: Input<'_>) -> Result<ChangeSet, ApiError> {
        self.change_set(input)?.ok_or_else(|| no_change_set(input.text("ChangeSetName").unwrap_or_default()))
    }
}

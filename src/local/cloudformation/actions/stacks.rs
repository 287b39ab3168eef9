//! Creating, updating and deleting stacks, and recovering them.

use std::collections::BTreeSet;

use serde_json::json;

use super::Api;
use super::compare::{cannot_update, check_name, compare, same_outputs};
use crate::local::cloudformation::engine::{Start, begin};
use crate::local::cloudformation::input::{Input, invalid};
use crate::local::cloudformation::naming;
use crate::local::cloudformation::record::{
    ExecutionStatus, LiveName, OnFailure, Phase, Settings, Stack, StackStatus,
};
use crate::local::wire::{Answer, ApiError};

impl Api<'_> {
    /// Makes a stack without a change set.
    pub(super) fn create_stack(self, input: Input<'_>) -> Answer {
        let name = input.required("StackName")?;
        let token = input.text("ClientRequestToken");
        if let Some(stack) = self.find(name)? {
            let same =
                stack.operation.as_ref().is_some_and(|one| token.is_some() && one.token.as_deref() == token);
            if same {
                return Ok(json!({"StackId": stack.id}));
            }
            return Err(ApiError::client("AlreadyExistsException", format!("Stack [{name}] already exists")));
        }
        let mut stack = self.new_stack(name)?;
        let prepared = self.prepare(input, (&stack.id, &stack.name), None)?;
        stack.termination_protection = input.flag("EnableTerminationProtection");
        let on_failure = match (input.on_failure("OnFailure")?, input.flag("DisableRollback")) {
            (Some(_), true) => {
                return Err(invalid("You can specify either DisableRollback or OnFailure, but not both."));
            }
            (None, true) => OnFailure::DoNothing,
            (on_failure, false) => on_failure.unwrap_or(OnFailure::Rollback),
        };
        stack.disable_rollback = on_failure == OnFailure::DoNothing;
        let start = Start::Create(prepared.definition);
        let operation =
            begin(&self.journal(), &mut stack, start, (token, on_failure, None), BTreeSet::new())?;
        Ok(json!({"StackId": stack.id, "OperationId": operation}))
    }

    /// Updates a stack without a change set.
    pub(super) fn update_stack(self, input: Input<'_>) -> Answer {
        let mut stack = self.existing(input.required("StackName")?)?;
        if !stack.status.can_update() {
            return Err(cannot_update(&stack));
        }
        let previous = self.definition(&stack)?;
        let prepared = self.prepare(input, (&stack.id, &stack.name), previous.as_ref())?;
        let changes = compare(&stack, previous.as_ref(), &prepared.template, &prepared.definition)?;
        if changes.is_empty() && same_outputs(previous.as_ref(), &prepared.definition) {
            return Err(invalid("No updates are to be performed."));
        }
        for mut change_set in self.change_sets_of(&stack.id)? {
            if change_set.execution == ExecutionStatus::Available {
                change_set.execution = ExecutionStatus::Obsolete;
                self.store.put(self.region, &change_set.id, &change_set)?;
            }
        }
        let on_failure =
            if input.flag("DisableRollback") { OnFailure::DoNothing } else { OnFailure::Rollback };
        let how = (input.text("ClientRequestToken"), on_failure, None);
        let start = Start::Update(prepared.definition);
        let operation = begin(&self.journal(), &mut stack, start, how, BTreeSet::new())?;
        Ok(json!({"StackId": stack.id, "OperationId": operation}))
    }

    /// Deletes a stack; that there is none is a success.
    pub(super) fn delete_stack(self, input: Input<'_>) -> Answer {
        let Some(mut stack) = self.find(input.required("StackName")?)? else { return Ok(json!({})) };
        let retain: BTreeSet<String> = input.list("RetainResources").into_iter().collect();
        let is_forced = input.text("DeletionMode") == Some("FORCE_DELETE_STACK");
        if matches!(stack.status, StackStatus::DeleteComplete | StackStatus::DeleteInProgress) {
            return Ok(json!({}));
        }
        if stack.termination_protection {
            return Err(invalid(format!(
                "Stack [{}] cannot be deleted while TerminationProtection is enabled",
                stack.name
            )));
        }
        if stack.status != StackStatus::DeleteFailed && (!retain.is_empty() || is_forced) {
            let id = &stack.id;
            return Err(invalid(format!(
                "Invalid operation on stack [{id}]. RetainResources and FORCE_DELETE_STACK are only valid in the DELETE_FAILED state."
            )));
        }
        if stack.status.is_in_progress() {
            let (id, status) = (&stack.id, stack.status.name());
            return Err(invalid(format!("Stack [{id}] cannot be deleted while in status {status}")));
        }
        let skip = if is_forced { failed_to_delete(&stack) } else { retain };
        if let Some(unknown) = skip.iter().find(|name| stack.resource(name).is_none()) {
            return Err(invalid(format!("Resource {unknown} does not exist in stack [{}]", stack.name)));
        }
        let how = (input.text("ClientRequestToken"), OnFailure::Rollback, None);
        begin(&self.journal(), &mut stack, Start::Delete, how, skip)?;
        Ok(json!({}))
    }

    /// Takes a creation or update back that failed with rollback disabled.
    pub(super) fn rollback_stack(self, input: Input<'_>) -> Answer {
        let mut stack = self.existing(input.required("StackName")?)?;
        if !matches!(stack.status, StackStatus::CreateFailed | StackStatus::UpdateFailed) {
            return Err(cannot_roll_back(&stack));
        }
        let how = (input.text("ClientRequestToken"), OnFailure::Rollback, None);
        begin(&self.journal(), &mut stack, Start::Rollback, how, BTreeSet::new())?;
        Ok(json!({"StackId": stack.id}))
    }

    /// Goes on with a rollback that failed, past the resources to skip.
    pub(super) fn continue_update_rollback(self, input: Input<'_>) -> Answer {
        let mut stack = self.existing(input.required("StackName")?)?;
        if stack.status != StackStatus::UpdateRollbackFailed {
            return Err(cannot_roll_back(&stack));
        }
        let skip: BTreeSet<String> = input.list("ResourcesToSkip").into_iter().collect();
        let how = (input.text("ClientRequestToken"), OnFailure::Rollback, None);
        begin(&self.journal(), &mut stack, Start::Continue, how, skip)?;
        Ok(json!({}))
    }

    /// Turns a running update back.
    pub(super) fn cancel_update_stack(self, input: Input<'_>) -> Answer {
        let mut stack = self.existing(input.required("StackName")?)?;
        if stack.status != StackStatus::UpdateInProgress || stack.stable.is_none() {
            return Err(invalid("CancelUpdateStack cannot be called from current stack status"));
        }
        let Some(mut operation) = stack.operation.take() else { return Ok(json!({})) };
        operation.token = input.text("ClientRequestToken").map(str::to_owned).or(operation.token);
        operation.enter(Phase::Back);
        let status = StackStatus::UpdateRollbackInProgress;
        self.journal().stack(&mut stack, Some(&operation), status, Some("User Initiated"))?;
        stack.operation = Some(operation);
        self.store.put(self.region, &stack.id, &stack)?;
        Ok(json!({}))
    }

    /// Makes a stack that has a name and nothing else.
    pub(super) fn new_stack(self, name: &str) -> Result<Stack, ApiError> {
        check_name("stackName", name)?;
        let id = naming::stack_id(self.region, name);
        self.store.put(self.region, name, &LiveName(id.clone()))?;
        Ok(Stack {
            id,
            name: name.to_owned(),
            status: StackStatus::ReviewInProgress,
            status_reason: None,
            created: self.clock.now(),
            updated: None,
            deleted: None,
            change_set: None,
            definition: None,
            settings: Settings::default(),
            outputs: Vec::new(),
            resources: Vec::new(),
            termination_protection: false,
            disable_rollback: false,
            operation: None,
            stable: None,
            leftovers: Vec::new(),
        })
    }

    /// Sets whether a stack can be deleted.
    pub(super) fn update_termination_protection(self, input: Input<'_>) -> Answer {
        let mut stack = self.existing(input.required("StackName")?)?;
        stack.termination_protection = input.flag("EnableTerminationProtection");
        self.store.put(self.region, &stack.id, &stack)?;
        Ok(json!({"StackId": stack.id}))
    }
}

fn failed_to_delete(stack: &Stack) -> BTreeSet<String> {
    let failed = stack.resources.iter().filter(|resource| resource.status.name() == "DELETE_FAILED");
    failed.map(|resource| resource.logical_id.clone()).collect()
}

fn cannot_roll_back(stack: &Stack) -> ApiError {
    let (id, status) = (&stack.id, stack.status.name());
    invalid(format!("Stack:{id} is in {status} state and can not be rolled back."))
}

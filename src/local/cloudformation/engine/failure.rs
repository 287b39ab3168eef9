//! What follows when a resource fails.

use std::fmt::Write as _;

use super::{Engine, Halt, Turn};
use crate::local::cloudformation::record::{
    OnFailure, Operation, OperationKind, Phase, Resource, ResourceStatus, Stack, StackStatus, Task,
};
use crate::model::cloudformation::{Declared, Policy};

impl Engine<'_> {
    /// Turns a failed creation or update the way that was asked for.
    pub(super) fn give_up(&self, stack: &mut Stack, operation: &mut Operation) -> Result<Turn, Halt> {
        let reason = failures(stack, operation);
        self.give_up_because(stack, operation, reason)
    }

    /// Turns an operation back because an alarm went off.
    pub(super) fn turn_back(
        &self,
        stack: &mut Stack,
        operation: &mut Operation,
        alarm: &str,
    ) -> Result<Turn, Halt> {
        let reason = format!("The following rollback trigger(s) went to ALARM state: [{alarm}]. ");
        self.give_up_because(stack, operation, reason)
    }

    fn give_up_because(
        &self,
        stack: &mut Stack,
        operation: &mut Operation,
        reason: String,
    ) -> Result<Turn, Halt> {
        let is_update = operation.kind == OperationKind::Update;
        let (status, reason) = match (operation.on_failure, is_update) {
            (OnFailure::DoNothing, false) => (StackStatus::CreateFailed, reason),
            (OnFailure::DoNothing, true) => (StackStatus::UpdateFailed, reason),
            (OnFailure::Delete, false) => {
                (StackStatus::DeleteInProgress, reason + "Delete requested by user.")
            }
            (_, false) => (StackStatus::RollbackInProgress, reason + "Rollback requested by user."),
            // A stack that was never whole has nothing to go back to but nothing.
            (_, true) if stack.stable.is_none() => (StackStatus::UpdateFailed, reason),
            (_, true) => (StackStatus::UpdateRollbackInProgress, reason),
        };
        self.journal().stack(stack, Some(operation), status, Some(&reason))?;
        match status {
            StackStatus::UpdateRollbackInProgress => operation.enter(Phase::Back),
            StackStatus::RollbackInProgress | StackStatus::DeleteInProgress => operation.enter(Phase::Delete),
            _ => return Ok(Turn::Ended),
        }
        Ok(Turn::Goes)
    }

    /// Records that a resource failed; what else was started is given up.
    pub(super) fn refused(
        &self,
        stack: &mut Stack,
        operation: &mut Operation,
        subject: &str,
        reason: &str,
    ) -> Result<(), Halt> {
        match operation.phase {
            Phase::Forward | Phase::Back => self.failed(stack, operation, subject, reason),
            Phase::Cleanup => self.left_behind(stack, operation, subject, reason),
            Phase::Delete if stack.resource(subject).is_none() => {
                self.left_behind(stack, operation, subject, reason)
            }
            Phase::Delete => self.not_deleted(stack, operation, subject, reason),
        }
    }

    fn failed(
        &self,
        stack: &mut Stack,
        operation: &mut Operation,
        subject: &str,
        reason: &str,
    ) -> Result<(), Halt> {
        if stack.resource(subject).is_none() {
            let plan = self.plan(stack.definition.as_deref())?;
            let declared = plan.resources.iter().find(|declared| declared.logical_id == subject);
            stack.resources.extend(declared.map(|declared| self.not_started(declared)));
        }
        let is_output = stack.resource(subject).is_none();
        match (&mut stack.stable, is_output) {
            // An output: there is no resource to say what is wrong with it.
            (_, true) => stack.status_reason = Some(format!("{reason} ")),
            (Some(stable), false) => {
                stable.touched.insert(subject.to_owned());
            }
            (None, false) => {}
        }
        let others: Vec<String> = operation.queue.iter().filter(|name| *name != subject).cloned().collect();
        let (id, name) = (stack.id.clone(), stack.name.clone());
        let fail = |resource: &mut Resource, reason: Option<&str>| {
            let is_new = resource.physical_id.is_none();
            let status = if is_new { ResourceStatus::CreateFailed } else { ResourceStatus::UpdateFailed };
            let cancelled = if is_new { "Resource creation cancelled" } else { "Resource update cancelled" };
            self.journal().resource(
                (&id, &name),
                operation,
                resource,
                status,
                Some(reason.unwrap_or(cancelled)),
            )
        };
        if let Some(resource) = stack.resource_mut(subject) {
            fail(resource, Some(reason))?;
        }
        for other in &others {
            if let Some(resource) = stack.resource_mut(other) {
                fail(resource, None)?;
            }
        }
        operation.end(subject, Task::Failed);
        for other in others {
            operation.end(&other, Task::Cancelled);
        }
        Ok(())
    }

    fn not_started(&self, declared: &Declared) -> Resource {
        Resource {
            logical_id: declared.logical_id.clone(),
            kind: declared.kind.clone(),
            physical_id: None,
            status: ResourceStatus::CreateFailed,
            status_reason: None,
            changed: self.clock.now(),
            properties: serde_json::Map::new(),
            attributes: serde_json::Map::new(),
            tags: std::collections::BTreeMap::new(),
            depends_on: declared.depends_on.clone(),
            deletion_policy: Policy::Delete,
            update_replace_policy: Policy::Delete,
            metadata: None,
        }
    }
}

/// Names what failed, in AWS's words.
pub(super) fn failures(stack: &Stack, operation: &Operation) -> String {
    let those_with = |status: ResourceStatus| -> Vec<&str> {
        operation
            .tasks
            .iter()
            .filter(|(_, task)| matches!(task, Task::Failed | Task::Cancelled))
            .filter(|(name, _)| stack.resource(name).is_some_and(|resource| resource.status == status))
            .map(|(name, _)| name.as_str())
            .collect()
    };
    let mut reason = String::new();
    for (status, verb) in [(ResourceStatus::CreateFailed, "create"), (ResourceStatus::UpdateFailed, "update")]
    {
        let names = those_with(status);
        if !names.is_empty() {
            let names = names.join(", ");
            let _ = write!(reason, "The following resource(s) failed to {verb}: [{names}]. ");
        }
    }
    if reason.is_empty() { stack.status_reason.clone().unwrap_or_default() } else { reason }
}

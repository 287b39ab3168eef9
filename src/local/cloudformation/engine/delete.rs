//! Deleting all of a stack: when it is asked for, and when a creation is rolled back.

use super::{Engine, Halt, Turn};
use crate::local::cloudformation::drift::Drifts;
use crate::local::cloudformation::record::{
    ChangeSet, ExecutionStatus, Hidden, LiveName, OnFailure, Operation, OperationKind, Resource,
    ResourceStatus, Stack, StackStatus, Task, Work,
};
use crate::model::cloudformation::Policy;

impl Engine<'_> {
    /// Starts all that nothing needs any more, else deletes one that is started, else ends.
    pub(super) fn delete(&self, stack: &mut Stack, operation: &mut Operation) -> Result<Turn, Halt> {
        if self.start_deletions(stack, operation)? {
            return Ok(Turn::Goes);
        }
        let next = operation.next().and_then(|(name, _)| Some((stack.resource(&name)?.clone(), name)));
        if let Some((mut resource, name)) = next {
            self.unmake(stack, &name, &resource)?;
            let key = (stack.id.as_str(), stack.name.as_str());
            self.journal().resource(key, operation, &mut resource, ResourceStatus::DeleteComplete, None)?;
            if let Some(slot) = stack.resource_mut(&name) {
                *slot = resource;
            }
            operation.end(&name, Task::Done);
            return Ok(Turn::Goes);
        }
        if self.clean_one(stack, operation)? {
            return Ok(Turn::Goes);
        }
        let failed: Vec<&str> = operation
            .tasks
            .iter()
            .filter(|(_, task)| **task == Task::Failed)
            .map(|(name, _)| name.as_str())
            .collect();
        let reason = (!failed.is_empty())
            .then(|| format!("The following resource(s) failed to delete: [{}]. ", failed.join(", ")));
        let is_rollback = is_rollback(operation);
        let status = match (is_rollback, reason.is_some()) {
            (true, false) => StackStatus::RollbackComplete,
            (true, true) => StackStatus::RollbackFailed,
            (false, false) => StackStatus::DeleteComplete,
            (false, true) => StackStatus::DeleteFailed,
        };
        if status == StackStatus::DeleteComplete {
            stack.deleted = Some(self.clock.now());
        }
        self.journal().stack(stack, Some(operation), status, reason.as_deref())?;
        Ok(Turn::Ended)
    }

    fn start_deletions(&self, stack: &mut Stack, operation: &mut Operation) -> Result<bool, Halt> {
        let mut is_new = false;
        let key = (stack.id.clone(), stack.name.clone());
        let key = (key.0.as_str(), key.1.as_str());
        while let Some(at) = ready(&stack.resources, operation) {
            let resource = &mut stack.resources[at];
            let (status, is_there) =
                if operation.skip.contains(&resource.logical_id) || keeps(resource, operation) {
                    (ResourceStatus::DeleteSkipped, false)
                } else if resource.physical_id.is_none() {
                    (ResourceStatus::DeleteComplete, false)
                } else {
                    (ResourceStatus::DeleteInProgress, true)
                };
            self.journal().resource(key, operation, resource, status, None)?;
            if is_there {
                operation.start(&resource.logical_id, Work::Delete);
            } else {
                operation.end(&resource.logical_id, Task::Done);
            }
            is_new = true;
        }
        Ok(is_new)
    }

    /// Records that a resource could not be deleted; what it needs stays.
    pub(super) fn not_deleted(
        &self,
        stack: &mut Stack,
        operation: &mut Operation,
        subject: &str,
        reason: &str,
    ) -> Result<(), Halt> {
        let (id, name) = (stack.id.clone(), stack.name.clone());
        if let Some(resource) = stack.resource_mut(subject) {
            let status = ResourceStatus::DeleteFailed;
            self.journal().resource((&id, &name), operation, resource, status, Some(reason))?;
        }
        operation.end(subject, Task::Failed);
        Ok(())
    }

    /// Tidies up after an operation: its change set's status, hidden values that nothing refers to.
    pub(super) fn ended(&self, stack: &mut Stack, operation: &Operation) -> Result<(), Halt> {
        let is_good = matches!(stack.status, StackStatus::CreateComplete | StackStatus::UpdateComplete);
        if let Some(id) = &operation.change_set
            && let Some(mut change_set) = self.store.get::<ChangeSet>(self.region, id)?
        {
            change_set.execution = if is_good { ExecutionStatus::Complete } else { ExecutionStatus::Failed };
            self.store.put(self.region, id, &change_set)?;
        }
        // What was known of its drift is over; the next detection tells what is so now.
        self.store.remove::<Drifts>(self.region, &stack.id)?;
        if stack.status == StackStatus::DeleteComplete {
            self.store.remove::<LiveName>(self.region, &stack.name)?;
            self.store.remove::<Hidden>(self.region, &stack.id)?;
            for (id, change_set) in self.store.list::<ChangeSet>(self.region)? {
                if change_set.stack_id == stack.id {
                    self.store.remove::<ChangeSet>(self.region, &id)?;
                }
            }
            return Ok(());
        }
        if is_good || stack.status == StackStatus::UpdateRollbackComplete {
            if let Some(stable) = stack.stable.take()
                && let Some(old) = stable.definition
            {
                self.store.remove::<crate::local::cloudformation::record::Definition>(self.region, &old)?;
            }
            if let Some(mut hidden) = self.store.get::<Hidden>(self.region, &stack.id)? {
                hidden.forget_all_but(&stack.settings.parameters);
                self.store.put(self.region, &stack.id, &hidden)?;
            }
        }
        Ok(())
    }
}

fn is_rollback(operation: &Operation) -> bool {
    match operation.kind {
        OperationKind::Create => operation.on_failure != OnFailure::Delete,
        OperationKind::Rollback => true,
        _ => false,
    }
}

/// Returns the next resource, from the last, that nothing which is still there needs.
fn ready(resources: &[Resource], operation: &Operation) -> Option<usize> {
    let is_gone = |resource: &Resource| {
        matches!(resource.status, ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped)
            || operation.tasks.get(&resource.logical_id) == Some(&Task::Done)
    };
    let is_needed = |one: &Resource| {
        resources.iter().any(|other| !is_gone(other) && other.depends_on.contains(&one.logical_id))
    };
    resources.iter().rposition(|resource| {
        !is_gone(resource) && !operation.tasks.contains_key(&resource.logical_id) && !is_needed(resource)
    })
}

fn keeps(resource: &Resource, operation: &Operation) -> bool {
    // What was there before the stack is there after it has failed.
    if operation.imports.contains_key(&resource.logical_id) {
        return true;
    }
    match resource.deletion_policy {
        Policy::Delete => false,
        Policy::Retain => resource.physical_id.is_some(),
        Policy::RetainExceptOnCreate => {
            resource.physical_id.is_some() && operation.kind == OperationKind::Delete
        }
    }
}

//! Rolling an update back, and deleting what an update or its rollback leaves over.

use super::failure::failures;
use super::perform::Call;
use super::{Engine, Halt, Turn};
use crate::local::cloudformation::record::{
    Definition, Operation, Phase, Resource, ResourceStatus, Stack, StackStatus, Task, Work,
};
use crate::model::cloudformation::{Plan, Policy};

impl Engine<'_> {
    /// Gives every touched resource back what it was.
    pub(super) fn back(&self, stack: &mut Stack, operation: &mut Operation) -> Result<Turn, Halt> {
        let Some(stable) = stack.stable.clone() else { return Ok(Turn::Ended) };
        let plan = self.plan(stable.definition.as_deref())?;
        let has_failed = operation.tasks.values().any(|task| *task == Task::Failed);
        if !has_failed && self.start_back(stack, operation, &stable.resources, &plan)? {
            return Ok(Turn::Goes);
        }
        if let Some((name, work)) = operation.next() {
            if let Some(was) = stable.resources.iter().find(|was| was.logical_id == name) {
                self.perform_back(stack, operation, was, &work)?;
            }
            operation.end(&name, Task::Done);
            return Ok(Turn::Goes);
        }
        if has_failed {
            let reason = failures(stack, operation);
            self.journal().stack(stack, Some(operation), StackStatus::UpdateRollbackFailed, Some(&reason))?;
            return Ok(Turn::Ended);
        }
        let was_there =
            |resource: &Resource| stable.resources.iter().any(|was| was.logical_id == resource.logical_id);
        let (old, new): (Vec<_>, Vec<_>) =
            std::mem::take(&mut stack.resources).into_iter().partition(was_there);
        stack.resources = old;
        stack.leftovers.extend(new.into_iter().filter(|resource| resource.physical_id.is_some()).map(
            |one| {
                let kept =
                    one.deletion_policy == Policy::Retain || operation.imports.contains_key(&one.logical_id);
                Resource { deletion_policy: if kept { Policy::Retain } else { Policy::Delete }, ..one }
            },
        ));
        if let Some(given_up) = std::mem::replace(&mut stack.definition, stable.definition) {
            self.store.remove::<Definition>(self.region, &given_up)?;
        }
        stack.settings = stable.settings;
        stack.outputs = stable.outputs;
        stack.stable = None;
        self.journal().stack(stack, Some(operation), StackStatus::UpdateRollbackCleanup, None)?;
        operation.enter(Phase::Cleanup);
        Ok(Turn::Goes)
    }

    fn start_back(
        &self,
        stack: &mut Stack,
        operation: &mut Operation,
        were: &[Resource],
        plan: &Plan,
    ) -> Result<bool, Halt> {
        let (id, name) = (stack.id.clone(), stack.name.clone());
        let (touched, gone) = stack
            .stable
            .as_ref()
            .map(|stable| (stable.touched.clone(), stable.gone.clone()))
            .unwrap_or_default();
        let mut is_new = false;
        for was in were {
            let needs = plan.resources.iter().find(|declared| declared.logical_id == was.logical_id);
            let is_done = |need: &String| operation.tasks.get(need) == Some(&Task::Done);
            let is_ready = needs.is_none_or(|declared| declared.depends_on.iter().all(is_done));
            if operation.tasks.contains_key(&was.logical_id) || !is_ready {
                continue;
            }
            // What was deleted by hand, and not made again yet, is as it was before the update.
            let was_deleted = gone.contains(&was.logical_id)
                && stack.resource(&was.logical_id).is_some_and(|one| one.physical_id == was.physical_id);
            let skips = was_deleted || operation.skip.contains(&was.logical_id);
            let work = match stack.resource_mut(&was.logical_id) {
                Some(current) if touched.contains(&was.logical_id) && !skips => {
                    let is_replaced = current.physical_id != was.physical_id;
                    let status = ResourceStatus::UpdateInProgress;
                    self.journal().resource((&id, &name), operation, current, status, None)?;
                    Some(if is_replaced { Work::Restore } else { Work::Update })
                }
                Some(current) if skips => {
                    let status = ResourceStatus::UpdateComplete;
                    self.journal().resource((&id, &name), operation, current, status, None)?;
                    None
                }
                _ => None,
            };
            match work {
                Some(work) => operation.start(&was.logical_id, work),
                None => operation.end(&was.logical_id, Task::Done),
            }
            is_new = true;
        }
        Ok(is_new)
    }

    fn perform_back(
        &self,
        stack: &mut Stack,
        operation: &Operation,
        was: &Resource,
        work: &Work,
    ) -> Result<(), Halt> {
        let Some(current) = stack.resource(&was.logical_id).cloned() else { return Ok(()) };
        let mut after = was.clone();
        if *work == Work::Restore {
            let policy =
                if current.update_replace_policy == Policy::Retain { Policy::Retain } else { Policy::Delete };
            stack.leftovers.retain(|leftover| leftover.physical_id != was.physical_id);
            stack.leftovers.push(Resource { deletion_policy: policy, ..current });
        } else {
            let key = (was.logical_id.as_str(), was.kind.as_str());
            // What it really was, not what the template said.
            let actual = stack.stable.as_ref().and_then(|stable| stable.actual.get(&was.logical_id));
            let to = actual.unwrap_or(was);
            let made = self.make(stack, key, &to.properties, &to.tags, &Call::Update(&current))?;
            after.attributes = made.attributes;
        }
        let key = (stack.id.as_str(), stack.name.as_str());
        self.journal().resource(key, operation, &mut after, ResourceStatus::UpdateComplete, None)?;
        if let Some(slot) = stack.resource_mut(&was.logical_id) {
            *slot = after;
        }
        Ok(())
    }

    /// Deletes one leftover after the other, those that others need last.
    pub(super) fn cleanup(&self, stack: &mut Stack, operation: &mut Operation) -> Result<Turn, Halt> {
        if self.clean_one(stack, operation)? {
            return Ok(Turn::Goes);
        }
        let status = match stack.status {
            StackStatus::UpdateRollbackCleanup => StackStatus::UpdateRollbackComplete,
            _ => StackStatus::UpdateComplete,
        };
        self.journal().stack(stack, Some(operation), status, None)?;
        Ok(Turn::Ended)
    }

    /// Starts or finishes the deletion of a leftover; returns whether there was one.
    pub(super) fn clean_one(&self, stack: &mut Stack, operation: &mut Operation) -> Result<bool, Halt> {
        let Some(at) = next_leftover(&stack.leftovers) else { return Ok(false) };
        let key = (stack.id.clone(), stack.name.clone());
        let key = (key.0.as_str(), key.1.as_str());
        let mut leftover = stack.leftovers[at].clone();
        let subject = leftover.physical_id.clone().unwrap_or_default();
        let journal = self.journal();
        if leftover.deletion_policy != Policy::Delete {
            journal.resource(key, operation, &mut leftover, ResourceStatus::DeleteSkipped, None)?;
            stack.leftovers.remove(at);
        } else if operation.tasks.remove(&subject).is_some() {
            self.unmake(stack, &subject, &leftover)?;
            journal.resource(key, operation, &mut leftover, ResourceStatus::DeleteComplete, None)?;
            stack.leftovers.remove(at);
        } else {
            journal.resource(key, operation, &mut leftover, ResourceStatus::DeleteInProgress, None)?;
            stack.leftovers[at] = leftover;
            operation.tasks.insert(subject, Task::Started(Work::Delete));
        }
        Ok(true)
    }

    /// Leaves behind what cannot be deleted, as AWS does after its tries.
    pub(super) fn left_behind(
        &self,
        stack: &mut Stack,
        operation: &mut Operation,
        subject: &str,
        reason: &str,
    ) -> Result<(), Halt> {
        operation.tasks.remove(subject);
        let at = stack.leftovers.iter().position(|leftover| leftover.physical_id.as_deref() == Some(subject));
        if let Some(at) = at {
            let mut leftover = stack.leftovers.remove(at);
            let key = (stack.id.as_str(), stack.name.as_str());
            let status = ResourceStatus::DeleteFailed;
            self.journal().resource(key, operation, &mut leftover, status, Some(reason))?;
        }
        Ok(())
    }
}

fn next_leftover(leftovers: &[Resource]) -> Option<usize> {
    let is_needed = |one: &Resource| {
        leftovers
            .iter()
            .any(|other| other.physical_id != one.physical_id && other.depends_on.contains(&one.logical_id))
    };
    let free = leftovers.iter().position(|leftover| !is_needed(leftover));
    free.or_else(|| leftovers.len().checked_sub(1))
}

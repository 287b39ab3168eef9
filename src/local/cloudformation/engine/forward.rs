//! Creating and updating: every resource as soon as what it needs is there.

use super::perform::{Call, Present};
use super::{Engine, Halt, Turn};
use serde_json::{Map, Value};

use crate::local::cloudformation::changes::{changed_properties, is_create_only};
use crate::local::cloudformation::drift::Look;
use crate::local::cloudformation::naming;
use crate::local::cloudformation::record::{
    Definition, Operation, OperationKind, Output, Phase, Resource, ResourceStatus, Stack, StackStatus, Task,
    Work,
};
use crate::local::cloudformation::resources::{Made, ResourceType, find};
use crate::local::cloudformation::secrets::mask;
use crate::local::store::StoreError;
use crate::model::cloudformation::{Declared, Plan, evaluate};

const GONE: &str = "The resource was deleted outside of CloudFormation; hence creating a new one.";
const REPLACING: &str =
    "Requested update requires the creation of a new physical resource; hence creating one.";

impl Engine<'_> {
    /// Starts all that is ready, else performs one that is started, else ends the phase.
    pub(super) fn forward(&self, stack: &mut Stack, operation: &mut Operation) -> Result<Turn, Halt> {
        let plan = self.plan(stack.definition.as_deref())?;
        let has_failed = operation.tasks.values().any(|task| *task == Task::Failed);
        if !has_failed && self.start_ready(stack, operation, &plan)? {
            return Ok(Turn::Goes);
        }
        if let Some((name, work)) = operation.next() {
            if let Some(declared) = plan.resources.iter().find(|declared| declared.logical_id == name) {
                self.perform(stack, operation, declared, &work)?;
            }
            operation.end(&name, Task::Done);
            return Ok(Turn::Goes);
        }
        if has_failed {
            return self.give_up(stack, operation);
        }
        if let Some(alarm) = self.alarm(stack)? {
            return self.turn_back(stack, operation, &alarm);
        }
        self.complete(stack, operation, &plan)
    }

    /// Reads the plan of a definition.
    pub(super) fn plan(&self, definition: Option<&str>) -> Result<Plan, StoreError> {
        let Some(id) = definition else { return Ok(Plan::default()) };
        let definition = self.store.get::<Definition>(self.region, id)?;
        Ok(definition.map(|definition| definition.plan).unwrap_or_default())
    }

    /// Starts every resource whose needs are met; returns whether anything is new.
    fn start_ready(&self, stack: &mut Stack, operation: &mut Operation, plan: &Plan) -> Result<bool, Halt> {
        let mut is_new = false;
        for declared in &plan.resources {
            let is_done = |need: &String| operation.tasks.get(need) == Some(&Task::Done);
            if operation.tasks.contains_key(&declared.logical_id) || !declared.depends_on.iter().all(is_done)
            {
                continue;
            }
            match self.start(stack, operation, declared)? {
                Some(work) => operation.start(&declared.logical_id, work),
                None => operation.end(&declared.logical_id, Task::Done),
            }
            is_new = true;
        }
        Ok(is_new)
    }

    /// Decides what a resource needs, and says that it starts; nothing when it is as it should be.
    fn start(
        &self,
        stack: &mut Stack,
        operation: &Operation,
        declared: &Declared,
    ) -> Result<Option<Work>, Halt> {
        let name = declared.logical_id.as_str();
        let properties = Present(&stack.resources).properties(name, &declared.properties)?;
        let key = (stack.id.clone(), stack.name.clone());
        let key = (key.0.as_str(), key.1.as_str());
        let tags = stack.settings.tags.clone();
        let look = match stack.resource(name).filter(|one| operation.reverts && one.physical_id.is_some()) {
            Some(resource) => Some(self.look(stack, resource)?),
            None => None,
        };
        let Some(current) = stack.resource_mut(name).filter(|one| one.physical_id.is_some()) else {
            let import = operation.imports.get(name).cloned();
            let mut resource = Resource {
                logical_id: name.to_owned(),
                kind: declared.kind.clone(),
                physical_id: None,
                status: ResourceStatus::CreateInProgress,
                status_reason: None,
                changed: self.clock.now(),
                properties,
                attributes: serde_json::Map::new(),
                tags,
                depends_on: declared.depends_on.clone(),
                deletion_policy: declared.deletion_policy,
                update_replace_policy: declared.update_replace_policy,
                metadata: declared.metadata.clone(),
            };
            let status = match import {
                Some(_) => ResourceStatus::ImportInProgress,
                None => ResourceStatus::CreateInProgress,
            };
            self.journal().resource(key, operation, &mut resource, status, None)?;
            stack.resources.retain(|other| other.logical_id != name);
            stack.resources.push(resource);
            return Ok(Some(import.map_or_else(|| Work::Create(naming::suffix()), Work::Import)));
        };
        if let Some(Look::Deleted) = look {
            let status = ResourceStatus::UpdateInProgress;
            self.journal().resource(key, operation, current, status, Some(GONE))?;
            if let Some(stable) = &mut stack.stable {
                stable.touched.insert(name.to_owned());
                stable.gone.insert(name.to_owned());
            }
            return Ok(Some(Work::Recreate(naming::suffix())));
        }
        let actual = match look {
            Some(Look::Modified(seen)) => Some(seen.resource),
            _ => None,
        };
        let is = actual.as_ref().unwrap_or(current);
        let changed = changed_properties(&is.properties, &properties);
        let is_replaced = changed.iter().any(|property| is_create_only(&current.kind, property));
        let is_tagged = find(&current.kind).is_some_and(ResourceType::is_taggable) && is.tags != tags;
        if changed.is_empty() && !is_tagged {
            if actual.is_some() {
                // The template was changed to what the resource is: only the record is behind.
                (current.properties, current.tags) = (properties, tags);
            }
            describe(current, declared);
            return Ok(None);
        }
        let reason = is_replaced.then_some(REPLACING);
        self.journal().resource(key, operation, current, ResourceStatus::UpdateInProgress, reason)?;
        if let Some(stable) = &mut stack.stable {
            stable.touched.insert(name.to_owned());
            stable.actual.extend(actual.map(|actual| (name.to_owned(), actual)));
        }
        Ok(Some(if is_replaced { Work::Replace(naming::suffix()) } else { Work::Update }))
    }

    fn perform(
        &self,
        stack: &mut Stack,
        operation: &Operation,
        declared: &Declared,
        work: &Work,
    ) -> Result<(), Halt> {
        let name = declared.logical_id.as_str();
        let properties = Present(&stack.resources).properties(name, &declared.properties)?;
        let tags = stack.settings.tags.clone();
        let Some(before) = stack.resource(name).cloned() else { return Ok(()) };
        let made = match work {
            Work::Import(physical_id) => self.import(stack, &before, physical_id, &properties)?,
            _ => self.made(stack, declared, &properties, (work, &before))?,
        };
        let mut after = Resource {
            physical_id: Some(made.physical_id),
            attributes: made.attributes,
            properties,
            tags,
            ..before.clone()
        };
        describe(&mut after, declared);
        let key = (stack.id.as_str(), stack.name.as_str());
        let journal = self.journal();
        let (going, done) = match work {
            Work::Create(_) => (ResourceStatus::CreateInProgress, ResourceStatus::CreateComplete),
            Work::Import(_) => (ResourceStatus::ImportInProgress, ResourceStatus::ImportComplete),
            _ => (ResourceStatus::UpdateInProgress, ResourceStatus::UpdateComplete),
        };
        if matches!(work, Work::Create(_) | Work::Replace(_) | Work::Recreate(_)) {
            journal.resource(key, operation, &mut after, going, Some("Resource creation Initiated"))?;
        }
        journal.resource(key, operation, &mut after, done, None)?;
        if matches!(work, Work::Replace(_)) {
            let policy = before.update_replace_policy;
            stack.leftovers.push(Resource { deletion_policy: policy, ..before });
        }
        if let Some(slot) = stack.resource_mut(name) {
            *slot = after;
        }
        Ok(())
    }

    /// Makes or changes a resource by its handler.
    fn made(
        &self,
        stack: &Stack,
        declared: &Declared,
        properties: &Map<String, Value>,
        (work, before): (&Work, &Resource),
    ) -> Result<Made, Halt> {
        let name = declared.logical_id.as_str();
        let call = match work {
            Work::Create(suffix) | Work::Replace(suffix) | Work::Recreate(suffix) => Call::Create(suffix),
            Work::Update | Work::Restore | Work::Delete | Work::Import(_) => {
                let actual = stack.stable.as_ref().and_then(|stable| stable.actual.get(name));
                Call::Update(actual.unwrap_or(before))
            }
        };
        self.make(stack, (name, &declared.kind), properties, &stack.settings.tags, &call)
    }

    fn complete(&self, stack: &mut Stack, operation: &mut Operation, plan: &Plan) -> Result<Turn, Halt> {
        let journal = self.journal();
        stack.outputs = outputs(stack, plan)?;
        if operation.kind == OperationKind::Create {
            journal.stack(stack, Some(operation), StackStatus::CreateComplete, None)?;
            return Ok(Turn::Ended);
        }
        let stays = |resource: &Resource| {
            plan.resources.iter().any(|declared| declared.logical_id == resource.logical_id)
        };
        let (stay, gone) = std::mem::take(&mut stack.resources).into_iter().partition(stays);
        stack.resources = stay;
        let gone: Vec<Resource> = gone;
        stack.leftovers.extend(gone.into_iter().filter(|resource| resource.physical_id.is_some()));
        journal.stack(stack, Some(operation), StackStatus::UpdateCleanup, None)?;
        operation.enter(Phase::Cleanup);
        Ok(Turn::Goes)
    }
}

/// Gives a resource what its declaration says outside of its properties.
fn describe(resource: &mut Resource, declared: &Declared) {
    resource.depends_on.clone_from(&declared.depends_on);
    resource.deletion_policy = declared.deletion_policy;
    resource.update_replace_policy = declared.update_replace_policy;
    resource.metadata.clone_from(&declared.metadata);
}

fn outputs(stack: &Stack, plan: &Plan) -> Result<Vec<Output>, Halt> {
    let present = Present(&stack.resources);
    let text = |value: &serde_json::Value| -> Result<String, Halt> {
        match evaluate(value, &present) {
            Ok(Some(serde_json::Value::String(text))) => Ok(mask(&text)),
            Ok(Some(other)) => Ok(mask(&other.to_string())),
            Ok(None) => Ok(String::new()),
            Err(error) => Err(Halt::Refused { subject: stack.name.clone(), reason: error.to_string() }),
        }
    };
    plan.outputs
        .iter()
        .map(|output| {
            Ok(Output {
                key: output.key.clone(),
                value: text(&output.value)?,
                description: output.description.clone(),
                export: output.export.as_ref().map(&text).transpose()?,
            })
        })
        .collect()
}

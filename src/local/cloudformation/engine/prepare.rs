//! Working out a drift-aware change set: the template against what the resources are now.
//!
//! Source: the CloudFormation user guide, "Using drift-aware change sets".

use super::Engine;
use crate::local::cloudformation::actions::compare::{compare, no_changes, same_outputs};
use crate::local::cloudformation::changes::{Action, Detail, Replacement, ResourceChange};
use crate::local::cloudformation::drift::{Difference, DriftStatus, Look};
use crate::local::cloudformation::record::{
    ChangeSet, ChangeSetStatus, Definition, ExecutionStatus, Preparing, Stack,
};
use crate::local::store::StoreError;
use crate::local::wire::ApiError;
use crate::model::cloudformation::Template;

impl Engine<'_> {
    /// Works a change set out that waits for it.
    pub(super) fn prepare(&self, id: &str) -> Result<bool, ApiError> {
        self.store.atomically(|| {
            self.store.remove::<Preparing>(self.region, id)?;
            let Some(mut change_set) = self.store.get::<ChangeSet>(self.region, id)? else { return Ok(true) };
            let Some(stack) = self.store.get::<Stack>(self.region, &change_set.stack_id)? else {
                return Ok(true);
            };
            match self.worked_out(&stack, &mut change_set) {
                Ok(Some(changes)) => {
                    change_set.changes = changes;
                    change_set.status = ChangeSetStatus::Complete;
                    change_set.execution = ExecutionStatus::Available;
                }
                Ok(None) => {
                    change_set.status = ChangeSetStatus::Failed;
                    change_set.status_reason = Some(no_changes());
                }
                Err(error) if error.status < 500 => {
                    change_set.status = ChangeSetStatus::Failed;
                    change_set.status_reason = Some(error.message);
                }
                Err(error) => return Err(error),
            }
            self.store.put(self.region, id, &change_set)?;
            Ok(true)
        })
    }

    /// Returns the changes, or nothing when all is as the template says.
    fn worked_out(
        &self,
        stack: &Stack,
        change_set: &mut ChangeSet,
    ) -> Result<Option<Vec<ResourceChange>>, ApiError> {
        let found = if change_set.reverts {
            self.drift_aware(stack, change_set)?
        } else {
            Some(std::mem::take(&mut change_set.changes)).filter(|changes| !changes.is_empty())
        };
        let Some(mut changes) = found else { return Ok(None) };
        if change_set.takes_existing {
            change_set.imports = self.find_existing(stack, &change_set.definition.plan, &mut changes)?;
        }
        Ok(Some(changes))
    }

    /// Returns the changes of a drift-aware change set.
    fn drift_aware(
        &self,
        stack: &Stack,
        change_set: &ChangeSet,
    ) -> Result<Option<Vec<ResourceChange>>, ApiError> {
        let previous = match &stack.definition {
            Some(id) => self.store.get::<Definition>(self.region, id)?,
            None => None,
        };
        let looks = self.looks(stack)?;
        let mut real = stack.clone();
        real.resources.clear();
        for (resource, look) in stack.resources.iter().zip(&looks) {
            match look {
                Look::Deleted => {}
                Look::Modified(seen) => real.resources.push(seen.resource.clone()),
                _ => real.resources.push(resource.clone()),
            }
        }
        let template = Template::parse(&change_set.definition.template)?;
        let mut changes = compare(&real, previous.as_ref(), &template, &change_set.definition)?;
        for (resource, look) in stack.resources.iter().zip(&looks) {
            let change = changes.iter_mut().find(|change| change.logical_id == resource.logical_id);
            match (change, look) {
                (Some(change), look) => annotate(change, look),
                (None, Look::Modified(seen)) => changes.push(ResourceChange {
                    action: Action::SyncWithActual,
                    logical_id: resource.logical_id.clone(),
                    physical_id: resource.physical_id.clone(),
                    kind: resource.kind.clone(),
                    replacement: Replacement::False,
                    policy_action: None,
                    details: seen.differences.iter().map(synced).collect(),
                    before: None,
                    after: None,
                    drift: Some(DriftStatus::Modified.name().to_owned()),
                }),
                (None, _) => {}
            }
        }
        let is_empty = changes.is_empty() && same_outputs(previous.as_ref(), &change_set.definition);
        Ok((!is_empty).then_some(changes))
    }

    fn looks(&self, stack: &Stack) -> Result<Vec<Look>, StoreError> {
        stack.resources.iter().map(|resource| self.look(stack, resource)).collect()
    }
}

/// Says of a change what of it is drift.
fn annotate(change: &mut ResourceChange, look: &Look) {
    let status = match look {
        Look::Unsupported => "UNSUPPORTED",
        look => look.status().name(),
    };
    change.drift = Some(status.to_owned());
    let Look::Modified(seen) = look else { return };
    for detail in &mut change.details {
        let of = |one: &&Difference| {
            let path = format!("/Properties{}", one.path);
            detail.path.starts_with(&path) || path.starts_with(&detail.path)
        };
        detail.drift = seen.differences.iter().find(of).map(|one| (one.expected.clone(), one.actual.clone()));
    }
}

/// A property whose template was changed to what the resource is.
fn synced(difference: &Difference) -> Detail {
    Detail {
        attribute: "Properties".to_owned(),
        name: difference.path.split('/').nth(1).map(str::to_owned),
        path: format!("/Properties{}", difference.path),
        recreation: false,
        before: difference.actual.clone(),
        after: difference.actual.clone(),
        is_dynamic: false,
        source: "NoModification".to_owned(),
        cause: None,
        drift: Some((difference.expected.clone(), difference.actual.clone())),
    }
}

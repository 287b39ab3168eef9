//! Looking at what resources are now: the detection of drift, one resource a step.

use super::perform::plain;
use super::{Engine, Halt};
use crate::local::cloudformation::drift::{
    Detection, DetectionStatus, DriftStatus, Drifts, Look, Looking, ResourceDrift, judge,
};
use crate::local::cloudformation::record::{Resource, Stack};
use crate::local::cloudformation::resources::{Caller, find};
use crate::local::fault::{Effect, Step, at_resource, spend};
use crate::local::store::StoreError;

impl Engine<'_> {
    /// Looks at a resource as it is now.
    pub(crate) fn look(&self, stack: &Stack, resource: &Resource) -> Result<Look, StoreError> {
        let key = (resource.logical_id.as_str(), resource.kind.as_str());
        if let Some(fault) = at_resource(self.store, self.region, key, Step::Read)?
            && let Effect::Fail(reason) = fault.effect
        {
            spend(self.store, fault.id)?;
            return Ok(Look::Unknown(reason));
        }
        let (Some(kind), Some(id)) = (find(&resource.kind), &resource.physical_id) else {
            return Ok(Look::Unsupported);
        };
        let caller = Caller { services: self.services, region: self.region };
        Ok(match kind.read(&caller, id, &plain(stack, resource)) {
            Ok(Some(live)) => judge(resource, &live),
            Ok(None) => Look::Unsupported,
            Err(refusal) if refusal.is_not_found() => Look::Deleted,
            Err(refusal) => Look::Unknown(refusal.to_string()),
        })
    }

    /// Performs the next step of a detection; returns whether it was one.
    pub(super) fn detect(&self, stack_id: &str) -> Result<bool, StoreError> {
        let attempt = self.store.atomically(|| self.detect_next(stack_id));
        match attempt {
            Ok(moved) => Ok(moved),
            Err(Halt::State(error)) => Err(error),
            Err(Halt::Faulted { subject, fault }) => {
                if let Effect::Delay(milliseconds) = fault.effect {
                    self.hold(stack_id, &subject, fault.id, milliseconds)?;
                }
                Ok(true)
            }
            Err(Halt::Held { .. } | Halt::Refused { .. }) => Ok(false),
        }
    }

    fn detect_next(&self, stack_id: &str) -> Result<bool, Halt> {
        let detection = match self.store.get::<Looking>(self.region, stack_id)? {
            Some(Looking(id)) => self.store.get::<Detection>(self.region, &id)?,
            None => None,
        };
        let stack = self.store.get::<Stack>(self.region, stack_id)?;
        let Some((mut detection, stack)) = detection.zip(stack) else {
            self.store.remove::<Looking>(self.region, stack_id)?;
            return Ok(false);
        };
        let Some(name) = detection.waiting.first().cloned() else {
            self.conclude(&stack, detection)?;
            return Ok(true);
        };
        if let Some(resource) = stack.resource(&name).filter(|one| one.physical_id.is_some()) {
            self.late_as_asked(&stack, resource)?;
            let found = ResourceDrift::of(&self.look(&stack, resource)?, self.clock.now());
            detection.found.insert(name, found);
        }
        detection.waiting.remove(0);
        self.store.put(self.region, &detection.id.clone(), &detection)?;
        Ok(true)
    }

    /// Waits at a resource, if that was asked for.
    fn late_as_asked(&self, stack: &Stack, resource: &Resource) -> Result<(), Halt> {
        match self.as_asked(stack, &resource.logical_id, &resource.kind, Step::Read) {
            Err(Halt::Faulted { fault, .. }) if matches!(fault.effect, Effect::Fail(_)) => Ok(()),
            other => other,
        }
    }

    fn conclude(&self, stack: &Stack, mut detection: Detection) -> Result<(), StoreError> {
        let now = self.clock.now();
        let with = |status: DriftStatus| {
            detection
                .found
                .iter()
                .filter(move |(_, found)| found.status == status)
                .map(|(name, _)| name.as_str())
        };
        let unknown: Vec<&str> = with(DriftStatus::Unknown).collect();
        let drifted = detection.found.values().filter(|found| found.is_drifted()).count();
        let in_sync = with(DriftStatus::InSync).count();
        let stack_status = match (drifted, unknown.len(), in_sync) {
            (1.., ..) => "DRIFTED",
            (_, 1.., _) => "UNKNOWN",
            (.., 1..) => "IN_SYNC",
            _ => "NOT_CHECKED",
        };
        let reason = (!unknown.is_empty())
            .then(|| format!("Failed to detect drift on resource [{}]", unknown.join(", ")));
        detection.status = if reason.is_some() { DetectionStatus::Failed } else { DetectionStatus::Complete };
        detection.reason = reason;
        detection.drifted = drifted;
        stack_status.clone_into(&mut detection.stack_status);
        let mut drifts = self.store.get::<Drifts>(self.region, &stack.id)?.unwrap_or_default();
        drifts.stack = Some((detection.stack_status.clone(), now));
        let checked = detection.found.iter().filter(|(_, found)| found.status != DriftStatus::NotChecked);
        drifts.resources.extend(checked.map(|(name, found)| (name.clone(), found.clone())));
        self.store.put(self.region, &stack.id, &drifts)?;
        self.store.put(self.region, &detection.id.clone(), &detection)?;
        self.store.remove::<Looking>(self.region, &stack.id)?;
        Ok(())
    }
}

//! Drift as the API shows it. The looking is the engine's.

use serde_json::{Value, json};

use super::Api;
use crate::local::cloudformation::drift::{
    Detection, DetectionStatus, DriftStatus, Drifts, Looking, ResourceDrift,
};
use crate::local::cloudformation::engine::Engine;
use crate::local::cloudformation::input::{Input, invalid};
use crate::local::cloudformation::naming;
use crate::local::cloudformation::record::{Resource, Stack, StackStatus};
use crate::local::wire::{Answer, ApiError};

impl Api<'_> {
    /// Starts a detection; the engine looks at one resource after the other.
    pub(super) fn detect_stack_drift(self, input: Input<'_>) -> Answer {
        let stack = self.existing(input.required("StackName")?)?;
        let id = &stack.id;
        if !can_detect(&stack) {
            let status = stack.status.name();
            return Err(invalid(format!(
                "Drift detection cannot be performed on stack [{id}] while it is in {status} state"
            )));
        }
        if self.store.get::<Looking>(self.region, id)?.is_some() {
            return Err(invalid(format!("Drift detection is already in progress for stack [{id}]")));
        }
        let wanted = input.list("LogicalResourceIds");
        if let Some(unknown) = wanted.iter().find(|name| stack.resource(name).is_none()) {
            return Err(invalid(format!("Resource {unknown} does not exist for stack {}", stack.name)));
        }
        for (old, detection) in self.store.list::<Detection>(self.region)? {
            if detection.stack_id == *id {
                self.store.remove::<Detection>(self.region, &old)?;
            }
        }
        let names = stack.resources.iter().map(|resource| resource.logical_id.clone());
        let detection = Detection {
            id: naming::uuid(),
            stack_id: id.clone(),
            started: self.clock.now(),
            status: DetectionStatus::InProgress,
            reason: None,
            stack_status: "NOT_CHECKED".to_owned(),
            drifted: 0,
            waiting: names.filter(|name| wanted.is_empty() || wanted.contains(name)).collect(),
            found: std::collections::BTreeMap::new(),
        };
        self.store.put(self.region, &detection.id, &detection)?;
        self.store.put(self.region, id, &Looking(detection.id.clone()))?;
        Ok(json!({"StackDriftDetectionId": detection.id}))
    }

    /// Says how far a detection is.
    pub(super) fn describe_detection(self, input: Input<'_>) -> Answer {
        let id = input.required("StackDriftDetectionId")?;
        let detection = self.store.get::<Detection>(self.region, id)?;
        let detection =
            detection.ok_or_else(|| invalid(format!("Drift detection with id {id} does not exist")))?;
        let is_over = detection.status != DetectionStatus::InProgress;
        Ok(json!({
            "StackId": detection.stack_id,
            "StackDriftDetectionId": detection.id,
            "StackDriftStatus": is_over.then_some(&detection.stack_status),
            "DetectionStatus": detection.status.name(),
            "DetectionStatusReason": detection.reason,
            "DriftedStackResourceCount": is_over.then_some(detection.drifted),
            "Timestamp": naming::time(detection.started),
        }))
    }

    /// Describes what was found of the resources that could be checked.
    pub(super) fn describe_stack_resource_drifts(self, input: Input<'_>) -> Answer {
        let stack = self.existing(input.required("StackName")?)?;
        let wanted = input.list("StackResourceDriftStatusFilters");
        let drifts = self.drifts(&stack)?;
        let found = stack.resources.iter().filter_map(|resource| {
            let found = drifts.resources.get(&resource.logical_id)?;
            (wanted.is_empty() || wanted.iter().any(|status| status == found.status.name()))
                .then(|| shown(&stack, resource, found))
        });
        Ok(json!({"StackResourceDrifts": found.collect::<Vec<_>>()}))
    }

    /// Looks at one resource and says what was found.
    pub(crate) fn detect_stack_resource_drift(self, input: Input<'_>, engine: &Engine<'_>) -> Answer {
        let stack = self.existing(input.required("StackName")?)?;
        let name = input.required("LogicalResourceId")?;
        let resource = stack.resource(name).filter(|one| one.physical_id.is_some());
        let resource = resource
            .ok_or_else(|| invalid(format!("Resource {name} does not exist for stack {}", stack.name)))?;
        let found = ResourceDrift::of(&engine.look(&stack, resource)?, self.clock.now());
        if found.status == DriftStatus::NotChecked {
            return Err(invalid(format!("Resource type {} does not support drift detection", resource.kind)));
        }
        let mut drifts = self.drifts(&stack)?;
        drifts.resources.insert(name.to_owned(), found.clone());
        self.store.put(self.region, &stack.id, &drifts)?;
        Ok(json!({"StackResourceDrift": shown(&stack, resource, &found)}))
    }

    /// Returns what is known of a stack's drift.
    pub(super) fn drifts(self, stack: &Stack) -> Result<Drifts, ApiError> {
        Ok(self.store.get::<Drifts>(self.region, &stack.id)?.unwrap_or_default())
    }
}

impl Drifts {
    /// Returns the stack's drift as its description has it.
    pub(super) fn of_stack(&self) -> Value {
        match &self.stack {
            None => json!({"StackDriftStatus": "NOT_CHECKED"}),
            Some((status, checked)) => {
                json!({"StackDriftStatus": status, "LastCheckTimestamp": naming::time(*checked)})
            }
        }
    }

    /// Returns a resource's drift as its description has it.
    pub(super) fn of_resource(&self, logical_id: &str) -> Value {
        match self.resources.get(logical_id) {
            None => json!({"StackResourceDriftStatus": "NOT_CHECKED"}),
            Some(found) => json!({
                "StackResourceDriftStatus": found.status.name(),
                "LastCheckTimestamp": naming::time(found.checked),
            }),
        }
    }
}

/// Source: the user guide, "Considerations when detecting drift".
fn can_detect(stack: &Stack) -> bool {
    matches!(
        stack.status,
        StackStatus::CreateComplete
            | StackStatus::UpdateComplete
            | StackStatus::UpdateRollbackComplete
            | StackStatus::UpdateRollbackFailed
    )
}

/// Shows what was found of a resource.
fn shown(stack: &Stack, resource: &Resource, found: &ResourceDrift) -> Value {
    json!({
        "StackId": stack.id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.kind,
        "ExpectedProperties": found.expected,
        "ActualProperties": found.actual,
        "PropertyDifferences": found.shown(),
        "StackResourceDriftStatus": found.status.name(),
        "Timestamp": naming::time(found.checked),
        "DriftStatusReason": found.reason,
    })
}

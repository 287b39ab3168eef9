//! Drift: CloudFormation looks at the stack's resources and says what was changed by hand.

use std::time::Duration;

use aws_sdk_cloudformation::types::{DifferenceType, StackDriftDetectionStatus, StackResourceDrift};
use jiff::Timestamp;

use super::Clients;
use super::error::{message, remote};
use crate::error::{Error, Kind, Result};
use crate::model::stack::drift::{PropertyDrift, ResourceDrift, ResourceState, StackDrift};

/// The shortest pause between two looks at a detection, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_millis(20), Duration::from_secs(2)];

/// How long somebody else's detection is waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// A detection that is over.
#[derive(Clone, Debug)]
pub struct Detected {
    /// What it found.
    pub status: StackDrift,
    /// When it began.
    pub started: Option<Timestamp>,
    /// Why it could not look at everything.
    pub failure: Option<String>,
}

/// Detects the drift of a stack: starts the detection and waits for its end.
///
/// CloudFormation runs one detection of a stack at a time; one that runs already is waited for, and a new one
/// started then, since what it has passed may have changed since.
pub async fn detect(clients: &Clients, stack: &str) -> Result<Detected> {
    let id = start(clients, stack).await?;
    let mut pause = PAUSES[0];
    loop {
        let answer = clients
            .cloudformation()
            .describe_stack_drift_detection_status()
            .stack_drift_detection_id(&id)
            .send()
            .await
            .map_err(|error| remote("asking how far the drift detection is", &error))?;
        let failure = match answer.detection_status() {
            Some(StackDriftDetectionStatus::DetectionInProgress) => {
                tokio::time::sleep(pause).await;
                pause = (pause * 3 / 2).min(PAUSES[1]);
                continue;
            }
            Some(StackDriftDetectionStatus::DetectionFailed) => {
                let reason = answer.detection_status_reason().unwrap_or("CloudFormation gives no reason");
                Some(reason.to_owned())
            }
            _ => None,
        };
        let status = StackDrift::new(answer.stack_drift_status().map_or("", |status| status.as_str()));
        return Ok(Detected { status, started: time(answer.timestamp()), failure });
    }
}

async fn start(clients: &Clients, stack: &str) -> Result<String> {
    let (mut pause, mut waited) = (Duration::from_millis(200), Duration::ZERO);
    loop {
        match clients.cloudformation().detect_stack_drift().stack_name(stack).send().await {
            Ok(answer) => {
                return answer.stack_drift_detection_id().map(str::to_owned).ok_or_else(|| {
                    Error::new(Kind::Remote, "CloudFormation started a drift detection without an id")
                });
            }
            Err(error) if waited < PATIENCE && is_running(message(&error)) => {
                tokio::time::sleep(pause).await;
                waited += pause;
                pause = (pause * 2).min(PAUSES[1]);
            }
            Err(error) => return Err(remote(&format!("detecting the drift of the stack {stack}"), &error)),
        }
    }
}

fn is_running(message: Option<&str>) -> bool {
    message.is_some_and(|text| text.contains("already in progress"))
}

/// Returns what the last detection found of each resource that can be checked.
pub async fn resources(clients: &Clients, stack: &str) -> Result<Vec<ResourceDrift>> {
    let mut found = Vec::new();
    let mut next_token = None;
    loop {
        let answer = clients
            .cloudformation()
            .describe_stack_resource_drifts()
            .stack_name(stack)
            .max_results(100)
            .set_next_token(next_token.take())
            .send()
            .await
            .map_err(|error| remote("reading what the drift detection found", &error))?;
        found.extend(answer.stack_resource_drifts().iter().map(resource_of));
        next_token = answer.next_token().map(str::to_owned);
        if next_token.is_none() {
            return Ok(found);
        }
    }
}

fn resource_of(drift: &StackResourceDrift) -> ResourceDrift {
    let status = drift.stack_resource_drift_status().map_or("", |status| status.as_str());
    let properties = drift.property_differences().iter().map(|difference| {
        // For what is on one side only, the API has a word in the other value's place.
        let kind = difference.difference_type();
        let expected = difference.expected_value().filter(|_| kind != Some(&DifferenceType::Add));
        let actual = difference.actual_value().filter(|_| kind != Some(&DifferenceType::Remove));
        PropertyDrift::new(difference.property_path().unwrap_or_default(), expected, actual)
    });
    ResourceDrift {
        logical_id: drift.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: drift.resource_type().unwrap_or_default().to_owned(),
        physical_id: drift.physical_resource_id().map(str::to_owned),
        state: ResourceState::new(status),
        reason: drift.drift_status_reason().map(str::to_owned),
        properties: properties.collect(),
    }
}

fn time(time: Option<&aws_sdk_cloudformation::primitives::DateTime>) -> Option<Timestamp> {
    Timestamp::from_millisecond(time?.to_millis().ok()?).ok()
}

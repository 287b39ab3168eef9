//! Stacks: CloudFormation.

use aws_sdk_cloudformation::types::{StackDriftInformation, StackDriftStatus};
use jiff::Timestamp;

use super::Clients;
use super::error::{message, remote};
use crate::error::Result;
use crate::model::stack::Status;

/// A stack as it is.
#[derive(Clone, Debug)]
pub struct Stack {
    /// The stack's ARN, which names this one even after a namesake was made.
    pub id: String,
    /// Its status.
    pub status: Status,
    /// Why it has that status, when CloudFormation says so.
    pub reason: Option<String>,
    /// Its parameters, in their order; `****` for a hidden one.
    pub parameters: Vec<(String, String)>,
    /// Its outputs, in their order.
    pub outputs: Vec<(String, String)>,
    /// The role that CloudFormation works with, where it does not take the caller's permissions.
    pub role: Option<String>,
    /// Whether it is protected from deletion.
    pub protected: bool,
    /// What the last drift detection found.
    pub drift: Option<Drift>,
}

/// What CloudFormation knows of a stack's drift without looking again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// `DRIFTED`, `IN_SYNC`, `UNKNOWN` or `NOT_CHECKED`.
    pub status: String,
    /// When it was looked for; nothing where it never was.
    pub checked: Option<Timestamp>,
}

impl Drift {
    fn of(known: &StackDriftInformation) -> Self {
        let checked = known.last_check_timestamp().and_then(|time| time.to_millis().ok());
        Self {
            status: known.stack_drift_status().map_or("NOT_CHECKED", StackDriftStatus::as_str).to_owned(),
            checked: checked.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        }
    }
}

/// Finds a stack by name or ARN; nothing when there is none.
pub async fn find(clients: &Clients, stack: &str) -> Result<Option<Stack>> {
    let answer = match clients.cloudformation().describe_stacks().stack_name(stack).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let missing = message(&error).is_some_and(|message| message.contains("does not exist"));
            return if missing {
                Ok(None)
            } else {
                Err(remote(&format!("looking at the stack {stack}"), &error))
            };
        }
    };
    Ok(answer.stacks().first().map(|stack| Stack {
        id: stack.stack_id().unwrap_or_default().to_owned(),
        status: Status::new(stack.stack_status().map_or("", |status| status.as_str())),
        reason: stack.stack_status_reason().map(|reason| reason.trim().to_owned()),
        parameters: stack
            .parameters()
            .iter()
            .filter_map(|one| Some((one.parameter_key()?.to_owned(), one.parameter_value()?.to_owned())))
            .collect(),
        outputs: stack
            .outputs()
            .iter()
            .filter_map(|output| Some((output.output_key()?.to_owned(), output.output_value()?.to_owned())))
            .collect(),
        drift: stack.drift_information().map(Drift::of),
        role: stack.role_arn().map(str::to_owned),
        protected: stack.enable_termination_protection().unwrap_or(false),
    }))
}

/// Returns the names of the stack's resources whose deletion failed.
pub async fn failed_resources(clients: &Clients, stack: &str) -> Result<Vec<String>> {
    let resources = resources(clients, stack).await?;
    let failed = resources.into_iter().filter(|resource| resource.status.as_str() == "DELETE_FAILED");
    Ok(failed.map(|resource| resource.logical_id).collect())
}

/// A resource of a stack.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, such as `AWS::Events::Rule`.
    pub resource_type: String,
    /// Its own name or ARN; nothing until it was made.
    pub physical_id: Option<String>,
    /// Its status.
    pub status: Status,
    /// Why it has that status.
    pub reason: Option<String>,
    /// When it got that status.
    pub changed: Option<Timestamp>,
}

/// Returns a stack's resources; those of ours are far fewer than the hundred that one answer holds.
pub async fn resources(clients: &Clients, stack: &str) -> Result<Vec<Resource>> {
    let answer = clients
        .cloudformation()
        .describe_stack_resources()
        .stack_name(stack)
        .send()
        .await
        .map_err(|error| remote("reading the stack's resources", &error))?;
    let resources = answer.stack_resources().iter().map(|resource| Resource {
        logical_id: resource.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: resource.resource_type().unwrap_or_default().to_owned(),
        physical_id: resource.physical_resource_id().map(str::to_owned),
        status: Status::new(resource.resource_status().map_or("", |status| status.as_str())),
        reason: resource.resource_status_reason().map(str::to_owned),
        changed: resource
            .timestamp()
            .and_then(|time| Timestamp::from_millisecond(time.to_millis().ok()?).ok()),
    });
    Ok(resources.collect())
}

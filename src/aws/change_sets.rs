//! Change sets: CloudFormation works out what a deploy would do, and does it when told to.

use std::time::Duration;

use super::Clients;
use super::changes::change_of;
use super::error::{code, message, remote};
use super::failures::validation_errors;
use super::operations::started;
use crate::error::{Error, Kind, Result};
use crate::model::stack::{Change, OnFailure};
use aws_sdk_cloudformation::types::{
    self, Capability, ChangeSetStatus, ChangeSetType, DeploymentConfig, DeploymentConfigMode, DeploymentMode,
    OnStackFailure, Parameter, RollbackConfiguration, RollbackTrigger, Tag,
};

/// What a change set is made of.
#[derive(Debug)]
pub struct ChangeSetRequest<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The change set's name.
    pub name: &'a str,
    /// Whether the stack is made by it.
    pub create: bool,
    /// The template's text; nothing for the template that is deployed.
    pub template: Option<&'a str>,
    /// The template's parameters; one without a value keeps the stack's.
    pub parameters: &'a [(String, Option<String>)],
    /// The stack's tags; none leaves them as they are.
    pub tags: &'a [(String, String)],
    /// The role that CloudFormation works with.
    pub role: Option<&'a str>,
    /// How it is to be carried out.
    pub options: &'a Options,
}

/// How a change set is to be carried out.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What happens when it fails.
    pub on_failure: OnFailure,
    /// The SNS topics that are told of the stack's events; nothing leaves them as they are.
    pub notification_arns: Option<Vec<String>>,
    /// The CloudWatch alarms that roll the operation back.
    pub rollback_alarm_arns: Vec<String>,
    /// Whether CloudFormation is not to wait until resources are stable.
    pub express: bool,
    /// Whether what was changed by hand is changed back.
    pub revert_drift: bool,
    /// Whether resources that exist under their names are taken into the stack.
    pub import_existing_resources: bool,
}

/// A change set that CloudFormation has worked out.
#[derive(Clone, Debug)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// The ARN of its stack.
    pub stack_id: String,
    /// What it changes; empty when nothing.
    pub changes: Vec<Change>,
    /// The parameters that the stack will have; `****` for a hidden one.
    pub parameters: Vec<(String, String)>,
    /// Whether CloudFormation found no difference.
    pub is_empty: bool,
    /// Whether it can be executed now.
    pub is_executable: bool,
}

/// A change set that CloudFormation was asked for and has not worked out yet.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Its ARN.
    pub id: String,
    /// The ARN of its stack.
    pub stack_id: String,
}

/// Asks for a change set; one of the same name is replaced.
pub async fn create(clients: &Clients, request: &ChangeSetRequest<'_>) -> Result<Pending> {
    let named = Pending { id: request.name.to_owned(), stack_id: request.stack.to_owned() };
    // A run that was killed may have left one of the same name.
    for _ in 0..5 {
        match submit(clients, request).await? {
            Some(pending) => return Ok(pending),
            None => delete(clients, &named).await?,
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err(Error::new(
        Kind::Remote,
        format!("the change set {} of the stack {} cannot be replaced", request.name, request.stack),
    )
    .hint("another deploy of the stack may be running: try again when it is done"))
}

/// Asks for a change set once; nothing when its name is taken.
async fn submit(clients: &Clients, request: &ChangeSetRequest<'_>) -> Result<Option<Pending>> {
    let options = request.options;
    let parameters = request.parameters.iter().map(|(key, value)| {
        let parameter = Parameter::builder().parameter_key(key);
        match value {
            Some(value) => parameter.parameter_value(value).build(),
            None => parameter.use_previous_value(true).build(),
        }
    });
    let tags = request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    let on_failure = match options.on_failure {
        OnFailure::Rollback => OnStackFailure::Rollback,
        OnFailure::Delete => OnStackFailure::Delete,
        OnFailure::Keep => OnStackFailure::DoNothing,
    };
    let answer = clients
        .cloudformation()
        .create_change_set()
        .stack_name(request.stack)
        .change_set_name(request.name)
        .change_set_type(if request.create { ChangeSetType::Create } else { ChangeSetType::Update })
        .set_template_body(request.template.map(str::to_owned))
        .set_use_previous_template(request.template.is_none().then_some(true))
        .capabilities(Capability::CapabilityIam)
        .client_token(format!("evbridge-momento-{}", uuid::Uuid::new_v4().simple()))
        .set_parameters(Some(parameters.collect()))
        .set_tags((!request.tags.is_empty()).then(|| tags.collect()))
        .set_role_arn(request.role.map(str::to_owned))
        .set_on_stack_failure(request.create.then_some(on_failure))
        .set_notification_arns(options.notification_arns.clone())
        .set_rollback_configuration(rollback_configuration(&options.rollback_alarm_arns))
        .set_deployment_config(
            options.express.then(|| DeploymentConfig::builder().mode(DeploymentConfigMode::Express).build()),
        )
        // What is new cannot have drifted.
        .set_deployment_mode((options.revert_drift && !request.create).then_some(DeploymentMode::RevertDrift))
        .set_import_existing_resources(options.import_existing_resources.then_some(true))
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(Some(Pending {
            id: answer.id().unwrap_or(request.name).to_owned(),
            stack_id: answer.stack_id().unwrap_or(request.stack).to_owned(),
        })),
        // The same code says that the stack is there already; then another attempt does not help either.
        Err(error) if code(&error) == Some("AlreadyExistsException") => Ok(None),
        Err(error) => Err(remote("making the change set", &error)),
    }
}

fn rollback_configuration(alarms: &[String]) -> Option<RollbackConfiguration> {
    let triggers =
        alarms.iter().map(|arn| RollbackTrigger::builder().arn(arn).r#type("AWS::CloudWatch::Alarm").build());
    (!alarms.is_empty())
        .then(|| RollbackConfiguration::builder().set_rollback_triggers(Some(triggers.collect())).build())
}

/// Waits until CloudFormation has worked a change set out, and reads it.
pub async fn read(clients: &Clients, pending: &Pending) -> Result<ChangeSet> {
    let mut pause = Duration::from_millis(5);
    let mut changes = Vec::new();
    let mut next_token: Option<String> = None;
    loop {
        let answer = clients
            .cloudformation()
            .describe_change_set()
            .change_set_name(&pending.id)
            .stack_name(&pending.stack_id)
            .include_property_values(true)
            .set_next_token(next_token.take())
            .send()
            .await
            .map_err(|error| remote("reading the change set", &error))?;
        let parameters = answer
            .parameters()
            .iter()
            .filter_map(|one| Some((one.parameter_key()?.to_owned(), one.parameter_value()?.to_owned())))
            .collect();
        let id = answer.change_set_id().unwrap_or(&pending.id).to_owned();
        let stack_id = answer.stack_id().unwrap_or(&pending.stack_id).to_owned();
        match answer.status() {
            Some(ChangeSetStatus::CreateComplete) => {
                changes.extend(
                    answer.changes().iter().filter_map(types::Change::resource_change).map(change_of),
                );
                next_token = answer.next_token().map(str::to_owned);
                if next_token.is_none() {
                    let is_executable = answer.execution_status() == Some(&types::ExecutionStatus::Available);
                    let is_empty = false;
                    return Ok(ChangeSet { id, stack_id, changes, parameters, is_empty, is_executable });
                }
            }
            Some(ChangeSetStatus::Failed) => {
                let reason = answer.status_reason().unwrap_or("CloudFormation gives no reason");
                if is_no_change(reason) {
                    let changes = Vec::new();
                    let (is_empty, is_executable) = (true, false);
                    return Ok(ChangeSet { id, stack_id, changes, parameters, is_empty, is_executable });
                }
                let error = Error::new(Kind::Remote, "CloudFormation could not work out the change set")
                    .cause(reason);
                return Err(validation_errors(clients, &id).await.into_iter().fold(error, Error::cause));
            }
            _ => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(2));
            }
        }
    }
}

/// The two sentences with which CloudFormation says that there is nothing to do.
fn is_no_change(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

/// Executes a change set under a token that its events will carry; `keep` leaves a failed update as it is.
pub async fn execute(clients: &Clients, change_set: &ChangeSet, token: &str, keep: bool) -> Result<()> {
    let answer = clients
        .cloudformation()
        .execute_change_set()
        .change_set_name(&change_set.id)
        .stack_name(&change_set.stack_id)
        .client_request_token(token)
        .set_disable_rollback(keep.then_some(true))
        .send()
        .await;
    let answer = answer.map(drop).map_err(|error| {
        let gone = code(&error) == Some("ChangeSetNotFound");
        let failed = remote("executing the change set", &error);
        if gone {
            failed.hint("another deploy of the stack has replaced it: deploy again when that one is done")
        } else {
            failed
        }
    });
    started(clients, &change_set.stack_id, token, answer).await
}

/// Finds the change set of a stack by its name; nothing when there is none, or no such stack.
pub async fn find(clients: &Clients, stack: &str, name: &str) -> Result<Option<Pending>> {
    let answer =
        clients.cloudformation().describe_change_set().stack_name(stack).change_set_name(name).send().await;
    match answer {
        Ok(answer) => Ok(Some(Pending {
            id: answer.change_set_id().unwrap_or(name).to_owned(),
            stack_id: answer.stack_id().unwrap_or(stack).to_owned(),
        })),
        Err(error) if code(&error) == Some("ChangeSetNotFound") => Ok(None),
        Err(error) if message(&error).is_some_and(|text| text.contains("does not exist")) => Ok(None),
        Err(error) => Err(remote(&format!("looking for the change set {name}"), &error)),
    }
}

/// Returns how many change sets a stack has.
pub async fn count(clients: &Clients, stack: &str) -> Result<usize> {
    let answer = clients.cloudformation().list_change_sets().stack_name(stack).send().await;
    answer
        .map(|answer| answer.summaries().len())
        .map_err(|error| remote("listing the stack's change sets", &error))
}

/// Deletes a change set; one that is already gone is fine.
pub async fn delete(clients: &Clients, pending: &Pending) -> Result<()> {
    let answer = clients
        .cloudformation()
        .delete_change_set()
        .change_set_name(&pending.id)
        .stack_name(&pending.stack_id)
        .send()
        .await;
    match answer {
        Ok(_) => Ok(()),
        Err(error) if code(&error) == Some("ChangeSetNotFound") => Ok(()),
        Err(error) => Err(remote("deleting the change set", &error)),
    }
}

impl ChangeSet {
    /// Returns what it was before it was worked out.
    pub fn pending(&self) -> Pending {
        Pending { id: self.id.clone(), stack_id: self.stack_id.clone() }
    }
}

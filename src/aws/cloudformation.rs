//! Stacks and change sets: CloudFormation.

use std::time::Duration;

use aws_sdk_cloudformation::types::{
    self, Capability, ChangeSetStatus, ChangeSetType, OnStackFailure, Parameter, Tag,
};

use super::Clients;
use super::error::{code, message, remote};
use crate::error::{Error, Kind, Result};
use crate::model::stack::change::PropertyChange;
use crate::model::stack::{Action, Change, Replacement, Status};

/// A stack as it is.
#[derive(Clone, Debug)]
pub struct Stack {
    /// The stack's ARN, which names this one even after a namesake was made.
    pub id: String,
    /// Its status.
    pub status: Status,
    /// Its outputs, in their order.
    pub outputs: Vec<(String, String)>,
    /// Whether it is protected from deletion.
    pub protected: bool,
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
        outputs: stack
            .outputs()
            .iter()
            .filter_map(|output| Some((output.output_key()?.to_owned(), output.output_value()?.to_owned())))
            .collect(),
        protected: stack.enable_termination_protection().unwrap_or(false),
    }))
}

/// What a change set is made of.
#[derive(Debug)]
pub struct ChangeSetRequest<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The change set's name.
    pub name: &'a str,
    /// Whether the stack is made by it.
    pub create: bool,
    /// The template's text.
    pub template: &'a str,
    /// The template's parameters.
    pub parameters: &'a [(String, String)],
    /// The stack's tags.
    pub tags: &'a [(String, String)],
    /// The role that CloudFormation works with.
    pub role: Option<&'a str>,
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
    /// Whether CloudFormation found no difference.
    pub is_empty: bool,
}

/// Makes a change set and waits until CloudFormation has worked it out.
pub async fn create_change_set(clients: &Clients, request: &ChangeSetRequest<'_>) -> Result<ChangeSet> {
    let parameters = request
        .parameters
        .iter()
        .map(|(key, value)| Parameter::builder().parameter_key(key).parameter_value(value).build());
    let tags = request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    let mut call = clients
        .cloudformation()
        .create_change_set()
        .stack_name(request.stack)
        .change_set_name(request.name)
        .change_set_type(if request.create { ChangeSetType::Create } else { ChangeSetType::Update })
        .template_body(request.template)
        .capabilities(Capability::CapabilityIam)
        .client_token(request.name)
        .set_parameters(Some(parameters.collect()))
        .set_tags(Some(tags.collect()))
        .set_role_arn(request.role.map(str::to_owned));
    if request.create {
        call = call.on_stack_failure(OnStackFailure::Rollback);
    }
    let answer = call.send().await.map_err(|error| remote("making the change set", &error))?;
    let id = answer.id().unwrap_or(request.name).to_owned();
    let stack_id = answer.stack_id().unwrap_or(request.stack).to_owned();
    wait_for_change_set(clients, id, stack_id).await
}

async fn wait_for_change_set(clients: &Clients, id: String, stack_id: String) -> Result<ChangeSet> {
    let mut pause = Duration::from_millis(50);
    let mut changes = Vec::new();
    let mut next_token: Option<String> = None;
    loop {
        let answer = clients
            .cloudformation()
            .describe_change_set()
            .change_set_name(&id)
            .stack_name(&stack_id)
            .include_property_values(true)
            .set_next_token(next_token.take())
            .send()
            .await
            .map_err(|error| remote("reading the change set", &error))?;
        match answer.status() {
            Some(ChangeSetStatus::CreateComplete) => {
                changes.extend(
                    answer.changes().iter().filter_map(|change| change.resource_change()).map(change_of),
                );
                next_token = answer.next_token().map(str::to_owned);
                if next_token.is_none() {
                    return Ok(ChangeSet { id, stack_id, changes, is_empty: false });
                }
            }
            Some(ChangeSetStatus::Failed) => {
                let reason = answer.status_reason().unwrap_or("CloudFormation gives no reason");
                if is_no_change(reason) {
                    return Ok(ChangeSet { id, stack_id, changes: Vec::new(), is_empty: true });
                }
                return Err(Error::new(Kind::Remote, "CloudFormation could not work out the change set")
                    .cause(reason));
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

fn change_of(change: &types::ResourceChange) -> Change {
    let properties = change.details().iter().filter_map(|detail| {
        let target = detail.target()?;
        let path =
            target.path().or(target.name()).or(target.attribute().map(types::ResourceAttribute::as_str))?;
        Some(PropertyChange {
            path: path.to_owned(),
            before: target.before_value().map(str::to_owned),
            after: target.after_value().map(str::to_owned),
            replaces: matches!(target.requires_recreation(), Some(types::RequiresRecreation::Always)),
        })
    });
    let mut properties: Vec<PropertyChange> = properties.collect();
    properties.dedup();
    Change {
        action: match change.action() {
            Some(types::ChangeAction::Add) => Action::Add,
            Some(types::ChangeAction::Modify) => Action::Modify,
            Some(types::ChangeAction::Remove) => Action::Remove,
            _ => Action::Other,
        },
        logical_id: change.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: change.resource_type().unwrap_or_default().to_owned(),
        replacement: match change.replacement() {
            Some(types::Replacement::True) => Replacement::Always,
            Some(types::Replacement::Conditional) => Replacement::Maybe,
            _ => Replacement::Never,
        },
        properties,
    }
}

/// Executes a change set under a token that its events will carry.
pub async fn execute_change_set(clients: &Clients, change_set: &ChangeSet, token: &str) -> Result<()> {
    let answer = clients
        .cloudformation()
        .execute_change_set()
        .change_set_name(&change_set.id)
        .stack_name(&change_set.stack_id)
        .client_request_token(token)
        .send()
        .await;
    answer.map(drop).map_err(|error| remote("executing the change set", &error))
}

/// Deletes a change set; one that is already gone is fine.
pub async fn delete_change_set(clients: &Clients, change_set: &ChangeSet) -> Result<()> {
    let answer = clients
        .cloudformation()
        .delete_change_set()
        .change_set_name(&change_set.id)
        .stack_name(&change_set.stack_id)
        .send()
        .await;
    match answer {
        Ok(_) => Ok(()),
        Err(error) if code(&error) == Some("ChangeSetNotFound") => Ok(()),
        Err(error) => Err(remote("deleting the change set", &error)),
    }
}

/// Deletes a change set that found no difference, and those like it that commands left when they were killed.
///
/// Only those whose names start with the prefix are ours to delete.
pub async fn delete_empty_change_set(clients: &Clients, change_set: &ChangeSet, prefix: &str) -> Result<()> {
    delete_change_set(clients, change_set).await?;
    if let Err(error) = sweep(clients, &change_set.stack_id, prefix).await {
        // The stack is as it should be all the same.
        tracing::debug!(%error, "change sets of earlier deploys may be left");
    }
    Ok(())
}

async fn sweep(clients: &Clients, stack_id: &str, prefix: &str) -> Result<()> {
    let pages = clients.cloudformation().list_change_sets().stack_name(stack_id).into_paginator().items();
    let listed = pages.send().try_collect().await;
    for summary in listed.map_err(|error| remote("listing the change sets", &error))? {
        let is_ours = summary.change_set_name().is_some_and(|name| name.starts_with(prefix));
        let is_empty = summary.status() == Some(&ChangeSetStatus::Failed)
            && summary.status_reason().is_some_and(is_no_change);
        if let (true, Some(id)) = (is_ours && is_empty, summary.change_set_id()) {
            let (id, stack_id) = (id.to_owned(), stack_id.to_owned());
            let left = ChangeSet { id, stack_id, changes: Vec::new(), is_empty: true };
            delete_change_set(clients, &left).await?;
        }
    }
    Ok(())
}

/// Starts deleting a stack under a token that its events will carry.
pub async fn delete_stack(
    clients: &Clients,
    stack: &str,
    token: Option<&str>,
    role: Option<&str>,
) -> Result<()> {
    let answer = clients
        .cloudformation()
        .delete_stack()
        .stack_name(stack)
        .set_client_request_token(token.map(str::to_owned))
        .set_role_arn(role.map(str::to_owned))
        .send()
        .await;
    answer.map(drop).map_err(|error| remote(&format!("deleting the stack {stack}"), &error))
}

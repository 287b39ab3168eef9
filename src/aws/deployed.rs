//! A deployed stack with the values of its parameters, and the change of one of them.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Capability, Parameter};

use super::Clients;
use super::error::{message, remote};
use crate::error::Result;
use crate::model::doctor::parts::Resource;
use crate::model::stack::Status;

/// A stack as it is deployed.
#[derive(Clone, Debug)]
pub struct DeployedStack {
    /// The stack's ARN.
    pub id: String,
    /// Its status.
    pub status: Status,
    /// Why it has the status, when CloudFormation says so.
    pub reason: Option<String>,
    /// The values of its parameters.
    pub parameters: BTreeMap<String, String>,
    /// Its outputs.
    pub outputs: BTreeMap<String, String>,
}

/// Finds a stack by name or ARN; nothing when there is none.
pub async fn find(clients: &Clients, stack: &str) -> Result<Option<DeployedStack>> {
    let answer = match clients.cloudformation().describe_stacks().stack_name(stack).send().await {
        Ok(answer) => answer,
        Err(error) if message(&error).is_some_and(|message| message.contains("does not exist")) => {
            return Ok(None);
        }
        Err(error) => return Err(remote(&format!("looking at the stack {stack}"), &error)),
    };
    Ok(answer.stacks().first().map(|stack| DeployedStack {
        id: stack.stack_id().unwrap_or_default().to_owned(),
        status: Status::new(stack.stack_status().map_or("", |status| status.as_str())),
        reason: stack.stack_status_reason().map(str::to_owned),
        parameters: pairs(stack.parameters().iter().map(|one| (one.parameter_key(), one.parameter_value()))),
        outputs: pairs(stack.outputs().iter().map(|one| (one.output_key(), one.output_value()))),
    }))
}

/// Starts an update that gives one parameter another value and leaves everything else as it is deployed.
///
/// The update's events carry the token.
pub async fn change_parameter(
    clients: &Clients,
    stack: &DeployedStack,
    name: &str,
    value: &str,
    token: &str,
) -> Result<()> {
    let parameters = stack.parameters.keys().map(|key| {
        let parameter = Parameter::builder().parameter_key(key);
        if key == name {
            parameter.parameter_value(value).build()
        } else {
            parameter.use_previous_value(true).build()
        }
    });
    let answer = clients
        .cloudformation()
        .update_stack()
        .stack_name(&stack.id)
        .use_previous_template(true)
        .set_parameters(Some(parameters.collect()))
        .capabilities(Capability::CapabilityIam)
        .client_request_token(token)
        .send()
        .await;
    answer.map(drop).map_err(|error| remote("updating the stack", &error))
}

/// Returns the resources that CloudFormation says a stack has.
pub async fn resources(clients: &Clients, stack: &str) -> Result<Vec<Resource>> {
    let mut pages =
        clients.cloudformation().list_stack_resources().stack_name(stack).into_paginator().items().send();
    let mut resources = Vec::new();
    while let Some(resource) = pages.next().await {
        let resource =
            resource.map_err(|error| remote(&format!("listing the resources of {stack}"), &error))?;
        resources.push(Resource {
            logical_id: resource.logical_resource_id().unwrap_or_default().to_owned(),
            kind: resource.resource_type().unwrap_or_default().to_owned(),
            physical_id: resource.physical_resource_id().unwrap_or_default().to_owned(),
        });
    }
    Ok(resources)
}

fn pairs<'a>(all: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>) -> BTreeMap<String, String> {
    all.filter_map(|(key, value)| Some((key?.to_owned(), value?.to_owned()))).collect()
}

//! A deployed stack with the values of its parameters, and the change of one of them.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Capability, Parameter, TemplateStage};

use super::error::remote;
use super::operations::started;
use super::{Clients, cloudformation};
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
    Ok(cloudformation::find(clients, stack).await?.map(|stack| DeployedStack {
        id: stack.id,
        status: stack.status,
        reason: stack.reason,
        parameters: stack.parameters.into_iter().collect(),
        outputs: stack.outputs.into_iter().collect(),
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
    let answer = answer.map(drop).map_err(|error| remote("updating the stack", &error));
    started(clients, &stack.id, token, answer).await
}

/// Returns the template that a stack was deployed with, as it was sent.
pub async fn template(clients: &Clients, stack: &str) -> Result<String> {
    let call = clients.cloudformation().get_template().stack_name(stack);
    let answer = call.template_stage(TemplateStage::Original).send().await;
    let answer = answer.map_err(|error| remote("reading the deployed template", &error))?;
    Ok(answer.template_body().unwrap_or_default().to_owned())
}

/// Returns the resources that CloudFormation says a stack has.
pub async fn resources(clients: &Clients, stack: &str) -> Result<Vec<Resource>> {
    let resources = cloudformation::resources(clients, stack).await?.into_iter();
    Ok(resources
        .filter(|resource| !resource.status.is_deleted())
        .map(|resource| Resource {
            logical_id: resource.logical_id,
            kind: resource.resource_type,
            physical_id: resource.physical_id.unwrap_or_default(),
            changed: resource.changed,
        })
        .collect())
}

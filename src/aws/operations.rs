//! The operations on a whole stack: deleting it, taking a failed operation back, protecting it.

use aws_sdk_cloudformation::types::DeletionMode;

use super::Clients;
use super::error::remote;
use super::follow::latest;
use crate::error::Result;

/// Makes a token that an operation's events will carry.
pub fn token() -> String {
    format!("evbridge-momento-{}", uuid::Uuid::new_v4().simple())
}

/// Settles a start whose answer was an error or was lost: it has worked if the stack's newest events carry our token.
///
/// A request is made again when its answer is lost. The second one can then be refused, although, or because, the
/// first one has worked.
pub async fn started(clients: &Clients, stack: &str, token: &str, answer: Result<()>) -> Result<()> {
    let Err(error) = answer else { return Ok(()) };
    match latest(clients, stack).await {
        Ok(operation) if operation.token.as_deref() == Some(token) => Ok(()),
        _ => Err(error),
    }
}

/// How a stack is deleted.
#[derive(Clone, Debug, Default)]
pub struct Deletion {
    /// The role that CloudFormation works with.
    pub role: Option<String>,
    /// The resources that are left where they are; only for a stack whose deletion failed.
    pub retain: Vec<String>,
    /// Whether all that cannot be deleted is left; only for a stack whose deletion failed.
    pub force: bool,
}

/// Starts deleting a stack.
pub async fn delete(clients: &Clients, stack: &str, token: &str, deletion: &Deletion) -> Result<()> {
    let answer = clients
        .cloudformation()
        .delete_stack()
        .stack_name(stack)
        .client_request_token(token)
        .set_role_arn(deletion.role.clone())
        .set_retain_resources((!deletion.retain.is_empty()).then(|| deletion.retain.clone()))
        .set_deletion_mode(deletion.force.then_some(DeletionMode::ForceDeleteStack))
        .send()
        .await;
    let answer = answer.map(drop).map_err(|error| remote(&format!("deleting the stack {stack}"), &error));
    started(clients, stack, token, answer).await
}

/// Starts taking back an update that failed and was kept as it was.
pub async fn roll_back(clients: &Clients, stack: &str, token: &str, role: Option<&str>) -> Result<()> {
    let answer = clients
        .cloudformation()
        .rollback_stack()
        .stack_name(stack)
        .client_request_token(token)
        .set_role_arn(role.map(str::to_owned))
        .send()
        .await;
    let answer = answer.map(drop).map_err(|error| remote(&format!("rolling the stack {stack} back"), &error));
    started(clients, stack, token, answer).await
}

/// Starts going on with a rollback that failed.
pub async fn continue_rollback(
    clients: &Clients,
    stack: &str,
    token: &str,
    role: Option<&str>,
) -> Result<()> {
    let answer = clients
        .cloudformation()
        .continue_update_rollback()
        .stack_name(stack)
        .client_request_token(token)
        .set_role_arn(role.map(str::to_owned))
        .send()
        .await;
    let answer =
        answer.map(drop).map_err(|error| remote(&format!("going on with the rollback of {stack}"), &error));
    started(clients, stack, token, answer).await
}

/// Sets whether a stack can be deleted.
pub async fn protect(clients: &Clients, stack: &str, protected: bool) -> Result<()> {
    let answer = clients
        .cloudformation()
        .update_termination_protection()
        .stack_name(stack)
        .enable_termination_protection(protected)
        .send()
        .await;
    answer.map(drop).map_err(|error| remote(&format!("setting the protection of the stack {stack}"), &error))
}

//! The delivery role in IAM.

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;
use crate::model::doctor::parts::Role;

/// Finds a role with its policies; nothing when there is none.
pub async fn role(clients: &Clients, name: &str) -> Result<Option<Role>> {
    let answer = match clients.roles().get_role().role_name(name).send().await {
        Ok(answer) => answer,
        Err(error) if code(&error) == Some("NoSuchEntity") => return Ok(None),
        Err(error) => return Err(remote(&format!("looking at the role {name}"), &error)),
    };
    let Some(role) = answer.role() else { return Ok(None) };
    let listed = clients.roles().list_role_policies().role_name(name).send().await;
    let listed =
        listed.map_err(|error| remote(&format!("listing the policies of the role {name}"), &error))?;
    let mut policies = Vec::new();
    for policy in listed.policy_names() {
        let read = clients.roles().get_role_policy().role_name(name).policy_name(policy).send().await;
        let read = read.map_err(|error| remote(&format!("reading the policy {policy} of {name}"), &error))?;
        policies.push((policy.clone(), decoded(read.policy_document())));
    }
    let listed = clients.roles().list_attached_role_policies().role_name(name).send().await;
    let listed = listed
        .map_err(|error| remote(&format!("listing the managed policies of the role {name}"), &error))?;
    let attached = listed.attached_policies().iter().filter_map(|one| one.policy_arn().map(str::to_owned));
    let boundary = role.permissions_boundary().and_then(|one| one.permissions_boundary_arn());
    let boundary = boundary.map(str::to_owned);
    let trust = decoded(role.assume_role_policy_document().unwrap_or_default());
    Ok(Some(Role { arn: role.arn().to_owned(), trust, policies, attached: attached.collect(), boundary }))
}

/// IAM answers documents percent-encoded (RFC 3986).
fn decoded(document: &str) -> String {
    percent_encoding::percent_decode_str(document).decode_utf8_lossy().into_owned()
}

//! IAM: roles with their trust and inline policies, the same in every region.
//!
//! Source: the API reference of IAM and its service model (2010-05-08, Query protocol).
//! `winterbaume-iam` has 24 000 lines for all of IAM and its state is one snapshot, to be read whole at
//! every start and written whole at every change; a stack here needs one role.
//! The local user may do everything; what a role that was assumed may do is held by `callers`.

mod attached;
mod policy;
mod role;
mod simulate;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use self::role::{Input, Role};
use super::clock::Clock;
use super::store::Store;
use super::wire::{ACCOUNT, Answer, ApiError, Service};

/// The id of the local user, who makes every call.
pub const USER_ID: &str = "AIDALOCALUSER00000000";
/// The region key of what is the same in all regions.
const EVERYWHERE: &str = "global";
/// What RFC 3986 leaves as it is in a URL.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The IAM of one local cloud.
pub struct Iam {
    store: Arc<Store>,
    clock: Arc<Clock>,
}

/// The policy documents of a role, as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePolicies {
    /// Who may assume the role.
    pub trust: String,
    /// What the role may do: the inline policies by name.
    pub inline: Vec<(String, String)>,
}

/// Returns whether there is a role with an ARN.
pub fn role_exists(store: &Store, arn: &str) -> Result<bool, ApiError> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    Ok(store.get::<Role>(EVERYWHERE, name)?.is_some_and(|role| role.arn == arn))
}

impl Iam {
    /// Opens IAM over the store.
    pub fn new(store: Arc<Store>, clock: Arc<Clock>) -> Self {
        Self { store, clock }
    }

    /// Returns the policies of a role by its ARN, or nothing when there is no such role.
    pub fn role_policies(&self, arn: &str) -> Result<Option<RolePolicies>, ApiError> {
        let name = arn.rsplit('/').next().unwrap_or_default();
        let role: Option<Role> = self.store.get(EVERYWHERE, name)?;
        Ok(role
            .filter(|role| role.arn == arn)
            .map(|role| RolePolicies { trust: role.trust, inline: role.policies.into_iter().collect() }))
    }

    /// Returns the ARN of a role by its name, or nothing when there is no such role.
    pub fn role_arn(&self, name: &str) -> Result<Option<String>, ApiError> {
        Ok(self.store.get::<Role>(EVERYWHERE, name)?.map(|role| role.arn))
    }

    fn dispatch(&self, action: &str, input: &Input<'_>) -> Answer {
        match action {
            "AttachRolePolicy" => self.attach_role_policy(input),
            "CreateRole" => self.create_role(input),
            "DeleteRole" => self.delete_role(input),
            "DeleteRolePolicy" => self.delete_role_policy(input),
            "DetachRolePolicy" => self.detach_role_policy(input),
            "GetRole" => Ok(json!({"Role": self.role(input)?.describe()})),
            "GetRolePolicy" => self.role_policy(input),
            "GetUser" => user(input),
            "ListAttachedRolePolicies" => self.attached_role_policies(input),
            "ListInstanceProfilesForRole" => {
                self.role(input)?;
                Ok(json!({"InstanceProfiles": [], "IsTruncated": false}))
            }
            "ListRolePolicies" => {
                let names: Vec<String> = self.role(input)?.policies.into_keys().collect();
                Ok(json!({"PolicyNames": names, "IsTruncated": false}))
            }
            "ListRoleTags" => Ok(json!({"Tags": self.role(input)?.tags, "IsTruncated": false})),
            "ListRoles" => self.list_roles(input),
            "PutRolePolicy" => self.put_role_policy(input),
            "SimulatePrincipalPolicy" => self.simulate_principal_policy(input),
            "TagRole" => self.tag_role(input),
            "UntagRole" => self.untag_role(input),
            "UpdateAssumeRolePolicy" => self.update_assume_role_policy(input),
            "UpdateRole" => self.update_role(input),
            other => Err(ApiError::client(
                "InvalidAction",
                format!("Could not find operation {other} for version 2010-05-08"),
            )),
        }
    }
}

impl Service for Iam {
    fn call(&self, _region: &str, action: &str, input: &Value) -> Answer {
        self.store.atomically(|| self.dispatch(action, &Input(input)))
    }
}

/// Writes a policy document as IAM answers it: percent-encoded as in RFC 3986.
fn encode(document: &str) -> String {
    utf8_percent_encode(document, RESERVED).to_string()
}

fn user(input: &Input<'_>) -> Answer {
    match input.optional("UserName") {
        None | Some("local") => Ok(json!({"User": {
            "Path": "/",
            "UserName": "local",
            "UserId": USER_ID,
            "Arn": format!("arn:aws:iam::{ACCOUNT}:user/local"),
            "CreateDate": "2024-01-01T00:00:00Z",
        }})),
        Some(name) => Err(role::no_such_entity(format!("The user with name {name} cannot be found."))),
    }
}

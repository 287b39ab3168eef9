//! Roles and the actions on them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{EVERYWHERE, Iam, encode, policy};
use crate::local::store::Document;
use crate::local::wire::{ACCOUNT, Answer, ApiError};

/// A role, under its name.
#[derive(Serialize, Deserialize)]
pub(super) struct Role {
    pub(super) arn: String,
    path: String,
    name: String,
    id: String,
    description: Option<String>,
    max_session_duration: i64,
    pub(super) trust: String,
    pub(super) policies: BTreeMap<String, String>,
    /// The ARNs of the managed policies that are attached to it.
    #[serde(default)]
    pub(super) attached: BTreeSet<String>,
    pub(super) tags: Vec<Tag>,
    created_at: Timestamp,
}

impl Document for Role {
    const KIND: &'static str = "iam:role";
}

/// A tag, in the API's shape.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

/// An action's input: leaves are texts (Query protocol) or JSON values (a service of this cloud).
pub(super) struct Input<'a>(pub(super) &'a Value);

impl Input<'_> {
    pub(super) fn optional(&self, member: &str) -> Option<&str> {
        self.0.get(member).and_then(Value::as_str)
    }

    pub(super) fn required(&self, member: &str) -> Result<&str, ApiError> {
        self.optional(member)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| violation("Value null", &lower_first(member), "Member must not be null"))
    }

    /// Returns a name: up to `longest` letters, digits and `+=,.@_-`.
    fn name(&self, member: &str, longest: usize) -> Result<&str, ApiError> {
        let name = self.required(member)?;
        let field = lower_first(member);
        let valid = |character: char| character.is_ascii_alphanumeric() || "+=,.@_-".contains(character);
        if !name.chars().all(valid) {
            return Err(validation(format!(
                "The specified value for {field} is invalid. It must contain only alphanumeric characters and/or \
                 the following: +=,.@_-"
            )));
        }
        if name.len() > longest {
            let constraint = format!("Member must have length less than or equal to {longest}");
            return Err(violation(&format!("Value '{name}'"), &field, &constraint));
        }
        Ok(name)
    }

    fn description(&self) -> Result<Option<String>, ApiError> {
        let description = self.optional("Description");
        if description.is_some_and(|text| text.chars().count() > 1000) {
            let constraint = "Member must have length less than or equal to 1000";
            return Err(violation("Value", "description", constraint));
        }
        Ok(description.map(str::to_owned))
    }

    fn max_session_duration(&self) -> Result<Option<i64>, ApiError> {
        let Some(value) = self.0.get("MaxSessionDuration") else { return Ok(None) };
        let seconds = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        if let Some(seconds @ 3600..=43_200) = seconds {
            return Ok(Some(seconds));
        }
        let given = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let constraint = if seconds.is_some_and(|seconds| seconds > 43_200) {
            "Member must have value less than or equal to 43200"
        } else {
            "Member must have value greater than or equal to 3600"
        };
        Err(violation(&format!("Value '{given}'"), "maxSessionDuration", constraint))
    }

    fn tags(&self) -> Result<Vec<Tag>, ApiError> {
        let Some(tags) = self.0.get("Tags").filter(|tags| !tags.is_null()) else { return Ok(Vec::new()) };
        let tags = Vec::<Tag>::deserialize(tags)
            .map_err(|_| validation("Tags must be a list of members with Key and Value.".to_owned()))?;
        for tag in &tags {
            for (text, member, longest) in [(&tag.key, "key", 128), (&tag.value, "value", 256)] {
                if text.chars().count() > longest {
                    let constraint = format!("Member must have length less than or equal to {longest}");
                    return Err(violation(
                        &format!("Value '{text}'"),
                        &format!("tags.X.member.{member}"),
                        &constraint,
                    ));
                }
            }
        }
        Ok(tags)
    }
}

impl Role {
    /// Returns the role in the API's shape.
    pub(super) fn describe(&self) -> Value {
        let mut described = json!({
            "Path": self.path,
            "RoleName": self.name,
            "RoleId": self.id,
            "Arn": self.arn,
            "CreateDate": format!("{:.0}", self.created_at),
            "AssumeRolePolicyDocument": encode(&self.trust),
        });
        if let Some(description) = &self.description {
            described["Description"] = description.as_str().into();
        }
        described["MaxSessionDuration"] = self.max_session_duration.into();
        if !self.tags.is_empty() {
            described["Tags"] = json!(self.tags);
        }
        described["RoleLastUsed"] = json!({});
        described
    }
}

impl Iam {
    pub(super) fn create_role(&self, input: &Input<'_>) -> Answer {
        let name = input.name("RoleName", 64)?;
        let trust = input.required("AssumeRolePolicyDocument")?;
        let path = input.optional("Path").unwrap_or("/");
        if !(path.starts_with('/') && path.ends_with('/') && path.len() <= 512) {
            return Err(validation(
                "The specified value for path is invalid. It must begin and end with / and contain only \
                 alphanumeric characters and/or / characters."
                    .to_owned(),
            ));
        }
        if input.optional("PermissionsBoundary").is_some() {
            return Err(ApiError::client("InvalidInput", "The local IAM has no permissions boundaries."));
        }
        policy::check_trust(trust)?;
        if self.store.get::<Role>(EVERYWHERE, name)?.is_some() {
            return Err(conflict("EntityAlreadyExists", format!("Role with name {name} already exists.")));
        }
        let role = Role {
            arn: format!("arn:aws:iam::{ACCOUNT}:role{path}{name}"),
            path: path.to_owned(),
            name: name.to_owned(),
            id: role_id(),
            description: input.description()?,
            max_session_duration: input.max_session_duration()?.unwrap_or(3600),
            trust: trust.to_owned(),
            policies: BTreeMap::new(),
            attached: BTreeSet::new(),
            tags: input.tags()?,
            created_at: self.clock.now(),
        };
        self.write(&role)?;
        Ok(json!({"Role": role.describe()}))
    }

    pub(super) fn update_role(&self, input: &Input<'_>) -> Answer {
        let mut role = self.role(input)?;
        role.description = input.description()?.or(role.description);
        role.max_session_duration = input.max_session_duration()?.unwrap_or(role.max_session_duration);
        self.write(&role)
    }

    pub(super) fn update_assume_role_policy(&self, input: &Input<'_>) -> Answer {
        let mut role = self.role(input)?;
        let trust = input.required("PolicyDocument")?;
        policy::check_trust(trust)?;
        trust.clone_into(&mut role.trust);
        self.write(&role)
    }

    pub(super) fn delete_role(&self, input: &Input<'_>) -> Answer {
        let role = self.role(input)?;
        if !role.attached.is_empty() {
            return Err(conflict(
                "DeleteConflict",
                "Cannot delete entity, must detach all policies first.".to_owned(),
            ));
        }
        if !role.policies.is_empty() {
            return Err(conflict(
                "DeleteConflict",
                "Cannot delete entity, must delete policies first.".to_owned(),
            ));
        }
        self.store.remove::<Role>(EVERYWHERE, &role.name)?;
        Ok(json!({}))
    }

    pub(super) fn list_roles(&self, input: &Input<'_>) -> Answer {
        let prefix = input.optional("PathPrefix").unwrap_or("/");
        let mut roles = self.store.list::<Role>(EVERYWHERE)?;
        roles.retain(|(_, role)| role.path.starts_with(prefix));
        roles.sort_by(|(a, _), (b, _)| a.cmp(b));
        let roles: Vec<Value> = roles.iter().map(|(_, role)| role.describe()).collect();
        Ok(json!({"Roles": roles, "IsTruncated": false}))
    }

    pub(super) fn put_role_policy(&self, input: &Input<'_>) -> Answer {
        let mut role = self.role(input)?;
        let name = input.name("PolicyName", 128)?;
        let document = input.required("PolicyDocument")?;
        policy::check_permissions(document)?;
        role.policies.insert(name.to_owned(), document.to_owned());
        if role.policies.values().map(|document| policy::size(document)).sum::<usize>() > 10_240 {
            let message = format!("Maximum policy size of 10240 bytes exceeded for role {}", role.name);
            return Err(conflict("LimitExceeded", message));
        }
        self.write(&role)
    }

    pub(super) fn role_policy(&self, input: &Input<'_>) -> Answer {
        let role = self.role(input)?;
        let name = input.name("PolicyName", 128)?;
        let document = role.policies.get(name).ok_or_else(|| no_such_policy(name))?;
        Ok(json!({"RoleName": role.name, "PolicyName": name, "PolicyDocument": encode(document)}))
    }

    pub(super) fn delete_role_policy(&self, input: &Input<'_>) -> Answer {
        let mut role = self.role(input)?;
        let name = input.name("PolicyName", 128)?;
        role.policies.remove(name).ok_or_else(|| no_such_policy(name))?;
        self.write(&role)
    }

    pub(super) fn tag_role(&self, input: &Input<'_>) -> Answer {
        let mut role = self.role(input)?;
        for tag in input.tags()? {
            role.tags.retain(|there| there.key != tag.key);
            role.tags.push(tag);
        }
        self.write(&role)
    }

    pub(super) fn untag_role(&self, input: &Input<'_>) -> Answer {
        let mut role = self.role(input)?;
        let keys = input.0.get("TagKeys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        role.tags.retain(|tag| !keys.iter().any(|key| key.as_str() == Some(&tag.key)));
        self.write(&role)
    }

    /// Returns the role that an input names.
    pub(super) fn role(&self, input: &Input<'_>) -> Result<Role, ApiError> {
        let name = input.name("RoleName", 64)?;
        self.store
            .get(EVERYWHERE, name)?
            .ok_or_else(|| no_such_entity(format!("The role with name {name} cannot be found.")))
    }

    pub(super) fn write(&self, role: &Role) -> Answer {
        self.store.put(EVERYWHERE, &role.name, role)?;
        Ok(json!({}))
    }
}

pub(super) fn no_such_entity(message: String) -> ApiError {
    ApiError { status: 404, code: "NoSuchEntity".to_owned(), message }
}

fn no_such_policy(name: &str) -> ApiError {
    no_such_entity(format!("The role policy with name {name} cannot be found."))
}

fn conflict(code: &str, message: String) -> ApiError {
    ApiError { status: 409, code: code.to_owned(), message }
}

fn validation(message: String) -> ApiError {
    ApiError::client("ValidationError", message)
}

fn violation(subject: &str, field: &str, constraint: &str) -> ApiError {
    validation(format!(
        "1 validation error detected: {subject} at '{field}' failed to satisfy constraint: {constraint}"
    ))
}

fn lower_first(member: &str) -> String {
    let mut characters = member.chars();
    characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
}

/// Returns a new role's id: `AROA` and 17 letters and digits.
fn role_id() -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bytes = [*Uuid::new_v4().as_bytes(), *Uuid::new_v4().as_bytes()].concat();
    let random = bytes.iter().take(17).map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
    "AROA".chars().chain(random).collect()
}

//! Resource policies: of the account, by name, and of one log group.
//!
//! The revisions, and what is refused in which words, are captured on AWS.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::input::{group_arn, group_in_arn, page, required, text};
use super::{Logs, error};
use crate::local::store::Document;
use crate::local::wire::{Answer, ApiError};
use crate::model::policy::Policy;

/// How many policies an account may have in a region.
const LIMIT: usize = 10;

/// A policy of the account, under its name.
#[derive(Deserialize, Serialize)]
struct AccountPolicy {
    document: String,
    updated: Timestamp,
}

impl Document for AccountPolicy {
    const KIND: &'static str = "logs:policy";
}

/// The policy of a log group.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct GroupPolicy {
    document: String,
    updated: Timestamp,
    revision: u64,
}

impl Logs {
    pub(super) fn put_policy(&self, region: &str, input: &Value) -> Answer {
        let (name, arn) = (text(input, "policyName"), text(input, "resourceArn"));
        let group = arn.map(|arn| group_in_arn(region, arn).ok_or_else(invalid_arn)).transpose()?;
        if name.is_some() && group.is_some() {
            return Err(error::invalid(
                "Both policy name and resource arn cannot be specified at the same time.",
            ));
        }
        let document = required(input, "policyDocument")?;
        if Policy::parse(document).is_err() {
            return Err(error::invalid(
                "Error occurred while parsing accessPolicy. Please check if the accessPolicy has been constructed \
                 correctly using IAM grammar.",
            ));
        }
        let (document, updated) = (document.to_owned(), self.clock.now());
        match (name, group) {
            (_, Some(group)) => self.put_group_policy(region, group, input, document, updated),
            (Some(name), None) => {
                let known = self.store.list::<AccountPolicy>(region)?;
                if known.len() >= LIMIT && !known.iter().any(|(known, _)| known == name) {
                    return Err(error::limit());
                }
                let policy = AccountPolicy { document, updated };
                self.store.put(region, name, &policy)?;
                Ok(json!({ "resourcePolicy": policy.describe(name) }))
            }
            (None, None) => Err(error::missing("policyName")),
        }
    }

    pub(super) fn describe_policies(&self, region: &str, input: &Value) -> Answer {
        let arn = text(input, "resourceArn");
        match text(input, "policyScope") {
            Some("RESOURCE") => {
                let name = group_in_arn(region, arn.ok_or_else(|| error::missing("resourceArn"))?)
                    .ok_or_else(invalid_arn)?;
                let policy = self.group(region, name)?.policy;
                let rows = policy.iter().map(|policy| {
                    let mut shown = policy.describe(region, name);
                    shown["revisionId"] = json!(policy.revision.to_string());
                    shown
                });
                page(input, "resourcePolicies", rows.collect())
            }
            None | Some("ACCOUNT") if arn.is_some() => {
                Err(error::invalid("Cannot provide ResourceArn for PolicyScope ACCOUNT"))
            }
            None | Some("ACCOUNT") => {
                let mut policies = self.store.list::<AccountPolicy>(region)?;
                policies.sort_by(|a, b| a.0.cmp(&b.0));
                let rows = policies.iter().map(|(name, policy)| policy.describe(name));
                page(input, "resourcePolicies", rows.collect())
            }
            Some(other) => {
                let rule = "Member must satisfy enum value set: [ACCOUNT, RESOURCE]";
                Err(error::violation(&format!("'{other}'"), "policyScope", rule))
            }
        }
    }

    pub(super) fn delete_policy(&self, region: &str, input: &Value) -> Answer {
        let Some(arn) = text(input, "resourceArn") else {
            let name = required(input, "policyName")?;
            return if self.store.remove::<AccountPolicy>(region, name)? {
                Ok(json!({}))
            } else {
                Err(error::not_found(format!("Policy with name [{name}] does not exist.")))
            };
        };
        let name = group_in_arn(region, arn).ok_or_else(invalid_arn)?;
        let mut group = self.group(region, name)?;
        let expected = revision(input)?.ok_or_else(|| error::invalid("Invalid ExpectedRevisionId"))?;
        match group.policy.take() {
            None => Err(error::not_found("No policy found for ResourceArn")),
            Some(policy) if policy.revision != expected => Err(conflict()),
            Some(_) => {
                self.store.put(region, name, &group)?;
                Ok(json!({}))
            }
        }
    }

    fn put_group_policy(
        &self,
        region: &str,
        name: &str,
        input: &Value,
        document: String,
        updated: Timestamp,
    ) -> Answer {
        let mut group = self.group(region, name)?;
        let (expected, known) = (revision(input)?, group.policy.as_ref().map(|policy| policy.revision));
        if expected.is_some() && expected != known || expected.is_none() && known.is_some() {
            return Err(conflict());
        }
        let policy = GroupPolicy { document, updated, revision: known.unwrap_or(0).saturating_add(1) };
        let answer = json!({
            "resourcePolicy": policy.describe(region, name),
            "revisionId": policy.revision.to_string(),
        });
        group.policy = Some(policy);
        self.store.put(region, name, &group)?;
        Ok(answer)
    }
}

impl AccountPolicy {
    fn describe(&self, name: &str) -> Value {
        json!({
            "policyName": name,
            "policyDocument": self.document,
            "lastUpdatedTime": self.updated.as_millisecond(),
            "policyScope": "ACCOUNT",
        })
    }
}

impl GroupPolicy {
    fn describe(&self, region: &str, group: &str) -> Value {
        json!({
            "policyDocument": self.document,
            "lastUpdatedTime": self.updated.as_millisecond(),
            "policyScope": "RESOURCE",
            "resourceArn": group_arn(region, group),
        })
    }
}

fn revision(input: &Value) -> Result<Option<u64>, ApiError> {
    let Some(text) = text(input, "expectedRevisionId") else { return Ok(None) };
    text.parse().map(Some).map_err(|_| error::invalid("Invalid ExpectedRevisionId"))
}

fn conflict() -> ApiError {
    ApiError::client(
        "OperationAbortedException",
        "A conflicting operation is currently in progress against this resource. Please try again.",
    )
}

fn invalid_arn() -> ApiError {
    ApiError::client("ValidationException", "Invalid resourceArn")
}

//! Whether a target's role lets `EventBridge` do what the target needs.

use serde_json::{Value, json};

use super::job::Job;
use crate::local::eventbridge::input::{items, text};
use crate::local::wire::{ACCOUNT, ApiError, Services};
use crate::model::delivery::{ErrorCode, Failure};
use crate::model::policy::{Caller, Decision, Policy, Request, decide};

/// The service's principal.
pub(super) const PRINCIPAL: &str = "events.amazonaws.com";

/// What a rule asks of a resource.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) region: &'a str,
    pub(super) rule_arn: &'a str,
    pub(super) action: &'a str,
    pub(super) resource: &'a str,
}

impl Ask<'_> {
    /// Returns the condition keys that `EventBridge` sends for a rule (captured on AWS).
    pub(super) fn context(&self) -> [(&str, &str); 5] {
        [
            ("aws:SourceArn", self.rule_arn),
            ("aws:SourceAccount", ACCOUNT),
            ("aws:PrincipalIsAWSService", "true"),
            ("aws:PrincipalServiceName", PRINCIPAL),
            ("aws:SecureTransport", "true"),
        ]
    }
}

impl<T> Job<'_, T> {
    /// What the rule asks of its target.
    pub(super) fn ask<'a>(&'a self, action: &'a str) -> Ask<'a> {
        Ask { region: &self.pending.region, rule_arn: &self.rule_arn, action, resource: &self.target.arn }
    }
}

/// Assumes a role for a rule and checks that its policies allow the action.
///
/// A role that is gone or does not trust the service is `FAILED_TO_ASSUME_ROLE`, a role without the
/// permission `NO_PERMISSIONS`. Permissions boundaries do not exist here.
pub(super) fn check(services: &dyn Services, role_arn: &str, ask: &Ask<'_>) -> Result<(), Failure> {
    let name = role_arn.rsplit('/').next().unwrap_or_default();
    let call = |action: &str, input: &Value| services.call("iam", ask.region, action, input);
    let denied = || Failure {
        code: ErrorCode::FailedToAssumeRole,
        message: format!(
            "User: {PRINCIPAL} is not authorized to perform: sts:AssumeRole on resource: {role_arn} (Service: \
             AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Proxy: null)"
        ),
    };
    let role = call("GetRole", &json!({ "RoleName": name })).map_err(|_| denied())?;
    let role = role.get("Role").unwrap_or(&Value::Null);
    if text(role, "Arn").is_some_and(|arn| arn != role_arn) {
        return Err(denied());
    }
    let trust = role.get("AssumeRolePolicyDocument").and_then(document).ok_or_else(denied)?;
    let context = ask.context();
    let request = Request {
        caller: Caller::Service(PRINCIPAL),
        action: "sts:AssumeRole",
        resource: role_arn,
        context: &context,
    };
    if trust.decide(&request) != Decision::Allowed {
        return Err(denied());
    }
    let policies = policies(&call, name);
    let request =
        Request { caller: Caller::Attached, action: ask.action, resource: ask.resource, context: &[] };
    let reason = match decide(&policies, &request) {
        Decision::Allowed => return Ok(()),
        Decision::Denied => "with an explicit deny in an identity-based policy".to_owned(),
        Decision::NotAllowed => {
            format!("because no identity-based policy allows the {} action", ask.action)
        }
    };
    Err(Failure {
        code: ErrorCode::NoPermissions,
        message: format!(
            "User: arn:aws:sts::{ACCOUNT}:assumed-role/{name}/EventBridge is not authorized to perform: {} on \
             resource: {} {reason}",
            ask.action, ask.resource
        ),
    })
}

/// Reads a role's inline and attached policies; one that cannot be read allows nothing.
fn policies(call: &impl Fn(&str, &Value) -> Result<Value, ApiError>, role: &str) -> Vec<Policy> {
    let inline = call("ListRolePolicies", &json!({ "RoleName": role })).unwrap_or_default();
    let inline = items(&inline, "PolicyNames").iter().filter_map(|name| {
        let policy = call("GetRolePolicy", &json!({ "RoleName": role, "PolicyName": name })).ok()?;
        document(policy.get("PolicyDocument")?)
    });
    let attached = call("ListAttachedRolePolicies", &json!({ "RoleName": role })).unwrap_or_default();
    let attached = items(&attached, "AttachedPolicies").iter().filter_map(|attached| {
        let arn = attached.get("PolicyArn")?;
        let policy = call("GetPolicy", &json!({ "PolicyArn": arn })).ok()?;
        let version = policy.get("Policy")?.get("DefaultVersionId")?;
        let version = call("GetPolicyVersion", &json!({ "PolicyArn": arn, "VersionId": version })).ok()?;
        document(version.get("PolicyVersion")?.get("Document")?)
    });
    inline.chain(attached).collect()
}

/// Reads a policy document as IAM answers it: JSON, or its text, percent-encoded or not.
fn document(value: &Value) -> Option<Policy> {
    let Some(text) = value.as_str() else { return Policy::from_json(value).ok() };
    if text.trim_start().starts_with('{') {
        return Policy::parse(text).ok();
    }
    Policy::parse(&percent_encoding::percent_decode_str(text).decode_utf8().ok()?).ok()
}

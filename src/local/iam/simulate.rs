//! `SimulatePrincipalPolicy`: what a principal would be allowed, by its identity-based policies.
//!
//! Source: the API reference of IAM. Resource policies, boundaries and organisations do not exist here.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::role::{Input, no_such_entity};
use super::{EVERYWHERE, Iam};
use crate::local::iam::role::Role;
use crate::local::wire::{ACCOUNT, Answer, ApiError};
use crate::model::policy::{Caller, Decision, Policy, Request, decide};

impl Iam {
    pub(super) fn simulate_principal_policy(&self, input: &Input<'_>) -> Answer {
        let arn = input.optional("PolicySourceArn").unwrap_or_default();
        let policies = self.policies_of(arn)?;
        let context = context(input.0);
        let context: Vec<(&str, &str)> = context.iter().map(|(key, value)| (*key, *value)).collect();
        let actions = texts(&input.0["ActionNames"]);
        if actions.is_empty() {
            return Err(ApiError::client("InvalidInput", "ActionNames must name at least one action."));
        }
        let resources = Some(texts(&input.0["ResourceArns"])).filter(|all| !all.is_empty());
        let resources = resources.unwrap_or_else(|| vec!["*"]);
        let results = actions.iter().flat_map(|action| {
            let (policies, context) = (&policies, &context);
            resources.iter().map(move |resource| {
                let request = Request { caller: Caller::Attached, action, resource, context };
                let decision = policies.as_ref().map_or(Decision::Allowed, |all| decide(all, &request));
                let missing: BTreeSet<&str> =
                    policies.iter().flatten().flat_map(|policy| policy.missing_keys(&request)).collect();
                result(&request, decision, &missing)
            })
        });
        Ok(json!({ "EvaluationResults": results.collect::<Vec<_>>(), "IsTruncated": false }))
    }

    /// Returns the policies of a principal; nothing for the local user, who may do everything.
    fn policies_of(&self, arn: &str) -> Result<Option<Vec<Policy>>, ApiError> {
        let resource = arn.strip_prefix(&format!("arn:aws:iam::{ACCOUNT}:"));
        match resource.and_then(|resource| resource.split_once('/')) {
            Some(("user", "local")) => Ok(None),
            Some(("role", path)) => {
                let name = path.rsplit('/').next().unwrap_or_default();
                let role: Option<Role> = self.store.get(EVERYWHERE, name)?;
                let role = role.filter(|role| role.arn == arn);
                let role = role.ok_or_else(|| no_such_entity(format!("Role {arn} does not exist.")))?;
                Ok(Some(role.policies.values().filter_map(|text| Policy::parse(text).ok()).collect()))
            }
            Some(("user" | "group", _)) => Err(no_such_entity(format!("{arn} does not exist."))),
            _ => Err(ApiError::client(
                "InvalidInput",
                format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."),
            )),
        }
    }
}

/// Writes one result; what was not given is said of the resource, where the call names one.
fn result(request: &Request<'_>, decision: Decision, missing: &BTreeSet<&str>) -> Value {
    let decision = match decision {
        Decision::Allowed => "allowed",
        Decision::Denied => "explicitDeny",
        Decision::NotAllowed => "implicitDeny",
    };
    let is_named = request.resource != "*";
    let mut result = json!({
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": decision,
        "MatchedStatements": [],
        "MissingContextValues": if is_named { json!([]) } else { json!(missing) },
    });
    if is_named {
        result["ResourceSpecificResults"] = json!([{
            "EvalResourceName": request.resource,
            "EvalResourceDecision": decision,
            "MatchedStatements": [],
            "MissingContextValues": missing,
        }]);
    }
    result
}

/// Reads the condition keys with each of their values.
fn context(input: &Value) -> Vec<(&str, &str)> {
    let entries = input["ContextEntries"].as_array().into_iter().flatten();
    entries
        .filter_map(|entry| Some((entry["ContextKeyName"].as_str()?, texts(&entry["ContextKeyValues"]))))
        .flat_map(|(key, values)| values.into_iter().map(move |value| (key, value)))
        .collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

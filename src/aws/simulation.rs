//! What a principal is allowed: IAM's simulation of its policies.

use std::collections::BTreeSet;

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType, ResourceSpecificResult,
};

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;
use crate::model::permissions::{Answer, Question};

/// Asks IAM what a principal may do of a question's actions; nothing where the principal is not there.
///
/// `known` are condition keys of the call that are certain, beside those that the question's policy has.
pub async fn ask(
    clients: &Clients,
    principal: &str,
    question: &Question,
    known: &[(String, String)],
) -> Result<Option<Answer>> {
    let asked = question.context.iter().map(|(key, values)| (key, values.clone()));
    let known = known.iter().map(|(key, value)| (key, vec![value.clone()]));
    let context = asked.chain(known).map(|(key, values)| {
        let entry = ContextEntry::builder().context_key_name(key).context_key_type(kind(key, values.len()));
        entry.set_context_key_values(Some(values)).build()
    });
    let mut pages = clients
        .roles()
        .simulate_principal_policy()
        .policy_source_arn(principal)
        .set_action_names(Some(question.actions.clone()))
        .resource_arns(&question.resource)
        .set_context_entries(Some(context.collect()))
        .into_paginator()
        .items()
        .send();
    let mut answer = Answer::default();
    while let Some(result) = pages.next().await {
        match result {
            Ok(result) => {
                if *result.eval_decision() != PolicyEvaluationDecisionType::Allowed {
                    answer.refuse(result.eval_action_name(), missing(&result));
                }
            }
            Err(error) if code(&error) == Some("NoSuchEntity") => return Ok(None),
            Err(error) => return Err(remote("asking what you may do (iam:SimulatePrincipalPolicy)", &error)),
        }
    }
    Ok(Some(answer))
}

/// Returns the condition keys that a result depends on and that nobody has given; IAM names them with the
/// resource, where the question names one (API reference, `EvaluationResult`).
fn missing(result: &EvaluationResult) -> BTreeSet<String> {
    let of_resources =
        result.resource_specific_results().iter().flat_map(ResourceSpecificResult::missing_context_values);
    result.missing_context_values().iter().chain(of_resources).cloned().collect()
}

/// Returns a condition key's type.
fn kind(key: &str, values: usize) -> ContextKeyTypeEnum {
    if key.eq_ignore_ascii_case("aws:SecureTransport") {
        ContextKeyTypeEnum::Boolean
    } else if values == 1 && !key.eq_ignore_ascii_case("aws:CalledVia") {
        ContextKeyTypeEnum::String
    } else {
        ContextKeyTypeEnum::StringList
    }
}

/// Finds a role's ARN with its path; nothing where there is no such role.
pub async fn role_arn(clients: &Clients, name: &str) -> Result<Option<String>> {
    match clients.roles().get_role().role_name(name).send().await {
        Ok(answer) => Ok(answer.role().map(|role| role.arn().to_owned())),
        Err(error) if code(&error) == Some("NoSuchEntity") => Ok(None),
        Err(error) => Err(remote(&format!("looking at your role {name}"), &error)),
    }
}

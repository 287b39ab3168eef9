//! What a principal is allowed: IAM's simulation of its policies.

use std::collections::BTreeSet;

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;
use crate::model::permissions::Question;

/// Asks IAM which of a question's actions a principal is refused; nothing where the principal is not there.
pub async fn refused(
    clients: &Clients,
    principal: &str,
    question: &Question,
) -> Result<Option<BTreeSet<String>>> {
    let context = question.context.iter().map(|(key, values)| {
        let kind = if values.len() == 1 && !key.eq_ignore_ascii_case("aws:CalledVia") {
            ContextKeyTypeEnum::String
        } else {
            ContextKeyTypeEnum::StringList
        };
        let entry = ContextEntry::builder().context_key_name(key).context_key_type(kind);
        entry.set_context_key_values(Some(values.clone())).build()
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
    let mut refused = BTreeSet::new();
    while let Some(result) = pages.next().await {
        match result {
            Ok(result) if *result.eval_decision() == PolicyEvaluationDecisionType::Allowed => {}
            Ok(result) => {
                refused.insert(result.eval_action_name().to_owned());
            }
            Err(error) if code(&error) == Some("NoSuchEntity") => return Ok(None),
            Err(error) => return Err(remote("asking what you may do (iam:SimulatePrincipalPolicy)", &error)),
        }
    }
    Ok(Some(refused))
}

/// Finds a role's ARN with its path; nothing where there is no such role.
pub async fn role_arn(clients: &Clients, name: &str) -> Result<Option<String>> {
    match clients.roles().get_role().role_name(name).send().await {
        Ok(answer) => Ok(answer.role().map(|role| role.arn().to_owned())),
        Err(error) if code(&error) == Some("NoSuchEntity") => Ok(None),
        Err(error) => Err(remote(&format!("looking at your role {name}"), &error)),
    }
}

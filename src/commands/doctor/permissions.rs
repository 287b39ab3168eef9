//! Whether who runs the command has the permissions of a policy, by IAM's simulation.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;

use super::examination::reason;
use crate::aws::identity::Identity;
use crate::aws::simulation;
use crate::context::Session;
use crate::error::Result;
use crate::model::doctor::Check;
use crate::model::permissions::{Principal, Question, Role, Scope, document, only, questions};

/// Asks IAM about each statement of the role's policy; `fatal` says whether something missing is a fault.
pub(super) async fn check(
    session: &Session,
    caller: &Identity,
    role: Role,
    scope: &Scope,
    fatal: bool,
) -> Check {
    let name = "permissions";
    let see = format!("see what is needed: `{}`", command(role, caller));
    let policy = document(role, scope);
    let asked = questions(&policy);
    let refused = match Box::pin(refused(session, caller, &asked)).await {
        Ok(Some(refused)) => refused,
        Ok(None) => {
            let who = if Principal::of(&caller.arn) == Principal::Root {
                "you are the account itself, which may do everything"
            } else {
                return Check::unknown(name, format!("IAM cannot say what {} may do", caller.arn)).treat(see);
            };
            return Check::ok(name, who);
        }
        Err(error) => return Check::unknown(name, reason(&error)).treat(see),
    };
    let all = asked.iter().flat_map(|question| &question.actions).collect::<BTreeSet<_>>().len();
    let missing = named(&refused);
    if missing.is_empty() {
        return Check::ok(name, format!("you may do all {all} things that the {role} needs"));
    }
    let evidence = format!(
        "you may not do {} of {all} things that the {role} needs: {}",
        missing.len(),
        missing.join(", ")
    );
    let check = if fatal { Check::fail(name, evidence) } else { Check::warn(name, evidence) };
    check.treat(format!("have this policy added to {}", whom(caller))).document(only(policy, &refused))
}

/// Names each action that is refused, once.
pub(super) fn named(refused: &[BTreeSet<String>]) -> Vec<&str> {
    refused.iter().flatten().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Names the caller as somebody does who adds a policy.
pub(super) fn whom(caller: &Identity) -> String {
    match Principal::of(&caller.arn) {
        Principal::Role { name, .. } => format!("the role {name}"),
        _ => caller.arn.clone(),
    }
}

/// Returns the command that prints a role's policy for the caller.
pub(super) fn command(role: Role, caller: &Identity) -> String {
    match Principal::of(&caller.arn) {
        Principal::User(arn) | Principal::Role { arn, .. } => {
            format!("evbridge-momento permissions {role} --principal {arn}")
        }
        Principal::Root | Principal::Other => format!("evbridge-momento permissions {role}"),
    }
}

/// Returns what is refused of each question; nothing for a caller that IAM does not simulate.
///
/// Fails where the caller may not ask.
pub(super) async fn refused(
    session: &Session,
    caller: &Identity,
    asked: &[Question],
) -> Result<Option<Vec<BTreeSet<String>>>> {
    let Some(first) = asked.iter().find(|question| !question.actions.is_empty()) else {
        return Ok(Some(vec![BTreeSet::new(); asked.len()]));
    };
    // The first question finds out under which ARN the caller is known.
    let Some((arn, known)) = first_answer(session, caller, first).await? else { return Ok(None) };
    let answers = asked.iter().map(|question| {
        let (arn, known) = (arn.as_str(), &known);
        async move {
            if question.actions.is_empty() {
                Ok(Some(BTreeSet::new()))
            } else if question == first {
                Ok(Some(known.clone()))
            } else {
                simulation::refused(&session.clients, arn, question).await
            }
        }
    });
    let answers: Vec<Option<BTreeSet<String>>> = try_join_all(answers).await?;
    Ok(answers.into_iter().collect())
}

/// Asks the first question, and returns under which ARN the caller is known and what is refused.
async fn first_answer(
    session: &Session,
    caller: &Identity,
    question: &Question,
) -> Result<Option<(String, BTreeSet<String>)>> {
    let clients = &session.clients;
    let (arn, role) = match Principal::of(&caller.arn) {
        Principal::User(arn) => (arn, None),
        Principal::Role { name, arn } => (arn, Some(name)),
        Principal::Root | Principal::Other => return Ok(None),
    };
    let answer = simulation::refused(clients, &arn, question).await;
    // A role may be below a path, as those of IAM Identity Center are: then there is no role of this ARN, or
    // a policy that names the right one does not let it be asked about.
    let Some(name) = role.filter(|_| match &answer {
        Ok(found) => found.is_none(),
        Err(error) => error.is_denied(),
    }) else {
        return Ok(answer?.map(|refused| (arn, refused)));
    };
    match simulation::role_arn(clients, &name).await {
        Ok(Some(found)) if found != arn => {
            Ok(simulation::refused(clients, &found, question).await?.map(|refused| (found, refused)))
        }
        _ => Ok(answer?.map(|refused| (arn, refused))),
    }
}

//! Whether who runs the doctor has the permissions of a role, by IAM's simulation.

use std::collections::BTreeSet;

use super::examination::reason;
use crate::aws::identity::Identity;
use crate::aws::simulation;
use crate::context::Session;
use crate::error::Error;
use crate::model::doctor::Check;
use crate::model::permissions::{Principal, Question, Role, Scope, only, questions};

/// Asks IAM about each statement of the role's policy; `fatal` says whether something missing is a fault.
pub(super) async fn check(
    session: &Session,
    caller: &Identity,
    role: Role,
    scope: &Scope,
    fatal: bool,
) -> Check {
    let name = "permissions";
    let see = format!("see what is needed: `evbridge-momento permissions {role}`");
    let asked = questions(role, scope);
    let refused = match refused(session, caller, &asked).await {
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
    let all: usize = asked.iter().map(|question| question.actions.len()).sum();
    let missing: Vec<&str> = refused.iter().flatten().map(String::as_str).collect();
    if missing.is_empty() {
        return Check::ok(name, format!("you may do all {all} things that the {role} needs"));
    }
    let evidence = format!(
        "you may not do {} of {all} things that the {role} needs: {}",
        missing.len(),
        missing.join(", ")
    );
    let check = if fatal { Check::fail(name, evidence) } else { Check::warn(name, evidence) };
    let whom = match Principal::of(&caller.arn) {
        Principal::Role { name, .. } => format!("the role {name}"),
        _ => caller.arn.clone(),
    };
    check.treat(format!("have this policy added to {whom}")).document(only(role, scope, &refused))
}

/// Returns what is refused of each question; nothing for a caller that IAM does not simulate.
async fn refused(
    session: &Session,
    caller: &Identity,
    asked: &[Question],
) -> Result<Option<Vec<BTreeSet<String>>>, Error> {
    let clients = &session.clients;
    let (mut arn, mut role) = match Principal::of(&caller.arn) {
        Principal::User(arn) => (arn, None),
        Principal::Role { name, arn } => (arn, Some(name)),
        Principal::Root | Principal::Other => return Ok(None),
    };
    let mut all = Vec::new();
    for question in asked {
        if question.actions.is_empty() {
            all.push(BTreeSet::new());
            continue;
        }
        let found = match (simulation::refused(clients, &arn, question).await?, role.take()) {
            // A role below a path, as those of IAM Identity Center are.
            (None, Some(name)) => match simulation::role_arn(clients, &name).await? {
                Some(found) => {
                    arn = found;
                    simulation::refused(clients, &arn, question).await?
                }
                None => None,
            },
            (found, _) => found,
        };
        match found {
            Some(refused) => all.push(refused),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

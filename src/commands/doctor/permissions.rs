//! Whether who runs the command has the permissions of a policy, by IAM's simulation.

use std::collections::BTreeSet;
use std::fmt;

use futures_util::future::try_join_all;

use super::examination::reason;
use crate::aws::identity::Identity;
use crate::aws::simulation;
use crate::context::Session;
use crate::error::Result;
use crate::model::doctor::Check;
use crate::model::permissions::{Answer, Principal, Question, Role, Scope, document, only, questions};

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
    let answers = match Box::pin(answers(session, caller, &asked)).await {
        Ok(Some(answers)) => answers,
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
    let (missing, unsure) = (named(&answers), Unsure::of(&answers));
    if missing.is_empty() {
        return match unsure {
            None => Check::ok(name, format!("you may do all {all} things that the {role} needs")),
            Some(unsure) => Check::unknown(
                name,
                format!("of {all} things that the {role} needs IAM cannot say whether you may do {unsure}"),
            )
            .treat(see),
        };
    }
    let also = unsure.map(|unsure| format!("; and IAM cannot say whether you may do {unsure}"));
    let evidence = format!(
        "you may not do {} of {all} things that the {role} needs: {}{}",
        missing.len(),
        missing.join(", "),
        also.unwrap_or_default()
    );
    let check = if fatal { Check::fail(name, evidence) } else { Check::warn(name, evidence) };
    check.treat(format!("have this policy added to {}", whom(caller))).document(only(policy, &answers))
}

/// Names each action that is refused, once.
pub(super) fn named(answers: &[Answer]) -> Vec<&str> {
    let refused = answers.iter().flat_map(|answer| &answer.refused).map(String::as_str);
    refused.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What IAM does not know: it depends on condition keys that only a real call has.
pub(super) struct Unsure<'a> {
    actions: BTreeSet<&'a str>,
    keys: BTreeSet<&'a str>,
}

impl<'a> Unsure<'a> {
    /// Returns what the answers leave open; nothing where they are all a yes or a no.
    pub(super) fn of(answers: &'a [Answer]) -> Option<Self> {
        let unknown = || answers.iter().flat_map(|answer| &answer.unknown);
        let actions: BTreeSet<&str> = unknown().map(|(action, _)| action.as_str()).collect();
        let keys = unknown().flat_map(|(_, keys)| keys).map(String::as_str).collect();
        (!actions.is_empty()).then_some(Self { actions, keys })
    }
}

impl fmt::Display for Unsure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |all: &BTreeSet<&str>| all.iter().copied().collect::<Vec<_>>().join(", ");
        write!(f, "{}: that depends on {}", list(&self.actions), list(&self.keys))
    }
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

/// Returns the answer to each question; nothing for a caller that IAM does not simulate.
///
/// Fails where the caller may not ask.
pub(super) async fn answers(
    session: &Session,
    caller: &Identity,
    asked: &[Question],
) -> Result<Option<Vec<Answer>>> {
    let Some(first) = asked.iter().find(|question| !question.actions.is_empty()) else {
        return Ok(Some(vec![Answer::default(); asked.len()]));
    };
    // The first question finds out under which ARN the caller is known.
    let Some((arn, known)) = first_answer(session, caller, first).await? else { return Ok(None) };
    let answers = asked.iter().map(|question| {
        let (arn, known) = (arn.as_str(), &known);
        async move {
            if question.actions.is_empty() {
                Ok(Some(Answer::default()))
            } else if question == first {
                Ok(Some(known.clone()))
            } else {
                ask(session, arn, question).await
            }
        }
    });
    let answers: Vec<Option<Answer>> = try_join_all(answers).await?;
    Ok(answers.into_iter().collect())
}

/// Asks a question, with what is certain of such a call.
async fn ask(session: &Session, arn: &str, question: &Question) -> Result<Option<Answer>> {
    let known = question.known(arn, session.region(), session.local.is_none());
    simulation::ask(&session.clients, arn, question, &known).await
}

/// Asks the first question, and returns under which ARN the caller is known and the answer.
async fn first_answer(
    session: &Session,
    caller: &Identity,
    question: &Question,
) -> Result<Option<(String, Answer)>> {
    let (arn, role) = match Principal::of(&caller.arn) {
        Principal::User(arn) => (arn, None),
        Principal::Role { name, arn } => (arn, Some(name)),
        Principal::Root | Principal::Other => return Ok(None),
    };
    let answer = ask(session, &arn, question).await;
    // A role may be below a path, as those of IAM Identity Center are: then there is no role of this ARN, or
    // a policy that names the right one does not let it be asked about.
    let Some(name) = role.filter(|_| match &answer {
        Ok(found) => found.is_none(),
        Err(error) => error.is_denied(),
    }) else {
        return Ok(answer?.map(|answer| (arn, answer)));
    };
    match simulation::role_arn(&session.clients, &name).await {
        Ok(Some(found)) if found != arn => {
            Ok(ask(session, &found, question).await?.map(|answer| (found, answer)))
        }
        _ => Ok(answer?.map(|answer| (arn, answer))),
    }
}

//! The part of the doctor that a deploy runs before it changes anything.

use secrecy::SecretString;

use super::permissions::{Unsure, answers, command, named, whom};
use crate::aws::{identity, quotas};
use crate::commands::again::Again;
use crate::commands::permissions::scope;
use crate::commands::token::probe::probe;
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::local::handle::SAMPLE_CACHE;
use crate::model::definition::Definition;
use crate::model::doctor::quota::{self, Counts};
use crate::model::doctor::token::Reception;
use crate::model::doctor::{Check, Verdict};
use crate::model::permissions::{Role, Scope, Work, deploying, only, questions};
use crate::model::stack::{Action, Change};

/// What to do where a check is wrong.
const ALL_THE_SAME: &str = "add `--skip-checks` to deploy all the same";

/// The checks of a deploy.
///
/// A deploy has looked at the credentials, the region, the bus, the stack's state and the form of the token
/// by itself. Nothing is asked for a deploy that changes nothing.
pub struct Quick<'a> {
    /// The command.
    pub context: &'a Context,
    /// Where the stack is.
    pub session: &'a Session,
    /// The stack's definition.
    pub definition: &'a Definition,
    /// The stack's name.
    pub stack: &'a str,
    /// The event bus, by name.
    pub bus: &'a str,
    /// How a next command is about the same stack.
    pub again: &'a Again,
    /// The role that CloudFormation is given, where one is named.
    pub role: Option<&'a str>,
}

impl Quick<'_> {
    /// Asks Momento whether it takes the key, and stops a deploy whose stack could deliver nothing.
    ///
    /// What a key may do in which cache is not judged: a deploy names no cache. A Momento that cannot be
    /// reached from here may well be reached by EventBridge.
    pub async fn momento(&self, base_url: &str, key: &SecretString) -> Result<()> {
        match probe(self.session, base_url, SAMPLE_CACHE, key).await.reception {
            Reception::Accepted { .. } => Ok(()),
            Reception::Silent(reason) => {
                self.context
                    .printer
                    .warn(&format!("whether Momento takes the token could not be found out: {reason}"));
                Ok(())
            }
            Reception::Refused(words) => {
                Err(Error::new(Kind::Remote, "the stack could deliver nothing; nothing was changed")
                    .cause(format!("Momento does not accept the token (401, {words})"))
                    .hint(
                        "make a key at https://console.gomomento.com and deploy with it: `--token-file`, \
                         `--token-stdin`, `--from-command` or MOMENTO_API_KEY",
                    ))
            }
        }
    }

    /// Asks AWS whether the caller may do this work and whether there is room for what is added.
    ///
    /// What cannot be found out, or may not be asked, does not stop a deploy: `-v` says it.
    pub async fn account(&self, work: &Work, added: Option<Counts>) -> Result<()> {
        // What is asked is large, and every deploy would carry its size.
        let (may, fits) = tokio::join!(Box::pin(self.permitted(work)), Box::pin(self.fitting(added)));
        may?;
        fits
    }

    async fn permitted(&self, work: &Work) -> Result<()> {
        let caller = match identity::caller(&self.session.clients).await {
            Ok(caller) => caller,
            Err(error) => return go_on("what you may do", error),
        };
        let place = scope(self.definition, self.stack, self.bus, &caller.account, self.session.region());
        let scope = Scope { working_role: self.role.map(str::to_owned), ..place };
        let policy = deploying(work, &scope);
        let answers = match answers(self.session, &caller, &questions(&policy)).await {
            Ok(Some(answers)) => answers,
            Ok(None) => return Ok(()),
            Err(error) => return go_on("what you may do", error),
        };
        // It may be allowed all the same: CloudFormation or the call itself finds out.
        if let Some(unsure) = Unsure::of(&answers) {
            tracing::debug!("before the deploy IAM could not say whether you may do {unsure}");
        }
        let missing = named(&answers);
        if missing.is_empty() {
            return Ok(());
        }
        let message = match missing.len() {
            1 => "you may not do one thing that this deploy needs; nothing was changed".to_owned(),
            count => format!("you may not do {count} things that this deploy needs; nothing was changed"),
        };
        let passing = self.role.map(|role| format!(" --role-arn {role}")).unwrap_or_default();
        Err(Error::new(Kind::Remote, message)
            .cause(format!("IAM does not allow {}", missing.join(", ")))
            .hint(format!(
                "have the policy below added to {}; all that a deployer needs: {}",
                whom(&caller),
                self.again.complete(&format!("`{}{passing}`", command(Role::Deployer, &caller)))
            ))
            .hint(format!("where IAM's simulation does not know all that allows it, {ALL_THE_SAME}"))
            .document(only(policy, &answers)))
    }

    async fn fitting(&self, added: Option<Counts>) -> Result<()> {
        let Some(added) = added else { return Ok(()) };
        let there = match quotas::counts(&self.session.clients, self.bus).await {
            Ok(there) => there,
            Err(error) => return go_on("how much room there is", error),
        };
        let Some(check) = full(there, self.bus, added) else { return Ok(()) };
        let error = Error::new(Kind::Remote, "there is no room for the stack; nothing was changed")
            .cause(check.evidence);
        let error = check.treatment.into_iter().fold(error, Error::hint);
        Err(error.hint(format!("where your quotas are larger, {ALL_THE_SAME}")))
    }
}

/// Counts what EventBridge limits among what a change set adds; nothing where it adds none of that.
pub fn added(changes: &[Change]) -> Option<Counts> {
    let count = |kind: &str| {
        changes.iter().filter(|one| one.action == Action::Add && one.resource_type == kind).count()
    };
    let added = Counts {
        rules: count("AWS::Events::Rule"),
        destinations: count("AWS::Events::ApiDestination"),
        connections: count("AWS::Events::Connection"),
    };
    (added.rules + added.destinations + added.connections > 0).then_some(added)
}

/// Returns what says that something does not fit any more; nothing where it does, or nobody knows.
fn full(there: Counts, bus: &str, added: Counts) -> Option<Check> {
    let check = |added| quota::quotas(Ok(there), bus, added);
    // An account that has more than AWS's default already has a larger quota, and which is not known.
    let is_larger = check(None).verdict != Verdict::Ok;
    Some(check(Some(added))).filter(|check| check.verdict != Verdict::Ok && !is_larger)
}

/// Says to who looks closely that something could not be found out; without credentials nothing can be.
fn go_on(what: &str, error: Error) -> Result<()> {
    if error.kind == Kind::Settings {
        return Err(error);
    }
    let why = error.causes.first().map(String::as_str).unwrap_or_default();
    tracing::debug!("{what} could not be found out before the deploy: {error}: {why}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_stops_unless_the_quota_is_larger_than_is_known() {
        let there = |rules| Counts { rules, destinations: 3, connections: 1 };
        let added = Counts { rules: 8, destinations: 3, connections: 1 };
        assert_eq!(full(there(292), "default", added), None);
        let evidence = full(there(293), "default", added).unwrap().evidence;
        assert!(evidence.starts_with("293 and 8 to come of 300 rules on default, "), "{evidence}");
        assert!(full(there(300), "default", added).is_some());
        assert_eq!(full(there(301), "default", added), None);
    }
}

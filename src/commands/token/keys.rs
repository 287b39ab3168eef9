//! The keys that `--mint` made for a stack: none is forgotten, whenever a rotation was ended.
//!
//! A key has a label in the secret from the moment it is stored until it is revoked, whichever version counts. A key
//! that was made and never stored is known by its description at Momento, which names the stack.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::change::Change;
use super::registry::{Registry, Revocation};
use super::report::Changed;
use crate::aws::secrets::{self, Move, Versions};
use crate::context::Context;
use crate::model::token::minted;

/// Where a person manages keys.
pub(super) const CONSOLE: &str = "https://console.gomomento.com";

/// A key that `--mint` made, which the stack does not use any more and which was not revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeptKey {
    /// Its id at Momento.
    pub id: String,
    /// Why it was not revoked.
    pub reason: String,
    /// What to do about it.
    pub advice: String,
}

/// The keys that may be alive beside the one that the stack has now.
#[derive(Debug, Default)]
pub(super) struct Others {
    /// Those with a label in the secret, or stored beside the token that the stack had.
    stored: BTreeSet<String>,
    /// Those that were made for this stack and are in no version.
    unstored: BTreeSet<String>,
}

impl Others {
    /// Gathers what the secret knows.
    pub(super) fn stored(labels: &Versions, old: Option<&str>) -> Self {
        let stored = labels.keys().map(|(id, _)| id).chain(old).map(str::to_owned).collect();
        Self { stored, unstored: BTreeSet::new() }
    }

    /// Adds those that Momento lists for this stack.
    pub(super) fn add_listed(&mut self, listed: Vec<String>) {
        self.unstored = listed.into_iter().filter(|id| !self.stored.contains(id)).collect();
    }

    fn all(&self, but: Option<&str>) -> impl Iterator<Item = &String> {
        let all = self.stored.iter().chain(&self.unstored);
        all.filter(move |id| Some(id.as_str()) != but)
    }

    /// Names them in the answer, with the reason why none is revoked.
    pub(super) fn keep(&self, new: Option<&str>, changed: &mut Changed, reason: &str, advice: &str) {
        changed.kept_keys.extend(self.all(new).map(|id| KeptKey {
            id: id.clone(),
            reason: reason.to_owned(),
            advice: advice.to_owned(),
        }));
    }

    /// Revokes them, and names what cannot be revoked.
    pub(super) async fn revoke(
        &self,
        context: &Context,
        change: &Change<'_>,
        registry: &Registry,
        changed: &mut Changed,
    ) {
        let new = changed.key_id.clone();
        let labels = change.labels().await;
        let is_stored =
            |id: &str| labels.as_ref().is_ok_and(|labels| labels.with(&minted::label(id)).is_some());
        for id in self.all(new.as_deref()) {
            // Another rotation that runs has stored it since.
            if self.unstored.contains(id) && is_stored(id) {
                continue;
            }
            let kept = match registry.revoke(id).await {
                Ok(Revocation::Done) if change.old_key_id() == Some(id) => {
                    changed.revoked = Some(id.clone());
                    None
                }
                Ok(Revocation::Done) => {
                    changed.revoked_leftovers.push(id.clone());
                    None
                }
                Ok(Revocation::Unknown) => Some((
                    "Momento has no such key in the account of the management key: it was revoked before, or is another account's".to_owned(),
                    format!("nothing, unless it is another account's: then revoke it there, at {CONSOLE}"),
                )),
                Err(error) => {
                    let causes = error.causes.iter().map(|cause| format!(": {cause}"));
                    let reason = error.message.clone() + &causes.collect::<String>();
                    changed.kept_keys.push(KeptKey { id: id.clone(), reason, advice: again() });
                    continue;
                }
            };
            if let Some((reason, advice)) = kept {
                changed.kept_keys.push(KeptKey { id: id.clone(), reason, advice });
            }
            if is_stored(id) {
                forget(context, change, id).await;
            }
        }
    }
}

/// Says how a key is revoked that is left.
pub(super) fn again() -> String {
    format!(
        "the next `token rotate --mint` revokes it, once an event came through; or revoke it at {CONSOLE}"
    )
}

/// Takes the label of a key off that is no more.
pub(super) async fn forget(context: &Context, change: &Change<'_>, id: &str) {
    let label = minted::label(id);
    let (clients, secret) = (&change.session().clients, change.secret());
    let done = async {
        let labels = secrets::versions(clients, secret).await?;
        let Some(version) = labels.with(&label) else { return Ok(()) };
        secrets::move_label(clients, secret, &Move { label: &label, from: Some(version), to: None }).await
    };
    if let Err(error) = done.await {
        context.printer.warn(&format!("the key {id} is revoked, and its label stays: {}", error.message));
    }
}

//! What `token set` and `token rotate` answer.

use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{CONSOLE, KeptKey};
use crate::ui::{Page, Report, indented, inline};

/// How a change of the token ended; a failure is an error instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The stack uses the new token.
    Changed,
    /// The person said no.
    Declined,
    /// The stack used this token already.
    Unchanged,
}

/// What was changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Changed {
    /// How it ended.
    pub outcome: Outcome,
    /// The stack's name.
    pub stack: String,
    /// The region.
    pub region: String,
    /// The secret's name.
    pub secret: String,
    /// The version that the stack used before; it keeps the label `AWSPREVIOUS`.
    pub previous_version: String,
    /// The version that the stack uses now.
    pub version: String,
    /// The id of the new key at Momento, where Momento made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// When the new key ends, where Momento made it to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
    /// The id of the old key, where it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
    /// The ids of keys that earlier rotations left and that were revoked now.
    pub revoked_leftovers: Vec<String>,
    /// The keys that `--mint` made, that the stack does not use now, and that were not revoked.
    pub kept_keys: Vec<KeptKey>,
    /// The event that came through with the new token; nothing where none was sent.
    pub probe: Option<String>,
}

impl Changed {
    /// Starts the answer with what is so before the change.
    pub fn new(stack: &str, region: &str, secret: &str, version: &str) -> Self {
        Self {
            outcome: Outcome::Unchanged,
            stack: stack.to_owned(),
            region: region.to_owned(),
            secret: secret.to_owned(),
            previous_version: version.to_owned(),
            version: version.to_owned(),
            key_id: None,
            expires_at: None,
            revoked: None,
            revoked_leftovers: Vec::new(),
            kept_keys: Vec::new(),
            probe: None,
        }
    }
}

impl Changed {
    /// Names the keys that are no more, and those that may be.
    fn keys(&self, page: &mut Page) {
        match &self.revoked {
            Some(id) => page.note(format_args!("The old key {} is revoked.", inline(id))),
            None if self.kept_keys.is_empty() => page.note(format_args!(
                "The old token still works: revoke it at {CONSOLE} when nothing else uses it."
            )),
            None => {}
        }
        for id in &self.revoked_leftovers {
            page.note(format_args!("The key {}, which an earlier rotation left, is revoked.", inline(id)));
        }
        for KeptKey { id, reason, advice } in &self.kept_keys {
            page.note(format_args!("{} the key {}", "not revoked:".yellow().bold(), inline(id)));
            page.note(format_args!("  {}", indented(reason, 2)));
            page.note(format_args!("  {} {advice}", "->".dimmed()));
        }
    }
}

impl Report for Changed {
    const SCHEMA: &'static str = "token-change/1";

    fn text(&self, page: &mut Page) {
        let place = format!("{} in {}", self.stack.bold(), self.region);
        match self.outcome {
            Outcome::Declined => {
                page.note(format_args!("{} nothing was changed in {place}", "declined".yellow().bold()));
            }
            Outcome::Unchanged => {
                page.note(format_args!("{} {place} uses this token already", "unchanged".green().bold()));
            }
            Outcome::Changed => {
                page.note(format_args!("{} the token of {place}", "changed".green().bold()));
                page.line(inline(&self.version));
                if self.probe.is_none() {
                    page.note("No event was sent to try it: see that events arrive.");
                }
                if let Some(end) = self.expires_at {
                    page.note(format_args!("The new key ends at {end}: rotate again before."));
                }
                self.keys(page);
            }
        }
    }
}

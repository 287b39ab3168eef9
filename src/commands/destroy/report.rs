//! What `destroy` answers.

use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ui::{Page, Report, inline};

/// What was deleted and what is left.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Destroyed {
    /// The stack's name.
    pub stack: String,
    /// The region.
    pub region: String,
    /// Whether there was a stack; without one, only the secret was left.
    pub stack_was_there: bool,
    /// The event bus that went with the stack, when the stack had made it.
    pub deleted_bus: Option<String>,
    /// The resources that were left where they are.
    pub left: Vec<String>,
    /// How many undelivered messages went with the dead-letter queue.
    pub undelivered: u64,
    /// What became of the secret.
    pub secret: SecretFate,
    /// The secret's name.
    pub secret_name: String,
    /// How long it took.
    pub seconds: f64,
}

/// What became of the token's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecretFate {
    /// It is deleted in seven days.
    Scheduled,
    /// It is gone.
    Purged,
    /// There was none.
    Missing,
}

impl Report for Destroyed {
    fn outcome(&self) -> String {
        "deleted".to_owned()
    }

    const SCHEMA: &'static str = "destroy/1";

    fn text(&self, page: &mut Page) {
        if self.stack_was_there {
            page.note(format_args!(
                "{} {} in {} in {:.1}s",
                "destroyed".green().bold(),
                self.stack.bold(),
                self.region,
                self.seconds
            ));
        } else {
            page.note(format_args!(
                "{} what was left of {} in {}",
                "destroyed".green().bold(),
                self.stack.bold(),
                self.region
            ));
        }
        if !self.left.is_empty() {
            page.note(format_args!(
                "{} left where they are, no longer in any stack: {}",
                "warning:".yellow().bold(),
                inline(&self.left.join(", "))
            ));
        }
        match self.secret {
            SecretFate::Scheduled => {
                page.note(format_args!(
                    "The secret {} is deleted in 7 days; a deploy before then takes it back.",
                    self.secret_name
                ));
            }
            SecretFate::Purged => page.note(format_args!("The secret {} is deleted.", self.secret_name)),
            SecretFate::Missing => {}
        }
        match &self.deleted_bus {
            None => page.note("The Momento token itself, the caches and the event bus are left as they are."),
            Some(bus) => page.note(format_args!(
                "The stack's event bus {} is deleted; the Momento token itself and the caches are left as they are.",
                inline(bus)
            )),
        }
    }
}

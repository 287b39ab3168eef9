//! What `deploy` answers.

use std::collections::BTreeMap;

use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use crate::aws::change_sets::ChangeSet;
use crate::commands::again::Again;
use crate::error::Kind;
use crate::model::stack::{Action, Change, Replacement};
use crate::ui::{Page, Printer, Report, inline, table};

/// How a deploy ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The stack is new.
    Created,
    /// The stack is changed.
    Updated,
    /// Nothing differed, nothing was done.
    Unchanged,
    /// The change set is made and waits for another step.
    Prepared,
    /// The person said no; nothing stays behind.
    Declined,
    /// The operation was started and goes on by itself.
    Detached,
}

/// What was deployed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Deployed {
    /// How it ended.
    pub outcome: Outcome,
    /// The stack's name.
    pub stack: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// The region.
    pub region: String,
    /// The event bus.
    pub bus: String,
    /// What changed.
    pub changes: Vec<Change>,
    /// The stack's outputs.
    pub outputs: BTreeMap<String, String>,
    /// The change set that waits, when nothing was executed.
    pub change_set: Option<String>,
    /// The name of that change set, for `--change-set-name`.
    pub change_set_name: Option<String>,
    /// The command that follows the operation, when it was left to itself.
    pub follow: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// Whether it is on the local cloud.
    pub local: bool,
    /// What the next command has to say.
    #[serde(skip)]
    pub again: Again,
}

impl Deployed {
    /// Starts the answer of a deploy with its change set.
    pub fn new(stack: &str, region: &str, bus: &str, change_set: &ChangeSet) -> Self {
        Self {
            outcome: Outcome::Unchanged,
            stack: stack.to_owned(),
            stack_id: change_set.stack_id.clone(),
            region: region.to_owned(),
            bus: bus.to_owned(),
            changes: change_set.changes.clone(),
            outputs: BTreeMap::new(),
            change_set: None,
            change_set_name: None,
            follow: None,
            seconds: 0.0,
            local: false,
            again: Again::default(),
        }
    }
}

impl Report for Deployed {
    const SCHEMA: &'static str = "deploy/1";

    fn outcome(&self) -> String {
        match self.outcome {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
            Outcome::Prepared => "prepared",
            Outcome::Declined => "declined",
            Outcome::Detached => "detached",
        }
        .to_owned()
    }

    fn exit_code(&self) -> u8 {
        if self.outcome == Outcome::Detached { Kind::Detached.exit_code() } else { 0 }
    }

    fn text(&self, page: &mut Page) {
        let place = format!("{} in {}", self.stack.bold(), self.region);
        match self.outcome {
            Outcome::Created => {
                page.note(format_args!("{} {place} in {:.1}s", "created".green().bold(), self.seconds));
            }
            Outcome::Updated => {
                page.note(format_args!("{} {place} in {:.1}s", "updated".green().bold(), self.seconds));
            }
            Outcome::Unchanged => {
                page.note(format_args!("{} {place} is as it should be", "unchanged".green().bold()));
            }
            Outcome::Declined => {
                page.note(format_args!("{} nothing was changed in {place}", "declined".yellow().bold()));
            }
            Outcome::Prepared => {
                page.note(format_args!(
                    "{} a change set for {place}; nothing was changed",
                    "prepared".cyan().bold()
                ));
                page.line(self.change_set.as_deref().unwrap_or_default());
                let name = self.change_set_name.as_deref().unwrap_or_default();
                page.next("carry it out", &self.again.carry_out(&self.stack, &self.region, name));
                return;
            }
            Outcome::Detached => {
                page.note(format_args!(
                    "{} from {place}: CloudFormation goes on with the operation",
                    "detached".cyan().bold()
                ));
                page.next("follow it", self.follow.as_deref().unwrap_or_default());
                return;
            }
        }
        // The ARNs are for programs: `--output json` has them all.
        let told = ["EventBusName", "MomentoEndpoint", "DeadLetterQueueUrl"];
        let outputs = told.iter().filter_map(|name| Some((name, self.outputs.get(*name)?)));
        let rows: Vec<Vec<String>> =
            outputs.map(|(name, value)| vec![(*name).to_owned(), inline(value).into_owned()]).collect();
        for line in table::columns(&rows) {
            page.line(line);
        }
        if self.outcome != Outcome::Declined {
            page.next("put an event", &self.again.put_event());
        }
    }
}

/// Shows what a change set changes, to the person who watches.
pub(super) fn show_changes(printer: &Printer, changes: &[Change]) {
    let rows: Vec<Vec<String>> = changes
        .iter()
        .map(|change| {
            let replaced = match change.replacement {
                Replacement::Always => "replaced",
                Replacement::Maybe => "perhaps replaced",
                Replacement::Never => "",
            };
            vec![
                format!("{} {}", change.action.sign(), inline(&change.logical_id)),
                inline(&change.resource_type).into_owned(),
                replaced.to_owned(),
            ]
        })
        .collect();
    for (line, change) in table::columns(&rows).into_iter().zip(changes) {
        let line = format!("  {line}");
        printer.status(&match change.action {
            Action::Add => line.green().to_string(),
            Action::Remove => line.red().to_string(),
            Action::Modify | Action::Other => line.cyan().to_string(),
        });
        if change.action == Action::Modify {
            for property in &change.properties {
                let before = property.before.as_deref().unwrap_or("nothing");
                let after = property.after.as_deref().unwrap_or("nothing");
                let path = inline(&property.path);
                printer.status(&format!("      {path}: {} -> {}", inline(before), inline(after)));
            }
        }
    }
    printer.status("");
}

//! What `drift` answers, as text and as JSON.

use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Kind;
use crate::model::stack::Change;
use crate::model::stack::drift::{ResourceDrift, ResourceState, StackDrift};
use crate::ui::{Page, Report, inline};

/// What of a stack was changed by hand.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Drift {
    /// The stack's name.
    pub(super) stack: String,
    /// The stack's ARN.
    pub(super) stack_id: String,
    /// The region.
    pub(super) region: String,
    /// Whether the stack is as its template says.
    pub(super) status: StackDrift,
    /// When the detection began.
    pub(super) checked: Option<String>,
    /// Why CloudFormation could not look at everything.
    pub(super) failure: Option<String>,
    /// The stack's resources, each with what differs.
    pub(super) resources: Vec<ResourceDrift>,
    /// The resources with values that no API gives back: a change of those is not seen.
    pub(super) unseen: Vec<String>,
    /// What came of changing it back, if that was asked for and there was something to change.
    pub(super) revert: Option<Reverted>,
    #[serde(skip)]
    pub(super) exit_code: bool,
    #[serde(skip)]
    pub(super) local: bool,
}

/// What came of changing drift back.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Reverted {
    /// How it ended.
    pub(super) outcome: Revision,
    /// What the change set changed.
    pub(super) changes: Vec<Change>,
    /// What is still another than the template says.
    pub(super) left: Vec<ResourceDrift>,
}

/// How changing drift back ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Revision {
    /// It was changed back.
    Reverted,
    /// The person said no; nothing was changed.
    Declined,
    /// CloudFormation found nothing that it can change back.
    NotPossible,
}

impl Drift {
    fn with(&self, state: ResourceState) -> Vec<&ResourceDrift> {
        self.resources.iter().filter(|resource| resource.state == state).collect()
    }

    fn is_drifted(&self) -> bool {
        match &self.revert {
            Some(revert) => !revert.left.is_empty(),
            None => self.resources.iter().any(ResourceDrift::is_drifted),
        }
    }
}

impl Report for Drift {
    const SCHEMA: &'static str = "drift/1";

    fn outcome(&self) -> String {
        match self.resources.iter().filter(|resource| resource.is_drifted()).count() {
            _ if self.revert.is_some() && !self.is_drifted() => "changed back".to_owned(),
            0 => "as deployed".to_owned(),
            1 => "1 resource drifted".to_owned(),
            drifted => format!("{drifted} resources drifted"),
        }
    }

    fn exit_code(&self) -> u8 {
        if self.exit_code && self.is_drifted() {
            Kind::Differences.exit_code()
        } else if self.failure.is_some() {
            Kind::Remote.exit_code()
        } else {
            0
        }
    }

    fn text(&self, page: &mut Page) {
        for resource in &self.resources {
            self::resource(page, resource);
        }
        let place = format!("{} in {}", self.stack.bold(), self.region);
        let (modified, deleted) =
            (self.with(ResourceState::Modified).len(), self.with(ResourceState::Deleted).len());
        let counts: Vec<String> = [(modified, "changed"), (deleted, "deleted")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if counts.is_empty() {
            match self.status {
                StackDrift::InSync => {
                    page.note(format_args!("{} {place} is as its template says", "no drift:".green().bold()));
                }
                StackDrift::NotChecked => page.note(format_args!(
                    "{} CloudFormation can look at no resource of {place}",
                    "not checked:".yellow().bold()
                )),
                StackDrift::Drifted | StackDrift::Unknown => page.note(format_args!(
                    "{} whether {place} was changed by hand could not be found out",
                    "unknown:".yellow().bold()
                )),
            }
        } else {
            let counts = counts.join(", ");
            let when = if self.revert.is_some() { "had drifted:" } else { "drifted:" };
            page.note(format_args!("{} {place}: {counts} by hand", when.yellow().bold()));
        }
        if let Some(failure) = &self.failure {
            page.note(format_args!("{} {}", "failed:".red().bold(), inline(failure)));
        }
        for unchecked in self.with(ResourceState::NotChecked) {
            page.note(format_args!(
                "{} {}: no drift detection for {}",
                "not checked:".dimmed(),
                inline(&unchecked.logical_id),
                inline(&unchecked.resource_type)
            ));
        }
        for unseen in &self.unseen {
            page.note(format_args!(
                "{} the authorization value of {}: it is write-only",
                "not seen:".dimmed(),
                inline(unseen)
            ));
        }
        match &self.revert {
            Some(revert) => reverted(page, revert),
            None if self.is_drifted() => {
                let local = if self.local { " --local" } else { "" };
                let stack = format!("--stack-name {} --region {}", self.stack, self.region);
                page.next("change it back", &format!("evbridge-momento drift {stack} --revert{local}"));
            }
            None => {}
        }
    }
}

fn resource(page: &mut Page, resource: &ResourceDrift) {
    let head = |sign: &str| format!("{sign} {}", inline(&resource.logical_id));
    let (head, what) = match resource.state {
        ResourceState::Modified => (head("~").cyan().to_string(), ""),
        ResourceState::Deleted => (head("-").red().to_string(), " was deleted"),
        ResourceState::Unknown => (head("?").yellow().to_string(), " could not be looked at"),
        ResourceState::InSync | ResourceState::NotChecked => return,
    };
    page.line(format_args!("{head}  {}{what}", inline(&resource.resource_type).dimmed()));
    if let Some(reason) = &resource.reason {
        page.line(format_args!("    {}", inline(reason)));
    }
    for property in &resource.properties {
        page.line(format_args!("    {}", inline(property.path.trim_start_matches('/'))));
        page.line(format_args!("      {} {}", "expected".green(), shown(property.expected.as_deref())));
        page.line(format_args!("      {} {}", "actual  ".red(), shown(property.actual.as_deref())));
    }
}

fn reverted(page: &mut Page, revert: &Reverted) {
    let names = || {
        let names: Vec<_> = revert.left.iter().map(|resource| inline(&resource.logical_id)).collect();
        names.join(", ")
    };
    match revert.outcome {
        Revision::Reverted if revert.left.is_empty() => {
            page.note(format_args!("{} all of it is as the template says again", "reverted:".green().bold()));
        }
        Revision::Reverted => {
            page.note(format_args!("{} still changed: {}", "reverted in part:".yellow().bold(), names()));
        }
        Revision::Declined => page.note(format_args!("{} nothing was changed", "declined".yellow().bold())),
        Revision::NotPossible => page.note(format_args!(
            "{} CloudFormation finds nothing that it can change back: {}",
            "not reverted:".yellow().bold(),
            names()
        )),
    }
}

fn shown(value: Option<&str>) -> String {
    value.map_or_else(|| "(not set)".to_owned(), |value| inline(value).into_owned())
}

//! What `diff` answers, as text and as JSON.

use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::markdown;
use crate::error::Kind;
use crate::model::stack::{Action, Change, ParameterChange, PropertyChange, Replacement};
use crate::ui::{Page, Report, inline};

/// Where the differences come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Basis {
    /// CloudFormation compared the template with the stack.
    ChangeSet,
    /// There is no stack to compare with: everything in the template is new.
    Template,
}

/// How the differences are shown to a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// In a terminal.
    #[default]
    Text,
    /// In a comment on a pull request.
    Markdown,
}

/// What a deploy would change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Difference {
    /// The stack's name.
    pub(super) stack: String,
    /// The region.
    pub(super) region: String,
    /// Where the differences come from.
    pub(super) basis: Basis,
    /// The status of a failed stack that a deploy deletes and makes again.
    pub(super) replaces_failed_stack: Option<String>,
    /// Whether the token's secret is there; without it a deploy writes a new version, which is a change too.
    pub(super) token_is_stored: bool,
    /// The parameters that change.
    pub(super) parameters: Vec<ParameterChange>,
    /// The resources that change.
    pub(super) changes: Vec<Change>,
    /// Whether outputs change, and no resource.
    pub(super) only_outputs: bool,
    #[serde(skip)]
    pub(super) form: Form,
    #[serde(skip)]
    pub(super) exit_code: bool,
}

impl Difference {
    /// Starts an answer without differences.
    pub(super) fn new(stack: &str, region: &str) -> Self {
        Self {
            stack: stack.to_owned(),
            region: region.to_owned(),
            basis: Basis::Template,
            replaces_failed_stack: None,
            token_is_stored: false,
            parameters: Vec::new(),
            changes: Vec::new(),
            only_outputs: false,
            form: Form::Text,
            exit_code: false,
        }
    }

    /// Returns how many resources are added, changed, replaced and removed, in words.
    pub(super) fn summary(&self) -> String {
        let count = |of: &dyn Fn(&&Change) -> bool| self.changes.iter().filter(of).count();
        let replaced = |change: &&Change| change.replacement != Replacement::Never;
        let counts = [
            (count(&|change| change.action == Action::Add), "to add"),
            (count(&|change| change.action == Action::Modify && !replaced(change)), "to change"),
            (count(&|change| change.action == Action::Modify && replaced(change)), "to replace"),
            (count(&|change| change.action == Action::Remove), "to remove"),
            (count(&|change| change.action == Action::Other), "to do otherwise"),
        ];
        let told: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        match (told.is_empty(), self.only_outputs) {
            (false, _) => told.join(", "),
            (true, true) => "only outputs change".to_owned(),
            (true, false) => "no resource changes".to_owned(),
        }
    }

    /// Returns whether a deploy would do nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.parameters.is_empty() && !self.only_outputs
    }
}

/// Says how a resource is replaced and what causes it; nothing for one that stays.
pub(super) fn replacement(change: &Change) -> Option<String> {
    let verb = match change.replacement {
        Replacement::Never => return None,
        Replacement::Maybe => "may be replaced",
        Replacement::Always => "is replaced",
    };
    let causes = change.replacement_causes();
    Some(if causes.is_empty() { verb.to_owned() } else { format!("{verb}: {}", causes.join(", ")) })
}

impl Report for Difference {
    fn outcome(&self) -> String {
        // A comment on a pull request has a heading for each region instead.
        if self.form == Form::Markdown { String::new() } else { self.summary() }
    }

    const SCHEMA: &'static str = "diff/1";

    fn exit_code(&self) -> u8 {
        if self.exit_code && !self.is_empty() { Kind::Differences.exit_code() } else { 0 }
    }

    fn text(&self, page: &mut Page) {
        if self.form == Form::Markdown {
            return markdown::write(self, page);
        }
        for parameter in &self.parameters {
            let (before, after) = (shown(parameter.before.as_deref()), shown(parameter.after.as_deref()));
            if parameter.before.is_none() {
                let head = format!("+ parameter {}", inline(&parameter.name));
                page.line(format_args!("{}: {after}", head.green()));
                continue;
            }
            page.line(format_args!("{}", format!("~ parameter {}", inline(&parameter.name)).cyan()));
            pair(page, &before, &after);
        }
        for change in &self.changes {
            resource(page, change);
        }
        let place = format!("{} in {}", self.stack.bold(), self.region);
        if let Some(status) = &self.replaces_failed_stack {
            page.note(format_args!(
                "{} {place} is in {}: a deploy deletes it and makes it again",
                "warning:".yellow().bold(),
                inline(status)
            ));
        } else if self.basis == Basis::Template {
            page.note(format_args!("{place} does not exist: a deploy creates it"));
        }
        if !self.token_is_stored {
            page.note("The token's secret is not there: a deploy writes it, and with it the parameter MomentoTokenVersion.");
        }
        if self.is_empty() {
            page.note(format_args!("{} {place} is as it should be", "no differences:".green().bold()));
        } else {
            page.note(format_args!("{} {}", "differences:".cyan().bold(), self.summary()));
        }
    }
}

fn resource(page: &mut Page, change: &Change) {
    let head = format!("{} {}", change.action.sign(), inline(&change.logical_id));
    let head = match change.action {
        Action::Add => head.green().to_string(),
        Action::Remove => head.red().to_string(),
        Action::Modify | Action::Other => head.cyan().to_string(),
    };
    page.line(format_args!("{head}  {}", inline(&change.resource_type).dimmed()));
    if let Some(replacement) = replacement(change) {
        page.line(format_args!("    {}", inline(&replacement).yellow()));
    }
    for property in &change.properties {
        self::property(page, change.action, property);
    }
}

fn property(page: &mut Page, action: Action, property: &PropertyChange) {
    let path = inline(property.path.strip_prefix("/Properties/").unwrap_or(&property.path));
    let cause = property.cause.as_ref().map(|cause| format!(" (by {})", inline(cause))).unwrap_or_default();
    let value = |value: &Option<String>| shown(value.as_deref());
    match action {
        Action::Add => page.line(format_args!("    {path}: {}", value(&property.after))),
        Action::Remove => page.line(format_args!("    {path}: {}", value(&property.before))),
        Action::Modify | Action::Other => {
            page.line(format_args!("    {path}{}", cause.dimmed()));
            pair(page, &value(&property.before), &value(&property.after));
        }
    }
}

/// Shows a value before and after, one below the other, so that the eye sees where they differ.
fn pair(page: &mut Page, before: &str, after: &str) {
    page.line(format_args!("      {} {before}", "-".red()));
    page.line(format_args!("      {} {after}", "+".green()));
}

fn shown(value: Option<&str>) -> String {
    value.map_or_else(|| "(not set)".to_owned(), |value| inline(value).into_owned())
}

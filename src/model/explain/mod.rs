//! Why an event goes where it goes, told before anything is sent.
//!
//! [`event`] makes the whole event of what somebody has of it, [`Stack::read`] takes a rendered template to
//! its rules as CloudFormation would make them, [`Deployed`] are the rules that are on a bus, and [`Stack::explain`] holds one against the other: rule by
//! rule, whether it matches and which field said no, and for each target the exact request and its end.

mod deployed;
pub mod event;
mod names;
mod stack;
mod target;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Serialize;

pub use deployed::Deployed;
pub use event::{Event, InvalidEvent};
pub use stack::{InvalidStack, Place, Stack};
pub use target::{End, Header, Request, TargetExplanation, TargetKind};

use super::json::Json;
use super::pattern::{Explanation, FieldExplanation, Part};
use super::transform::Context;
use stack::Rule;

/// What one rule makes of an event.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RuleExplanation {
    /// The rule's logical id in the template, or its name where the stack does not have it.
    pub rule: String,
    /// Whether the rule is enabled; a disabled one delivers nothing.
    pub enabled: bool,
    /// The event pattern, JSON as text.
    pub pattern: String,
    /// Whether the pattern matches the event.
    pub matched: bool,
    /// Each part of the pattern, in the order of its writing, with the reason of its yes or no.
    pub parts: Vec<Part>,
    /// What no single part can say, such as that the matching values are in different array elements.
    pub note: Option<String>,
    /// What each target receives, and where it ends; none where the rule does not match or is disabled.
    pub targets: Vec<TargetExplanation>,
}

impl RuleExplanation {
    /// Returns whether the rule delivers the event.
    pub fn delivers(&self) -> bool {
        self.matched && self.enabled
    }

    /// Returns the fields that said no; fields of a `$or` only if no branch said yes.
    pub fn refusals(&self) -> Vec<&FieldExplanation> {
        self.parts.iter().flat_map(Part::refusals).collect()
    }
}

impl Stack {
    /// Says what each rule makes of an event, in the order of the template.
    pub fn explain(&self, event: &Json) -> Vec<RuleExplanation> {
        self.rules.iter().map(|rule| rule.explain(event)).collect()
    }
}

impl Rule {
    fn explain(&self, event: &Json) -> RuleExplanation {
        let Explanation { matched, parts, note } = self.pattern.explain(event);
        let context = Context {
            ingestion_time: event.get("time").and_then(Json::as_str).unwrap_or_default(),
            rule_arn: &self.arn,
            rule_name: &self.name,
        };
        let delivers = matched && self.enabled;
        let targets = self.targets.iter().filter(|_| delivers);
        RuleExplanation {
            rule: self.label.clone(),
            enabled: self.enabled,
            pattern: self.pattern.as_str().to_owned(),
            matched,
            parts,
            note,
            targets: targets.map(|target| target.explain(event, &context)).collect(),
        }
    }
}

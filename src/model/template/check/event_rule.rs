//! What the schema of `AWS::Events::Rule` does not say, and EventBridge refuses.

use std::collections::HashSet;

use super::{Checker, function};
use crate::model::json::write_string;
use crate::model::problem::shown;
use crate::model::yaml::{Node, Style, Value};

/// The longest event pattern (EventBridge user guide, "Quotas").
const LONGEST_PATTERN: usize = 2048;
/// The most targets of a rule (EventBridge user guide, "Quotas").
const MOST_TARGETS: usize = 5;

impl<'a> Checker<'a> {
    /// Checks the limits of a rule: its pattern, its targets, their ids and path parameters.
    pub(super) fn event_rule(&mut self, properties: &'a Node) {
        if properties.get("EventPattern").is_none() && properties.get("ScheduleExpression").is_none() {
            let hint = "add one of the two";
            self.problem(properties.at, "a rule needs an `EventPattern` or a `ScheduleExpression`", hint);
        }
        if let Some(pattern) = properties.get("EventPattern").filter(|node| function::call(node).is_none()) {
            let length = pattern.scalar().map_or_else(|| json_length(pattern), |text| text.chars().count());
            if length > LONGEST_PATTERN {
                let message =
                    format!("an event pattern of {length} characters, and {LONGEST_PATTERN} is the most");
                self.problem(pattern.at, message, "split the rule");
            }
        }
        let Some(targets) = properties.get("Targets").and_then(Node::items) else { return };
        if targets.len() > MOST_TARGETS {
            let message = format!("{} targets, and a rule has {MOST_TARGETS} at most", targets.len());
            self.problem(targets[MOST_TARGETS].at, message, "make another rule with the same pattern");
        }
        let mut ids = HashSet::new();
        for target in targets {
            if let Some(id) = target.get("Id").filter(|id| id.tag.is_none())
                && let Some(text) = id.scalar()
                && !ids.insert(text)
            {
                self.problem(
                    id.at,
                    format!("target `{}` is there twice", shown(text)),
                    "give each an `Id` of its own",
                );
            }
            let inputs = ["Input", "InputPath", "InputTransformer"].map(|name| target.get(name));
            if let [_, second, ..] = inputs.into_iter().flatten().collect::<Vec<_>>().as_slice() {
                self.problem(
                    second.at,
                    "a target has one of `Input`, `InputPath` and `InputTransformer`",
                    "keep one",
                );
            }
            self.path_parameters(target);
        }
    }

    /// The schema of the property says `uniqueItems`.
    fn path_parameters(&mut self, target: &'a Node) {
        let values = target
            .get("HttpParameters")
            .and_then(|http| http.get("PathParameterValues"))
            .and_then(Node::items);
        let mut seen = HashSet::new();
        for value in values.unwrap_or_default().iter().filter(|value| value.tag.is_none()) {
            if let Some(text) = value.scalar()
                && !seen.insert(text)
            {
                let message = format!("path parameter `{}` is there twice", shown(text));
                self.problem(value.at, message, "CloudFormation takes each value once");
            }
        }
    }
}

/// Returns the length of a pattern as compact JSON.
fn json_length(node: &Node) -> usize {
    match &node.value {
        Value::Scalar(text, Style::Plain) if is_literal(text) => text.len(),
        Value::Scalar(text, _) => string_length(text),
        Value::Sequence(items) => items.iter().map(|item| json_length(item) + 1).sum::<usize>().max(1) + 1,
        Value::Mapping(entries) => {
            let members =
                entries.iter().map(|(key, value)| json_length(key).max(2) + 1 + json_length(value) + 1);
            members.sum::<usize>().max(1) + 1
        }
    }
}

/// Counts characters as CloudFormation would send them.
fn string_length(text: &str) -> usize {
    let mut written = String::new();
    // Writing to a string cannot fail.
    let _ = write_string(&mut written, text);
    written.chars().count()
}

fn is_literal(text: &str) -> bool {
    matches!(text, "true" | "false" | "null") || text.parse::<f64>().is_ok()
}

//! Which field of a pattern said no to an event, and why.

use schemars::JsonSchema;
use serde::Serialize;

use super::Pattern;
use super::compile::{Field, Node};
use super::fields::Fields;
use crate::model::json::Json;

/// How many of a field's values an explanation shows.
const SHOWN: usize = 8;

/// Why a pattern matches an event, or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Explanation {
    /// Whether the pattern matches the event.
    pub matched: bool,
    /// Each part of the pattern, in the order of its writing.
    pub parts: Vec<Part>,
    /// What no single part can say, such as that the matching values are in different array elements.
    pub note: Option<String>,
}

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// One field.
    Field(FieldExplanation),
    /// A `$or`.
    Any {
        /// Whether one of the branches matches.
        matched: bool,
        /// The parts of each branch.
        branches: Vec<Vec<Part>>,
    },
}

/// What a pattern wants of one field, and what the event holds there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldExplanation {
    /// The names on the way, joined with dots.
    pub path: String,
    /// What the pattern wants: the JSON list as it is written.
    pub wants: String,
    /// The event's values there, as JSON: the first eight.
    pub holds: Vec<String>,
    /// How many values the event has there.
    pub count: usize,
    /// Whether one of the values (or their absence) satisfies the pattern.
    pub matched: bool,
    /// The reason, as the end of a sentence about the field, such as `is absent`.
    pub reason: String,
}

impl Explanation {
    /// Returns the fields that said no; fields of a `$or` only if no branch said yes.
    pub fn refusals(&self) -> Vec<&FieldExplanation> {
        self.parts.iter().flat_map(Part::refusals).collect()
    }
}

impl Part {
    /// Reports whether the part is satisfied, taken by itself.
    pub fn matched(&self) -> bool {
        match self {
            Self::Field(field) => field.matched,
            Self::Any { matched, .. } => *matched,
        }
    }

    /// Returns the fields of the part that said no; fields of a `$or` only if no branch said yes.
    pub fn refusals(&self) -> Vec<&FieldExplanation> {
        let mut refusals = Vec::new();
        collect(std::slice::from_ref(self), &mut refusals);
        refusals
    }
}

impl Pattern {
    /// Says field by field what the pattern wants, what the event holds, and whether that is enough.
    pub fn explain(&self, event: &Json) -> Explanation {
        let fields = self.paths.read(event);
        let parts = self.parts(&self.tree, &fields, event);
        let matched = self.matches(event);
        let together = parts.iter().all(Part::matched);
        let note = match (event, matched, together) {
            (Json::Object(_), false, true) => Some(
                "each field is satisfied, but not by the same elements of the event's arrays: \
                 EventBridge keeps the fields of one element together"
                    .to_owned(),
            ),
            (Json::Object(_), true, false) => {
                Some("a field that is written again later does not count".to_owned())
            }
            (Json::Object(_), ..) => None,
            _ => Some("an event is a JSON object".to_owned()),
        };
        Explanation { matched, parts, note }
    }

    fn parts(&self, nodes: &[Node], fields: &Fields<'_>, event: &Json) -> Vec<Part> {
        let explain = |node: &Node| match node {
            Node::Field(field) => {
                Part::Field(explain(&self.fields[*field], self.numbers[*field], fields, event))
            }
            Node::Any(branches) => {
                let branches: Vec<_> =
                    branches.iter().map(|nodes| self.parts(nodes, fields, event)).collect();
                let matched = branches.iter().any(|parts| parts.iter().all(Part::matched));
                Part::Any { matched, branches }
            }
        };
        nodes.iter().map(explain).collect()
    }
}

fn explain(field: &Field, number: u32, fields: &Fields<'_>, event: &Json) -> FieldExplanation {
    let entries = fields.of(number);
    let matching = entries.iter().find(|entry| field.test.matches(entry.value));
    let absent = entries.is_empty() && field.test.allows_absence();
    let reason = match (matching, entries) {
        (Some(entry), _) => format!("holds {}", entry.value),
        (None, []) if let Some(what) = without_value(event, &field.path) => {
            let meaning = if absent {
                "which a pattern takes as absent, as wanted"
            } else {
                "and the pattern asks for a value"
            };
            format!("is {what}, {meaning}")
        }
        (None, []) if absent => "is absent, as wanted".to_owned(),
        (None, []) => "is absent".to_owned(),
        (None, _) if field.test.texts().is_empty() && field.test.alternatives().is_empty() => {
            "is present, and should be absent".to_owned()
        }
        (None, [entry]) => format!("holds {}{}", entry.value, hint(field, entry.value)),
        (None, entries) => format!("holds {} values, none of which is wanted", entries.len()),
    };
    FieldExplanation {
        path: field.path.to_string(),
        wants: field.wants.to_string(),
        holds: entries.iter().take(SHOWN).map(|entry| entry.value.to_string()).collect(),
        count: entries.len(),
        matched: matching.is_some() || absent,
        reason,
    }
}

/// Names a difference that is easy to overlook.
fn hint(field: &Field, value: &Json) -> &'static str {
    let texts = field.test.texts();
    match value {
        Json::String(text) if texts.iter().any(|wanted| wanted.to_lowercase() == text.to_lowercase()) => {
            ", which differs in case"
        }
        Json::String(text) if texts.iter().any(|wanted| wanted.trim() == text.trim()) => {
            ", which differs in white space"
        }
        Json::String(text)
            if field.test.matches(&Json::Number(text.as_str().into())) && text.parse::<f64>().is_ok() =>
        {
            ", a string: the pattern wants a number"
        }
        Json::Number(text) if texts.iter().any(|wanted| **wanted == **text) => {
            ", a number: the pattern wants a string"
        }
        Json::Bool(_) | Json::Null if texts.iter().any(|wanted| **wanted == *value.to_string()) => {
            ": the pattern wants a string"
        }
        _ => "",
    }
}

/// Names what is there where patterns see no value: they look only at strings, numbers, true, false and null.
fn without_value(event: &Json, path: &str) -> Option<&'static str> {
    match path.split('.').try_fold(event, |value, name| value.get(name))? {
        Json::Object(_) => Some("an object"),
        Json::Array(items) if items.is_empty() => Some("an empty array"),
        Json::Array(_) => Some("an array without values"),
        _ => None,
    }
}

fn collect<'a>(parts: &'a [Part], refusals: &mut Vec<&'a FieldExplanation>) {
    for part in parts.iter().filter(|part| !part.matched()) {
        match part {
            Part::Field(field) => refusals.push(field),
            Part::Any { branches, .. } => branches.iter().for_each(|parts| collect(parts, refusals)),
        }
    }
}

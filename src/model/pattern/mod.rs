//! EventBridge's event patterns: the whole language, decided as AWS's own engine decides.
//!
//! [`Pattern::parse`] refuses what AWS refuses, in its words. [`Pattern::matches`] decides one event,
//! [`Pattern::explain`] says which field said no and why, and [`RuleSet`] decides many patterns at a cost
//! that grows with the event and the rules that match.
//!
//! The rules come from AWS's open engine (aws/event-ruler) and from what AWS answered to probes
//! (`tests/vectors/patterns-aws.tsv`); where they differ, AWS's answers win.

mod address;
mod compile;
mod consistency;
mod event;
mod explain;
mod fields;
mod invalid;
mod number;
mod reader;
mod rules;
mod test;
#[cfg(test)]
mod tests;
mod text;

pub use event::{InvalidEvent, parse_event};
pub use explain::{Explanation, FieldExplanation, Part};
pub use invalid::Invalid;
pub use rules::RuleSet;

use super::json::Json;
use compile::{Field, Node};
use consistency::Decision;
use fields::Paths;

/// The most characters of a pattern that the API takes.
pub const MAX_LENGTH: usize = 4096;

/// The most characters of a rule's pattern under the default quota; `PutRule` refuses more.
pub const QUOTA_LENGTH: usize = 2048;

/// An event pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Box<str>,
    fields: Vec<Field>,
    /// For each field, its number in the paths.
    numbers: Vec<u32>,
    clauses: Vec<Vec<usize>>,
    tree: Vec<Node>,
    paths: Paths,
}

impl Pattern {
    /// Reads a pattern, or says why AWS refuses it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() > MAX_LENGTH && text.encode_utf16().count() > MAX_LENGTH {
            return Err(Invalid::Length { limit: MAX_LENGTH });
        }
        let compiled = compile::compile(text)?;
        let mut paths = Paths::new();
        let numbers = compiled.fields.iter().map(|field| paths.add(&field.path)).collect();
        Ok(Self {
            text: text.into(),
            fields: compiled.fields,
            numbers,
            clauses: compiled.clauses,
            tree: compiled.tree,
            paths,
        })
    }

    /// Returns the pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reports whether an event matches; what is not an object matches nothing.
    pub fn matches(&self, event: &Json) -> bool {
        if !matches!(event, Json::Object(_)) {
            return false;
        }
        let fields = self.paths.read(event);
        let mut decision = Decision::new(&fields, &self.fields, &self.numbers, self.clauses.len());
        self.clauses.iter().any(|clause| decision.satisfies(clause))
    }
}

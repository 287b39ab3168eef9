//! Checks a CloudFormation template without AWS: names, references, properties, limits.
//!
//! What is checked holds for any template; the properties of a resource are checked where its type is
//! in the table (`types.txt`): the types that we render and their neighbours. Everything else is left to
//! CloudFormation.

mod arguments;
mod cycles;
mod event_rule;
mod function;
mod names;
mod parameter;
mod properties;
mod references;
mod resource;
mod sections;
#[cfg(test)]
mod tests;
mod types;

pub use self::types::attributes;

use self::cycles::{Edges, cycles};
use self::names::{Names, PSEUDO};
use crate::model::problem::{Problem, did_you_mean, list, shown};
use crate::model::yaml::{Document, Position};

/// The most bytes of a template in a request (CloudFormation user guide, "Quotas"); from S3 it is 1 MB.
pub const MOST_BYTES: usize = 51_200;

/// The most problems that are told at once: nobody reads more, and each costs a search for the name meant.
const MOST_PROBLEMS: usize = 100;

/// Checks a template, YAML or JSON; `file` is the name that problems carry.
///
/// Returns every problem, in the order of the text; none means that CloudFormation should take it.
pub fn check(text: &str, file: &str) -> Vec<Problem> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => return vec![Problem::unreadable(file, &error)],
    };
    let mut checker = Checker {
        file,
        problems: Vec::new(),
        names: Names::of(&document.root),
        resource_edges: Edges::new(),
        condition_edges: Edges::new(),
    };
    if text.len() > MOST_BYTES {
        let start = Position { line: 1, column: 1 };
        let message = format!(
            "the template has {} bytes, and CloudFormation takes {MOST_BYTES} in a request",
            text.len()
        );
        checker.problem(start, message, "shorten it, or deploy it from S3");
    }
    for repeated in &document.repeated {
        let message = format!("key `{}` is already on line {}", shown(&repeated.key), repeated.first.line);
        checker.problem(repeated.at, message, "keep one of the two");
    }
    if document.root.entries().is_some() {
        checker.sections(&document.root);
        checker.circles(&document);
    } else {
        let message = format!("a template is a mapping, and this is {}", document.root.describe());
        checker.problem(document.root.at, message, "start with `AWSTemplateFormatVersion: '2010-09-09'`");
    }
    let mut problems = checker.problems;
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems.dedup();
    problems
}

/// A check under way.
struct Checker<'a> {
    file: &'a str,
    problems: Vec<Problem>,
    names: Names<'a>,
    resource_edges: Edges<'a>,
    condition_edges: Edges<'a>,
}

impl<'a> Checker<'a> {
    fn circles(&mut self, document: &'a Document) {
        for (section, edges) in [("Resources", &self.resource_edges), ("Conditions", &self.condition_edges)] {
            let entries = document.root.get(section).and_then(|node| node.entries()).unwrap_or_default();
            for cycle in cycles(entries.iter().filter_map(|(key, _)| key.scalar()), edges) {
                let message = format!("circular dependency: {}", chain(&cycle.names));
                let problem = Problem::new(self.file, cycle.at, message);
                self.problems.push(problem.hinted("remove one of these references"));
            }
        }
    }

    fn problem(&mut self, at: Position, message: impl Into<String>, hint: impl Into<String>) {
        if self.problems.len() >= MOST_PROBLEMS {
            return;
        }
        self.problems.push(Problem::new(self.file, at, message).hinted(hint));
    }

    /// Says which of some names was meant.
    fn meant<'b>(&self, name: &str, known: impl Iterator<Item = &'b str>) -> String {
        /// A longer list is not read.
        const MOST_LISTED: usize = 12;
        /// More names than any template that CloudFormation takes.
        const MOST_SEARCHED: usize = 1000;
        if self.problems.len() >= MOST_PROBLEMS {
            return String::new();
        }
        let mut known: Vec<&str> = known.collect();
        if known.len() > MOST_SEARCHED {
            return format!("define it, or use one of the {} that are", known.len());
        }
        known.sort_unstable();
        if let Some(meant) = did_you_mean(name, known.iter().copied()) {
            return format!("did you mean `{meant}`?");
        }
        known.retain(|name| !PSEUDO.contains(name));
        match known.as_slice() {
            [] => "there is none in this template".to_owned(),
            [only] => format!("there is only `{only}`"),
            some if some.len() <= MOST_LISTED => format!("there are {}", list(known)),
            many => format!("define it, or use one of the {} that are", many.len()),
        }
    }
}

/// Shows a circle; a long one is cut in the middle.
fn chain(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    if names.len() <= SHOWN {
        return names.join(" → ");
    }
    let (start, end) = (&names[..SHOWN - 2], &names[names.len() - 2..]);
    format!("{} → … → {}", start.join(" → "), end.join(" → "))
}

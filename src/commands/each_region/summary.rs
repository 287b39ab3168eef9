//! What a command answers that ran in several regions.

use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, Kind};
use crate::ui::{Failure, Page, Report, inline, table, versioned};

/// A command's answers, region by region.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InRegions {
    /// The regions, in the order in which they were named.
    pub regions: Vec<InRegion>,
    #[serde(skip)]
    exit_code: u8,
}

/// A command's answer in one region.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct InRegion {
    /// The region.
    pub region: String,
    /// The profile that was used there, when a flag named it.
    pub profile: Option<String>,
    /// How it ended, in a word or two.
    pub outcome: String,
    /// The exit code that the command alone would have had.
    pub exit_code: u8,
    /// How long it took.
    pub seconds: f64,
    /// The command's own answer, in its own layout.
    pub answer: Option<Value>,
    /// What failed, in the layout of a failed command.
    pub failure: Option<Value>,
    /// The answer for a person.
    #[serde(skip)]
    pub(super) text: String,
    /// What is told beside the answer.
    #[serde(skip)]
    pub(super) notes: String,
    #[serde(skip)]
    pub(super) not_there: bool,
}

impl InRegion {
    /// Adds that the command failed.
    pub(super) fn failed(self, error: &Error) -> Self {
        let not_there = error.kind == Kind::NotThere;
        Self {
            exit_code: error.kind.exit_code(),
            outcome: if not_there { "not there" } else { "failed" }.to_owned(),
            failure: Some(versioned(Failure::SCHEMA, &Failure::from(error))),
            not_there,
            ..self
        }
    }
}

impl InRegions {
    /// Puts the answers together; of every region, those without the stack do not count as failed.
    pub(super) fn new(regions: Vec<InRegion>, all: bool) -> Self {
        let forgiven = all && !regions.iter().all(|region| region.not_there);
        let mut codes = regions
            .iter()
            .filter(|region| !(forgiven && region.not_there))
            .map(|region| region.exit_code)
            .filter(|code| *code != 0);
        let exit_code = match codes.next() {
            None => 0,
            Some(first) if codes.all(|code| code == first) => first,
            Some(_) => Kind::Failed.exit_code(),
        };
        Self { regions, exit_code }
    }
}

impl Report for InRegions {
    const SCHEMA: &'static str = "in-regions/1";

    fn exit_code(&self) -> u8 {
        self.exit_code
    }

    fn text(&self, page: &mut Page) {
        for region in self.regions.iter().filter(|region| !region.text.is_empty()) {
            // Some answers begin with the region themselves.
            if !region.text.lines().next().is_some_and(|first| first.contains(&region.region)) {
                page.line(format_args!("{}", inline(&region.region).bold()));
            }
            page.data.push_str(&region.text);
            page.line("");
        }
        for region in &self.regions {
            for note in region.notes.lines().filter(|note| !note.is_empty()) {
                page.note(format_args!("{} {note}", format!("{:<14}", inline(&region.region)).dimmed()));
            }
        }
        let told: Vec<&InRegion> = self.regions.iter().filter(|region| !region.outcome.is_empty()).collect();
        let rows: Vec<Vec<String>> = told
            .iter()
            .map(|region| {
                vec![
                    inline(&region.region).into_owned(),
                    region.outcome.clone(),
                    format!("{:>6.1}s", region.seconds),
                ]
            })
            .collect();
        for (line, region) in table::columns(&rows).into_iter().zip(told) {
            match (region.exit_code, region.not_there) {
                (0, _) => page.line(line.green()),
                (_, true) => page.line(line.dimmed()),
                _ => page.line(line.red()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(kind: Option<Kind>) -> InRegion {
        match kind {
            None => InRegion::default(),
            Some(kind) => InRegion::default().failed(&Error::new(kind, "no")),
        }
    }

    fn code(kinds: &[Option<Kind>], all: bool) -> u8 {
        InRegions::new(kinds.iter().copied().map(ended).collect(), all).exit_code
    }

    #[test]
    fn the_exit_code_is_the_common_one() {
        assert_eq!(code(&[None, None], false), 0);
        assert_eq!(code(&[None, Some(Kind::Remote), Some(Kind::Remote)], false), 6);
        assert_eq!(code(&[Some(Kind::Settings), Some(Kind::Remote)], false), 1);
    }

    #[test]
    fn of_every_region_those_without_the_stack_are_no_failure() {
        assert_eq!(code(&[None, Some(Kind::NotThere)], true), 0);
        assert_eq!(code(&[None, Some(Kind::NotThere)], false), 1);
        assert_eq!(code(&[Some(Kind::NotThere), Some(Kind::NotThere)], true), 1);
    }
}

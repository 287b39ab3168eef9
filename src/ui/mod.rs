//! How it looks: the only place that prints.

pub mod failure;
pub mod log;
pub mod paint;
pub mod panics;
pub mod printer;
pub mod progress;
pub mod prompt;
pub mod questions;
pub mod schema;
mod screen;
pub mod sparkline;
pub mod table;

pub use failure::Failure;
pub use paint::{Page, clean, indented, inline};
pub use panics::report_panics;
pub use printer::{Format, Printer, Side, refusal, versioned};
pub use questions::{Question, Questions};

use schemars::JsonSchema;
use serde::Serialize;

/// A command's answer, in its two renderings: JSON by its fields, text by [`Report::text`].
pub trait Report: Serialize + JsonSchema {
    /// The name and version of the JSON layout, such as `deploy/1`.
    const SCHEMA: &'static str;

    /// Writes the answer for a person.
    fn text(&self, page: &mut Page);

    /// Returns the exit code of a command that did its work; other than 0 for a negative finding.
    fn exit_code(&self) -> u8 {
        0
    }

    /// Says in a word or two how the command ended, for the summary of several regions.
    fn outcome(&self) -> String {
        if self.exit_code() == 0 { "ok" } else { "not ok" }.to_owned()
    }

    /// Returns whether the text is the data itself (a template, a script) even with `--output json`.
    fn verbatim(&self) -> bool {
        false
    }
}

//! A failed command's answer as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;

/// What a failed command prints to stdout with `--output json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Failure<'a> {
    /// What failed.
    pub error: Reason<'a>,
}

/// What failed, why, and what to do next.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reason<'a> {
    /// The kind of failure; it alone picks the exit code.
    pub kind: &'a str,
    /// What failed, in one sentence.
    pub message: &'a str,
    /// Why, from the outermost cause to the innermost.
    pub causes: &'a [String],
    /// What to do next.
    pub hints: &'a [String],
    /// A policy document that a hint speaks of, to paste.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<&'a serde_json::Value>,
}

impl Failure<'_> {
    /// The name and version of the JSON layout.
    pub const SCHEMA: &'static str = "error/1";
}

impl<'a> From<&'a Error> for Failure<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            error: Reason {
                kind: error.kind.name(),
                message: &error.message,
                causes: &error.causes,
                hints: &error.hints,
                document: error.document.as_deref(),
            },
        }
    }
}

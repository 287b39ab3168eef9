//! What a rule's target receives instead of the event.
//!
//! [`TargetInput::parse`] admits a target's `Input`, `InputPath` or `InputTransformer` as `PutTargets` does,
//! or refuses it in AWS's words; [`TargetInput::apply`] gives the bytes that are delivered. The rules come
//! from what AWS delivered, byte for byte (tests/vectors/inputs.tsv).

mod admission;
mod members;
mod path;
mod source;
mod syntax;
mod template;
#[cfg(test)]
mod tests;

use crate::model::json::Json;
pub use admission::{Place, Refused, Settings, Transformer, Violation};
pub use path::{Found, InvalidPath, JsonPath};
pub use template::InputTransformer;

/// What a target receives for an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetInput {
    /// `Input`: this text, whatever the event.
    Constant(String),
    /// `InputPath`: a part of the event.
    Path(JsonPath),
    /// `InputTransformer`: a template filled from the event.
    Transformer(InputTransformer),
    /// The whole event.
    Whole,
}

/// What the variables `<aws.events.…>` stand for.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// When PutEvents took the event, as ISO 8601 such as `2026-01-02T03:04:05Z`.
    pub ingestion_time: &'a str,
    /// The rule's ARN.
    pub rule_arn: &'a str,
    /// The rule's name.
    pub rule_name: &'a str,
}

/// The input for a target is not JSON: AWS does not try it but puts it into the dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid input for target.")]
pub struct InvalidJson {
    /// What would have been delivered.
    pub body: String,
}

impl TargetInput {
    /// Returns the bytes to deliver for an event.
    ///
    /// An empty text (`Input` is `""`, or a bare `<name>` that found nothing) is not JSON: on AWS nothing was
    /// seen to arrive anywhere.
    pub fn apply(&self, event: &Json, context: &Context<'_>) -> Result<String, InvalidJson> {
        match self {
            Self::Constant(text) if text.trim().is_empty() => Err(InvalidJson { body: text.clone() }),
            Self::Constant(text) => Ok(text.clone()),
            Self::Path(path) => Ok(match path.find(event) {
                None | Some(Found::One(Json::Null)) => "{}".to_owned(),
                Some(found) => found.to_string(),
            }),
            Self::Transformer(transformer) => transformer.fill(event, context),
            Self::Whole => Ok(event.to_string()),
        }
    }
}

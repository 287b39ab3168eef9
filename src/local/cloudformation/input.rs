//! Reading an action's input, whose leaves are strings in the Query protocol.

use std::collections::BTreeMap;

use serde_json::Value;

use super::record::OnFailure;
use crate::local::wire::ApiError;
use crate::model::cloudformation::{Given, TemplateError};

/// Makes CloudFormation's `ValidationError`.
pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("ValidationError", message)
}

/// A template's mistake is a `ValidationError`.
impl From<TemplateError> for ApiError {
    fn from(error: TemplateError) -> Self {
        invalid(error.to_string())
    }
}

/// The longest key of a tag (CloudFormation API reference, `Tag`).
const LONGEST_KEY: usize = 128;
/// The longest value of a tag.
const LONGEST_VALUE: usize = 256;

/// The members of an action's input.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a>(pub(crate) &'a Value);

impl<'a> Input<'a> {
    /// Returns a text, or nothing when it is not given.
    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Returns a text that must be given.
    pub(crate) fn required(self, name: &str) -> Result<&'a str, ApiError> {
        let lower = || {
            let mut letters = name.chars();
            letters.next().map(|first| format!("{}{}", first.to_ascii_lowercase(), letters.as_str()))
        };
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| {
            invalid(format!(
                "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
                lower().unwrap_or_default()
            ))
        })
    }

    /// Returns whether a flag is set.
    pub(crate) fn flag(self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(set)) => *set,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// Returns the texts of a list.
    pub(crate) fn list(self, name: &str) -> Vec<String> {
        let items = self.0.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// Returns the tags, or nothing when none are given.
    pub(crate) fn tags(self) -> Result<Option<BTreeMap<String, String>>, ApiError> {
        let items = match self.0.get("Tags") {
            Some(Value::Array(items)) => items.as_slice(),
            // The Query protocol's empty list.
            Some(Value::String(empty)) if empty.is_empty() => &[],
            _ => return Ok(None),
        };
        let mut tags = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            let item = Input(item);
            let key = item.required("Key")?;
            let value = item.text("Value").unwrap_or_default();
            for (member, text, longest) in [("key", key, LONGEST_KEY), ("value", value, LONGEST_VALUE)] {
                if text.chars().count() > longest {
                    return Err(invalid(format!(
                        "1 validation error detected: Value '{text}' at 'tags.{}.member.{member}' failed to satisfy constraint: Member must have length less than or equal to {longest}",
                        index + 1
                    )));
                }
            }
            if key.starts_with("aws:") {
                return Err(invalid(format!("Tag keys cannot start with the reserved prefix aws: ({key})")));
            }
            if tags.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(invalid(format!("Duplicate tag key {key}")));
            }
        }
        if tags.len() > 50 {
            return Err(invalid("Stack cannot have more than 50 tags"));
        }
        Ok(Some(tags))
    }

    /// Returns the parameters.
    pub(crate) fn parameters(self) -> Result<BTreeMap<String, Given>, ApiError> {
        let mut given = BTreeMap::new();
        for item in self.0.get("Parameters").and_then(Value::as_array).into_iter().flatten() {
            let item = Input(item);
            let key = item.required("ParameterKey")?.to_owned();
            let value = match (item.text("ParameterValue"), item.flag("UsePreviousValue")) {
                (Some(_), true) => {
                    return Err(invalid(format!(
                        "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true and non empty value for a parameter"
                    )));
                }
                (Some(value), false) => Given::Value(value.to_owned()),
                (None, true) => Given::Previous,
                (None, false) => continue,
            };
            given.insert(key, value);
        }
        Ok(given)
    }

    /// Returns what to do when it fails.
    pub(crate) fn on_failure(self, name: &str) -> Result<Option<OnFailure>, ApiError> {
        match self.text(name) {
            None => Ok(None),
            Some("ROLLBACK") => Ok(Some(OnFailure::Rollback)),
            Some("DELETE") => Ok(Some(OnFailure::Delete)),
            Some("DO_NOTHING") => Ok(Some(OnFailure::DoNothing)),
            Some(other) => Err(invalid(format!(
                "1 validation error detected: Value '{other}' at 'onStackFailure' failed to satisfy constraint: Member must satisfy enum value set: [DO_NOTHING, ROLLBACK, DELETE]"
            ))),
        }
    }
}

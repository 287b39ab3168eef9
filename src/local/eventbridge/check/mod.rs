//! The constraints of EventBridge's API model, checked and worded as its front end does.
//!
//! `shapes.json` is taken from the service model that AWS publishes with its SDKs (2015-10-07).

mod words;

use std::collections::HashMap;
use std::sync::OnceLock;

use regex_lite::Regex;
use serde::Deserialize;
use serde_json::Value;

use crate::local::wire::ApiError;

use words::{camel, mistyped, render, violation};

/// Checks an action's input against its shape: types, required members, lengths, patterns, enums.
///
/// Returns `UnknownOperationException`, `SerializationException` for a member of another type, or a
/// `ValidationException` that lists every violation.
pub(super) fn check(action: &str, input: &Value) -> Result<(), ApiError> {
    let model = model();
    let Some(shape) = model.actions.get(action).and_then(|shape| model.shapes.get(shape)) else {
        return Err(ApiError::client("UnknownOperationException", ""));
    };
    let mut violations = Vec::new();
    walk(model, shape, input, "", &mut violations)?;
    match violations.len() {
        0 => Ok(()),
        1 => Err(invalid(format!("1 validation error detected: {}", violations[0]))),
        count => Err(invalid(format!("{count} validation errors detected: {}", violations.join("; ")))),
    }
}

#[derive(Deserialize)]
struct Model {
    actions: HashMap<String, String>,
    shapes: HashMap<String, Shape>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Shape {
    #[serde(rename = "type")]
    kind: String,
    min: Option<i64>,
    max: Option<i64>,
    pattern: Option<String>,
    #[serde(rename = "enum")]
    values: Vec<String>,
    sensitive: bool,
    required: Vec<String>,
    members: serde_json::Map<String, Value>,
    member: String,
    key: String,
    value: String,
    #[serde(skip)]
    regex: OnceLock<Option<Regex>>,
}

fn model() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| {
        serde_json::from_str(include_str!("shapes.json")).unwrap_or_else(|error| {
            tracing::error!(%error, "the API model cannot be read");
            Model { actions: HashMap::new(), shapes: HashMap::new() }
        })
    })
}

fn walk(
    model: &Model,
    shape: &Shape,
    value: &Value,
    at: &str,
    violations: &mut Vec<String>,
) -> Result<(), ApiError> {
    match (shape.kind.as_str(), value) {
        ("structure", Value::Object(members)) => {
            for (name, member) in &shape.members {
                let path = || join(at, &camel(name));
                match members.get(name) {
                    None | Some(Value::Null) => {
                        if shape.required.contains(name) {
                            let path = path();
                            violations.push(violation(shape, "null", &path, "Member must not be null"));
                        }
                    }
                    Some(value) => {
                        if let Some(member) = member.as_str().and_then(|name| model.shapes.get(name)) {
                            walk(model, member, value, &path(), violations)?;
                        }
                    }
                }
            }
        }
        ("list", Value::Array(items)) => {
            length(shape, items.len(), || render(model, shape, value), at, violations);
            if let Some(member) = model.shapes.get(&shape.member) {
                for (index, item) in items.iter().enumerate() {
                    walk(model, member, item, &format!("{at}.{}.member", index + 1), violations)?;
                }
            }
        }
        ("map", Value::Object(entries)) => map(model, shape, entries, value, at, violations)?,
        ("string", Value::String(text)) => scalar(shape, text, at, violations),
        ("integer" | "long", Value::Number(number)) => {
            let number = number.as_i64().unwrap_or(i64::MAX);
            let mut bound = |holds: bool, rule: String| {
                if !holds {
                    violations.push(violation(shape, &format!("'{number}'"), at, &rule));
                }
            };
            if let Some(max) = shape.max {
                bound(number <= max, format!("Member must have value less than or equal to {max}"));
            }
            if let Some(min) = shape.min {
                bound(number >= min, format!("Member must have value greater than or equal to {min}"));
            }
        }
        ("boolean", Value::Bool(_)) | ("timestamp", Value::Number(_)) => {}
        (kind, value) => return Err(mistyped(kind, value)),
    }
    Ok(())
}

fn scalar(shape: &Shape, text: &str, at: &str, violations: &mut Vec<String>) {
    let shown = || format!("'{text}'");
    if !shape.values.is_empty() && !shape.values.iter().any(|value| value == text) {
        let rule = format!("Member must satisfy enum value set: [{}]", shape.values.join(", "));
        violations.push(violation(shape, &shown(), at, &rule));
    }
    length(shape, text.chars().count(), || text.to_owned(), at, violations);
    if !shape.satisfies_pattern(text) {
        let pattern = shape.pattern.as_deref().unwrap_or_default();
        let rule = format!("Member must satisfy regular expression pattern: {pattern}");
        violations.push(violation(shape, &shown(), at, &rule));
    }
}

/// Checks a map as a whole: its front end names every constraint of the keys when one is broken.
fn map(
    model: &Model,
    shape: &Shape,
    entries: &serde_json::Map<String, Value>,
    value: &Value,
    at: &str,
    violations: &mut Vec<String>,
) -> Result<(), ApiError> {
    length(shape, entries.len(), || render(model, shape, value), at, violations);
    let broken = |shape: &Shape, text: &str| {
        let mut found = Vec::new();
        scalar(shape, text, at, &mut found);
        !found.is_empty()
    };
    let mut report = |part: &str, constraints: String| {
        let rule = format!("{part} must satisfy constraint: [{constraints}]");
        violations.push(violation(shape, &format!("'{}'", render(model, shape, value)), at, &rule));
    };
    if let Some(keys) = model.shapes.get(&shape.key)
        && entries.keys().any(|key| broken(keys, key))
    {
        report("Map keys", keys.constraints());
    }
    if let Some(values) = model.shapes.get(&shape.value) {
        let mut any = false;
        for value in entries.values() {
            any |= broken(values, value.as_str().ok_or_else(|| mistyped("string", value))?);
        }
        if any {
            report("Map value", values.constraints());
        }
    }
    Ok(())
}

fn length(shape: &Shape, length: usize, shown: impl Fn() -> String, at: &str, violations: &mut Vec<String>) {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let mut bound = |holds: bool, rule: String| {
        if !holds {
            violations.push(violation(shape, &format!("'{}'", shown()), at, &rule));
        }
    };
    if let Some(max) = shape.max {
        bound(length <= max, format!("Member must have length less than or equal to {max}"));
    }
    if let Some(min) = shape.min {
        bound(length >= min, format!("Member must have length greater than or equal to {min}"));
    }
}

impl Shape {
    fn satisfies_pattern(&self, text: &str) -> bool {
        let Some(pattern) = &self.pattern else { return true };
        // The one look-ahead of the model: not blank.
        let pattern = if pattern == r"^(?!\s*$).+" { r".*\S.*" } else { pattern };
        let regex = self.regex.get_or_init(|| Regex::new(&format!("^(?:{pattern})$")).ok());
        regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }

    fn constraints(&self) -> String {
        let max = self.max.map(|max| format!("Member must have length less than or equal to {max}"));
        let min = self.min.map(|min| format!("Member must have length greater than or equal to {min}"));
        let pattern = self
            .pattern
            .as_ref()
            .map(|pattern| format!("Member must satisfy regular expression pattern: {pattern}"));
        [max, min, pattern].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn invalid(message: String) -> ApiError {
    ApiError::client("ValidationException", message)
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

#[cfg(test)]
mod tests;

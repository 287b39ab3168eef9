//! How violations are worded.

use serde_json::Value;

use super::{Model, Shape};
use crate::local::wire::ApiError;

/// Words one violation; a secret's value is left out.
pub(super) fn violation(shape: &Shape, shown: &str, at: &str, rule: &str) -> String {
    if shape.sensitive {
        format!("Value at '{at}' failed to satisfy constraint: {rule}")
    } else {
        format!("Value {shown} at '{at}' failed to satisfy constraint: {rule}")
    }
}

/// Shows a value as the service's Java front end prints it.
pub(super) fn render(model: &Model, shape: &Shape, value: &Value) -> String {
    let part = |name: &str, value: &Value| {
        model.shapes.get(name).map_or_else(String::new, |shape| render(model, shape, value))
    };
    match value {
        _ if shape.sensitive => "***Sensitive Data Redacted***".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| part(&shape.member, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) if shape.kind == "map" => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{key}={}", part(&shape.value, value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<_> = shape
                .members
                .iter()
                .map(|(name, member)| {
                    let value = members.get(name).unwrap_or(&Value::Null);
                    format!("{}={}", camel(name), part(member.as_str().unwrap_or_default(), value))
                })
                .collect();
            format!("({})", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// Says that a member is of another type.
pub(super) fn mistyped(kind: &str, value: &Value) -> ApiError {
    let found = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) | Value::Object(_) => {
            let message = match value {
                Value::Array(_) => "Unexpected list structure",
                _ => "Start of structure or map found where not expected.",
            };
            return ApiError::client("SerializationException", message);
        }
    };
    let wanted = match kind {
        "boolean" => "Boolean",
        "integer" => "Integer",
        "list" => "List",
        "long" => "Long",
        "map" => "Map",
        "string" => "String",
        "timestamp" => "Timestamp",
        _ => "Structure",
    };
    ApiError::client("SerializationException", format!("{found} can not be converted to a {wanted}"))
}

/// Makes `PathMember` into `pathMember`, as violations name members.
pub(super) fn camel(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

//! The comparison of two values.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::local::cloudformation::secrets::mask;

/// Returns the properties that differ.
pub(crate) fn changed_properties<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> Vec<&'a str> {
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).map(String::as_str).collect();
    names.into_iter().filter(|name| !same(before.get(*name), after.get(*name))).collect()
}

fn same(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (None, None) => true,
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            before.len() == after.len()
                && before.iter().all(|(name, value)| same(Some(value), after.get(name)))
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| same(Some(before), Some(after)))
        }
        // A parameter is always text: 300 and "300" are one value.
        (Some(before), Some(after)) => {
            let scalar = |value: &Value| !value.is_object() && !value.is_array();
            scalar(before) && scalar(after) && text(before) == text(after)
        }
        _ => false,
    }
}

/// A path, what is there, and what is to be there.
pub(super) type Difference = (String, Option<String>, Option<String>);

/// Finds the deepest values that differ.
pub(super) fn differences(
    path: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    if same(before, after) {
        return;
    }
    match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let new = after.keys().filter(|name| !before.contains_key(*name));
            for name in before.keys().chain(new) {
                differences(&format!("{path}/{name}"), before.get(name), after.get(name), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for at in 0..before.len().max(after.len()) {
                differences(&format!("{path}/{at}"), before.get(at), after.get(at), found);
            }
        }
        _ => found.push((path.to_owned(), before.map(shown), after.map(shown))),
    }
}

fn shown(value: &Value) -> String {
    mask(&text(value))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

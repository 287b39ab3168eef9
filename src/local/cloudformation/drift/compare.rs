//! The comparison of what a resource is with what its stack says.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::local::cloudformation::resources::{Property, Shape};
use crate::local::cloudformation::secrets::mask;

/// A dynamic reference: what it stands for is never read back.
const REFERENCE: &str = "{{resolve:";

/// The members that tell the items of a list from each other.
const IDENTITIES: [&str; 3] = ["Id", "Key", "PolicyName"];

/// One place where the two differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Difference {
    /// Such as `/Targets/0/Input`.
    pub(crate) path: String,
    pub(crate) expected: Option<String>,
    pub(crate) actual: Option<String>,
}

impl Difference {
    /// Returns the difference as the API shows it.
    pub(crate) fn shown(&self) -> Value {
        let kind = match (&self.expected, &self.actual) {
            (None, _) => "ADD",
            (_, None) => "REMOVE",
            _ => "NOT_EQUAL",
        };
        json!({
            "PropertyPath": self.path,
            "ExpectedValue": self.expected.as_deref().unwrap_or("null"),
            "ActualValue": self.actual.as_deref().unwrap_or("null"),
            "DifferenceType": kind,
        })
    }
}

/// Compares two sets of properties: returns what is expected and what is there, each as far as it can be
/// compared, and where they differ.
pub(crate) fn compare(
    known: &'static [Property],
    expected: &Map<String, Value>,
    actual: &Map<String, Value>,
) -> (Value, Value, Vec<Difference>) {
    let shape = Shape::Object(known);
    let expected = visible(&shape, &Value::Object(expected.clone())).unwrap_or_else(|| json!({}));
    let actual = aligned(&shape, &expected, &Value::Object(actual.clone()));
    let mut found = Vec::new();
    differ("", Some(&expected), Some(&actual), &mut found);
    (expected, actual, found)
}

/// Returns what can be compared of a value: nothing of what is never read back.
fn visible(shape: &Shape, value: &Value) -> Option<Value> {
    match (shape, value) {
        (_, Value::String(text)) if text.contains(REFERENCE) => None,
        (Shape::Object(known), Value::Object(members)) => {
            let members: Map<String, Value> = members
                .iter()
                .filter_map(|(name, member)| {
                    let property = known.iter().find(|property| property.name == name)?;
                    let member = visible(&property.shape, member).filter(|_| !property.is_write_only)?;
                    Some((name.clone(), member))
                })
                .collect();
            Some(Value::Object(members))
        }
        (Shape::List(of), Value::Array(items)) => {
            Some(Value::Array(items.iter().filter_map(|item| visible(of, item)).collect()))
        }
        _ => Some(value.clone()),
    }
}

/// Returns what is there as far as something is expected, its items in the expected order.
fn aligned(shape: &Shape, expected: &Value, actual: &Value) -> Value {
    match (shape, expected, actual) {
        (Shape::Object(known), Value::Object(expected), Value::Object(actual)) => {
            let mut members = Map::new();
            for (name, wanted) in expected {
                let property = known.iter().find(|property| property.name == name);
                if let Some((property, found)) = property.zip(actual.get(name)) {
                    members.insert(name.clone(), aligned(&property.shape, wanted, found));
                }
            }
            Value::Object(members)
        }
        (Shape::List(of), Value::Array(expected), Value::Array(actual)) => {
            let mut left: Vec<&Value> = actual.iter().collect();
            let mut items = Vec::with_capacity(actual.len());
            for wanted in expected {
                let at = left.iter().position(|found| is_same_item(wanted, found));
                let at = at.or_else(|| (identity(wanted).is_none() && !left.is_empty()).then_some(0));
                if let Some(at) = at {
                    items.push(aligned(of, wanted, left.remove(at)));
                }
            }
            items.extend(left.into_iter().cloned());
            Value::Array(items)
        }
        _ => actual.clone(),
    }
}

fn is_same_item(one: &Value, other: &Value) -> bool {
    match (identity(one), identity(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn identity(item: &Value) -> Option<&str> {
    IDENTITIES.iter().find_map(|name| item.get(*name)?.as_str())
}

/// Finds the deepest places that differ.
fn differ(path: &str, expected: Option<&Value>, actual: Option<&Value>, found: &mut Vec<Difference>) {
    match (expected, actual) {
        (Some(Value::Object(expected)), Some(Value::Object(actual))) => {
            let new = actual.keys().filter(|name| !expected.contains_key(*name));
            for name in expected.keys().chain(new) {
                differ(&format!("{path}/{name}"), expected.get(name), actual.get(name), found);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(actual))) => {
            for at in 0..expected.len().max(actual.len()) {
                differ(&format!("{path}/{at}"), expected.get(at), actual.get(at), found);
            }
        }
        (Some(empty), None) | (None, Some(empty)) if is_empty(empty) => {}
        (expected, actual) => {
            let (expected, actual) = (expected.map(text), actual.map(text));
            if expected != actual {
                found.push(Difference { path: path.to_owned(), expected, actual });
            }
        }
    }
}

/// What is empty and what is not there are one to most APIs.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn text(value: &Value) -> String {
    mask(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Property; 5] = [
        Property::text("State"),
        Property::text("Secret").write_only(),
        Property::of("Pattern", Shape::Document),
        Property::of(
            "Targets",
            Shape::List(&Shape::Object(&[Property::text("Id").required(), Property::text("Input")])),
        ),
        Property::text("Description"),
    ];

    fn found(expected: &Value, actual: &Value) -> Vec<String> {
        let (expected, actual) = (expected.as_object().unwrap(), actual.as_object().unwrap());
        let (.., differences) = compare(&KNOWN, expected, actual);
        differences.iter().map(|one| format!("{} {:?} {:?}", one.path, one.expected, one.actual)).collect()
    }

    #[test]
    fn only_what_is_declared_and_can_be_read_is_compared() {
        let expected = json!({"State": "ENABLED", "Secret": "s", "Description": ""});
        assert!(found(&expected, &json!({"State": "ENABLED", "Pattern": {"a": 1}})).is_empty());
        assert!(found(&json!({"State": "{{resolve:x}}"}), &json!({"State": "other"})).is_empty());
        assert_eq!(
            found(&expected, &json!({"State": "DISABLED"})),
            [r#"/State Some("ENABLED") Some("DISABLED")"#]
        );
        assert_eq!(found(&expected, &json!({})), [r#"/State Some("ENABLED") None"#]);
    }

    #[test]
    fn items_are_told_apart_by_their_ids() {
        let expected = json!({"Targets": [{"Id": "a", "Input": "1"}, {"Id": "b"}]});
        let actual = json!({"Targets": [{"Id": "b", "Input": "x"}, {"Id": "c"}, {"Id": "a", "Input": "2"}]});
        assert_eq!(
            found(&expected, &actual),
            [r#"/Targets/0/Input Some("1") Some("2")"#, r#"/Targets/2 None Some("{\"Id\":\"c\"}")"#]
        );
    }

    #[test]
    fn documents_are_compared_member_by_member() {
        let expected = json!({"Pattern": {"source": ["a"], "detail-type": ["x"]}});
        let actual = json!({"Pattern": {"source": ["b"], "detail-type": ["x"], "account": ["1"]}});
        assert_eq!(
            found(&expected, &actual),
            [r#"/Pattern/source/0 Some("a") Some("b")"#, r#"/Pattern/account None Some("[\"1\"]")"#]
        );
    }
}

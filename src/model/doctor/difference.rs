//! Where a value is another than the stack says.

use serde_json::{Map, Value};

/// The first place where two values differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The way to it, such as `detail.cacheName`; empty for the whole.
    path: String,
    expected: Option<String>,
    actual: Option<String>,
}

impl Difference {
    /// Says what is there instead of what.
    pub(super) fn words(&self) -> String {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        let at = if self.path.is_empty() { String::new() } else { format!("`{}` ", self.path) };
        format!("{at}is {}, and the stack says {}", shown(&self.actual), shown(&self.expected))
    }
}

/// Returns the first place where a value is not what is expected.
///
/// Numbers and truths equal their text, as a template may spell them so; what is empty or null equals what is
/// not there. A value that nobody could fill in (`{"Ref": …}`) is taken for equal, and so is a character that
/// CloudFormation gives back as a question mark (`GetTemplate` knows ASCII only).
pub(super) fn first(expected: &Value, actual: &Value) -> Option<Difference> {
    walk("", Some(expected), Some(actual))
}

fn walk(path: &str, expected: Option<&Value>, actual: Option<&Value>) -> Option<Difference> {
    let (expected, actual) = (expected.filter(|one| !is_empty(one)), actual.filter(|one| !is_empty(one)));
    match (expected, actual) {
        (None, None) => None,
        (Some(open), _) if is_open(open) => None,
        (Some(Value::Object(expected)), Some(Value::Object(actual))) => {
            let more = actual.keys().filter(|name| !expected.contains_key(*name));
            expected.keys().chain(more).find_map(|name| {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(&path, expected.get(name), actual.get(name))
            })
        }
        (Some(expected), Some(actual)) if is_same(expected, actual) => None,
        (expected, actual) => Some(Difference {
            path: path.to_owned(),
            expected: expected.map(shown),
            actual: actual.map(shown),
        }),
    }
}

fn is_same(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() == actual.len()
                && expected.iter().zip(actual).all(|(expected, actual)| first(expected, actual).is_none())
        }
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => false,
        (Value::Number(expected), Value::Number(actual)) => expected.as_f64() == actual.as_f64(),
        (expected, actual) => ascii(&shown(expected)) == ascii(&shown(actual)),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn is_open(value: &Value) -> bool {
    let is_function = |members: &Map<String, Value>| {
        members.len() == 1 && members.keys().all(|name| name == "Ref" || name.starts_with("Fn::"))
    };
    value.as_object().is_some_and(is_function)
}

fn ascii(text: &str) -> String {
    text.chars().map(|character| if character.is_ascii() { character } else { '?' }).collect()
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "a test reads better with values")]
    fn words(expected: Value, actual: Value) -> Option<String> {
        first(&expected, &actual).map(|difference| difference.words())
    }

    #[test]
    fn the_first_difference_is_told_with_its_place() {
        assert_eq!(
            words(json!({"a": {"b": [1], "c": "x"}}), json!({"a": {"b": [2], "c": "x"}})).unwrap(),
            "`a.b` is [2], and the stack says [1]"
        );
        assert_eq!(
            words(json!({"b": 1}), json!({"b": 1, "a": "x"})).unwrap(),
            "`a` is x, and the stack says nothing"
        );
        assert_eq!(words(json!("x"), json!("y")).unwrap(), "is y, and the stack says x");
        assert_eq!(
            words(json!({"a": [], "b": 1}), json!({"a": [""], "b": 1})).unwrap(),
            "`a` is [\"\"], and the stack says nothing"
        );
        assert!(words(json!([{"anything-but": ""}]), json!([{"anything-but": "x"}])).is_some());
        assert!(words(json!(["a"]), json!({"a": 1})).is_some());
    }

    #[test]
    fn what_only_looks_different_is_the_same() {
        assert_eq!(words(json!({"a": "60", "b": {}}), json!({"a": 60, "c": []})), None);
        assert_eq!(words(json!([0, 1.0]), json!([0.0, 1])), None);
        assert_eq!(words(json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1})), None);
        assert_eq!(words(json!(["caf?"]), json!(["café"])), None);
        assert_eq!(words(json!({"a": {"Ref": "X"}}), json!({"a": "anything"})), None);
    }
}

//! Reading an action's input (checked already) and writing its answer.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::local::wire::ApiError;

use super::failure;

/// Returns a string member, or nothing.
pub(super) fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

/// Returns a string member that the model requires.
pub(super) fn required<'a>(input: &'a Value, name: &str) -> &'a str {
    text(input, name).unwrap_or_default()
}

/// Returns a string member as its own text, or nothing when it is missing or empty.
pub(super) fn filled(input: &Value, name: &str) -> Option<String> {
    text(input, name).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Returns a member that is there, not null.
pub(super) fn member(input: &Value, name: &str) -> Option<Value> {
    input.get(name).filter(|value| !value.is_null()).cloned()
}

/// Returns a list member's items.
pub(super) fn items<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    input.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Makes an answer without the members that are null.
pub(super) fn answer(members: Value) -> Value {
    match members {
        Value::Object(members) => {
            Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// Shows a time as the API does: seconds since 1970, with milliseconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double")]
pub(super) fn seconds(time: Timestamp) -> Value {
    json!(time.as_millisecond() as f64 / 1000.0)
}

/// Reads a time as the API takes it.
#[expect(clippy::cast_possible_truncation, reason = "a time out of range saturates and is refused")]
pub(super) fn time(input: &Value, name: &str) -> Option<Timestamp> {
    let seconds = input.get(name)?.as_f64()?;
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

/// Cuts a page out of items sorted by name, and adds the token of the next page.
///
/// Takes `Limit` and `NextToken`; the token is the last name of the page before.
pub(super) fn page(input: &Value, output: &str, mut rows: Vec<(String, Value)>) -> Result<Value, ApiError> {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as CODE;
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    if let Some(token) = text(input, "NextToken") {
        let after = CODE.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let after = after.ok_or_else(|| failure::invalid("The token is not valid."))?;
        rows.retain(|(name, _)| *name > after);
    }
    let limit = input.get("Limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(100);
    let mut answer = Map::new();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().map(|(name, _)| CODE.encode(name));
    answer.insert(output.to_owned(), rows.into_iter().map(|(_, row)| row).collect());
    if let (true, Some(last)) = (more, last) {
        answer.insert("NextToken".to_owned(), Value::String(last));
    }
    Ok(Value::Object(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_everything_once() {
        let rows: Vec<_> = (0..5).map(|n| (format!("n{n}"), json!(n))).collect();
        let first = page(&json!({"Limit": 3}), "Rows", rows.clone()).unwrap();
        assert_eq!(first["Rows"], json!([0, 1, 2]));
        let second =
            page(&json!({"Limit": 3, "NextToken": first["NextToken"]}), "Rows", rows.clone()).unwrap();
        assert_eq!(second, json!({"Rows": [3, 4]}));
        assert!(page(&json!({"NextToken": "%"}), "Rows", rows).is_err());
    }

    #[test]
    fn times_go_both_ways() {
        let time_in = time(&json!({"Time": 1_700_000_000.25}), "Time").unwrap();
        assert_eq!(seconds(time_in), json!(1_700_000_000.25));
        assert_eq!(time(&json!({"Time": 1e300}), "Time"), None);
    }
}

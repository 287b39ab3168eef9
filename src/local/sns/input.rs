//! Reading an action's input, and the pages of an answer.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as CODE;
use serde_json::{Map, Value, json};

use super::error;
use crate::local::wire::{Answer, ApiError};

/// How many rows a page has, as on AWS.
const PAGE: usize = 100;

/// Returns a string member, or nothing.
pub(super) fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

/// Returns a string member that the model requires.
pub(super) fn required<'a>(input: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    text(input, name).ok_or_else(|| error::missing(name))
}

/// Returns the texts of a map member.
pub(super) fn map(input: &Value, name: &str) -> Vec<(String, String)> {
    let entries = input.get(name).and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// Returns a list member's items.
pub(super) fn items<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    input.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Cuts a page out of rows that come with their keys in order; the token is the last key of the page before.
pub(super) fn page(input: &Value, output: &str, mut rows: Vec<(String, Value)>) -> Answer {
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    if let Some(token) = text(input, "NextToken").filter(|token| !token.is_empty()) {
        let after = CODE.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let after = after.ok_or_else(|| error::invalid("nextToken"))?;
        rows.retain(|(key, _)| *key > after);
    }
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let mut answer = Map::new();
    if let (true, Some((last, _))) = (more, rows.last()) {
        answer.insert("NextToken".to_owned(), json!(CODE.encode(last)));
    }
    answer.insert(output.to_owned(), rows.into_iter().map(|(_, row)| row).collect());
    Ok(Value::Object(answer))
}

//! Reading an action's input, of whatever protocol: numbers may be texts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::error;
use crate::local::wire::{ApiError, times};

/// A metric's dimensions by name.
pub(super) type Dimensions = BTreeMap<String, String>;

/// Returns a string member, or nothing.
pub(super) fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Returns a string member that the model requires.
pub(super) fn required<'a>(input: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    text(input, name).ok_or_else(|| error::missing(&member(name)))
}

/// Returns a list member's items.
pub(super) fn items<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    input.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns a list of texts.
pub(super) fn texts<'a>(input: &'a Value, name: &str) -> Vec<&'a str> {
    items(input, name).iter().filter_map(Value::as_str).collect()
}

/// Returns a whole number, or nothing.
pub(super) fn number(input: &Value, name: &str) -> Option<i64> {
    let value = input.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Returns a time that the model requires.
pub(super) fn time(input: &Value, name: &str) -> Result<Timestamp, ApiError> {
    input.get(name).and_then(times::time).ok_or_else(|| error::missing(&member(name)))
}

/// Returns a period in seconds: one minute, or several.
pub(super) fn period(input: &Value) -> Result<i64, ApiError> {
    let period = number(input, "Period").ok_or_else(|| error::missing("period"))?;
    if period < 60 || period % 60 != 0 || period > 86_400 * 365 {
        return Err(error::invalid(format!("The parameter Period must be a multiple of 60, not {period}")));
    }
    Ok(period)
}

/// Returns the dimensions of a metric.
pub(super) fn dimensions(input: &Value) -> Dimensions {
    let dimensions = items(input, "Dimensions").iter();
    dimensions
        .filter_map(|one| {
            Some((text(one, "Name")?.to_owned(), text(one, "Value").unwrap_or_default().to_owned()))
        })
        .collect()
}

/// Spells a member's name as messages do.
fn member(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

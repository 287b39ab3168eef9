//! Reading an action's input, and the pages of an answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::error;
use crate::local::wire::{ACCOUNT, Answer, ApiError};

/// The days that a retention policy may have.
const RETENTIONS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// Returns a string member, or nothing.
pub(super) fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

/// Returns a string member that the model requires.
pub(super) fn required<'a>(input: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    text(input, name).ok_or_else(|| error::missing(name))
}

/// Returns a time member: milliseconds since 1970.
pub(super) fn time(input: &Value, name: &str) -> Option<i64> {
    input.get(name).and_then(Value::as_i64)
}

/// Returns a list of texts, or nothing.
pub(super) fn texts(input: &Value, name: &str) -> Option<Vec<String>> {
    let items = input.get(name)?.as_array()?;
    Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
}

/// Returns a map of texts.
pub(super) fn map(input: &Value, name: &str) -> BTreeMap<String, String> {
    let entries = input.get(name).and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// Returns `limit`, or its default.
pub(super) fn limit(input: &Value, most: i64) -> Result<usize, ApiError> {
    let limit = input.get("limit").and_then(Value::as_i64).unwrap_or(most);
    let rule = match limit {
        ..1 => "Member must have value greater than or equal to 1".to_owned(),
        limit if limit > most => format!("Member must have value less than or equal to {most}"),
        _ => return Ok(usize::try_from(limit).unwrap_or(usize::MAX)),
    };
    Err(error::violation(&format!("'{limit}'"), "limit", &rule))
}

/// Returns the days of a retention policy.
pub(super) fn retention(input: &Value) -> Result<i64, ApiError> {
    let days = input.get("retentionInDays").and_then(Value::as_i64);
    let days = days.ok_or_else(|| error::missing("retentionInDays"))?;
    if RETENTIONS.contains(&days) {
        return Ok(days);
    }
    let allowed: Vec<String> = RETENTIONS.iter().map(ToString::to_string).collect();
    let rule = format!("Member must satisfy enum value set: [{}]", allowed.join(", "));
    Err(error::violation(&format!("'{days}'"), "retentionInDays", &rule))
}

/// Returns the name of a new log group.
pub(super) fn group_name(input: &Value) -> Result<&str, ApiError> {
    let name = required(input, "logGroupName")?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte);
    if name.bytes().all(allowed) {
        return length(name, "logGroupName");
    }
    let rule = "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+";
    Err(error::violation(&format!("'{name}'"), "logGroupName", rule))
}

/// Returns the name of a new log stream.
pub(super) fn stream_name(input: &Value) -> Result<&str, ApiError> {
    let name = required(input, "logStreamName")?;
    if !name.contains([':', '*']) {
        return length(name, "logStreamName");
    }
    let rule = "Member must satisfy regular expression pattern: [^:*]*";
    Err(error::violation(&format!("'{name}'"), "logStreamName", rule))
}

/// Returns the name of the log group that an input names by `logGroupName` or `logGroupIdentifier`.
pub(super) fn group_of<'a>(region: &str, input: &'a Value) -> Result<&'a str, ApiError> {
    match (text(input, "logGroupName"), text(input, "logGroupIdentifier")) {
        (Some(_), Some(_)) => {
            Err(error::invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters."))
        }
        (None, Some(identifier)) if identifier.starts_with("arn:") => {
            group_in_arn(region, identifier).ok_or_else(error::no_group)
        }
        (Some(name), None) | (None, Some(name)) => Ok(name),
        (None, None) => Err(error::missing("logGroupName")),
    }
}

/// Makes the ARN of a log group.
pub(super) fn group_arn(region: &str, name: &str) -> String {
    format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:{name}")
}

/// Returns the name of the log group with an ARN in this region and account; the ARN may end with `:*`.
pub(super) fn group_in_arn<'a>(region: &str, arn: &'a str) -> Option<&'a str> {
    let name = arn.strip_prefix(&group_arn(region, ""))?;
    let name = name.strip_suffix(":*").unwrap_or(name);
    (!name.is_empty() && !name.contains(':')).then_some(name)
}

/// Cuts a page out of rows; the token says how many rows were before it.
pub(super) fn page(input: &Value, output: &str, rows: Vec<Value>) -> Answer {
    let before = match text(input, "nextToken") {
        None => 0,
        Some(token) => {
            token.parse::<usize>().map_err(|_| error::invalid("The specified nextToken is invalid."))?
        }
    };
    let limit = limit(input, 50)?;
    let all = rows.len();
    let rows: Vec<Value> = rows.into_iter().skip(before).take(limit).collect();
    let after = before.saturating_add(rows.len());
    let mut answer = Map::from_iter([(output.to_owned(), Value::Array(rows))]);
    if after < all {
        answer.insert("nextToken".to_owned(), json!(after.to_string()));
    }
    Ok(Value::Object(answer))
}

fn length<'a>(name: &'a str, member: &str) -> Result<&'a str, ApiError> {
    let rule = match name.chars().count() {
        0 => "Member must have length greater than or equal to 1",
        1..=512 => return Ok(name),
        _ => "Member must have length less than or equal to 512",
    };
    Err(error::violation(&format!("'{name}'"), member, rule))
}

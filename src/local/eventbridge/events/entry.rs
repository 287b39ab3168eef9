//! One entry of PutEvents.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use uuid::Uuid;

use crate::local::wire::{ACCOUNT, ApiError};
use crate::model::json::Json;

use super::Incoming;
use crate::local::eventbridge::input::{items, text, time};
use crate::local::eventbridge::names::bus_name;

/// The longest detail type.
const DETAIL_TYPE: usize = 128;

/// Returns what an entry weighs: 14 bytes for a time, and the bytes of its texts.
///
/// Source: user guide, "Calculating Amazon `EventBridge` PutEvents event entry size".
pub(super) fn size(entry: &Value) -> usize {
    let text = |name| text(entry, name).map_or(0, str::len);
    let time = if entry.get("Time").is_some_and(|time| !time.is_null()) { 14 } else { 0 };
    let resources: usize = items(entry, "Resources").iter().filter_map(Value::as_str).map(str::len).sum();
    time + text("Source") + text("DetailType") + text("Detail") + resources
}

/// Makes an event of an entry, or says why not.
///
/// An ARN of a bus of another region or account means a bus that does not exist: the event is dropped.
pub(super) fn take(region: &str, entry: &Value, now: Timestamp) -> Result<Incoming, ApiError> {
    let needed = |name: &str| {
        text(entry, name).filter(|text| !text.is_empty()).ok_or_else(|| {
            argument(format!("Parameter {name} is not valid. Reason: {name} is a required argument."))
        })
    };
    let (source, detail_type, detail) = (needed("Source")?, needed("DetailType")?, needed("Detail")?);
    if source.starts_with("aws.") {
        return Err(error("NotAuthorizedForSourceException", "Not authorized for the source."));
    }
    if detail_type.chars().count() > DETAIL_TYPE {
        return Err(argument(format!(
            "Parameter DetailType is not valid. Reason: DetailType must be at most {DETAIL_TYPE} characters."
        )));
    }
    let malformed = || error("MalformedDetail", "Detail is malformed.");
    let detail = Json::parse(detail).map_err(|_| malformed())?;
    if !matches!(detail, Json::Object(_)) {
        return Err(malformed());
    }
    let time = match entry.get("Time") {
        None | Some(Value::Null) => now,
        Some(_) => time(entry, "Time")
            .ok_or_else(|| argument("Parameter Time is not valid. Reason: Invalid time.".to_owned()))?,
    };
    let resources = items(entry, "Resources").iter().filter_map(Value::as_str);
    let id = Uuid::new_v4().to_string();
    let string = |text: &str| Json::String(text.to_owned());
    let event = Json::Object(vec![
        ("version".to_owned(), string("0")),
        ("id".to_owned(), string(&id)),
        ("detail-type".to_owned(), string(detail_type)),
        ("source".to_owned(), string(source)),
        ("account".to_owned(), string(ACCOUNT)),
        ("time".to_owned(), string(&iso(time))),
        ("region".to_owned(), string(region)),
        ("resources".to_owned(), Json::Array(resources.map(string).collect())),
        ("detail".to_owned(), detail),
    ]);
    let named = text(entry, "EventBusName");
    let bus = bus_name(region, named).unwrap_or(named.unwrap_or_default()).to_owned();
    let text = event.to_string();
    Ok(Incoming { region: region.to_owned(), bus, id, text, event, time, hops: 0, only: Vec::new() })
}

/// Reads an event back.
///
/// A detail at the deepest nesting is deeper yet inside its event: then the parts are read alone. No string
/// can hold `,"detail":`, because its quotes would be escaped.
pub(in crate::local::eventbridge) fn read(text: &str) -> Option<Json> {
    const DETAIL: &str = ",\"detail\":";
    if let Ok(event) = Json::parse(text) {
        return Some(event);
    }
    let (head, detail) = text.split_once(DETAIL)?;
    let Ok(Json::Object(mut members)) = Json::parse(&format!("{head}}}")) else { return None };
    members.push(("detail".to_owned(), Json::parse(detail.strip_suffix('}')?).ok()?));
    Some(Json::Object(members))
}

/// Shows a time as events do: `2026-01-02T03:04:05Z`.
pub(in crate::local::eventbridge) fn iso(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn argument(message: String) -> ApiError {
    ApiError { status: 400, code: "InvalidArgument".to_owned(), message }
}

fn error(code: &str, message: &str) -> ApiError {
    ApiError::client(code, message)
}

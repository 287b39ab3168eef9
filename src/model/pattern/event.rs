//! The event that `TestEventPattern` takes.

use crate::model::json::Json;

/// The members that an event must have. The API's page also names `resources`; AWS does not ask for it
/// (patterns-aws.tsv, `edge_envelope_*`).
const REQUIRED: [&str; 6] = ["id", "account", "source", "time", "region", "detail-type"];

/// Why AWS refuses an event to test a pattern with: `ValidationException`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEvent {
    /// The text is not a JSON object, or lacks a member that every event has.
    #[error("Parameter Event is not valid.")]
    Shape,
    /// The time is not an ISO 8601 instant.
    #[error("Parameter Event is not valid. Reason: Invalid time.")]
    Time,
}

impl InvalidEvent {
    /// Returns the error code of AWS's answer.
    pub fn code(&self) -> &'static str {
        "ValidationException"
    }
}

/// Reads an event as `TestEventPattern` does: every member but the time may have any type.
pub fn parse_event(text: &str) -> Result<Json, InvalidEvent> {
    let event = Json::parse(text).map_err(|_| InvalidEvent::Shape)?;
    if REQUIRED.iter().any(|name| event.get(name).is_none()) {
        return Err(InvalidEvent::Shape);
    }
    let time = event.get("time").and_then(Json::as_str).unwrap_or_default();
    time.parse::<jiff::Timestamp>().map_err(|_| InvalidEvent::Time)?;
    Ok(event)
}

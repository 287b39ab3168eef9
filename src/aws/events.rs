//! Putting events on a bus: EventBridge.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use super::Clients;
use super::error::{code, remote};
use crate::error::{Error, Kind, Result};

/// Returns whether an event bus exists.
///
/// PutEvents answers success for a bus that does not exist and drops the event, so ask first.
pub async fn bus_exists(clients: &Clients, bus: &str) -> Result<bool> {
    Ok(bus_policy(clients, bus).await?.is_some())
}

/// Returns the policy of an event bus, empty where it has none; nothing where there is no such bus.
pub async fn bus_policy(clients: &Clients, bus: &str) -> Result<Option<String>> {
    match clients.events().describe_event_bus().name(bus).send().await {
        Ok(answer) => Ok(Some(answer.policy().unwrap_or_default().to_owned())),
        Err(error) => match code(&error) {
            Some("ResourceNotFoundException") => Ok(None),
            _ => Err(remote(&format!("looking for the event bus {bus}"), &error)),
        },
    }
}

/// One event as PutEvents takes it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The bus's name.
    pub bus: String,
    /// Who sends it.
    pub source: String,
    /// Its detail-type.
    pub detail_type: String,
    /// Its detail, a JSON object as text.
    pub detail: String,
}

/// Puts one event on its bus and returns its id.
pub async fn put(clients: &Clients, entry: &Entry) -> Result<String> {
    let request = PutEventsRequestEntry::builder()
        .event_bus_name(&entry.bus)
        .source(&entry.source)
        .detail_type(&entry.detail_type)
        .detail(&entry.detail)
        .build();
    let answer = clients.events().put_events().entries(request).send().await;
    let answer = answer.map_err(|error| remote("putting the event", &error))?;
    let result = answer.entries().first();
    if let Some(id) = result.and_then(|result| result.event_id()) {
        return Ok(id.to_owned());
    }
    let code = result.and_then(|result| result.error_code()).unwrap_or("an unnamed error");
    let message = result.and_then(|result| result.error_message()).unwrap_or("EventBridge gives no message");
    Err(Error::new(Kind::Remote, "EventBridge did not accept the event").cause(format!("{code}: {message}")))
}

/// Asks whether an event matches a pattern: both JSON as text, the event a whole one.
pub async fn test_pattern(clients: &Clients, pattern: &str, event: &str) -> Result<bool> {
    let answer = clients.events().test_event_pattern().event_pattern(pattern).event(event).send().await;
    let answer = answer.map_err(|error| remote("testing a rule's pattern", &error))?;
    Ok(answer.result())
}

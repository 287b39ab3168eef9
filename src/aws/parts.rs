//! The parts of a deployed stack as EventBridge and SQS see them now.

use aws_sdk_eventbridge::types::{ApiDestinationState, ConnectionState, RuleState};

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;

/// A part's state, with its reason where AWS gives one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The state in AWS's spelling, such as `ENABLED`, `ACTIVE` or `AUTHORIZED`.
    pub state: String,
    /// Why it is in that state.
    pub reason: Option<String>,
}

/// Returns a rule's state; nothing when it is not there. The name is CloudFormation's: `rule` or `bus|rule`.
pub async fn rule(clients: &Clients, physical_id: &str) -> Result<Option<State>> {
    let (bus, name) = match physical_id.rsplit_once('|') {
        Some((bus, name)) => (Some(bus.to_owned()), name),
        None => (None, physical_id),
    };
    match clients.events().describe_rule().name(name).set_event_bus_name(bus).send().await {
        Ok(answer) => Ok(Some(state(answer.state().map(RuleState::as_str), None))),
        Err(error) if is_missing(code(&error)) => Ok(None),
        Err(error) => Err(remote(&format!("looking at the rule {name}"), &error)),
    }
}

/// Returns an API destination's state; nothing when it is not there.
pub async fn destination(clients: &Clients, name: &str) -> Result<Option<State>> {
    match clients.events().describe_api_destination().name(name).send().await {
        Ok(answer) => Ok(Some(state(answer.api_destination_state().map(ApiDestinationState::as_str), None))),
        Err(error) if is_missing(code(&error)) => Ok(None),
        Err(error) => Err(remote(&format!("looking at the API destination {name}"), &error)),
    }
}

/// Returns a connection's state and its reason; nothing when it is not there.
pub async fn connection(clients: &Clients, name: &str) -> Result<Option<State>> {
    match clients.events().describe_connection().name(name).send().await {
        Ok(answer) => {
            Ok(Some(state(answer.connection_state().map(ConnectionState::as_str), answer.state_reason())))
        }
        Err(error) if is_missing(code(&error)) => Ok(None),
        Err(error) => Err(remote(&format!("looking at the connection {name}"), &error)),
    }
}

fn state(state: Option<&str>, reason: Option<&str>) -> State {
    State { state: state.unwrap_or("UNKNOWN").to_owned(), reason: reason.map(str::to_owned) }
}

fn is_missing(code: Option<&str>) -> bool {
    code == Some("ResourceNotFoundException")
}

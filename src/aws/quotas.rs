//! How many there are of what EventBridge limits.

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;
use crate::model::doctor::quota::Counts;

/// Counts the rules of a bus, and the region's API destinations and connections.
pub async fn counts(clients: &Clients, bus: &str) -> Result<Counts> {
    // The SDK's calls are large, and who counts would carry their size.
    let (rules, destinations, connections) = tokio::try_join!(
        Box::pin(rules(clients, bus)),
        Box::pin(destinations(clients)),
        Box::pin(connections(clients))
    )?;
    Ok(Counts { rules, destinations, connections })
}

async fn rules(clients: &Clients, bus: &str) -> Result<usize> {
    let (mut count, mut next) = (0, None);
    loop {
        let call = clients.events().list_rules().event_bus_name(bus).limit(100).set_next_token(next);
        let answer = match call.send().await {
            Ok(answer) => answer,
            // A bus that the stack is to make has none.
            Err(error) if code(&error) == Some("ResourceNotFoundException") => return Ok(0),
            Err(error) => return Err(remote("counting the rules", &error)),
        };
        count += answer.rules().len();
        next = answer.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(count);
        }
    }
}

async fn destinations(clients: &Clients) -> Result<usize> {
    let (mut count, mut next) = (0, None);
    loop {
        let call = clients.events().list_api_destinations().limit(100).set_next_token(next);
        let answer = call.send().await.map_err(|error| remote("counting the API destinations", &error))?;
        count += answer.api_destinations().len();
        next = answer.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(count);
        }
    }
}

async fn connections(clients: &Clients) -> Result<usize> {
    let (mut count, mut next) = (0, None);
    loop {
        let call = clients.events().list_connections().limit(100).set_next_token(next);
        let answer = call.send().await.map_err(|error| remote("counting the connections", &error))?;
        count += answer.connections().len();
        next = answer.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(count);
        }
    }
}

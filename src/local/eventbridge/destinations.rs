//! API destinations: where and how an event goes out over HTTPS.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::local::wire::{Answer, ApiError};

use super::documents::{ApiDestination, Connection};
use super::input::{answer, filled, page, required, text};
use super::{EventBridge, failure, names};

/// The quota of invocations per second, and the default.
const RATE: u32 = 300;

impl EventBridge {
    pub(super) fn create_destination(&self, region: &str, input: &Value) -> Answer {
        let (name, endpoint) = (required(input, "Name"), required(input, "InvocationEndpoint"));
        check_endpoint(endpoint, "create")?;
        let rate = rate(input, name, "create")?.unwrap_or(RATE);
        if self.store.get::<ApiDestination>(region, name)?.is_some() {
            return Err(failure::exists(format!(
                "Failed to create the api-destination(s). An api-destination with name '{name}' already exists."
            )));
        }
        let connection = required(input, "ConnectionArn");
        self.check_connection(region, connection, "create")?;
        let now = self.clock.now();
        let destination = ApiDestination {
            name: name.to_owned(),
            arn: names::arn(region, &format!("api-destination/{name}/{}", Uuid::new_v4())),
            description: filled(input, "Description"),
            connection: Some(connection.to_owned()),
            endpoint: endpoint.to_owned(),
            method: required(input, "HttpMethod").to_owned(),
            rate,
            created: now,
            modified: now,
        };
        self.keep_destination(region, &destination)
    }

    pub(super) fn describe_destination(&self, region: &str, input: &Value) -> Answer {
        let destination = self.destination(region, required(input, "Name"), "describe")?;
        let mut shown = self.destination_summary(region, &destination)?;
        shown["Description"] = json!(destination.description);
        Ok(answer(shown))
    }

    pub(super) fn update_destination(&self, region: &str, input: &Value) -> Answer {
        let name = required(input, "Name");
        if let Some(endpoint) = text(input, "InvocationEndpoint") {
            check_endpoint(endpoint, "update")?;
        }
        let rate = rate(input, name, "update")?;
        let mut destination = self.destination(region, name, "update")?;
        if let Some(connection) = text(input, "ConnectionArn") {
            self.check_connection(region, connection, "update")?;
            destination.connection = Some(connection.to_owned());
        }
        if text(input, "Description").is_some() {
            destination.description = filled(input, "Description");
        }
        if let Some(endpoint) = text(input, "InvocationEndpoint") {
            endpoint.clone_into(&mut destination.endpoint);
        }
        if let Some(method) = text(input, "HttpMethod") {
            method.clone_into(&mut destination.method);
        }
        destination.rate = rate.unwrap_or(destination.rate);
        destination.modified = self.clock.now();
        self.keep_destination(region, &destination)
    }

    pub(super) fn delete_destination(&self, region: &str, input: &Value) -> Answer {
        let destination = self.destination(region, required(input, "Name"), "delete")?;
        self.store.remove::<ApiDestination>(region, &destination.name)?;
        self.rules.changed();
        Ok(json!({}))
    }

    pub(super) fn list_destinations(&self, region: &str, input: &Value) -> Answer {
        let (prefix, connection) = (text(input, "NamePrefix"), text(input, "ConnectionArn"));
        if prefix.is_some() && connection.is_some() {
            return Err(failure::invalid(
                "Failed to list the api-destination(s). Request failed because only one filter is supported per \
                 request, either ConnectionArn or NamePrefix.",
            ));
        }
        let rows: Result<Vec<_>, ApiError> = self
            .store
            .list::<ApiDestination>(region)?
            .into_iter()
            .filter(|(name, destination)| {
                prefix.is_none_or(|prefix| name.starts_with(prefix))
                    && (connection.is_none() || destination.connection.as_deref() == connection)
            })
            .map(|(name, destination)| Ok((name, answer(self.destination_summary(region, &destination)?))))
            .collect();
        page(input, "ApiDestinations", rows?)
    }

    /// Returns the connection of a destination if it is the one with this ARN.
    pub(super) fn connection_of(&self, region: &str, arn: &str) -> Result<Option<Connection>, ApiError> {
        let name = names::resource(region, arn).and_then(|path| path.split('/').nth(1));
        let Some(name) = name else { return Ok(None) };
        Ok(self.store.get::<Connection>(region, name)?.filter(|connection| connection.arn == arn))
    }

    fn destination(&self, region: &str, name: &str, doing: &str) -> Result<ApiDestination, ApiError> {
        self.store.get(region, name)?.ok_or_else(|| {
            failure::missing(format!(
                "Failed to {doing} the api-destination(s). An api-destination '{name}' does not exist."
            ))
        })
    }

    fn check_connection(&self, region: &str, arn: &str, doing: &str) -> Result<(), ApiError> {
        match self.connection_of(region, arn)? {
            Some(_) => Ok(()),
            None => Err(failure::missing(format!(
                "Failed to {doing} the api-destination(s). Connection '{arn}' does not exist."
            ))),
        }
    }

    fn destination_state(
        &self,
        region: &str,
        destination: &ApiDestination,
    ) -> Result<&'static str, ApiError> {
        let Some(arn) = &destination.connection else { return Ok("INACTIVE") };
        let authorized = self.connection_of(region, arn)?.is_some_and(|found| found.state == "AUTHORIZED");
        Ok(if authorized { "ACTIVE" } else { "INACTIVE" })
    }

    fn destination_summary(&self, region: &str, destination: &ApiDestination) -> Answer {
        Ok(json!({
            "ApiDestinationArn": destination.arn,
            "Name": destination.name,
            "ApiDestinationState": self.destination_state(region, destination)?,
            "ConnectionArn": destination.connection,
            "InvocationEndpoint": destination.endpoint,
            "HttpMethod": destination.method,
            "InvocationRateLimitPerSecond": destination.rate,
            "CreationTime": destination.created.as_second(),
            "LastModifiedTime": destination.modified.as_second(),
        }))
    }

    fn keep_destination(&self, region: &str, destination: &ApiDestination) -> Answer {
        self.store.put(region, &destination.name, destination)?;
        self.rules.changed();
        Ok(json!({
            "ApiDestinationArn": destination.arn,
            "ApiDestinationState": self.destination_state(region, destination)?,
            "CreationTime": destination.created.as_second(),
            "LastModifiedTime": destination.modified.as_second(),
        }))
    }
}

/// Only HTTPS to a host without wildcard, user or fragment.
fn check_endpoint(endpoint: &str, doing: &str) -> Result<(), ApiError> {
    let host =
        endpoint.strip_prefix("https://").map(|rest| rest.split(['/', '?']).next().unwrap_or_default());
    if host.is_some_and(|host| !host.is_empty() && !host.contains(['*', '@', '#']) && !host.starts_with(':'))
    {
        return Ok(());
    }
    Err(failure::invalid(format!(
        "Failed to {doing} the api-destination(s). Parameter InvocationEndpoint is not valid. Reason: Endpoint \
         '{endpoint}' is invalid, please provide a valid HTTPS endpoint URL."
    )))
}

fn rate(input: &Value, name: &str, doing: &str) -> Result<Option<u32>, ApiError> {
    let Some(rate) = input.get("InvocationRateLimitPerSecond").and_then(Value::as_u64) else {
        return Ok(None);
    };
    u32::try_from(rate).ok().filter(|rate| *rate <= RATE).map(Some).ok_or_else(|| {
        ApiError::client(
            "LimitExceededException",
            format!(
                "Failed to {doing} the api-destination(s). Invalid Invocation Rate Limit: Rate specified '{rate}' \
                 for '{name}' exceeds maximum allowed of '300'."
            ),
        )
    })
}

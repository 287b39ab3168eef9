//! Connections and API destinations in EventBridge.

use aws_sdk_eventbridge::types::ConnectionHttpParameters;
use jiff::Timestamp;

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;
use crate::model::doctor::parts::{Addition, Connection, Destination, Other};

/// Finds a connection by name; nothing when there is none.
pub async fn connection(clients: &Clients, name: &str) -> Result<Option<Connection>> {
    let answer = match clients.events().describe_connection().name(name).send().await {
        Ok(answer) => answer,
        Err(error) if code(&error) == Some("ResourceNotFoundException") => return Ok(None),
        Err(error) => return Err(remote(&format!("looking at the connection {name}"), &error)),
    };
    Ok(Some(Connection {
        arn: answer.connection_arn().unwrap_or_default().to_owned(),
        state: answer.connection_state().map_or("", |state| state.as_str()).to_owned(),
        reason: answer.state_reason().map(str::to_owned),
        authorization: answer.authorization_type().map_or("", |kind| kind.as_str()).to_owned(),
        key_name: answer
            .auth_parameters()
            .and_then(|all| all.api_key_auth_parameters()?.api_key_name())
            .map(str::to_owned),
        additions: answer
            .auth_parameters()
            .and_then(|all| all.invocation_http_parameters())
            .map_or_else(Vec::new, additions),
        key: answer.kms_key_identifier().filter(|key| !key.is_empty()).map(str::to_owned),
        modified: answer
            .last_modified_time()
            .and_then(|time| Timestamp::from_millisecond(time.to_millis().ok()?).ok()),
    }))
}

fn additions(parameters: &ConnectionHttpParameters) -> Vec<Addition> {
    let named = |kind, key: Option<&str>| Addition { kind, name: key.unwrap_or_default().to_owned() };
    let headers = parameters.header_parameters().iter().map(|one| named("header", one.key()));
    let query = parameters.query_string_parameters().iter().map(|one| named("query parameter", one.key()));
    let body = parameters.body_parameters().iter().map(|one| named("body parameter", one.key()));
    headers.chain(query).chain(body).collect()
}

/// Finds an API destination by name; nothing when there is none.
pub async fn destination(clients: &Clients, name: &str) -> Result<Option<Destination>> {
    let answer = match clients.events().describe_api_destination().name(name).send().await {
        Ok(answer) => answer,
        Err(error) if code(&error) == Some("ResourceNotFoundException") => return Ok(None),
        Err(error) => return Err(remote(&format!("looking at the API destination {name}"), &error)),
    };
    Ok(Some(Destination {
        arn: answer.api_destination_arn().unwrap_or_default().to_owned(),
        state: answer.api_destination_state().map_or("", |state| state.as_str()).to_owned(),
        connection_arn: answer.connection_arn().map(str::to_owned),
        endpoint: answer.invocation_endpoint().unwrap_or_default().to_owned(),
        method: answer.http_method().map_or("", |method| method.as_str()).to_owned(),
        rate: answer.invocation_rate_limit_per_second(),
    }))
}

/// Returns the API destinations of the region that use a connection.
pub async fn users(clients: &Clients, connection_arn: &str) -> Result<Vec<Other>> {
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let call = clients.events().list_api_destinations().connection_arn(connection_arn).limit(100);
        let answer = call.set_next_token(next).send().await;
        let answer =
            answer.map_err(|error| remote("looking for the API destinations of the connection", &error))?;
        all.extend(answer.api_destinations().iter().map(|one| Other {
            name: one.name().unwrap_or_default().to_owned(),
            endpoint: one.invocation_endpoint().unwrap_or_default().to_owned(),
        }));
        next = answer.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(all);
        }
    }
}

/// Returns the name in the ARN of a connection or an API destination.
pub fn name_in(arn: &str) -> Option<&str> {
    arn.split(':').nth(5)?.split('/').nth(1)
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn an_arn_holds_the_name() {
        assert_eq!(name_in("arn:aws:events:us-east-1:000000000000:connection/a-b/uuid"), Some("a-b"));
        assert_eq!(name_in("arn:aws:events:us-east-1:000000000000:connection"), None);
        assert_eq!(name_in("x"), None);
    }
}

//! Connections and API destinations in EventBridge.

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;

/// A connection as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its ARN.
    pub arn: String,
    /// Its state, such as `AUTHORIZED`.
    pub state: String,
    /// Why it has the state, when EventBridge says so.
    pub reason: Option<String>,
    /// The customer's key that encrypts it, if there is one.
    pub kms_key: Option<String>,
}

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
        kms_key: answer.kms_key_identifier().map(str::to_owned),
    }))
}

/// Returns the name in the ARN of a connection, an API destination or a rule on the default bus.
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

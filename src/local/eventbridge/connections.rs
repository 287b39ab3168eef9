//! Connections: how API destinations authorise themselves.
//!
//! The key lives in [`ConnectionSecret`] only: no answer, message or other document holds it.

mod parameters;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::local::wire::{ACCOUNT, Answer, ApiError};

use super::documents::{ApiDestination, Connection, ConnectionSecret};
use super::input::{answer, filled, page, required, text};
use super::{EventBridge, failure, names};

use parameters::{merge, public};

const DEAUTHORIZED: &str =
    "The authorization parameters were removed from this connection by a DeauthorizeConnection operation.";

impl EventBridge {
    pub(super) fn create_connection(&self, region: &str, input: &Value) -> Answer {
        let name = required(input, "Name");
        let authorization = required(input, "AuthorizationType");
        let secret = merge(authorization, None, &input["AuthParameters"])?;
        if self.store.get::<Connection>(region, name)?.is_some() {
            return Err(failure::exists(format!("Connection '{name}' already exists.")));
        }
        let now = self.clock.now();
        let connection = Connection {
            name: name.to_owned(),
            arn: names::arn(region, &format!("connection/{name}/{}", Uuid::new_v4())),
            secret_arn: Some(secret_arn(region, name)),
            description: filled(input, "Description"),
            kms_key: filled(input, "KmsKeyIdentifier"),
            authorization: authorization.to_owned(),
            state: "AUTHORIZED".to_owned(),
            reason: None,
            public: public(&secret),
            created: now,
            modified: now,
            authorized: Some(now),
        };
        self.keep_connection(region, &connection, Some(&secret))?;
        let mut shown = change(&connection, "AUTHORIZED");
        shown["LastAuthorizedTime"] = Value::Null;
        Ok(answer(shown))
    }

    pub(super) fn describe_connection(&self, region: &str, input: &Value) -> Answer {
        let connection = self.connection(region, required(input, "Name"))?;
        let mut shown = summary(&connection);
        shown["Description"] = json!(connection.description);
        shown["SecretArn"] = json!(connection.secret_arn);
        shown["KmsKeyIdentifier"] = json!(connection.kms_key);
        shown["AuthParameters"] = connection.public;
        Ok(answer(shown))
    }

    pub(super) fn update_connection(&self, region: &str, input: &Value) -> Answer {
        let authorization = text(input, "AuthorizationType");
        let parameters = input.get("AuthParameters").filter(|parameters| {
            ["ApiKeyAuthParameters", "BasicAuthParameters", "OAuthParameters"]
                .iter()
                .any(|name| parameters.get(name).is_some_and(Value::is_object))
        });
        let auth = authorization.zip(parameters);
        let (description, kms_key) = (text(input, "Description"), text(input, "KmsKeyIdentifier"));
        if auth.is_none() && description.is_none() && kms_key.is_none() {
            return Err(failure::invalid(
                "Failed to update the connection(s). At least one of the following is required: Description, \
                 KmsKeyIdentifier, AuthorizationType with BasicAuthParameters, ApiKeyAuthParameters, or \
                 OAuthParameters.",
            ));
        }
        let mut connection = self.connection(region, required(input, "Name"))?;
        let now = self.clock.now();
        if let Some(description) = description {
            connection.description = Some(description.to_owned()).filter(|text| !text.is_empty());
        }
        if let Some(key) = kms_key {
            connection.kms_key = Some(key.to_owned()).filter(|text| !text.is_empty());
        }
        let mut secret = None;
        if let Some((authorization, parameters)) = auth {
            let before = match self.store.get::<ConnectionSecret>(region, &connection.name)? {
                Some(before) if connection.authorization == authorization => Some(before.0),
                _ => None,
            };
            let merged = merge(authorization, before, parameters)?;
            authorization.clone_into(&mut connection.authorization);
            connection.public = public(&merged);
            "AUTHORIZED".clone_into(&mut connection.state);
            connection.reason = None;
            connection.authorized = Some(now);
            // Authorising again after a deauthorisation makes a new secret.
            let name = &connection.name;
            connection.secret_arn.get_or_insert_with(|| secret_arn(region, name));
            secret = Some(merged);
        }
        connection.modified = now;
        self.keep_connection(region, &connection, secret.as_ref())?;
        Ok(answer(change(&connection, &connection.state)))
    }

    /// Takes the secret away; what is being deauthorised is deauthorised at once here.
    pub(super) fn deauthorize_connection(&self, region: &str, input: &Value) -> Answer {
        let mut connection = self.connection(region, required(input, "Name"))?;
        let shown = change(&connection, "DEAUTHORIZING");
        "DEAUTHORIZED".clone_into(&mut connection.state);
        connection.reason = Some(DEAUTHORIZED.to_owned());
        connection.secret_arn = None;
        connection.public = Value::Null;
        connection.modified = self.clock.now();
        self.store.remove::<ConnectionSecret>(region, &connection.name)?;
        self.keep_connection(region, &connection, None)?;
        Ok(answer(shown))
    }

    /// Deletes a connection and clears it from the destinations that use it.
    pub(super) fn delete_connection(&self, region: &str, input: &Value) -> Answer {
        let connection = self.connection(region, required(input, "Name"))?;
        for (name, mut destination) in self.store.list::<ApiDestination>(region)? {
            if destination.connection.as_ref() == Some(&connection.arn) {
                destination.connection = None;
                self.store.put(region, &name, &destination)?;
            }
        }
        self.store.remove::<ConnectionSecret>(region, &connection.name)?;
        self.store.remove::<Connection>(region, &connection.name)?;
        self.rules.changed();
        Ok(answer(change(&connection, "DELETING")))
    }

    pub(super) fn list_connections(&self, region: &str, input: &Value) -> Answer {
        let prefix = text(input, "NamePrefix").unwrap_or_default();
        let state = text(input, "ConnectionState");
        let rows = self
            .store
            .list::<Connection>(region)?
            .into_iter()
            .filter(|(name, connection)| {
                name.starts_with(prefix) && state.is_none_or(|state| connection.state == state)
            })
            .map(|(name, connection)| (name, answer(summary(&connection))))
            .collect();
        page(input, "Connections", rows)
    }

    fn connection(&self, region: &str, name: &str) -> Result<Connection, ApiError> {
        self.store.get(region, name)?.ok_or_else(|| {
            failure::missing(format!(
                "Failed to describe the connection(s). Connection '{name}' does not exist."
            ))
        })
    }

    fn keep_connection(
        &self,
        region: &str,
        connection: &Connection,
        secret: Option<&Value>,
    ) -> Result<(), ApiError> {
        if let Some(secret) = secret {
            self.store.put(region, &connection.name, &ConnectionSecret(secret.clone()))?;
        }
        self.store.put(region, &connection.name, connection)?;
        self.rules.changed();
        Ok(())
    }
}

fn summary(connection: &Connection) -> Value {
    json!({
        "ConnectionArn": connection.arn,
        "Name": connection.name,
        "ConnectionState": connection.state,
        "StateReason": connection.reason,
        "AuthorizationType": connection.authorization,
        "CreationTime": connection.created.as_second(),
        "LastModifiedTime": connection.modified.as_second(),
        "LastAuthorizedTime": connection.authorized.map(jiff::Timestamp::as_second),
    })
}

fn change(connection: &Connection, state: &str) -> Value {
    json!({
        "ConnectionArn": connection.arn,
        "ConnectionState": state,
        "CreationTime": connection.created.as_second(),
        "LastModifiedTime": connection.modified.as_second(),
        "LastAuthorizedTime": connection.authorized.map(jiff::Timestamp::as_second),
    })
}

fn secret_arn(region: &str, name: &str) -> String {
    let suffix: String = Uuid::new_v4().simple().to_string().chars().take(6).collect();
    let id = Uuid::new_v4();
    format!("arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:events!connection/{name}/{id}-{suffix}")
}

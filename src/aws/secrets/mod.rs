//! The token's secret in Secrets Manager.

mod versions;

use aws_sdk_secretsmanager::types::Tag;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Clients;
use super::error::{code, message, remote};
use crate::error::{Error, Result};
use crate::redaction;

pub use versions::{
    CURRENT, Move, PENDING, PREVIOUS, Versions, move_label, promote, versions, write_pending,
};

/// The current value of a secret.
#[derive(Debug)]
pub struct Stored {
    /// The token in it, when it has the form that this tool writes.
    pub token: Option<SecretString>,
    /// The id of the key at Momento, where `token rotate --mint` made it.
    pub key_id: Option<String>,
    /// The version that holds it.
    pub version: String,
}

/// What a secret's name stands for.
#[derive(Debug)]
pub enum Lookup {
    /// There is no such secret.
    Missing,
    /// It waits for its deletion.
    ScheduledForDeletion,
    /// It is there.
    Found(Stored),
}

/// Reads a secret's current version.
pub async fn find(clients: &Clients, name: &str) -> Result<Lookup> {
    let answer = clients.secrets().get_secret_value().secret_id(name).send().await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => match code(&error) {
            Some("ResourceNotFoundException") => return Ok(Lookup::Missing),
            Some("InvalidRequestException") if is_scheduled(message(&error)) => {
                return Ok(Lookup::ScheduledForDeletion);
            }
            _ => return Err(remote(&format!("reading the secret {name}"), &error)),
        },
    };
    Ok(Lookup::Found(stored(answer.secret_string(), answer.version_id().unwrap_or_default())))
}

/// Reads one version of a secret; nothing where the secret or the version is not there.
pub async fn version_of(clients: &Clients, name: &str, version: &str) -> Result<Option<Stored>> {
    let answer = clients.secrets().get_secret_value().secret_id(name).version_id(version).send().await;
    match answer {
        Ok(answer) => Ok(Some(stored(answer.secret_string(), version))),
        Err(error) => match code(&error) {
            Some("ResourceNotFoundException") => Ok(None),
            Some("InvalidRequestException") if is_scheduled(message(&error)) => Ok(None),
            _ => Err(remote(&format!("reading version {version} of the secret {name}"), &error)),
        },
    }
}

/// Reads the version that has a label, such as the one from before the last change; nothing where none has it.
pub async fn labelled(clients: &Clients, name: &str, label: &str) -> Result<Option<Stored>> {
    let answer = clients.secrets().get_secret_value().secret_id(name).version_stage(label).send().await;
    match answer {
        Ok(answer) => Ok(Some(stored(answer.secret_string(), answer.version_id().unwrap_or_default()))),
        Err(error) if code(&error) == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(remote(&format!("reading the version {label} of the secret {name}"), &error)),
    }
}

/// Writes a token as a secret's new current version, making the secret or taking it back from deletion.
///
/// Returns the version's id.
pub async fn write(
    clients: &Clients,
    name: &str,
    token: &SecretString,
    found: &Lookup,
    tags: &[(String, String)],
    key: Option<&str>,
) -> Result<String> {
    let body = body(token, None);
    // The request token becomes the version's id, and makes a repeated request the same request.
    let request_token = uuid::Uuid::new_v4().to_string();
    if let Lookup::Missing = found {
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let answer = clients
            .secrets()
            .create_secret()
            .name(name)
            .description("The Momento token of an EventBridge connection")
            .client_request_token(request_token)
            .secret_string(body)
            .set_kms_key_id(key.map(str::to_owned))
            .set_tags(Some(tags.collect()))
            .send()
            .await
            .map_err(|error| remote(&format!("making the secret {name}"), &error))?;
        return version(answer.version_id(), name);
    }
    if let Lookup::ScheduledForDeletion = found {
        let restored = clients.secrets().restore_secret().secret_id(name).send().await;
        restored.map_err(|error| remote(&format!("taking the secret {name} back from deletion"), &error))?;
    }
    let answer = clients
        .secrets()
        .put_secret_value()
        .secret_id(name)
        .client_request_token(request_token)
        .secret_string(body)
        .send()
        .await
        .map_err(|error| remote(&format!("writing the secret {name}"), &error))?;
    version(answer.version_id(), name)
}

/// Gives a secret that is there another key of KMS; nothing is done where it has the key already.
pub async fn encrypt(clients: &Clients, name: &str, key: &str) -> Result<()> {
    let found = clients.secrets().describe_secret().secret_id(name).send().await;
    let found = found.map_err(|error| remote(&format!("looking at the key of the secret {name}"), &error))?;
    if found.kms_key_id() == Some(key) {
        return Ok(());
    }
    let changed = clients.secrets().update_secret().secret_id(name).kms_key_id(key).send().await;
    changed.map(drop).map_err(|error| remote(&format!("giving the secret {name} the key {key}"), &error))
}

/// Returns the key of KMS that a secret is encrypted with; nothing where it is AWS's own.
pub async fn key(clients: &Clients, name: &str) -> Result<Option<String>> {
    let found = clients.secrets().describe_secret().secret_id(name).send().await;
    let found = found.map_err(|error| remote(&format!("looking at the key of the secret {name}"), &error))?;
    Ok(found.kms_key_id().map(str::to_owned))
}

/// How a secret is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// After seven days, in which it can be restored.
    Scheduled,
    /// At once.
    Purge,
}

/// Deletes a secret and returns whether it was there.
pub async fn delete(clients: &Clients, name: &str, deletion: Deletion) -> Result<bool> {
    let request = clients.secrets().delete_secret().secret_id(name);
    let request = match deletion {
        Deletion::Scheduled => request.recovery_window_in_days(7),
        Deletion::Purge => request.force_delete_without_recovery(true),
    };
    match request.send().await {
        Ok(_) => Ok(true),
        Err(error) => match code(&error) {
            Some("ResourceNotFoundException") => Ok(false),
            Some("InvalidRequestException") if is_scheduled(message(&error)) => Ok(true),
            _ => Err(remote(&format!("deleting the secret {name}"), &error)),
        },
    }
}

fn is_scheduled(message: Option<&str>) -> bool {
    message.is_some_and(|message| message.contains("deletion") || message.contains("marked deleted"))
}

/// Writes what a secret holds. The SDK keeps the text in memory that nobody wipes: it is made once, and handed over.
fn body(token: &SecretString, key_id: Option<&str>) -> String {
    let escaped = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let token = Zeroizing::new(escaped(token.expose_secret()));
    match key_id {
        Some(id) => format!(r#"{{"token":{},"key_id":{}}}"#, *token, escaped(id)),
        None => format!(r#"{{"token":{}}}"#, *token),
    }
}

/// What a secret holds that this tool wrote.
#[derive(Default, Deserialize)]
struct Content {
    token: Option<String>,
    key_id: Option<String>,
}

impl Content {
    /// Reads a secret's text; another form than ours is nothing of ours.
    fn of(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    fn token(&mut self) -> Option<SecretString> {
        self.token.take().map(|token| redaction::secret(&Zeroizing::new(token)))
    }
}

fn stored(text: Option<&str>, version: &str) -> Stored {
    let mut content = Content::of(text);
    Stored { token: content.token(), key_id: content.key_id, version: version.to_owned() }
}

fn version(id: Option<&str>, name: &str) -> Result<String> {
    id.map(str::to_owned).ok_or_else(|| {
        Error::new(crate::error::Kind::Remote, format!("AWS wrote the secret {name} but named no version"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let token = SecretString::from("a\"b\\c");
        assert_eq!(body(&token, None), r#"{"token":"a\"b\\c"}"#);
        let read = stored(Some(&body(&token, Some("id"))), "v");
        assert_eq!(read.token.unwrap().expose_secret(), "a\"b\\c");
        assert_eq!((read.key_id.as_deref(), read.version.as_str()), (Some("id"), "v"));
        for foreign in [None, Some("plain"), Some("{}"), Some(r#"{"token":7}"#)] {
            assert!(stored(foreign, "v").token.is_none());
        }
    }
}

//! The account's API keys at Momento: on the network, or at the local cloud's stand-in.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use secrecy::SecretString;

use crate::context::Session;
use crate::error::{Error, Kind, Result};
use crate::local;
use crate::momento::registry::{KEYS, Minted, Order, REGISTRY, Refused, done, minted, path_of};
use crate::momento::{Client, authorization};

/// The API of an account's keys, with the management key that opens it.
pub(super) struct Registry {
    place: Place,
    key: SecretString,
}

enum Place {
    Local(local::Handle),
    Network(Client),
}

impl Registry {
    /// Opens the API at a URL, or where it is: at Momento, or on the local cloud.
    pub(super) fn open(session: &Session, url: Option<&str>, key: SecretString) -> Result<Self> {
        let place = match (&session.local, url) {
            (Some(handle), None) => Place::Local(handle.clone()),
            (_, url) => {
                let client = Client::new(url.unwrap_or(REGISTRY));
                Place::Network(client.map_err(|error| Error::new(Kind::Remote, error.to_string()))?)
            }
        };
        Ok(Self { place, key })
    }

    /// Makes a key.
    pub(super) async fn mint(&self, order: &Order<'_>) -> Result<Minted> {
        let (status, body) = self.send(Method::POST, KEYS, order.body()).await?;
        minted(status, &body).map_err(|refused| {
            let error = failed("Momento made no new key; nothing was changed", &refused);
            match refused.status {
                404 => error.hint(format!(
                    "the account has no role {}: make it at https://console.gomomento.com, or name another with `--role`",
                    order.role
                )),
                _ => error,
            }
        })
    }

    /// Revokes a key for ever.
    pub(super) async fn revoke(&self, id: &str) -> Result<()> {
        let (status, body) = self.send(Method::DELETE, &path_of(id), String::new()).await?;
        done(status, &body).map_err(|refused| failed(&format!("the key {id} could not be revoked"), &refused))
    }

    async fn send(&self, method: Method, path: &str, body: String) -> Result<(u16, Bytes)> {
        let unreached =
            |reason: String| Error::new(Kind::Remote, "Momento's API keys cannot be reached").cause(reason);
        match &self.place {
            Place::Network(client) => {
                let answer = client.request(method, path, body, &self.key).await;
                answer
                    .map(|answer| (answer.status, answer.body))
                    .map_err(|error| unreached(error.to_string()))
            }
            Place::Local(handle) => {
                let header = authorization(&self.key).map_err(|reason| unreached(reason.to_owned()))?;
                let request = Request::builder()
                    .method(method)
                    .uri(path)
                    .header(AUTHORIZATION, header)
                    .header(CONTENT_TYPE, "application/json")
                    .body(Bytes::from(body))
                    .map_err(|error| unreached(error.to_string()))?;
                let answer = handle.send(request).await?;
                Ok((answer.status().as_u16(), answer.into_body()))
            }
        }
    }
}

fn failed(message: &str, refused: &Refused) -> Error {
    let error = Error::new(Kind::Remote, message).cause(format!("Momento said: {refused}"));
    match refused.status {
        401 => error.hint("the management key is wrong, expired or revoked: give another with `--management-key-file` or MOMENTO_MANAGEMENT_KEY"),
        403 => error.hint("the management key may not manage keys: make one that grants auth management at https://console.gomomento.com"),
        429 => error.hint("wait a minute and run the command again"),
        _ => error,
    }
}

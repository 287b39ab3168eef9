//! The account's API keys at Momento: on the network, or at the local cloud's stand-in.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use secrecy::SecretString;

use super::keys::CONSOLE;
use crate::context::Session;
use crate::error::{Error, Kind, Result};
use crate::local;
use crate::model::token::minted::Purpose;
use crate::momento::registry::{
    KEYS, Minted, Order, REGISTRY, Refused, done, listed, minted, page_of, path_of,
};
use crate::momento::{Client, authorization};

/// How often a call is made that can be made again, and the pause between.
const ATTEMPTS: (usize, Duration) = (3, Duration::from_millis(300));

/// The API of an account's keys, with the management key that opens it.
pub(super) struct Registry {
    place: Place,
    key: SecretString,
}

enum Place {
    Local(local::Handle),
    Network(Client),
}

/// What came of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Revocation {
    /// The key is no more.
    Done,
    /// The account has no such key.
    Unknown,
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

    /// Makes a key. Where nobody knows whether it was made, it is looked for and revoked.
    pub(super) async fn mint(&self, order: &Order<'_>) -> Result<Minted> {
        let refused = match self.send(Method::POST, KEYS, order.body()).await {
            Ok((status, body)) => match minted(status, &body) {
                Ok(minted) => return Ok(minted),
                Err(refused) => refused,
            },
            Err(error) => return Err(self.clear(order, error).await),
        };
        let error = failed("Momento made no new key; nothing was changed", &refused);
        Err(match refused.status {
            404 => error.hint(format!(
                "the account has no role {}: make it at {CONSOLE}, or name another with `--role`",
                order.role
            )),
            400..500 => error,
            _ => self.clear(order, error).await,
        })
    }

    /// Revokes what an order may have made whose answer was lost.
    async fn clear(&self, order: &Order<'_>, error: Error) -> Error {
        let unsure = |error: Error| {
            error
                .cause(format!("a key may have been made all the same, described as `{}`", order.description))
                .hint(format!(
                    "the next `evbridge-momento token rotate --mint` revokes it; or look for it at {CONSOLE}"
                ))
        };
        let Ok(found) = self.list(|description| description == order.description).await else {
            return unsure(error);
        };
        let mut error = error;
        for id in found {
            error = match self.revoke(&id).await {
                Ok(_) => error.cause(format!("the new key {id} was revoked again")),
                Err(_) => unsure(error),
            };
        }
        error
    }

    /// Returns the ids of the keys that were made for something, oldest knowledge of Momento's first.
    pub(super) async fn made_for(&self, purpose: &Purpose<'_>) -> Result<Vec<String>> {
        self.list(|description| purpose.is_of(description)).await
    }

    async fn list(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let (status, body) = self.ask(&Method::GET, &page_of(next.as_deref())).await?;
            let page = listed(status, &body)
                .map_err(|refused| failed("Momento's keys could not be listed", &refused))?;
            found.extend(page.keys.into_iter().filter(|key| is_wanted(&key.description)).map(|key| key.id));
            // A page that names itself as the next one would be read for ever.
            if page.next.is_none() || page.next == next {
                return Ok(found);
            }
            next = page.next;
        }
    }

    /// Revokes a key for ever.
    pub(super) async fn revoke(&self, id: &str) -> Result<Revocation> {
        let (status, body) = self.ask(&Method::DELETE, &path_of(id)).await?;
        match done(status, &body) {
            Ok(()) => Ok(Revocation::Done),
            Err(refused) if refused.status == 404 => Ok(Revocation::Unknown),
            Err(refused) => Err(failed("the key could not be revoked", &refused)),
        }
    }

    /// Makes a call that may be made again, as long as there is no answer that says something.
    async fn ask(&self, method: &Method, path: &str) -> Result<(u16, Bytes)> {
        let (attempts, pause) = ATTEMPTS;
        for _ in 1..attempts {
            match self.send(method.clone(), path, String::new()).await {
                Ok((status, body)) if status < 500 && status != 429 => return Ok((status, body)),
                _ => tokio::time::sleep(pause).await,
            }
        }
        self.send(method.clone(), path, String::new()).await
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
                let answer = handle.send(request).await.map_err(|error| unreached(error.message))?;
                Ok((answer.status().as_u16(), answer.into_body()))
            }
        }
    }
}

fn failed(message: &str, refused: &Refused) -> Error {
    let error = Error::new(Kind::Remote, message).cause(format!("Momento said: {refused}"));
    match refused.status {
        401 => error.hint("the management key is wrong, expired or revoked: give another with `--management-key-file` or MOMENTO_MANAGEMENT_KEY"),
        403 => error.hint(format!("the management key may not manage keys: make one that grants auth management at {CONSOLE}")),
        429 => error.hint("wait a minute and run the command again"),
        _ => error,
    }
}

//! The client of Momento's HTTP API: the few calls that find out what a key may do.
//!
//! Source: Momento's "HTTP API" reference. The key travels in the header `Authorization`, as a connection of
//! EventBridge sends it, never in the address.

mod answer;
mod call;
mod reception;
pub mod registry;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method};
use secrecy::{ExposeSecret as _, SecretString};

pub use answer::{Answer, Finding};
pub use call::{Call, Verb};
pub use reception::reception;

/// How long Momento may take; EventBridge itself waits five seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A Momento endpoint that can be called.
#[derive(Clone, Debug)]
pub struct Client {
    base_url: String,
    http: reqwest::Client,
}

/// An answer as it came.
pub struct Raw {
    /// The HTTP status.
    pub status: u16,
    /// The `Date` header.
    pub date: Option<String>,
    /// The body.
    pub body: Bytes,
}

/// Why a call had no answer.
#[derive(Debug, thiserror::Error)]
#[error("{host} does not answer: {reason}")]
pub struct Unreachable {
    /// The base URL that was called.
    pub host: String,
    /// Why, in the words of the network.
    pub reason: String,
}

impl Client {
    /// Makes a client of a base URL, such as `https://api.cache.cell-….momentohq.com`.
    ///
    /// Redirects are not followed, as EventBridge does not follow them: the key stays with the host that it is for.
    pub fn new(base_url: &str) -> Result<Self, Unreachable> {
        let http =
            reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
        let http = http.map_err(|error| unreachable(base_url, &error))?;
        Ok(Self { base_url: base_url.trim_end_matches('/').to_owned(), http })
    }

    /// Makes a call with a key.
    pub async fn send(&self, call: &Call, key: &SecretString) -> Result<Answer, Unreachable> {
        let method = match call.verb() {
            Verb::Delete => Method::DELETE,
            Verb::Get => Method::GET,
        };
        let raw = self.request(method, call.target(), String::new(), key).await?;
        Ok(Answer::new(raw.status, raw.date.as_deref(), &raw.body))
    }

    /// Makes a call without a key: that there is an answer shows that the endpoint is there, and its clock.
    pub async fn knock(&self, call: &Call) -> Result<Answer, Unreachable> {
        let raw = self.exchange(self.http.get(format!("{}{}", self.base_url, call.target()))).await?;
        Ok(Answer::new(raw.status, raw.date.as_deref(), &raw.body))
    }

    /// Makes a request with a key, with a JSON body or with none.
    pub async fn request(
        &self,
        method: Method,
        target: &str,
        body: String,
        key: &SecretString,
    ) -> Result<Raw, Unreachable> {
        let mut request = self.http.request(method, format!("{}{target}", self.base_url));
        if !body.is_empty() {
            request = request.header(http::header::CONTENT_TYPE, "application/json").body(body);
        }
        let header = authorization(key)
            .map_err(|reason| Unreachable { host: self.base_url.clone(), reason: reason.to_owned() })?;
        self.exchange(request.header(http::header::AUTHORIZATION, header)).await
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> Result<Raw, Unreachable> {
        let failed = |error: reqwest::Error| unreachable(&self.base_url, &error);
        let response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let date = response.headers().get(http::header::DATE).and_then(|date| date.to_str().ok());
        let date = date.map(str::to_owned);
        let body = response.bytes().await.map_err(failed)?;
        Ok(Raw { status, date, body })
    }
}

/// Makes the header that carries a key, which `Debug` does not show; the error says why it cannot.
pub fn authorization(key: &SecretString) -> Result<HeaderValue, &'static str> {
    let mut header = HeaderValue::from_str(key.expose_secret())
        .map_err(|_| "the key holds a character that no header can carry")?;
    header.set_sensitive(true);
    Ok(header)
}

/// Words a failure without the address, which the message need not repeat, down to its first cause.
fn unreachable(base_url: &str, error: &reqwest::Error) -> Unreachable {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let reason = causes.last().map_or_else(String::new, ToString::to_string);
    Unreachable { host: base_url.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_shows_its_key() {
        let header = authorization(&SecretString::from("marked")).unwrap();
        assert_eq!(format!("{header:?}"), "Sensitive");
        assert!(authorization(&SecretString::from("a\nb")).is_err());
    }
}

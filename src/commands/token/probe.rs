//! Asks Momento what a key may do: on the network, or on the local cloud.

use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, DATE};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::context::Session;
use crate::local;
use crate::model::doctor::token::Reception;
use crate::model::token::Endpoint;
use crate::momento::{Answer, Call, Client, Verb, authorization, reception};

/// The Momento that a stack calls.
pub struct Momento {
    place: Place,
}

enum Place {
    Local { handle: local::Handle, region: String },
    Network(Client),
}

/// What Momento answered to a key, and when.
pub struct Probed {
    /// What the answer says.
    pub reception: Reception,
    /// The time on Momento's clock; nothing on the local cloud, whose clock is this computer's.
    pub date: Option<Timestamp>,
}

impl Momento {
    /// Opens the Momento of a base URL: on the local cloud its stand-in.
    pub fn open(session: &Session, base_url: &str) -> Result<Self, String> {
        let place = match &session.local {
            Some(handle) => {
                let endpoint = Endpoint::new(base_url);
                let region = endpoint.region().unwrap_or(session.region()).to_owned();
                Place::Local { handle: handle.clone(), region }
            }
            None => Place::Network(Client::new(base_url).map_err(|error| error.to_string())?),
        };
        Ok(Self { place })
    }

    /// Makes a call with a key; the error says why there was no answer.
    pub async fn send(&self, call: &Call, key: &SecretString) -> Result<Answer, String> {
        match &self.place {
            Place::Network(client) => client.send(call, key).await.map_err(|error| error.to_string()),
            Place::Local { handle, region } => locally(handle, region, call, Some(key)).await,
        }
    }

    /// Makes a call without a key; the error says why there was no answer.
    async fn knock(&self, call: &Call) -> Result<Answer, String> {
        match &self.place {
            Place::Network(client) => client.knock(call).await.map_err(|error| error.to_string()),
            Place::Local { handle, region } => locally(handle, region, call, None).await,
        }
    }
}

async fn locally(
    handle: &local::Handle,
    region: &str,
    call: &Call,
    key: Option<&SecretString>,
) -> Result<Answer, String> {
    let method = match call.verb() {
        Verb::Delete => http::Method::DELETE,
        Verb::Get => http::Method::GET,
    };
    let mut request = Request::builder().method(method).uri(format!("/momento/{region}{}", call.target()));
    if let Some(key) = key {
        request = request.header(AUTHORIZATION, authorization(key)?);
    }
    let request = request.body(Bytes::new()).map_err(|error| error.to_string())?;
    let response = handle.send(request).await.map_err(|error| error.to_string())?;
    let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
    Ok(Answer::new(response.status().as_u16(), date, response.body()))
}

/// Finds out without a key whether the endpoint answers: the time on its clock where it says it, or why it does not.
pub async fn knock(session: &Session, base_url: &str, cache: &str) -> Result<Option<Timestamp>, String> {
    let momento = Momento::open(session, base_url)?;
    // Whatever the answer is, it came through the name, the network and TLS.
    momento.knock(&Call::get(cache, "evbridge-momento-probe")).await.map(|answer| answer.date)
}

/// Finds out what a key may do in a cache, by reading and deleting an item that does not exist.
pub async fn probe(session: &Session, base_url: &str, cache: &str, key: &SecretString) -> Probed {
    let silent = |reason| Probed { reception: Reception::Silent(reason), date: None };
    let momento = match Momento::open(session, base_url) {
        Ok(momento) => momento,
        Err(reason) => return silent(reason),
    };
    // No item has this key, so that neither call changes anything.
    let item = format!("evbridge-momento-probe-{}", uuid::Uuid::new_v4());
    let read = match momento.send(&Call::get(cache, &item), key).await {
        Ok(answer) => answer,
        Err(reason) => return silent(reason),
    };
    let write = match reception(&read, None) {
        Reception::Accepted { .. } => momento.send(&Call::delete(cache, &item), key).await.ok(),
        Reception::Refused(_) | Reception::Silent(_) => None,
    };
    Probed { reception: reception(&read, write.as_ref()), date: read.date }
}

//! What goes wrong because somebody asked for it: `local fault`.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

use super::Momento;
use super::answer::{self, Refusal};
use crate::local::fault::{self, Effect};
use crate::local::http::Dropped;
use crate::local::store::StoreError;

impl Momento {
    /// Looks whether a fault is for Momento: most of the time none is, and no request asks the state.
    pub fn faults_changed(&self) -> Result<(), StoreError> {
        self.asked.store(fault::names(&self.store, "momento")?, Ordering::Relaxed);
        Ok(())
    }

    /// Returns what goes wrong with a request, and spends it.
    pub(super) fn asked_fault(&self, region: &str, request: &Request<Bytes>) -> Option<Effect> {
        if !self.asked.load(Ordering::Relaxed) {
            return None;
        }
        let is_topic = request.uri().path().starts_with("/topics/");
        let is_key = Self::is_of_api_keys(request.uri().path());
        let action = match *request.method() {
            Method::GET if is_key => "ListKeys",
            Method::POST if is_key => "MakeKey",
            Method::DELETE if is_key => "RevokeKey",
            Method::GET if is_topic => "Subscribe",
            Method::GET => "Get",
            Method::PUT => "Set",
            Method::DELETE => "Delete",
            Method::POST => "Publish",
            _ => return None,
        };
        fault::at_action(&self.store, region, ("momento", action)).unwrap_or_else(|error| {
            tracing::error!(%error, "the faults cannot be read");
            None
        })
    }
}

/// Returns the answer that a fault gives instead of Momento's, if it does.
pub(super) fn instead(effect: Option<&Effect>) -> Option<Response<Bytes>> {
    let (status, pause) = match effect? {
        Effect::Throttle => (429, None),
        Effect::Status(status) => (*status, None),
        Effect::Pause(status, seconds) => (*status, Some(*seconds)),
        Effect::Drop => return Some(dropped()),
        _ => return None,
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = answer::refuse(&Refusal::fault(status));
    if let Some(seconds) = pause {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Some(answer)
}

/// The answer of a connection that breaks.
pub(super) fn dropped() -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    answer.extensions_mut().insert(Dropped);
    answer
}

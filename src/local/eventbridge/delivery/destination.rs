//! The call to an API destination.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::RwLock;

use super::job::{Job, Try};
use super::rate::Call;
use super::role::{self, Ask};
use super::{TIMEOUT, Transport, TransportError};
use crate::local::clock::Pace;
use crate::local::eventbridge::EventBridge;
use crate::local::eventbridge::documents::{ApiDestination, ConnectionSecret};
use crate::local::eventbridge::trace::Attempt;
use crate::local::wire::ApiError;
use crate::model::delivery::{
    Answer, Connection, Destination, Endpoint, ErrorCode, Failure, HttpRequest, Verdict,
};
use crate::model::json::Json;

/// The most of an answer that is read: AWS asks for this range.
const BODY: usize = 1024 * 1024;

/// A destination with its connection, ready to be called.
pub(super) struct Ready {
    arn: String,
    destination: Destination,
    connection: Connection,
    rate: u32,
}

/// The destinations that are ready, until anything changes.
#[derive(Default)]
pub(super) struct Destinations(RwLock<HashMap<Key, (u64, Arc<Ready>)>>);

/// A region and a name in it.
type Key = (String, String);

impl<T: Transport> Job<'_, T> {
    /// Calls the destination once, when its invocation rate lets it.
    pub(super) async fn call(&mut self, name: &str, event: &Json, body: &str) -> Try {
        let region = self.pending.region.clone();
        let ready = match self.bridge.ready(&region, name, &self.target.arn) {
            Ok(Ok(ready)) => ready,
            Ok(Err(failure)) => return Try::failed(failure),
            Err(error) => return Try::broken(&error),
        };
        if let Some(role) = self.target.role.clone() {
            let ask = Ask {
                region: &region,
                rule_arn: &self.rule_arn,
                action: "events:InvokeApiDestination",
                resource: &ready.arn,
            };
            let question = format!("{role}|{}|{}", ask.rule_arn, ask.resource);
            let services = &*self.world.services;
            let allowed = self.bridge.deliveries.roles.of(question, || role::check(services, &role, &ask));
            if let Err(failure) = allowed {
                return Try::failed(failure);
            }
        }
        let request =
            HttpRequest::build(&ready.destination, &ready.connection, &self.target.parameters, event, body);
        let request = match request {
            Ok(request) => request,
            Err(error) => return Try::failed(error.into()),
        };
        if !std::mem::take(&mut self.pending.progress.admitted) {
            let Some(moment) = self.moment(&ready) else {
                return Try::Expired(Failure::new(
                    ErrorCode::Throttling,
                    "The invocation rate limit of the API destination was reached.",
                ));
            };
            match self.bridge.clock.pace() {
                Pace::Virtual => self.at = moment,
                Pace::Real if moment > self.at => return Try::NotYet(moment),
                Pace::Real => {}
            }
        }
        self.pending.progress.request = Some(request.to_string());
        self.send(&region, &request).await
    }

    /// Returns when the invocation rate lets the call pass; nothing where the event is too old by then.
    fn moment(&self, ready: &Ready) -> Option<Timestamp> {
        let clock = &self.bridge.clock;
        let on_paper = clock.pace() == Pace::Virtual && self.pending.progress.retries > 0;
        let call = Call { now: clock.now(), at: self.at, until: self.end_of_life(), on_paper };
        self.bridge.deliveries.rates.admit(&ready.arn, ready.rate, call)
    }

    async fn send(&mut self, region: &str, request: &HttpRequest) -> Try {
        let sending = self.world.transport.send(region, request, TIMEOUT);
        let answer = tokio::time::timeout(TIMEOUT, sending).await.unwrap_or(Err(TransportError::Timeout));
        let at = self.at;
        let (answer, attempt) = match &answer {
            Ok(response) => {
                let body = response.body();
                let body = String::from_utf8_lossy(&body[..body.len().min(BODY)]).into_owned();
                let status = response.status().as_u16();
                let header = response.headers().get("retry-after");
                let retry_after = header.and_then(|value| value.to_str().ok()).map(str::to_owned);
                let attempt = Attempt { at, status: Some(status), answer: cut(&body) };
                (Ok((status, body, retry_after)), attempt)
            }
            Err(error) => (Err(error), Attempt { at, status: None, answer: error.to_string() }),
        };
        if self.bridge.clock.pace() == Pace::Virtual && answer == Err(&TransportError::Timeout) {
            self.wait(TIMEOUT);
        }
        let answer = match &answer {
            Ok((status, body, retry_after)) => {
                Answer::Response { body, retry_after: retry_after.as_deref(), status: *status }
            }
            Err(TransportError::HostNotFound) => Answer::HostNotFound,
            Err(TransportError::Timeout) => Answer::TimedOut,
            Err(TransportError::Unreachable(_)) => Answer::ConnectionFailed,
        };
        Try::Answered(Verdict::of(&answer, self.at), Some(attempt))
    }
}

impl EventBridge {
    /// Returns a destination that can be called, or why not. Its ARN must still be the target's.
    fn ready(&self, region: &str, name: &str, arn: &str) -> Result<Result<Arc<Ready>, Failure>, ApiError> {
        let key = (region.to_owned(), name.to_owned());
        let kept = self.deliveries.destinations.0.read().get(&key).cloned();
        if let Some((generation, ready)) = kept
            && generation == self.rules.generation()
            && ready.arn == arn
        {
            return Ok(Ok(ready));
        }
        let found = self.store.atomically(|| {
            let generation = self.rules.generation();
            Ok::<_, ApiError>((generation, self.make_ready(region, name, arn)?))
        })?;
        let (generation, ready) = match found {
            (generation, Ok(ready)) => (generation, Arc::new(ready)),
            (_, Err(failure)) => return Ok(Err(failure)),
        };
        let mut destinations = self.deliveries.destinations.0.write();
        destinations.retain(|_, (kept, _)| *kept >= generation);
        destinations.insert(key, (generation, ready.clone()));
        Ok(Ok(ready))
    }

    /// Returns why a destination cannot be called now, if so. Its ARN must still be the target's.
    pub(in crate::local::eventbridge) fn why_not_ready(
        &self,
        region: &str,
        name: &str,
        arn: &str,
    ) -> Result<Option<Failure>, ApiError> {
        Ok(self.make_ready(region, name, arn)?.err())
    }

    fn make_ready(&self, region: &str, name: &str, arn: &str) -> Result<Result<Ready, Failure>, ApiError> {
        let fail = |code, message: &str| Ok(Err(Failure { code, message: message.to_owned() }));
        let destination = self.store.get::<ApiDestination>(region, name)?;
        let Some(destination) = destination.filter(|destination| destination.arn == arn) else {
            return fail(ErrorCode::NoResource, "The API destination does not exist.");
        };
        let connection = match &destination.connection {
            Some(arn) => self.connection_of(region, arn)?,
            None => None,
        };
        let secret = match &connection {
            Some(connection) if connection.state == "AUTHORIZED" => {
                self.store.get::<ConnectionSecret>(region, &connection.name)?
            }
            _ => None,
        };
        let (Some(_), Some(secret)) = (connection, secret) else {
            return fail(
                ErrorCode::SdkClientError,
                "Unable to invoke ApiDestination endpoint: the API destination is inactive, because its connection \
                 is not authorized.",
            );
        };
        let (Ok(endpoint), Ok(method)) = (Endpoint::parse(&destination.endpoint), destination.method.parse())
        else {
            return fail(ErrorCode::InvalidParameter, "The API destination's endpoint is not valid.");
        };
        Ok(Ok(Ready {
            arn: destination.arn,
            destination: Destination { endpoint, method },
            connection: Connection::read(&secret.0),
            rate: destination.rate,
        }))
    }
}

/// Cuts an answer off for the trace.
fn cut(body: &str) -> String {
    body[..body.floor_char_boundary(2048)].to_owned()
}

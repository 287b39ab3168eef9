//! Answers the requests of the HTTP API.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::json;

use super::answer::{self, Refusal};
use super::keys::{self, Action};
use super::request::{self, LARGEST_ITEM, LARGEST_MESSAGE, MessageKind, Path, Query};
use super::topics::{self, Payload, Topic};
use super::{Momento, Operation, asked, items};
use crate::local::fault::Effect;

/// How long a long poll waits for a message before it answers with none.
///
/// Momento documents no limit; this is below the usual timeouts of clients and proxies.
const LONGEST_POLL: Duration = Duration::from_secs(30);

impl Momento {
    /// Answers a request; a long poll waits until there is a message.
    pub async fn answer(&self, region: &str, request: &Request<Bytes>) -> Response<Bytes> {
        let fault = self.asked_fault(region, request);
        if let Some(answer) = asked::instead(fault.as_ref()) {
            return answer;
        }
        let answer = if request::is_poll(request) {
            self.poll(region, request).await
        } else {
            self.handle(region, request)
        };
        if fault == Some(Effect::LoseAnswer) { asked::dropped() } else { answer }
    }

    /// Answers a request at once; a long poll gets what is there, perhaps nothing.
    pub fn handle(&self, region: &str, request: &Request<Bytes>) -> Response<Bytes> {
        if Self::is_of_api_keys(request.uri().path()) {
            return self.api_keys(region, request);
        }
        self.route(region, request).unwrap_or_else(|refusal| answer::refuse(&refusal))
    }

    /// Answers the long poll of a subscriber: as soon as there is a message or a discontinuity.
    ///
    /// After 30 seconds without any the answer has no items.
    pub async fn poll(&self, region: &str, request: &Request<Bytes>) -> Response<Bytes> {
        self.wait(region, request).await.unwrap_or_else(|refusal| answer::refuse(&refusal))
    }

    fn route(&self, region: &str, request: &Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
        let query = Query::parse(request.uri().query());
        match Path::parse(request.uri().path())? {
            Path::Cache(cache) => {
                let action = match *request.method() {
                    Method::GET => Action::Read,
                    Method::PUT | Method::DELETE => Action::Write,
                    _ => return Err(Refusal::no_such_method("GET, PUT and DELETE")),
                };
                let scope = self.authenticate(region, Operation::Cache, request, &query)?;
                let key = query.key()?;
                let ttl = if request.method() == Method::PUT { Some(query.ttl()?) } else { None };
                scope.check(action, &cache)?;
                self.require_cache(region, &cache)?;
                let now = self.clock.now();
                if let Some(ttl) = ttl {
                    let value = request.body();
                    if key.len() + value.len() > LARGEST_ITEM {
                        let description =
                            format!("An item's key and value have at most {LARGEST_ITEM} bytes.");
                        return Err(Refusal::invalid("Item Too Large", description));
                    }
                    items::set(&self.store, region, &cache, &key, value, now, ttl)?;
                    return Ok(answer::done());
                }
                if action == Action::Write {
                    items::delete(&self.store, region, &cache, &key)?;
                    return Ok(answer::done());
                }
                let item = items::get(&self.store, region, &cache, &key, now)?;
                item.map(|item| answer::value(item.value)).ok_or_else(Refusal::key_not_found)
            }
            Path::Topic { cache, topic } => {
                let topic = Topic { region, cache: &cache, name: &topic };
                match *request.method() {
                    Method::POST => {
                        let scope = self.authenticate(region, Operation::Topics, request, &query)?;
                        let kind = request::message_kind(request.headers())?;
                        scope.check(Action::Write, &cache)?;
                        self.publish(topic, kind, request.body())
                    }
                    Method::GET => {
                        let subscriber = self.subscribe(topic, request, &query)?;
                        let items = topics::read(&self.store, topic, subscriber.position, subscriber.start)?;
                        Ok(answer::document(&json!({"items": items})))
                    }
                    _ => Err(Refusal::no_such_method("GET and POST")),
                }
            }
        }
    }

    fn publish(&self, topic: Topic<'_>, kind: MessageKind, body: &[u8]) -> Result<Response<Bytes>, Refusal> {
        if body.len() > LARGEST_MESSAGE {
            let description = format!("A message has at most {LARGEST_MESSAGE} bytes.");
            return Err(Refusal::invalid("Message Too Large", description));
        }
        let payload = match kind {
            MessageKind::Binary => Payload::Binary(body),
            MessageKind::Text => Payload::Text(std::str::from_utf8(body).map_err(|error| {
                Refusal::invalid("Invalid Message", format!("A text/plain message must be UTF-8: {error}"))
            })?),
        };
        self.require_cache(topic.region, topic.cache)?;
        topics::publish(&self.store, topic, payload, self.clock.now())?;
        self.changed.notify_waiters();
        Ok(answer::done())
    }

    async fn wait(&self, region: &str, request: &Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
        let query = Query::parse(request.uri().query());
        let Path::Topic { cache, topic } = Path::parse(request.uri().path())? else {
            return Err(Refusal::no_such_path());
        };
        let topic = Topic { region, cache: &cache, name: &topic };
        let subscriber = self.subscribe(topic, request, &query)?;
        let deadline = tokio::time::Instant::now() + LONGEST_POLL;
        loop {
            // Listening starts before the look, so that nothing published in between is missed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            self.require_cache(region, &cache)?;
            let items = topics::read(&self.store, topic, subscriber.position, subscriber.start)?;
            if !items.is_empty() || tokio::time::timeout_at(deadline, changed).await.is_err() {
                return Ok(answer::document(&json!({"items": items})));
            }
        }
    }

    fn subscribe(
        &self,
        topic: Topic<'_>,
        request: &Request<Bytes>,
        query: &Query,
    ) -> Result<Subscriber, Refusal> {
        let scope = self.authenticate(topic.region, Operation::Topics, request, query)?;
        let position = query.position()?;
        scope.check(Action::Read, topic.cache)?;
        self.require_cache(topic.region, topic.cache)?;
        Ok(Subscriber { position, start: topics::state(&self.store, topic)? })
    }

    pub(super) fn authenticate(
        &self,
        region: &str,
        operation: Operation,
        request: &Request<Bytes>,
        query: &Query,
    ) -> Result<keys::Scope, Refusal> {
        let now = self.clock.now();
        let token = request::token(request.headers(), query)?;
        let scope = self.known.authenticate(&self.store, &token, now)?;
        self.faults.check(region, operation, now)?;
        Ok(scope)
    }

    fn require_cache(&self, region: &str, cache: &str) -> Result<(), Refusal> {
        if self.has_cache(region, cache)? { Ok(()) } else { Err(Refusal::cache_not_found()) }
    }
}

/// A subscriber and the topic's state when it came.
struct Subscriber {
    position: topics::Position,
    start: topics::State,
}

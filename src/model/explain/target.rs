//! What one target receives for an event, and where that ends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::delivery::{Connection, Destination, Failure, HttpParameters, HttpRequest};
use crate::model::json::Json;
use crate::model::transform::{Context, Found, TargetInput};

/// What one target receives for an event.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TargetExplanation {
    /// The target's id in its rule.
    pub id: String,
    /// What the target is.
    pub kind: TargetKind,
    /// The logical id of the API destination or queue, or the target's ARN.
    pub name: String,
    /// The HTTP request to an API destination; none where it cannot be made.
    pub request: Option<Request>,
    /// The text that the target receives, byte for byte; of an HTTP request its body.
    pub body: String,
    /// What is easy to overlook in it.
    pub note: Option<String>,
    /// Where it ends.
    pub end: End,
}

/// What a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// An HTTP endpoint.
    ApiDestination,
    /// The queue for what cannot be delivered.
    DeadLetterQueue,
    /// Another queue.
    Queue,
    /// Anything else.
    Other,
}

/// An HTTP request, its secrets as `***`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The whole URL, percent-encoded as it is sent.
    pub url: String,
    /// All headers in their order.
    pub headers: Vec<Header>,
    /// The body, byte for byte.
    pub body: String,
    /// The HTTP/1.1 message as it goes over the wire.
    pub message: String,
}

/// One header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Where an event ends at one target, as far as the event decides it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "where")]
pub enum End {
    /// The request is sent; what the endpoint answers decides the rest.
    Called,
    /// The message lies in a queue or went to another target that takes it as it is.
    Handed,
    /// The dead-letter queue.
    DeadLetterQueue {
        /// The queue's logical id, or its ARN.
        queue: String,
        /// Why it cannot be delivered; none where the queue is the rule's own target.
        reason: Option<String>,
        /// The `ERROR_CODE` that AWS writes, where it cannot be delivered.
        code: Option<String>,
    },
    /// Nowhere: it cannot be delivered, and the target has no dead-letter queue.
    Nowhere {
        /// Why.
        reason: String,
    },
}

/// A target of a rule.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) kind: Kind,
    pub(super) input: TargetInput,
    pub(super) parameters: HttpParameters,
    /// The dead-letter queue's logical id, or its ARN.
    pub(super) dead_letter: Option<String>,
}

/// What a target's ARN means; queues by logical id, or ARN.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    ApiDestination(Callee),
    DeadLetterQueue(String),
    Queue(String),
    Other,
}

/// An API destination, or why it cannot be called.
#[derive(Clone, Debug)]
pub(super) enum Callee {
    Ready(Box<ApiDestination>),
    /// Its name, and why not.
    Broken(String, Broken),
}

/// Why an API destination cannot be called: as a dead letter says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Broken {
    code: String,
    message: String,
}

/// An API destination with its connection.
#[derive(Clone, Debug)]
pub(super) struct ApiDestination {
    pub(super) logical_id: String,
    pub(super) destination: Destination,
    pub(super) connection: Connection,
}

impl Target {
    /// Says what the target receives for an event that its rule matches.
    pub(super) fn explain(&self, event: &Json, context: &Context<'_>) -> TargetExplanation {
        let (request, body, end) = match self.input.apply(event, context) {
            Err(invalid) => (None, invalid.body.clone(), self.bury(&Failure::from(invalid).into())),
            Ok(body) => match self.send(event, &body) {
                Ok((request, end)) => (request, body, end),
                Err(failure) => (None, body, self.bury(&failure)),
            },
        };
        let (kind, name) = match &self.kind {
            Kind::ApiDestination(Callee::Ready(destination)) => {
                (TargetKind::ApiDestination, &destination.logical_id)
            }
            Kind::ApiDestination(Callee::Broken(name, _)) => (TargetKind::ApiDestination, name),
            Kind::DeadLetterQueue(queue) => (TargetKind::DeadLetterQueue, queue),
            Kind::Queue(queue) => (TargetKind::Queue, queue),
            Kind::Other => (TargetKind::Other, &self.arn),
        };
        let note = self.note(event);
        TargetExplanation { id: self.id.clone(), kind, name: name.clone(), request, body, note, end }
    }

    fn note(&self, event: &Json) -> Option<String> {
        let TargetInput::Path(path) = &self.input else { return None };
        let found = path.find(event).is_some_and(|found| found != Found::One(&Json::Null));
        (!found).then(|| "the body is {}: InputPath finds nothing".to_owned())
    }

    fn send(&self, event: &Json, body: &str) -> Result<(Option<Request>, End), Broken> {
        match &self.kind {
            Kind::ApiDestination(Callee::Broken(_, broken)) => Err(broken.clone()),
            Kind::ApiDestination(Callee::Ready(api)) => {
                let request =
                    HttpRequest::build(&api.destination, &api.connection, &self.parameters, event, body)
                        .map_err(Failure::from)?;
                Ok((Some(Request::of(&request)), End::Called))
            }
            Kind::DeadLetterQueue(queue) => {
                Ok((None, End::DeadLetterQueue { queue: queue.clone(), reason: None, code: None }))
            }
            Kind::Queue(_) | Kind::Other => Ok((None, End::Handed)),
        }
    }

    fn bury(&self, broken: &Broken) -> End {
        let reason = broken.message.clone();
        match &self.dead_letter {
            Some(queue) => End::DeadLetterQueue {
                queue: queue.clone(),
                reason: Some(reason),
                code: Some(broken.code.clone()),
            },
            None => End::Nowhere { reason },
        }
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self { code: failure.code.to_string(), message: failure.message }
    }
}

impl Request {
    fn of(request: &HttpRequest) -> Self {
        let headers = request.headers.iter();
        Self {
            method: request.method.to_string(),
            url: request.url().to_string(),
            headers: headers
                .map(|(name, value)| Header { name: name.clone(), value: value.to_string() })
                .collect(),
            body: request.body.to_string(),
            message: request.to_string(),
        }
    }
}

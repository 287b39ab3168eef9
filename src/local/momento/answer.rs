//! The answers of the Momento HTTP API: a value, nothing, or an error as a JSON object.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::local::store::StoreError;

/// An error as Momento's HTTP API returns it: `{"status", "title", "description"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    title: &'static str,
    description: String,
}

impl Refusal {
    /// The request was put wrongly (400).
    pub(super) fn invalid(title: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, title, description: description.into() }
    }

    /// The request's token is missing or no good (401).
    pub(super) fn unauthorized(title: &'static str, description: &str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, title, description: description.to_owned() }
    }

    /// The token does not allow this (403).
    pub(super) fn forbidden() -> Self {
        let description = "The token does not grant the required access to this resource.".to_owned();
        Self { status: StatusCode::FORBIDDEN, title: "Forbidden", description }
    }

    /// The cache is not there (404).
    pub(super) fn cache_not_found() -> Self {
        Self::not_found("Not Found", "Cache not found")
    }

    /// The cache has nothing under the key (404).
    pub(super) fn key_not_found() -> Self {
        Self::not_found("Key Not Found", "The key was not found in the cache.")
    }

    /// The path names nothing of this API (404).
    pub(super) fn no_such_path() -> Self {
        Self::not_found("Not Found", "No such path. The API has /cache/{cache} and /topics/{cache}/{topic}.")
    }

    /// The path is right and the method is not (405).
    pub(super) fn no_such_method(allowed: &str) -> Self {
        let description = format!("This path takes {allowed}.");
        Self { status: StatusCode::METHOD_NOT_ALLOWED, title: "Method Not Allowed", description }
    }

    /// A limit was exceeded (429).
    pub(super) fn exhausted(per_second: u32) -> Self {
        let description = format!("The limit of {per_second} requests per second was exceeded.");
        Self { status: StatusCode::TOO_MANY_REQUESTS, title: "Resources Exhausted", description }
    }

    /// A status that a fault asked for.
    pub(super) fn fault(status: StatusCode) -> Self {
        let title = if status == StatusCode::INTERNAL_SERVER_ERROR {
            "Internal Server Error"
        } else {
            status.canonical_reason().unwrap_or("Unknown")
        };
        Self { status, title, description: "A fault was set for this operation.".to_owned() }
    }

    /// What was named is not there (404).
    pub(super) fn not_found(title: &'static str, description: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, title, description: description.to_owned() }
    }
}

impl Refusal {
    /// Writes the error in the form of the API-keys API: `{"code", "message"}`.
    pub(super) fn with_code(&self) -> Response<Bytes> {
        // Of these words the documentation gives only the first three, as examples.
        let code = match self.status.as_u16() {
            400 => "Bad Request",
            403 => "PermissionDenied",
            404 => "NotFound",
            401 => "Unauthenticated",
            429 => "ResourceExhausted",
            _ => "Internal",
        };
        let body = json!({ "code": code, "message": self.description });
        respond(self.status, Some("application/json"), body.to_string().into())
    }
}

/// The state's failure is Momento's failure (500).
impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the local Momento cannot use its state");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, title: "Internal Server Error", description: error.to_string() }
    }
}

/// Writes an error.
pub(super) fn refuse(refusal: &Refusal) -> Response<Bytes> {
    let body = json!({
        "status": refusal.status.as_u16(),
        "title": refusal.title,
        "description": refusal.description,
    });
    respond(refusal.status, Some("application/json"), body.to_string().into())
}

/// Writes a JSON document (200).
pub(super) fn document(body: &Value) -> Response<Bytes> {
    respond(StatusCode::OK, Some("application/json"), body.to_string().into())
}

/// Writes a value (200).
pub(super) fn value(body: Vec<u8>) -> Response<Bytes> {
    respond(StatusCode::OK, Some("application/octet-stream"), body.into())
}

/// Writes that it is done (204).
pub(super) fn done() -> Response<Bytes> {
    respond(StatusCode::NO_CONTENT, None, Bytes::new())
}

fn respond(status: StatusCode, content_type: Option<&'static str>, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

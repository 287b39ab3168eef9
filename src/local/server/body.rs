//! A request's body, of a bounded size and within a bounded time.

use axum::body::{Body, Bytes};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::json;

use super::Limits;

/// Reads a body, or returns the answer to a request whose body is too large, too slow or broken off.
pub(super) async fn read(headers: &HeaderMap, body: Body, limits: Limits) -> Result<Bytes, Response> {
    let most = limits.body_bytes;
    let too_large = || {
        let message = format!("the request's body is larger than {most} bytes");
        refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
    };
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    // What announces that it is too large is refused before a byte of it is read.
    if declared.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(limits.body, Limited::new(body, most).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => {
            Err(refusal(StatusCode::BAD_REQUEST, "IncompleteBody", "the request's body breaks off"))
        }
        Err(_) => {
            let message = format!("the request's body took longer than {} s", limits.body.as_secs());
            Err(refusal(StatusCode::REQUEST_TIMEOUT, "RequestTimeout", &message))
        }
    }
}

/// Makes an answer in the form of every AWS error; the connection is closed after it, with what is still to come.
fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "__type": code, "message": message }).to_string();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    response
}

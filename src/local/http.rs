//! The local cloud's HTTP surface: which service a request is for, and the protocol it speaks.
//!
//! One port serves everything. AWS requests name their service and region in the SigV4 credential scope;
//! Momento's HTTP API is under `/momento/REGION`, and at the root for the region `us-east-1`; the
//! tool's own calls are under `/_local`.

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::wire::{Answer, ApiError, query};

/// The region of Momento requests that name none.
const DEFAULT_REGION: &str = "us-east-1";

/// The mark of an answer that never arrives: the connection breaks instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dropped;

/// Answers one request.
pub(super) async fn answer(cloud: &Cloud, request: Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path();
    if let Some(rest) = path.strip_prefix("/momento/") {
        let region = rest.split('/').next().unwrap_or_default().to_owned();
        let rest = &rest[region.len()..];
        let target = match request.uri().query() {
            Some(query) => format!("{rest}?{query}"),
            None => rest.to_owned(),
        };
        let (mut parts, body) = request.into_parts();
        parts.uri = target.parse().unwrap_or_default();
        return cloud.momento().answer(&region, &Request::from_parts(parts, body)).await;
    }
    if path.starts_with("/cache/") || path.starts_with("/topics/") {
        return cloud.momento().answer(DEFAULT_REGION, &request).await;
    }
    if let Some(action) = path.strip_prefix("/_local/") {
        return local(cloud, action, &request).await;
    }
    aws(cloud, &request).await
}

/// Answers the tool's own call: JSON in, JSON out.
async fn local(cloud: &Cloud, action: &str, request: &Request<Bytes>) -> Response<Bytes> {
    let input: Value = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
    let region = input.get("Region").and_then(Value::as_str).unwrap_or(DEFAULT_REGION).to_owned();
    let answer = cloud.control(&region, action, &input).await;
    json_response("local", answer, "application/json")
}

async fn aws(cloud: &Cloud, request: &Request<Bytes>) -> Response<Bytes> {
    let Some(scope) = Scope::of(request.headers()) else {
        let missing = ApiError {
            status: 403,
            code: "MissingAuthenticationToken".to_owned(),
            message: "Missing Authentication Token".to_owned(),
        };
        return json_response("", Err(missing), "application/x-amz-json-1.1");
    };
    match scope.service.as_str() {
        "cloudformation" => {
            by_query(cloud, &scope, request, "http://cloudformation.amazonaws.com/doc/2010-05-15/").await
        }
        "iam" => by_query(cloud, &scope, request, "https://iam.amazonaws.com/doc/2010-05-08/").await,
        "sts" => by_query(cloud, &scope, request, "https://sts.amazonaws.com/doc/2011-06-15/").await,
        service => {
            let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
            let action = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
            let content_type =
                if service == "sqs" { "application/x-amz-json-1.0" } else { "application/x-amz-json-1.1" };
            let input = serde_json::from_slice(request.body())
                .map_err(|_| ApiError::client("SerializationException", "the request's body is not JSON"));
            let answer = match input {
                Ok(input) => cloud.answer(service, &scope.region, action, &input).await,
                Err(error) => Err(error),
            };
            json_response(service, answer, content_type)
        }
    }
}

async fn by_query(
    cloud: &Cloud,
    scope: &Scope,
    request: &Request<Bytes>,
    namespace: &str,
) -> Response<Bytes> {
    let (action, input) = query::parse(&String::from_utf8_lossy(request.body()));
    let id = uuid::Uuid::new_v4().to_string();
    let (status, body) = match cloud.answer(&scope.service, &scope.region, &action, &input).await {
        Ok(output) => (200, query::respond(&action, namespace, &id, &output)),
        Err(error) => (error.status, query::error(namespace, &id, &error.code, &error.message)),
    };
    response(status, "text/xml", &id, body)
}

fn json_response(service: &str, answer: Answer, content_type: &str) -> Response<Bytes> {
    let id = uuid::Uuid::new_v4().to_string();
    match answer {
        Ok(output) => response(200, content_type, &id, output.to_string()),
        Err(error) => {
            let body = json!({ "__type": error.code, "message": error.message }).to_string();
            let mut answer = response(error.status, content_type, &id, body);
            let headers = answer.headers_mut();
            if let Ok(code) = error.code.parse() {
                headers.insert("x-amzn-errortype", code);
            }
            // SQS's older codes travel beside the new ones, for clients that look there.
            if service == "sqs"
                && let Ok(code) = super::sqs::query_error(&error.code).parse()
            {
                headers.insert("x-amzn-query-error", code);
            }
            answer
        }
    }
}

fn response(status: u16, content_type: &str, id: &str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    if status == 0 {
        response.extensions_mut().insert(Dropped);
    }
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in [(header::CONTENT_TYPE.as_str(), content_type), ("x-amzn-requestid", id)] {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), value.parse()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// What a request's SigV4 credential scope names. Signatures are not checked.
struct Scope {
    region: String,
    service: String,
}

impl Scope {
    /// Reads `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let credential = header.split("Credential=").nth(1)?.split([',', ' ']).next()?;
        let mut parts = credential.rsplit('/');
        let (_, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { region: region.to_owned(), service: service.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credential_scope_tells_region_and_service() {
        let mut headers = HeaderMap::new();
        let value = "AWS4-HMAC-SHA256 Credential=AK/ID/20261121/eu-west-1/events/aws4_request, SignedHeaders=host, Signature=0";
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        let scope = Scope::of(&headers).unwrap();
        assert_eq!((scope.region.as_str(), scope.service.as_str()), ("eu-west-1", "events"));
        headers.insert(header::AUTHORIZATION, "a-momento-token".parse().unwrap());
        assert!(Scope::of(&headers).is_none());
    }
}

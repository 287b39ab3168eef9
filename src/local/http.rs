//! The local cloud's HTTP surface: which service a request is for, and the protocol it speaks.
//!
//! One port serves everything. AWS requests name their service and region in the SigV4 credential scope;
//! Momento's HTTP API is under `/momento/REGION`, and at the root for the region `us-east-1`; the
//! tool's own calls are under `/_local`.

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::wire::{Answer, ApiError, cbor, query, times};

/// The region of Momento requests that name none.
const DEFAULT_REGION: &str = "us-east-1";

/// What a client that speaks SQS's former protocol is told.
const NO_QUERY_SQS: &str =
    "The local SQS speaks the JSON protocol alone: use an AWS SDK or CLI from November 2023 or later.";

/// What Smithy's RPC v2 in CBOR calls itself.
const RPC_V2: &str = "rpc-v2-cbor";

/// The mark of an answer that never arrives: the connection breaks instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dropped;

/// Answers one request.
pub async fn answer(cloud: &Cloud, request: Request<Bytes>) -> Response<Bytes> {
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
    if path.starts_with("/api-keys") || path.starts_with("/cache/") || path.starts_with("/topics/") {
        return cloud.momento().answer(DEFAULT_REGION, &request).await;
    }
    if let Some(action) = path.strip_prefix("/_local/") {
        return local(cloud, action, &request).await;
    }
    aws(cloud, &request).await
}

/// Answers the tool's own call: JSON in, JSON out.
async fn local(cloud: &Cloud, action: &str, request: &Request<Bytes>) -> Response<Bytes> {
    // What changes something is never done by a mere GET, such as that of an image in a web page.
    if request.method() != http::Method::POST {
        let wrong =
            ApiError { status: 405, ..ApiError::client("MethodNotAllowed", "it is called with POST") };
        return json_response("local", Err(wrong), "application/json");
    }
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
    match Protocol::of(&scope.service, request.headers()) {
        Protocol::Cbor => by_cbor(cloud, &scope, request).await,
        Protocol::Json(content_type) => by_json(cloud, &scope, request, content_type).await,
        Protocol::Query(namespace) => by_query(cloud, &scope, request, namespace).await,
        Protocol::Other => foreign(cloud, &scope).await,
    }
}

async fn by_json(
    cloud: &Cloud,
    scope: &Scope,
    request: &Request<Bytes>,
    content_type: &str,
) -> Response<Bytes> {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let action = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
    let answer = match serde_json::from_slice(request.body()) {
        Ok(input) => cloud.answer_to(&scope.key, &scope.service, &scope.region, action, &input).await,
        Err(_) => Err(ApiError::client("SerializationException", "the request's body is not JSON")),
    };
    json_response(&scope.service, answer, content_type)
}

/// Answers a request to `/service/NAME/operation/ACTION`.
async fn by_cbor(cloud: &Cloud, scope: &Scope, request: &Request<Bytes>) -> Response<Bytes> {
    let action = request.uri().path().rsplit_once("/operation/").map_or("", |(_, action)| action);
    let input = if request.body().is_empty() { Some(json!({})) } else { cbor::read(request.body()) };
    let answer = match input {
        Some(input) => cloud.answer(&scope.service, &scope.region, action, &input).await,
        None => Err(ApiError::client("SerializationException", "the request's body is not CBOR")),
    };
    let (status, body, code) = match answer {
        Ok(output) => (200, output, None),
        Err(error) => {
            (error.status, json!({ "__type": error.code, "message": error.message }), Some(error.code))
        }
    };
    let id = uuid::Uuid::new_v4().to_string();
    let mut answer = response(status, "application/cbor", &id, cbor::write(&body));
    answer.headers_mut().insert("smithy-protocol", header::HeaderValue::from_static(RPC_V2));
    former_code(&mut answer, &scope.service, code.as_deref());
    answer
}

/// Adds the code that an error had in the service's former protocol, for clients that look there.
fn former_code(answer: &mut Response<Bytes>, service: &str, code: Option<&str>) {
    let former = match (service, code) {
        ("sqs", Some(code)) => super::sqs::query_error(code),
        ("monitoring", Some(code)) => format!("{};Sender", super::monitoring::query_error(code)),
        _ => return,
    };
    if let Ok(former) = former.parse() {
        answer.headers_mut().insert("x-amzn-query-error", former);
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
    let answer = match scope.service.as_str() {
        "sqs" => Err(ApiError::client("UnsupportedProtocol", NO_QUERY_SQS)),
        service => cloud.answer_to(&scope.key, service, &scope.region, &action, &input).await,
    };
    let (status, body) = match answer {
        Ok(mut output) => {
            times::spelled(&mut output);
            (200, query::respond(&action, namespace, &id, &output))
        }
        Err(error) => {
            let is_renamed = scope.service == "monitoring";
            let code = if is_renamed { super::monitoring::query_error(&error.code) } else { &error.code };
            (error.status, query::error(namespace, &id, code, &error.message))
        }
    };
    response(status, "text/xml", &id, body)
}

/// Refuses a request for a service that is not here, in whatever protocol: in JSON, or in the XML of S3.
async fn foreign(cloud: &Cloud, scope: &Scope) -> Response<Bytes> {
    let answer = cloud.answer(&scope.service, &scope.region, "", &Value::Null).await;
    match answer {
        Err(error) if scope.service == "s3" => {
            let id = uuid::Uuid::new_v4().to_string();
            response(
                error.status,
                "application/xml",
                &id,
                query::bare_error(&id, &error.code, &error.message),
            )
        }
        answer => json_response(&scope.service, answer, "application/json"),
    }
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
            former_code(&mut answer, service, Some(&error.code));
            answer
        }
    }
}

fn response(status: u16, content_type: &str, id: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
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

/// How a request for a service is read and answered.
#[derive(Debug, PartialEq, Eq)]
enum Protocol {
    /// Smithy's RPC v2, in CBOR.
    Cbor,
    /// AWS JSON, with the content type of its version.
    Json(&'static str),
    /// AWS Query, with the XML namespace of the answers.
    Query(&'static str),
    /// Another protocol, of a service that is not here.
    Other,
}

impl Protocol {
    fn of(service: &str, headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form =
            content_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        let is_rpc = headers.get("smithy-protocol").is_some_and(|protocol| protocol == RPC_V2);
        match service {
            "monitoring" if is_rpc => Self::Cbor,
            "monitoring" if is_form => Self::Query("http://monitoring.amazonaws.com/doc/2010-08-01/"),
            "monitoring" => Self::Json("application/x-amz-json-1.0"),
            "cloudformation" => Self::Query("http://cloudformation.amazonaws.com/doc/2010-05-15/"),
            "iam" => Self::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
            "sns" => Self::Query("http://sns.amazonaws.com/doc/2010-03-31/"),
            "sts" => Self::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
            // A client of another service, or one that is too old for SQS, can read no other answer.
            _ if is_form => Self::Query("http://localhost/"),
            "sqs" => Self::Json("application/x-amz-json-1.0"),
            _ if headers.contains_key("x-amz-target") => Self::Json("application/x-amz-json-1.1"),
            _ => Self::Other,
        }
    }
}

/// What a request's SigV4 credential scope names. Signatures are not checked.
struct Scope {
    /// The access key.
    key: String,
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
        let key = credential.split('/').next().unwrap_or_default().to_owned();
        Some(Self { key, region: region.to_owned(), service: service.to_owned() })
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

    #[test]
    fn the_service_and_the_content_type_tell_the_protocol() {
        let protocol = |service: &str, name: &'static str, value: &str| {
            Protocol::of(service, &HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]))
        };
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        assert_eq!(
            protocol("events", "x-amz-target", "AWSEvents.PutEvents"),
            Protocol::Json("application/x-amz-json-1.1")
        );
        assert_eq!(
            protocol("sqs", "x-amz-target", "AmazonSQS.SendMessage"),
            Protocol::Json("application/x-amz-json-1.0")
        );
        assert!(matches!(protocol("sts", "content-type", form), Protocol::Query(_)));
        assert!(matches!(protocol("sqs", "content-type", form), Protocol::Query(_)));
        assert!(matches!(protocol("ec2", "content-type", form), Protocol::Query(_)));
        assert_eq!(protocol("s3", "content-type", "application/xml"), Protocol::Other);
        assert_eq!(protocol("lambda", "accept", "*/*"), Protocol::Other);
    }
}

//! A proxy between the commands of a session and its served local cloud, which tells them what a test wants told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use http::request::Parts;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::{Server, Session};

/// What answers are made into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Distortion {
    /// They come as they are.
    None,
    /// The calls of a service (`momento` for Momento's HTTP API) are refused with a status and with these words.
    Refused { service: String, status: u16, words: String },
    /// The calls of a service are answered with this, which is no answer.
    Garbage { service: String, body: String },
    /// Each free text of an answer is these words.
    Texts(String),
}

/// A served local cloud with the proxy before it: every command of the session takes it for the server.
pub(crate) struct Mirror {
    /// The server itself.
    pub(crate) server: Server,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

struct Shared {
    upstream: String,
    client: reqwest::Client,
    distortion: Mutex<Distortion>,
}

/// Members of AWS's and Momento's answers that hold free text.
const TEXTS: [&str; 14] = [
    "body",
    "Body",
    "description",
    "Description",
    "Error",
    "ErrorMessage",
    "Message",
    "message",
    "Reason",
    "reason",
    "Status_Reason",
    "StateReason",
    "StatusReason",
    "Value",
];

/// Elements of CloudFormation's and IAM's answers that hold free text, or beside which it may stand.
const BESIDE: [(&str, &str); 3] = [
    ("</StackStatus>", "StackStatusReason"),
    ("</ResourceStatus>", "ResourceStatusReason"),
    ("</StackResourceDriftStatus>", "DriftStatusReason"),
];

impl Mirror {
    /// Serves a session's local cloud, with more arguments, behind a proxy.
    pub(crate) fn start(session: &Session, arguments: &str) -> Self {
        let (server, upstream) = session.serve_cloud(arguments);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            upstream,
            client: reqwest::Client::new(),
            distortion: Mutex::new(Distortion::None),
        });
        let routes = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        runtime.spawn(async { axum::serve(listener, routes).await.unwrap() });
        let address = json!({ "url": url, "pid": server.id() }).to_string();
        session.file(".evbridge-momento/server.json", address);
        Self { server, shared, _runtime: runtime }
    }

    /// Distorts the answers from now on.
    pub(crate) fn set(&self, distortion: Distortion) {
        *self.shared.distortion.lock().unwrap() = distortion;
    }
}

async fn pass(State(shared): State<Arc<Shared>>, parts: Parts, body: Bytes) -> Response {
    let service = service(&parts);
    let distortion = shared.distortion.lock().unwrap().clone();
    match &distortion {
        Distortion::Refused { service: wanted, status, words } if *wanted == service => {
            return refused(&service, *status, words);
        }
        Distortion::Garbage { service: wanted, body } if *wanted == service => {
            return Response::new(Body::from(body.clone()));
        }
        _ => {}
    }
    let url = format!("{}{}", shared.upstream, parts.uri);
    let mut headers = parts.headers;
    headers.remove(http::header::HOST);
    let answer = shared.client.request(parts.method, url).headers(headers).body(body).send().await;
    let Ok(answer) = answer else { return Response::builder().status(502).body(Body::empty()).unwrap() };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    let mut bytes = answer.bytes().await.unwrap_or_default();
    if let Distortion::Texts(words) = &distortion {
        bytes = distorted(&bytes, words);
        headers.remove(http::header::CONTENT_LENGTH);
    }
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Names the service of a call: that of the signature, Momento by the path, or `local`.
fn service(parts: &Parts) -> String {
    let path = parts.uri.path();
    if path == "/_local/Status" {
        // By this a command knows that the server is there.
        return String::new();
    }
    if path.starts_with("/_local/") {
        return "local".to_owned();
    }
    if path.starts_with("/momento/") || path.starts_with("/api-keys") {
        return "momento".to_owned();
    }
    let text = parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split('/').nth(3).unwrap_or_default().to_owned()
}

fn refused(service: &str, status: u16, words: &str) -> Response {
    let (kind, body) = match service {
        "cloudformation" | "iam" | "sts" => ("text/xml", {
            let words = xml(words);
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>\
                 <Message>{words}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
            )
        }),
        "momento" => (
            "application/json",
            json!({"title": words, "description": words, "code": words, "message": words}).to_string(),
        ),
        _ => ("application/json", json!({"__type": "ValidationException", "message": words}).to_string()),
    };
    Response::builder().status(status).header("content-type", kind).body(Body::from(body)).unwrap()
}

fn distorted(bytes: &Bytes, words: &str) -> Bytes {
    if let Ok(mut value) = serde_json::from_slice::<Value>(bytes) {
        rewrite(&mut value, words);
        return value.to_string().into();
    }
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    for (after, element) in BESIDE {
        text = text.replace(after, &format!("{after}<{element}>{}</{element}>", xml(words)));
    }
    text.into()
}

fn rewrite(value: &mut Value, words: &str) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if TEXTS.contains(&name.as_str()) => words.clone_into(text),
                    member => rewrite(member, words),
                }
            }
            if members.contains_key("ConnectionState") {
                members.insert("StateReason".to_owned(), words.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, words)),
        _ => {}
    }
}

/// Writes a text as XML can carry it: control characters by their numbers.
fn xml(text: &str) -> String {
    let escape = |character: char| match character {
        '<' | '>' | '&' => format!("&#{};", u32::from(character)),
        other if other.is_control() => format!("&#x{:x};", u32::from(other)),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

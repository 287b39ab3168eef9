//! A proxy before the served local cloud: it counts the calls, and holds the one that it is told to hold.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// How long a command may take before it counts as hung.
const PATIENCE: Duration = Duration::from_mins(1);

/// When a call is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// It has arrived, and nothing of it is done.
    Arrived,
    /// It is done, and its answer has not been received.
    Answered,
}

/// Which call is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// The n-th of all, counted from 1.
    Call(usize),
    /// The n-th of a name: calls that are made beside each other come in any order.
    Named(String, usize),
}

impl Pick {
    /// Returns which call the n-th of a list is, by its name.
    pub(crate) fn of(calls: &[String], call: usize) -> Option<Self> {
        let name = calls.get(call.checked_sub(1)?)?;
        let before = calls[..call].iter().filter(|other| *other == name).count();
        Some(Self::Named(name.clone(), before))
    }

    /// Returns whether it is the last of these calls.
    fn is_last(&self, calls: &[String]) -> bool {
        match (self, calls.last()) {
            (Self::Call(call), _) => calls.len() == *call,
            (Self::Named(name, nth), Some(last)) => {
                last == name && calls.iter().filter(|call| *call == name).count() == *nth
            }
            (Self::Named(..), None) => false,
        }
    }
}

/// A proxy that works until it is dropped.
pub(crate) struct Proxy {
    url: String,
    shared: Arc<Shared>,
    held: Receiver<String>,
    _runtime: Runtime,
}

struct Shared {
    upstream: String,
    client: reqwest::Client,
    /// The calls since the last command began, such as `cloudformation:DescribeStacks`.
    calls: Mutex<Vec<String>>,
    /// Which call is held, and when.
    hold: Mutex<Option<(Pick, Moment)>>,
    tell: Sender<String>,
}

impl Proxy {
    /// Starts a proxy before a server.
    pub(crate) fn start(upstream: &str) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, held) = mpsc::channel();
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            client: reqwest::Client::new(),
            calls: Mutex::default(),
            hold: Mutex::default(),
            tell,
        });
        let routes = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        runtime.spawn(async { axum::serve(listener, routes).await.unwrap() });
        Self { url, shared, held, _runtime: runtime }
    }

    /// Returns the base URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the calls since the last time that this was asked.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.calls.lock().unwrap())
    }

    /// Runs a command and kills it, as `kill -9` does, when a call is at a moment.
    ///
    /// Returns the name of that call, or nothing when the command ended without it.
    pub(crate) fn kill_at(&self, mut command: Command, call: Pick, moment: Moment) -> Option<String> {
        self.calls();
        *self.shared.hold.lock().unwrap() = Some((call, moment));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let held = self.until_held(&mut command.spawn().unwrap());
        *self.shared.hold.lock().unwrap() = None;
        held
    }

    fn until_held(&self, child: &mut Child) -> Option<String> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Ok(call) = self.held.recv_timeout(Duration::from_millis(5)) {
                child.kill().unwrap();
                child.wait().unwrap();
                return Some(call);
            }
            if child.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(Instant::now() < end, "the command has not ended; its calls: {:?}", self.calls());
        }
    }
}

async fn pass(State(shared): State<Arc<Shared>>, parts: http::request::Parts, body: Bytes) -> Response {
    let name = name(&parts, &body);
    let hold = {
        let mut calls = shared.calls.lock().unwrap();
        calls.push(name.clone());
        let hold = shared.hold.lock().unwrap();
        hold.as_ref().filter(|(pick, _)| pick.is_last(&calls)).map(|(_, moment)| *moment)
    };
    if hold == Some(Moment::Arrived) {
        return silence(&shared, name).await;
    }
    let url = format!("{}{}", shared.upstream, parts.uri);
    let mut headers = parts.headers;
    headers.remove(http::header::HOST);
    let answer = shared.client.request(parts.method, url).headers(headers).body(body).send().await;
    let Ok(answer) = answer else { return Response::builder().status(502).body(Body::empty()).unwrap() };
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap_or_default()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if hold == Some(Moment::Answered) {
        return silence(&shared, name).await;
    }
    response
}

/// Tells the test of the call, and never answers it.
async fn silence(shared: &Shared, name: String) -> Response {
    // Nobody listens when the test is over.
    let _ = shared.tell.send(name);
    std::future::pending().await
}

/// Names a call as a policy does: the service of the signature, and the action; one of Momento's by its method and
/// the beginning of its path.
fn name(parts: &http::request::Parts, body: &[u8]) -> String {
    let headers = &parts.headers;
    let place = parts.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    match place {
        "_local" => return format!("local:{}", parts.uri.path().trim_start_matches("/_local/")),
        "api-keys" | "momento" => return format!("Momento:{} {place}", parts.method),
        _ => {}
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let service = text("authorization").split('/').nth(3).unwrap_or_default().to_owned();
    let form = String::from_utf8_lossy(body);
    let named = form.split('&').find_map(|part| part.strip_prefix("Action="));
    let action = named.or_else(|| text("x-amz-target").rsplit('.').next()).unwrap_or_default();
    format!("{service}:{action}")
}

#[test]
fn a_call_is_picked_by_its_name_and_its_number() {
    let calls = ["a", "b", "a"].map(str::to_owned);
    assert_eq!(Pick::of(&calls, 3), Some(Pick::Named("a".into(), 2)));
    assert_eq!((Pick::of(&calls, 4), Pick::of(&calls, 0)), (None, None));
    assert!(Pick::Named("a".into(), 2).is_last(&calls) && Pick::Call(3).is_last(&calls));
    assert!(!Pick::Named("a".into(), 1).is_last(&calls) && !Pick::Named("b".into(), 1).is_last(&calls));
}

#[test]
fn a_call_is_named_by_its_signature_and_its_action() {
    let scope = "AWS4-HMAC-SHA256 Credential=x/20261121/us-east-1/events/aws4_request, Signature=0";
    let named = |target: &str, path: &str, body: &[u8]| {
        let request = http::Request::get(path).header("authorization", scope);
        let request = if target.is_empty() { request } else { request.header("x-amz-target", target) };
        name(&request.body(()).unwrap().into_parts().0, body)
    };
    assert_eq!(named("", "/", b"Action=DescribeStacks&Version=1"), "events:DescribeStacks");
    assert_eq!(named("AWSEvents.PutEvents", "/", b"{}"), "events:PutEvents");
    assert_eq!(named("", "/momento/us-east-1/cache/c?key=k", b""), "Momento:GET momento");
    assert_eq!(named("", "/api-keys", b""), "Momento:GET api-keys");
    assert_eq!(named("", "/_local/Settle", b""), "local:Settle");
}

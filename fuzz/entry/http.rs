//! The local cloud's HTTP surface: whatever is asked, a valid answer comes, and the next one too.
//!
//! The input is requests, with a line `---` between them: a request line, headers, an empty line and a body.
//! `@events PutEvents` as the request line stands for the call of that action of an AWS service. The cache
//! `c` and the Momento key `k` are there.

use bytes::Bytes;
use http::{Request, Response, header};
use serde_json::json;

use crate::local::clock::Pace;
use crate::local::cloud::Cloud;
use crate::local::momento::Scope;

/// How many requests of an input are made.
const REQUESTS: usize = 12;

pub fn check(data: &[u8]) {
    // The time is paused: who waits for a message or a retry waits no longer than it takes to say so.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(async {
        let cloud = Cloud::in_memory(Pace::Virtual, "http://localhost:4566");
        let cloud = cloud.unwrap_or_else(|error| panic!("{error}"));
        assert!(cloud.momento().create_cache("us-east-1", "c").is_ok_and(|new| new));
        assert!(cloud.momento().accept_key("k", &Scope::all()).is_ok());
        for request in split(data).into_iter().take(REQUESTS).filter_map(request) {
            validate(&crate::local::http::answer(&cloud, request).await);
        }
        assert_eq!(cloud.control("us-east-1", "Settle", &json!({})).await, Ok(json!({})));
        assert!(cloud.control("us-east-1", "Status", &json!({})).await.is_ok());
    });
}

/// An answer that any HTTP client reads: its body is what its headers say.
fn validate(response: &Response<Bytes>) {
    let status = response.status().as_u16();
    assert!((200..=599).contains(&status), "{status}");
    let body = String::from_utf8_lossy(response.body());
    assert!(!body.contains("InternalFailure"), "{body}");
    if status == 204 || status == 304 {
        assert!(body.is_empty(), "{status} with a body: {body}");
        return;
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    match kind.unwrap_or_default() {
        kind if kind.contains("json") => {
            assert!(serde_json::from_slice::<serde::de::IgnoredAny>(response.body()).is_ok(), "{body}");
        }
        "text/xml" => assert!(is_xml(&body), "{body}"),
        _ => {}
    }
}

/// Splits an input at the lines `---`.
fn split(data: &[u8]) -> Vec<&[u8]> {
    const LINE: &[u8] = b"\n---\n";
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(LINE.len()).position(|window| window == LINE) {
        parts.push(&rest[..at]);
        rest = &rest[at + LINE.len()..];
    }
    parts.push(rest);
    parts
}

/// Reads a request, or nothing where no HTTP server would have taken it.
fn request(data: &[u8]) -> Option<Request<Bytes>> {
    let end = data.windows(2).position(|window| window == b"\n\n");
    let (head, body) = end.map_or((data, &data[data.len()..]), |at| (&data[..at], &data[at + 2..]));
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let mut builder = Request::builder();
    if let Some(call) = first.strip_prefix(b"@") {
        let (service, action) = std::str::from_utf8(call).ok()?.split_once(' ')?;
        let scope = format!("AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/{service}/aws4_request");
        builder = builder.method("POST").uri("/").header(header::AUTHORIZATION, scope);
        builder = builder.header("x-amz-target", format!("X.{action}"));
    } else {
        let mut words = first.splitn(2, |byte| *byte == b' ');
        builder = builder.method(words.next()?).uri(words.next()?);
    }
    for line in lines {
        let at = line.iter().position(|byte| *byte == b':')?;
        builder = builder.header(&line[..at], line[at + 1..].trim_ascii());
    }
    builder.body(Bytes::copy_from_slice(body)).ok()
}

/// Tells whether the elements of a text are closed as they are opened.
fn is_xml(text: &str) -> bool {
    let mut open = Vec::new();
    for piece in text.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { return false };
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else {
            let name = tag.split(' ').next().unwrap_or_default();
            if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
                return false;
            }
            open.push(name);
        }
    }
    open.is_empty() && text.starts_with('<')
}

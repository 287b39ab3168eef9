use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Access, Fault, Momento, MomentoError, Operation, Scope};
use crate::local::clock::{Clock, Pace};
use crate::local::store::Store;

const REGION: &str = "ap-northeast-1";

struct Fixture {
    momento: Momento,
    clock: Arc<Clock>,
    key: String,
}

impl Fixture {
    fn new() -> Self {
        Self::over(Arc::new(Store::in_memory().unwrap()))
    }

    fn over(store: Arc<Store>) -> Self {
        let clock = Arc::new(Clock::new(Pace::Virtual));
        let momento = Momento::new(store, Arc::clone(&clock)).unwrap();
        momento.create_cache(REGION, "my-cache").unwrap();
        let key = momento.issue_key(&Scope::all()).unwrap();
        Self { momento, clock, key }
    }

    fn request(&self, method: &str, path: &str, body: &[u8]) -> Request<Bytes> {
        Request::builder()
            .method(method)
            .uri(path)
            .header("Authorization", &self.key)
            .header("Content-Type", "text/plain")
            .body(Bytes::copy_from_slice(body))
            .unwrap()
    }

    fn call(&self, method: &str, path: &str, body: &[u8]) -> (u16, String) {
        show(&self.momento.handle(REGION, &self.request(method, path, body)))
    }

    fn with_key(&self, key: &str, method: &str, path: &str) -> (u16, String) {
        let mut request = self.request(method, path, b"v");
        request.headers_mut().insert("authorization", key.parse().unwrap());
        show(&self.momento.handle(REGION, &request))
    }

    fn refused(&self, method: &str, path: &str, status: u16, title: &str, description: &str) {
        assert_eq!(self.call(method, path, b"v"), (status, refusal(status, title, description)), "{path}");
    }
}

fn show(response: &Response<Bytes>) -> (u16, String) {
    (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
}

fn refusal(status: u16, title: &str, description: &str) -> String {
    json!({"status": status, "title": title, "description": description}).to_string()
}

fn done() -> (u16, String) {
    (204, String::new())
}

#[test]
fn sets_gets_and_deletes_an_item() {
    let fixture = Fixture::new();
    assert_eq!(fixture.call("PUT", "/cache/my-cache?key=hello&ttl_seconds=60", b"\xff world"), done());
    let response = fixture.momento.handle(REGION, &fixture.request("GET", "/cache/my-cache?key=hello", b""));
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert_eq!(response.body().as_ref(), b"\xff world");
    let item = fixture.momento.get(REGION, "my-cache", b"hello").unwrap().unwrap();
    assert_eq!(item.value, b"\xff world");
    assert_eq!(fixture.call("DELETE", "/cache/my-cache?key=hello", b""), done());
    assert_eq!(fixture.call("DELETE", "/cache/my-cache?key=hello", b""), done());
    let missing = refusal(404, "Key Not Found", "The key was not found in the cache.");
    assert_eq!(fixture.call("GET", "/cache/my-cache?key=hello", b""), (404, missing));
}

#[test]
fn a_key_in_base64_is_the_same_key() {
    let fixture = Fixture::new();
    assert_eq!(fixture.call("PUT", "/cache/my-cache?key_base64=ZXhhbXBsZV9rZXk&ttl_seconds=1", b"v"), done());
    assert_eq!(fixture.call("GET", "/cache/my-cache?key=example_key", b"").0, 200);
    assert_eq!(fixture.call("GET", "/cache/my-cache?key_base64=ZXhhbXBsZV9rZXk%3D", b"").0, 200);
    assert_eq!(fixture.call("PUT", "/cache/my-cache?key_base64=_-8&ttl_seconds=1", b"v"), done());
    assert!(fixture.momento.get(REGION, "my-cache", b"\xff\xef").unwrap().is_some());
    assert_eq!(fixture.call("PUT", "/cache/my-cache?key=a+b%2Bc&ttl_seconds=1", b""), done());
    assert_eq!(fixture.momento.get(REGION, "my-cache", b"a b+c").unwrap().unwrap().value, b"");
}

#[test]
fn items_expire_by_the_clock() {
    let fixture = Fixture::new();
    fixture.call("PUT", "/cache/my-cache?key=a&ttl_seconds=60", b"v");
    fixture.clock.advance(SignedDuration::from_secs(59));
    assert_eq!(fixture.call("GET", "/cache/my-cache?key=a", b"").0, 200);
    fixture.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(fixture.call("GET", "/cache/my-cache?key=a", b"").0, 404);
    assert_eq!(fixture.momento.get(REGION, "my-cache", b"a").unwrap(), None);
}

#[test]
fn a_request_that_contradicts_itself_is_refused() {
    let fixture = Fixture::new();
    let both = "You must specify either 'key' or 'key_base64', not both.";
    fixture.refused("GET", "/cache/my-cache?key=a&key_base64=YQ", 400, "Multiple Keys Specified", both);
    fixture.refused("GET", "/cache/my-cache?key=a&key_base64=", 400, "Multiple Keys Specified", both);
    let none = "You must specify either 'key' or 'key_base64'.";
    fixture.refused("GET", "/cache/my-cache", 400, "No Key Specified", none);
    fixture.refused("GET", "/cache/my-cache?key=", 400, "No Key Specified", none);
    let twice = "'key' is given more than once.";
    fixture.refused("GET", "/cache/my-cache?key=a&key=b", 400, "Duplicate Parameter", twice);
    let base64 = "'key_base64' is not base64url: Invalid symbol 43, offset 0.";
    fixture.refused("GET", "/cache/my-cache?key_base64=%2B%2B", 400, "Invalid Key", base64);
    let tokens = "You must specify the token either in the 'Authorization' header or in the 'token' parameter, not both.";
    fixture.refused("GET", "/cache/my-cache?key=a&token=x", 400, "Multiple Auth Tokens Specified", tokens);
}

#[test]
fn a_time_to_live_is_1_to_86400_seconds() {
    let fixture = Fixture::new();
    for (given, description) in [
        ("", "'ttl_seconds' is required"),
        ("&ttl_seconds=", "'ttl_seconds' must be an integer, not \"\""),
        ("&ttl_seconds=1.5", "'ttl_seconds' must be an integer, not \"1.5\""),
        ("&ttl_seconds=0", "'ttl_seconds' must be from 1 to 86400, not 0"),
        ("&ttl_seconds=-1", "'ttl_seconds' must be from 1 to 86400, not -1"),
        ("&ttl_seconds=86401", "'ttl_seconds' must be from 1 to 86400, not 86401"),
    ] {
        fixture.refused("PUT", &format!("/cache/my-cache?key=a{given}"), 400, "Invalid TTL", description);
    }
    assert_eq!(fixture.call("PUT", "/cache/my-cache?key=a&ttl_seconds=86400", b"v"), done());
}

#[test]
fn sizes_are_limited() {
    let fixture = Fixture::new();
    let path = "/cache/my-cache?key=a&ttl_seconds=60";
    assert_eq!(fixture.call("PUT", path, &vec![0; 4_999_999]), done());
    let large = refusal(400, "Item Too Large", "An item's key and value have at most 5000000 bytes.");
    assert_eq!(fixture.call("PUT", path, &vec![0; 5_000_000]), (400, large));
    assert_eq!(fixture.call("POST", "/topics/my-cache/t", &[b'a'; 4096]), done());
    let large = refusal(400, "Message Too Large", "A message has at most 4096 bytes.");
    assert_eq!(fixture.call("POST", "/topics/my-cache/t", &[b'a'; 4097]), (400, large));
}

#[test]
fn a_cache_exists_only_when_made_and_only_in_its_region() {
    let fixture = Fixture::new();
    for path in ["/cache/other?key=a&ttl_seconds=1", "/cache/my%2Fcache?key=a&ttl_seconds=1"] {
        for method in ["GET", "PUT", "DELETE"] {
            fixture.refused(method, path, 404, "Not Found", "Cache not found");
        }
    }
    fixture.refused("POST", "/topics/other/t", 404, "Not Found", "Cache not found");
    fixture.refused("GET", "/topics/other/t", 404, "Not Found", "Cache not found");
    let there = fixture.request("GET", "/cache/my-cache?key=a", b"");
    assert!(show(&fixture.momento.handle("us-east-1", &there)).1.contains("Cache not found"));

    assert!(!fixture.momento.create_cache(REGION, "my-cache").unwrap());
    assert!(fixture.momento.create_cache(REGION, "second").unwrap());
    assert_eq!(fixture.momento.list_caches(REGION).unwrap(), ["my-cache", "second"]);
    assert!(matches!(fixture.momento.create_cache(REGION, " "), Err(MomentoError::EmptyName)));
    assert!(fixture.momento.delete_cache(REGION, "second").unwrap());
    assert!(!fixture.momento.delete_cache(REGION, "second").unwrap());
    let error = fixture.momento.get(REGION, "second", b"a").unwrap_err();
    assert_eq!(error.to_string(), "there is no cache named \"second\" in ap-northeast-1");
}

#[test]
fn a_cache_made_again_is_empty() {
    let fixture = Fixture::new();
    fixture.call("PUT", "/cache/my-cache?key=a&ttl_seconds=60", b"v");
    fixture.momento.delete_cache(REGION, "my-cache").unwrap();
    fixture.momento.create_cache(REGION, "my-cache").unwrap();
    assert_eq!(fixture.call("GET", "/cache/my-cache?key=a", b"").0, 404);
}

#[test]
fn other_paths_and_methods_are_refused() {
    let fixture = Fixture::new();
    for path in ["/", "/cache", "/cache/", "/cache/a/b", "/topics/a", "/topics/a/", "/topics/a/b/c", "/x"] {
        assert_eq!(fixture.call("GET", path, b"").0, 404, "{path}");
    }
    fixture.refused(
        "POST",
        "/cache/my-cache",
        405,
        "Method Not Allowed",
        "This path takes GET, PUT and DELETE.",
    );
    fixture.refused("PUT", "/topics/my-cache/t", 405, "Method Not Allowed", "This path takes GET and POST.");
}

#[test]
fn a_token_is_required_and_checked() {
    let fixture = Fixture::new();
    let path = "/cache/my-cache?key=a";
    let mut bare = fixture.request("GET", path, b"");
    bare.headers_mut().remove("authorization");
    let missing = "You must specify a token in the 'Authorization' header or in the 'token' parameter.";
    let expected = (401, refusal(401, "No Auth Token Provided", missing));
    assert_eq!(show(&fixture.momento.handle(REGION, &bare)), expected);
    *bare.uri_mut() = format!("{path}&token={}", fixture.key).parse().unwrap();
    assert_eq!(fixture.momento.handle(REGION, &bare).status(), 404);

    let format = "The 'Authorization' header must hold the token and nothing else.";
    let expected = (401, refusal(401, "Invalid authorization header format", format));
    assert_eq!(fixture.with_key(&format!("Bearer {}", fixture.key), "GET", path), expected);
    for malformed in ["x", "a.b.c", "a.b.c.d", "e30.e30.", "e30.W10.x", "e30"] {
        let expected = (401, refusal(401, "Unauthorized", "The token is malformed."));
        assert_eq!(fixture.with_key(malformed, "GET", path), expected, "{malformed}");
    }
}

#[test]
fn any_jwt_is_a_key_until_it_expires_or_is_revoked() {
    let fixture = Fixture::new();
    let path = "/cache/my-cache?key=a&ttl_seconds=9";
    let expiry = fixture.clock.now().as_second() + 100;
    let foreign =
        format!("eyJhbGciOiJIUzI1NiJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(json!({"exp": expiry}).to_string()));
    let version_1 =
        STANDARD.encode(json!({"endpoint": "cell.prod.a.momentohq.com", "api_key": foreign}).to_string());
    assert_eq!(fixture.with_key(&foreign, "PUT", path), done());
    assert_eq!(fixture.with_key(&version_1, "PUT", path), done());
    fixture.clock.advance(SignedDuration::from_secs(101));
    let expired = (401, refusal(401, "Unauthorized", "The token has expired."));
    assert_eq!(fixture.with_key(&foreign, "PUT", path), expired);
    assert_eq!(fixture.with_key(&version_1, "PUT", path), expired);

    let until = fixture.clock.now() + SignedDuration::from_secs(5);
    let short = fixture.momento.issue_key_until(&Scope::all(), until).unwrap();
    assert_eq!(fixture.with_key(&short, "PUT", path), done());
    fixture.clock.advance(SignedDuration::from_secs(5));
    assert_eq!(fixture.with_key(&short, "PUT", path), expired);

    fixture.momento.revoke_key(&fixture.key).unwrap();
    let revoked = (401, refusal(401, "Unauthorized", "The token has been revoked."));
    assert_eq!(fixture.call("PUT", path, b"v"), revoked);
    fixture.momento.accept_key("not-a-jwt", &Scope::all()).unwrap();
    assert_eq!(fixture.with_key("not-a-jwt", "PUT", path), done());
}

#[test]
fn a_key_allows_only_its_scope() {
    let fixture = Fixture::new();
    fixture.momento.create_cache(REGION, "other").unwrap();
    let forbidden =
        (403, refusal(403, "Forbidden", "The token does not grant the required access to this resource."));
    let put = "/cache/my-cache?key=a&ttl_seconds=9";

    let reader = Scope { access: Access::ReadOnly, cache: None };
    let reader = fixture.momento.issue_key(&reader).unwrap();
    assert_eq!(fixture.with_key(&reader, "PUT", put), forbidden);
    assert_eq!(fixture.with_key(&reader, "DELETE", put), forbidden);
    assert_eq!(fixture.with_key(&reader, "POST", "/topics/my-cache/t"), forbidden);
    assert_eq!(fixture.with_key(&reader, "GET", put).0, 404);

    let writer = Scope { access: Access::WriteOnly, cache: Some("my-cache".into()) };
    let writer = fixture.momento.issue_key(&writer).unwrap();
    assert_eq!(fixture.with_key(&writer, "PUT", put), done());
    assert_eq!(fixture.with_key(&writer, "GET", put), forbidden);
    assert_eq!(fixture.with_key(&writer, "GET", "/topics/my-cache/t"), forbidden);
    assert_eq!(fixture.with_key(&writer, "PUT", "/cache/other?key=a&ttl_seconds=9"), forbidden);
}

#[test]
fn a_key_is_short_enough_for_a_connection_and_not_kept() {
    let directory = tempfile::tempdir().unwrap();
    let fixture = Fixture::over(Arc::new(Store::open(directory.path()).unwrap()));
    assert!(fixture.key.len() <= 512, "{}", fixture.key.len());
    let signature = fixture.key.rsplit('.').next().unwrap();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(signature.len()).any(|window| window == signature.as_bytes()));
    }
}

#[test]
fn faults_make_calls_go_wrong() {
    let fixture = Fixture::new();
    let path = "/cache/my-cache?key=a&ttl_seconds=9";
    fixture.momento.set_fault(REGION, Operation::Cache, Some(Fault::PerSecond(0))).unwrap();
    let limited =
        (429, refusal(429, "Resources Exhausted", "The limit of 0 requests per second was exceeded."));
    assert_eq!(fixture.call("PUT", path, b"v"), limited);
    assert_eq!(fixture.call("POST", "/topics/my-cache/t", b"v"), done());
    fixture.momento.set_fault(REGION, Operation::Cache, Some(Fault::PerSecond(2))).unwrap();
    fixture.clock.advance(SignedDuration::from_millis(
        i64::from(1_000_000_000 - fixture.clock.now().subsec_nanosecond()) / 1_000_000 + 1,
    ));
    let calls: Vec<u16> = (0..3).map(|_| fixture.call("PUT", path, b"v").0).collect();
    assert_eq!(calls, [204, 204, 429]);
    fixture.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(fixture.call("PUT", path, b"v"), done());

    fixture.momento.set_fault(REGION, Operation::Cache, Some(Fault::Status(500))).unwrap();
    let broken = (500, refusal(500, "Internal Server Error", "A fault was set for this operation."));
    assert_eq!(fixture.call("PUT", path, b"v"), broken);
    fixture.momento.set_fault(REGION, Operation::Cache, None).unwrap();
    assert_eq!(fixture.call("PUT", path, b"v"), done());
}

#[test]
fn what_was_acknowledged_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let fixture = Fixture::over(Arc::new(Store::open(directory.path()).unwrap()));
    fixture.call("PUT", "/cache/my-cache?key=a&ttl_seconds=60", b"v");
    fixture.call("POST", "/topics/my-cache/t", b"m");
    fixture.momento.set_fault(REGION, Operation::Topics, Some(Fault::Status(503))).unwrap();
    let key = fixture.key.clone();
    drop(fixture);
    let mut fixture = Fixture::over(Arc::new(Store::open(directory.path()).unwrap()));
    fixture.key = key;
    assert_eq!(fixture.call("GET", "/cache/my-cache?key=a", b""), (200, "v".into()));
    assert_eq!(fixture.call("GET", "/topics/my-cache/t?sequence_number=1", b"").0, 503);
    fixture.momento.set_fault(REGION, Operation::Topics, None).unwrap();
    assert!(fixture.call("GET", "/topics/my-cache/t?sequence_number=1", b"").1.contains("\"text\":\"m\""));
}

#[test]
fn a_message_needs_a_content_type_that_says_how_to_read_it() {
    let fixture = Fixture::new();
    let mut request = fixture.request("POST", "/topics/my-cache/t", b"v");
    for (given, accepted) in [
        ("TEXT/plain; charset=utf-8", true),
        ("application/octet-stream", true),
        ("application/json; charset=utf-8", false),
        ("", false),
    ] {
        request.headers_mut().insert("content-type", given.parse().unwrap());
        let answer = show(&fixture.momento.handle(REGION, &request));
        let description =
            format!("'Content-Type' must be text/plain or application/octet-stream, not {given:?}");
        let refused = (400, refusal(400, "Invalid Content Type", &description));
        assert_eq!(answer, if accepted { done() } else { refused });
    }
    assert_eq!(
        fixture.call("POST", "/topics/my-cache/t", b"\xff"),
        (
            400,
            refusal(
                400,
                "Invalid Message",
                "A text/plain message must be UTF-8: invalid utf-8 sequence of 1 bytes from index 0"
            )
        )
    );
}

/// Returns what a subscriber gets at once: texts, and discontinuities as `last>new`.
fn read(fixture: &Fixture, number: i64, page: i64) -> Vec<String> {
    let path = format!("/topics/my-cache/t?sequence_number={number}&sequence_page={page}");
    let (status, body) = fixture.call("GET", &path, b"");
    assert_eq!(status, 200);
    let body: Value = serde_json::from_str(&body).unwrap();
    body["items"].as_array().unwrap().iter().map(item).collect()
}

fn item(item: &Value) -> String {
    if let Some(gap) = item.get("discontinuity") {
        return format!("{}>{}", gap["last_topic_sequence"], gap["new_topic_sequence"]);
    }
    let item = &item["item"];
    format!("{}:{}", item["topic_sequence_number"], item["value"]["text"].as_str().unwrap())
}

#[test]
fn a_subscriber_goes_on_where_it_stopped() {
    let fixture = Fixture::new();
    assert!(read(&fixture, 1, 0).is_empty());
    for message in ["a", "b", "c"] {
        fixture.call("POST", "/topics/my-cache/t", message.as_bytes());
    }
    assert_eq!(read(&fixture, 1, 0), ["1:a", "2:b", "3:c"]);
    assert_eq!(read(&fixture, 3, 0), ["3:c"]);
    assert!(read(&fixture, 4, 0).is_empty());
    assert!(read(&fixture, 0, 0).is_empty());
    let now = fixture.clock.now().as_second();
    let (_, body) = fixture.call("GET", "/topics/my-cache/t?sequence_number=3", b"");
    let page = serde_json::from_str::<Value>(&body).unwrap()["items"][0]["item"]["sequence_page"].clone();
    assert!((now - page.as_i64().unwrap()) < 5);
    assert_eq!(
        body,
        json!({"items": [{"item": {"topic_sequence_number": 3, "sequence_page": page, "value": {"text": "c"}}}]})
            .to_string()
    );
    // Another life of the topic: what the subscriber missed starts with a discontinuity.
    assert_eq!(read(&fixture, 3, 7), ["2>1", "1:a", "2:b", "3:c"]);
    let number = "'sequence_number' must be a whole number from 0, not \"x\"";
    fixture.refused("GET", "/topics/my-cache/t?sequence_number=x", 400, "Invalid Sequence", number);
    let page = "'sequence_page' must be a whole number from 0, not \"-1\"";
    fixture.refused("GET", "/topics/my-cache/t?sequence_page=-1", 400, "Invalid Sequence", page);
}

#[test]
fn a_topic_keeps_its_last_thousand_messages() {
    let fixture = Fixture::new();
    for number in 1..=1002 {
        fixture.call("POST", "/topics/my-cache/t", number.to_string().as_bytes());
    }
    let messages = read(&fixture, 1, 0);
    assert_eq!(messages.len(), 1001);
    assert_eq!(messages[..2], ["0>3", "3:3"]);
    fixture.momento.delete_cache(REGION, "my-cache").unwrap();
    fixture.momento.create_cache(REGION, "my-cache").unwrap();
    fixture.call("POST", "/topics/my-cache/t", b"new");
    // A number that does not exist yet waits for what comes; an old page starts from the beginning.
    assert!(read(&fixture, 1000, 0).is_empty());
    assert_eq!(read(&fixture, 1000, 7), ["999>1", "1:new"]);
}

#[test]
fn a_binary_message_is_given_as_base64() {
    let fixture = Fixture::new();
    let mut request = fixture.request("POST", "/topics/my-cache/t", b"\xff\x00");
    request.headers_mut().insert("content-type", "application/octet-stream".parse().unwrap());
    assert_eq!(show(&fixture.momento.handle(REGION, &request)), done());
    let (_, body) = fixture.call("GET", "/topics/my-cache/t?sequence_number=1", b"");
    assert!(body.contains(r#""value":{"binary":"/wA="}"#), "{body}");
}

#[tokio::test]
async fn a_long_poll_waits_for_the_next_message() {
    let fixture = Arc::new(Fixture::new());
    fixture.call("POST", "/topics/my-cache/t", b"before");
    let subscriber = Arc::clone(&fixture);
    let poll = tokio::spawn(async move {
        let request = subscriber.request("GET", "/topics/my-cache/t?sequence_number=0&sequence_page=0", b"");
        show(&subscriber.momento.answer(REGION, &request).await)
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!poll.is_finished());
    fixture.call("POST", "/topics/my-cache/other", b"elsewhere");
    fixture.call("POST", "/topics/my-cache/t", b"after");
    let (status, body) = poll.await.unwrap();
    assert_eq!(status, 200);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["items"].as_array().unwrap().iter().map(item).collect::<Vec<_>>(), ["2:after"]);
}

#[tokio::test]
async fn a_long_poll_ends_when_its_cache_is_removed() {
    let fixture = Arc::new(Fixture::new());
    let subscriber = Arc::clone(&fixture);
    let poll = tokio::spawn(async move {
        let request = subscriber.request("GET", "/topics/my-cache/t", b"");
        show(&subscriber.momento.poll(REGION, &request).await)
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    fixture.momento.delete_cache(REGION, "my-cache").unwrap();
    assert_eq!(poll.await.unwrap(), (404, refusal(404, "Not Found", "Cache not found")));
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_without_a_message_ends_empty() {
    let fixture = Fixture::new();
    let request = fixture.request("GET", "/topics/my-cache/t", b"");
    let answer = show(&fixture.momento.poll(REGION, &request).await);
    assert_eq!(answer, (200, r#"{"items":[]}"#.to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_request_makes_it_panic(
        method in "GET|PUT|POST|DELETE|PATCH",
        path in "/(cache|topics)/[a-z%+/]{0,8}(/[ -~&&[^ \"#<>?\\\\^`{|}]]{0,6})?",
        query in "((key|key_base64|ttl_seconds|token|sequence_number|sequence_page)=[0-9a-zA-Z%+=_-]{0,20}&?){0,4}",
        token in "[ -~]{0,30}",
        body in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let fixture = Fixture::new();
        let Ok(uri) = format!("{path}?{query}").parse::<http::Uri>() else { return Ok(()) };
        for authorization in [token.as_str(), fixture.key.as_str()] {
            let mut request = fixture.request(&method, "/", &body);
            *request.uri_mut() = uri.clone();
            request.headers_mut().insert("authorization", authorization.parse().unwrap());
            let (status, answer) = show(&fixture.momento.handle(REGION, &request));
            prop_assert!(matches!(status, 200 | 204 | 400 | 401 | 404 | 405), "{status} {answer}");
        }
    }

    #[test]
    fn no_token_is_accepted_that_is_not_a_jwt(token in "[A-Za-z0-9._=-]{1,60}") {
        let fixture = Fixture::new();
        let (status, _) = fixture.with_key(&token, "GET", "/cache/my-cache?key=a");
        prop_assert_eq!(status, 401);
    }
}

//! Where the event and the stack come from.

use snapbox::str;

use crate::harness::{Session, repository};

/// A session with the stack definitions of the repository.
fn with_stacks() -> Session {
    let session = Session::new();
    let shop = std::fs::read_to_string(repository().join("stacks/shop.yaml")).unwrap();
    session.file("stacks/shop.yaml", shop);
    session
}

#[test]
fn a_source_that_the_stack_does_not_take() {
    with_stacks().run("explain --stack shop topicPublish").is(str![[r#"
lost no rule matches: EventBridge drops the event without a trace
CacheSetByKeyRule           no  detail-type is "topicPublish", not "cacheSet"
CacheSetByKeyBase64Rule     no  detail-type is "topicPublish", not "cacheSet"
CacheSetRejectedRule        no  detail-type is "topicPublish", not "cacheSet"
CacheDeleteByKeyRule        no  detail-type is "topicPublish", not "cacheDelete"
CacheDeleteByKeyBase64Rule  no  detail-type is "topicPublish", not "cacheDelete"
CacheDeleteRejectedRule     no  detail-type is "topicPublish", not "cacheDelete"
TopicPublishRule            no  source is "demo", not "shop.orders" or
                                "shop.prices"
TopicPublishRejectedRule    no  source is "demo", not "shop.orders" or
                                "shop.prices"
------- stderr -------
this is the documented sample of topicPublish

"#]]);
}

#[test]
fn a_source_that_the_stack_takes() {
    let line = "explain '{\"cacheName\":\"c\",\"key\":\"k\"}' --detail-type cacheDelete --source shop.orders --stack shop";
    let text = with_stacks().run(line).success();
    assert!(
        text.starts_with("CacheDeleteByKeyRule        yes → Momento (CacheDeleteDestination)\n"),
        "{text}"
    );
}

#[test]
fn the_event_comes_from_a_file_or_standard_input() {
    let session = Session::new();
    let event = r#"{"source":"demo","detail-type":"cacheDelete","detail":{"cacheName":"c","key":"k"}}"#;
    session.file("event.json", event);
    let inline = session.run_words(["explain", event], "").success();
    assert!(inline.contains("  > DELETE /cache/c?key=k HTTP/1.1\n"), "{inline}");
    assert_eq!(session.run("explain event.json").success(), inline);
    assert_eq!(session.run("explain @event.json").success(), inline);
    assert_eq!(session.run_with("explain -", event).success(), inline);
    assert!(session.run("explain cacheSet").success().contains("  > PUT /cache/my-cache?key=test-key"));
    let entry = session.run("put-event cacheDelete --dry-run").success();
    assert!(session.run_with("explain -", entry).success().contains("DELETE /cache/my-cache?key=test-key"));
}

#[test]
fn the_region_decides_the_host() {
    let host = |line: &str, session: &Session| {
        let text = session.run(line).success();
        text.lines().find_map(|line| line.strip_prefix("  > Host: ").map(str::to_owned)).unwrap()
    };
    let session = Session::new();
    let of = |region: &str| format!("api.cache.cell-1-{region}-1.prod.a.momentohq.com");
    assert_eq!(host("explain", &session), "api.cache.cell-us-east-1-1.prod.a.momentohq.com");
    assert_eq!(host("explain --region eu-west-1", &session), of("eu-west-1"));
    let deployments = r#"[{"place":"aws","stack":"momento-api","region":"eu-west-2","bus":"default"}]"#;
    session.file(".evbridge-momento/deployments.json", deployments);
    assert_eq!(host("explain", &session), of("eu-west-2"));
    assert_eq!(host("explain", &Session::new().env("AWS_REGION", "eu-north-1")), of("eu-north-1"));
    let private = Session::new().env("EVBRIDGE_MOMENTO_ENDPOINT", "https://cell.example.com/m");
    assert_eq!(host("explain --region mars-1", &private), "cell.example.com");
    Session::new().run("explain --region mars-1").is(str![[r#"
------- stderr -------
no event was given: this is the documented sample of cacheSet
error: Momento is not in region `mars-1`

hint: the nearest regions with Momento are us-east-1 (US East (N. Virginia)), eu-west-1 (Europe (Ireland)), us-east-2 (US East (Ohio)); or give the base URL of an endpoint with --momento-endpoint

hint: `evbridge-momento regions` lists all
[exit status: 4]

"#]]);
}

#[test]
fn what_is_no_event() {
    let session = Session::new();
    session.run_words(["explain", "{\"source\":"], "").is(str![[r#"
------- stderr -------
error: the event cannot be explained
  cause: it is not JSON: unexpected end at line 1 column 11

hint: give a file, `-` for standard input, or JSON text in quotes
[exit status: 5]

"#]]);
    session.run_words(["explain", "[]"], "").is(str![[r#"
------- stderr -------
error: the event cannot be explained
  cause: it is an array, and must be a JSON object

hint: an event looks like {"source":"demo","detail-type":"cacheSet","detail":{…}}
[exit status: 5]

"#]]);
    session.run_words(["explain", r#"{"cacheName":"c"}"#], "").is(str![[r#"
------- stderr -------
error: the event cannot be explained
  cause: it looks like a detail alone: it has neither source nor detail-type nor detail

hint: say which event the detail belongs to, such as `--detail-type cacheSet`
[exit status: 5]

"#]]);
    session.run_words(["explain", r#"{"source":"s","detail-type":"cacheSet"}"#], "").is(str![[r#"
------- stderr -------
error: the event cannot be explained
  cause: it has no detail

hint: an event looks like {"source":"demo","detail-type":"cacheSet","detail":{…}}
[exit status: 5]

"#]]);
    session.run_words(["explain", "missing.json"], "").is(str![[r#"
------- stderr -------
error: the event missing.json cannot be read
  cause: No such file or directory (os error 2)

hint: give a file, `-` for standard input, JSON text that starts with {, cacheSet, cacheDelete or topicPublish for a sample, or the id of an event that was put locally
[exit status: 2]

"#]]);
    session.run_with("explain -", [0xff]).is(str![[r#"
------- stderr -------
error: standard input is not UTF-8 text
  cause: invalid utf-8 sequence of 1 bytes from index 0
[exit status: 5]

"#]]);
    session.run("explain 6f1c2d3e-0000-4000-8000-0123456789ab").is(str![[r#"
------- stderr -------
error: [UUID] is the id of an event, and AWS keeps no events

hint: add `--local` for an event that was put on the local cloud

hint: for another one give the event itself: a file, `-`, or JSON text
[exit status: 2]

"#]]);
}

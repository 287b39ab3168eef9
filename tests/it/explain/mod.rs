//! `explain` and `put-event --explain`: here the rows of the text, below where the event comes from and goes to.

#![allow(clippy::needless_raw_string_hashes, reason = "snapbox writes its snapshots so")]

mod clouds;
mod given;

use serde_json::Value;
use snapbox::str;

use crate::harness::{Outcome, Session};

/// Explains a detail of an event.
fn detail(detail: &str, detail_type: &str) -> Outcome {
    Session::new().run_words(["explain", detail, "--detail-type", detail_type], "")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The rows of a text, one for each rule.
fn rows(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with(char::is_uppercase)).collect()
}

#[test]
fn without_an_event_it_takes_the_documented_sample() {
    let session = Session::new();
    session.run("explain").is(str![[r#"
CacheSetByKeyRule           yes → Momento (CacheSetDestination)
  > PUT /cache/my-cache?key=test-key&ttl_seconds=300 HTTP/1.1
  > Host: api.cache.cell-us-east-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 14
  > Content-Type: application/json; charset=utf-8
  > Authorization: ***
  >
  > "hello world!"
CacheSetByKeyBase64Rule     no  detail.key_base64 is absent
                                detail.key is present, and should be absent
CacheSetRejectedRule        no  none of the 6 alternatives of $or:
                                - detail.cacheName holds "my-cache", wants
                                [{"exists":false},""]
                                - detail.key_base64 is absent
                                - detail.key is present, and should be absent
                                - detail.key is "test-key", not ""
                                - detail.ttl holds 300
CacheDeleteByKeyRule        no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteByKeyBase64Rule  no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteRejectedRule     no  detail-type is "cacheSet", not "cacheDelete"
TopicPublishRule            no  detail-type is "cacheSet", not "topicPublish"
TopicPublishRejectedRule    no  detail-type is "cacheSet", not "topicPublish"
------- stderr -------
no event was given: this is the documented sample of cacheSet

"#]]);
    assert!(session.files().is_empty(), "nothing is written, not even a state directory");
}

#[test]
fn the_json_is_what_its_schema_says() {
    let schema = schemars::schema_for!(evbridge_momento::commands::explain::Explained);
    let validator = jsonschema::validator_for(schema.as_value()).unwrap();
    for words in [&["explain"][..], &["explain", "{}", "--detail-type", "cacheSet"]] {
        let words = words.iter().chain(&["--output", "json"]);
        let answer = json(&Session::new().run_words(words, "").success());
        let problems: Vec<_> = validator.iter_errors(&answer).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{problems:?}");
    }
}

#[test]
fn both_keys() {
    let text = r#"{"cacheName":"c","key":"k","key_base64":"aw","message":"m","ttl":60}"#;
    detail(text, "cacheSet").is(str![[r#"
CacheSetRejectedRule        yes → dead-letter queue
                                because detail.key holds "k" and
                                detail.key_base64 holds "aw"
  > {"version":"0","id":"[UUID]","detail-type":"cacheSet","source":"demo","account":"000000000000","time":"[TIME]","region":"us-east-1","resources":[],"detail":{"cacheName":"c","key":"k","key_base64":"aw","message":"m","ttl":60}}
CacheSetByKeyRule           no  detail.key_base64 is present, and should be
                                absent
CacheSetByKeyBase64Rule     no  detail.key is present, and should be absent
CacheDeleteByKeyRule        no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteByKeyBase64Rule  no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteRejectedRule     no  detail-type is "cacheSet", not "cacheDelete"
TopicPublishRule            no  detail-type is "cacheSet", not "topicPublish"
TopicPublishRejectedRule    no  detail-type is "cacheSet", not "topicPublish"
------- stderr -------
its id and time are made up: EventBridge gives each event its own

"#]]);
}

#[test]
fn neither_key_and_an_empty_cache_name() {
    detail(r#"{"cacheName":""}"#, "cacheDelete").is(str![[r#"
CacheDeleteRejectedRule     yes → dead-letter queue
                                because detail.cacheName holds ""
                                because detail.key is absent and
                                detail.key_base64 is absent
  > {"version":"0","id":"[UUID]","detail-type":"cacheDelete","source":"demo","account":"000000000000","time":"[TIME]","region":"us-east-1","resources":[],"detail":{"cacheName":""}}
CacheDeleteByKeyRule        no  detail.cacheName holds "", wants
                                [{"anything-but":""}]
                                detail.key is absent
CacheDeleteByKeyBase64Rule  no  detail.cacheName holds "", wants
                                [{"anything-but":""}]
                                detail.key_base64 is absent
CacheSetByKeyRule           no  detail-type is "cacheDelete", not "cacheSet"
CacheSetByKeyBase64Rule     no  detail-type is "cacheDelete", not "cacheSet"
CacheSetRejectedRule        no  detail-type is "cacheDelete", not "cacheSet"
TopicPublishRule            no  detail-type is "cacheDelete", not "topicPublish"
TopicPublishRejectedRule    no  detail-type is "cacheDelete", not "topicPublish"
------- stderr -------
its id and time are made up: EventBridge gives each event its own

"#]]);
}

#[test]
fn a_ttl_that_is_a_string() {
    detail(r#"{"cacheName":"c","key":"k","message":"m","ttl":"60"}"#, "cacheSet").is(str![[r#"
CacheSetRejectedRule        yes → dead-letter queue
                                because detail.ttl holds "60"
  > {"version":"0","id":"[UUID]","detail-type":"cacheSet","source":"demo","account":"000000000000","time":"[TIME]","region":"us-east-1","resources":[],"detail":{"cacheName":"c","key":"k","message":"m","ttl":"60"}}
CacheSetByKeyRule           no  detail.ttl holds "60", a string: the pattern
                                wants a number
CacheSetByKeyBase64Rule     no  detail.key_base64 is absent
                                detail.key is present, and should be absent
                                detail.ttl holds "60", a string: the pattern
                                wants a number
CacheDeleteByKeyRule        no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteByKeyBase64Rule  no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteRejectedRule     no  detail-type is "cacheSet", not "cacheDelete"
TopicPublishRule            no  detail-type is "cacheSet", not "topicPublish"
TopicPublishRejectedRule    no  detail-type is "cacheSet", not "topicPublish"
------- stderr -------
its id and time are made up: EventBridge gives each event its own

"#]]);
}

#[test]
fn a_key_that_is_an_object_and_a_ttl_out_of_range() {
    detail(r#"{"cacheName":"c","key":{"a":1},"ttl":86401}"#, "cacheSet").is(str![[r#"
CacheSetRejectedRule        yes → dead-letter queue
                                because detail.key is an object, which a pattern
                                takes as absent and detail.key_base64 is absent
                                because detail.ttl holds 86401
  > {"version":"0","id":"[UUID]","detail-type":"cacheSet","source":"demo","account":"000000000000","time":"[TIME]","region":"us-east-1","resources":[],"detail":{"cacheName":"c","key":{"a":1},"ttl":86401}}
CacheSetByKeyRule           no  detail.key is an object, and the pattern asks
                                for a value
                                detail.ttl holds 86401, wants
                                [{"numeric":[">",0,"<=",86400]}]
CacheSetByKeyBase64Rule     no  detail.key_base64 is absent
                                detail.ttl holds 86401, wants
                                [{"numeric":[">",0,"<=",86400]}]
CacheDeleteByKeyRule        no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteByKeyBase64Rule  no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteRejectedRule     no  detail-type is "cacheSet", not "cacheDelete"
TopicPublishRule            no  detail-type is "cacheSet", not "topicPublish"
TopicPublishRejectedRule    no  detail-type is "cacheSet", not "topicPublish"
------- stderr -------
its id and time are made up: EventBridge gives each event its own

"#]]);
}

#[test]
fn an_unknown_detail_type() {
    detail("{}", "cacheset").is(str![[r#"
lost no rule matches: EventBridge drops the event without a trace
CacheSetByKeyRule           no  detail-type holds "cacheset", which differs in
                                case
CacheSetByKeyBase64Rule     no  detail-type holds "cacheset", which differs in
                                case
CacheSetRejectedRule        no  detail-type holds "cacheset", which differs in
                                case
CacheDeleteByKeyRule        no  detail-type is "cacheset", not "cacheDelete"
CacheDeleteByKeyBase64Rule  no  detail-type is "cacheset", not "cacheDelete"
CacheDeleteRejectedRule     no  detail-type is "cacheset", not "cacheDelete"
TopicPublishRule            no  detail-type is "cacheset", not "topicPublish"
TopicPublishRejectedRule    no  detail-type is "cacheset", not "topicPublish"

"#]]);
}

#[test]
fn a_message_that_is_an_object_stays_json() {
    let outcome =
        detail(r#"{"cacheName":"c","topicName":"t","message":{"b":1.0,"a":[null]}}"#, "topicPublish");
    outcome.is(str![[r#"
TopicPublishRule            yes → Momento (TopicPublishDestination)
  > POST /topics/c/t HTTP/1.1
  > Host: api.cache.cell-us-east-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 20
  > Authorization: ***
  > Content-Type: text/plain
  >
  > {"b":1.0,"a":[null]}
TopicPublishRejectedRule    no  none of the 2 alternatives of $or:
                                - detail.cacheName holds "c", wants
                                [{"exists":false},""]
                                - detail.topicName holds "t", wants
                                [{"exists":false},""]
CacheSetByKeyRule           no  detail-type is "topicPublish", not "cacheSet"
CacheSetByKeyBase64Rule     no  detail-type is "topicPublish", not "cacheSet"
CacheSetRejectedRule        no  detail-type is "topicPublish", not "cacheSet"
CacheDeleteByKeyRule        no  detail-type is "topicPublish", not "cacheDelete"
CacheDeleteByKeyBase64Rule  no  detail-type is "topicPublish", not "cacheDelete"
CacheDeleteRejectedRule     no  detail-type is "topicPublish", not "cacheDelete"

"#]]);
}

#[test]
fn a_message_that_is_missing() {
    let text = detail(r#"{"cacheName":"c","topicName":"t"}"#, "topicPublish").success();
    let row = "TopicPublishRule            yes → Momento (TopicPublishDestination)\n";
    let note = format!("{:32}the body is {{}}: InputPath finds nothing\n", "");
    assert!(text.starts_with(&format!("{row}{note}")), "{text}");
    assert!(text.contains("  >\n  > {}\n"), "{text}");
}

#[test]
fn quotes_line_breaks_unicode_and_spaces() {
    let text =
        r#"{"cacheName":"my cache","key":"ключ/a b?&=\"","message":"one\n\"two\"\t\\ é\u001b[2J","ttl":1}"#;
    let text = detail(text, "cacheSet").success();
    assert!(text.contains(
        "  > PUT /cache/my%20cache?key=%D0%BA%D0%BB%D1%8E%D1%87%2Fa%20b%3F%26%3D%22&ttl_seconds=1 HTTP/1.1\n"
    ), "{text}");
    assert!(text.contains("  > \"one\\n\\\"two\\\"\\t\\\\ é\\u001b[2J\"\n"), "{text}");
}

#[test]
fn no_line_of_a_reason_is_wider_than_the_page() {
    let key = "k".repeat(2000);
    for text in [
        format!(r#"{{"cacheName":"c","key":"{key}","key_base64":["{key}","x"],"ttl":"{key}"}}"#),
        r#"{"cacheName":{"a":1},"key":[],"ttl":null}"#.to_owned(),
    ] {
        let text = detail(&text, "cacheSet").success();
        let wide = |line: &&str| line.chars().count() > 80 && line.contains(' ') && !line.starts_with("  >");
        let wide: Vec<_> = text.lines().filter(wide).filter(|line| !line.contains("kkkk")).collect();
        assert!(wide.is_empty(), "{wide:?}");
        assert_eq!(rows(&text).len(), 8);
    }
}

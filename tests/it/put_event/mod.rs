//! `put-event`: where the fields come from, and what became of the event.

mod refused;

use proptest::prelude::*;
use snapbox::str;

use crate::harness::Session;

#[test]
fn fields_come_from_flags() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("local cache create shop").success();
    session.run("put-event cacheSet --cache shop --key 'a b/ü' --value '' --ttl 1 --local").is(str![[r#"
[UUID]
delivered by rule momento-api-CacheSetByKeyRule-[ID]
  > PUT /cache/shop?key=a%20b%2F%C3%BC&ttl_seconds=1 HTTP/1.1
  > Host: api.cache.cell-us-east-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 2
  > Content-Type: application/json; charset=utf-8
  > Authorization: ***
  >
  > ""
  < 204
stored shop/a b/ü = ""

"#]]);
    session
        .run("put-event cacheSet --cache shop --key-base64 -_8= --value x --ttl 86400 --local --output json")
        .is(str![[r#"
{
  "schema": "put-event/1",
  "event_id": "[UUID]",
  "event": "cacheSet",
  "region": "us-east-1",
  "entry": {
    "EventBusName": "default",
    "Source": "demo",
    "DetailType": "cacheSet",
    "Detail": "{\"cacheName\":\"shop\",\"key_base64\":\"-_8\",\"message\":\"x\",\"ttl\":86400}"
  },
  "is_sample": false,
  "broken": null,
  "explanation": null,
  "deliveries": [
    {
      "rule": "momento-api-CacheSetByKeyBase64Rule-[ID]",
      "target": "arn:aws:events:us-east-1:000000000000:api-destination/momento-api-CacheSetDestination-[ID]/[UUID]",
      "request": "PUT /cache/shop?key_base64=-_8&ttl_seconds=86400 HTTP/1.1\r\nHost: api.cache.cell-us-east-1-1.prod.a.momentohq.com\r\nUser-Agent: Amazon/EventBridge/ApiDestinations\r\nRange: bytes=0-1048575\r\nAccept-Encoding: gzip,deflate\r\nConnection: close\r\nContent-Length: 3\r\nContent-Type: application/json; charset=utf-8\r\nAuthorization: ***\r\n\r\n\"x\"",
      "answers": [
        {
          "at": "[TIME]",
          "after_seconds": 0,
          "status": 204,
          "body": ""
        }
      ],
      "outcome": "delivered",
      "reason": null
    }
  ],
  "stored": {
    "cache": "shop",
    "key": "��",
    "value": "\"x\"",
    "expires_at": "[TIME]"
  },
  "local": true
}

"#]]);
    session.file("value.txt", "from a file\n");
    session
        .run("put-event cacheSet --cache shop --key k --value-file value.txt --ttl 60 --local --quiet")
        .success();
    session.run("local cache get shop --key k").is(str![[r#"
"from a file\n"
------- stderr -------
kept until [TIME]

"#]]);
    session.run("put-event cacheDelete --cache shop --key k --local").is(str![[r#"
[UUID]
delivered by rule momento-api-CacheDeleteByKeyRule-[ID]
  > DELETE /cache/shop?key=k HTTP/1.1
  > Host: api.cache.cell-us-east-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 2
  > Content-Type: application/json; charset=utf-8
  > Authorization: ***
  >
  > {}
  < 204
stored shop/k holds nothing

"#]]);
    session.run("put-event topicPublish --cache shop --topic t --message -1 --local").is(str![[r#"
[UUID]
delivered by rule momento-api-TopicPublishRule-[ID]
  > POST /topics/shop/t HTTP/1.1
  > Host: api.cache.cell-us-east-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 4
  > Authorization: ***
  > Content-Type: text/plain
  >
  > "-1"
  < 204

"#]]);
}

#[test]
fn the_whole_detail_comes_from_a_text_a_file_or_standard_input() {
    let session = Session::new();
    let detail = r#"{"ttl": 60, "message": {"price": 1.50}, "key": "k", "cacheName": "my-cache"}"#;
    session.file("event.json", detail);
    let shown = session.run("put-event cacheSet --detail @event.json --dry-run");
    shown.is(str![[r#"
{
  "EventBusName": "default",
  "Source": "demo",
  "DetailType": "cacheSet",
  "Detail": "{\"cacheName\":\"my-cache\",\"key\":\"k\",\"message\":{\"price\":1.50},\"ttl\":60}"
}
------- stderr -------
dry run: nothing was sent

"#]]);
    let same = |outcome: crate::harness::Outcome| assert_eq!(outcome.stdout(), shown.stdout());
    same(session.run(&format!("put-event cacheSet --detail '{detail}' --dry-run")));
    same(session.run_with("put-event cacheSet --detail - --dry-run", detail));
    // A dry run needs no cloud.
    assert!(!session.directory().join(".evbridge-momento").exists());
}

#[test]
fn without_fields_and_a_terminal_the_sample_is_sent() {
    let session = Session::new();
    for kind in ["cacheSet", "cacheDelete", "topicPublish"] {
        let dry = session.run(&format!("put-event {kind} --dry-run --output json")).json();
        assert_eq!((&dry["is_sample"], &dry["event_id"]), (&true.into(), &serde_json::Value::Null));
    }
    session.run("put-event cacheSet --dry-run --output json").is(str![[r#"
{
  "schema": "put-event/1",
  "event_id": null,
  "event": "cacheSet",
  "region": "",
  "entry": {
    "EventBusName": "default",
    "Source": "demo",
    "DetailType": "cacheSet",
    "Detail": "{\"cacheName\":\"my-cache\",\"key\":\"test-key\",\"message\":\"hello world!\",\"ttl\":300}"
  },
  "is_sample": true,
  "broken": null,
  "explanation": null,
  "deliveries": [],
  "stored": null,
  "local": false
}

"#]]);
}

#[test]
fn an_event_without_rules_is_lost_and_said_to_be() {
    let session = Session::new();
    session.run("put-event cacheSet --local").is(str![[r#"
[UUID]
lost no rule matched the event: it is dropped
------- stderr -------
no field was given: this is the documented sample of cacheSet
next: deploy the rules: evbridge-momento deploy --local
[exit status: 9]

"#]]);
}

#[test]
fn a_refused_delivery_is_shown_with_its_answer() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("put-event cacheSet --cache none --key k --value v --ttl 1 --local").is(str![[r#"
[UUID]
dead-lettered by rule momento-api-CacheSetByKeyRule-[ID]
  > PUT /cache/none?key=k&ttl_seconds=1 HTTP/1.1
  > Host: api.cache.cell-us-east-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 3
  > Content-Type: application/json; charset=utf-8
  > Authorization: ***
  >
  > "v"
  < 404 {"status":404,"title":"Not Found","description":"Cache not found"}
  ApiDestination returned HTTP status 404 with payload: {"status":404,"title":"Not Found","description":"Cache not found"}
------- stderr -------
next: make the cache: evbridge-momento local cache create none
[exit status: 9]

"#]]);
    session
        .run("put-event cacheSet --local --unchecked --detail '{\"cacheName\":\"my-cache\"}' --output json")
        .is(str![[r#"
{
  "schema": "put-event/1",
  "event_id": "[UUID]",
  "event": "cacheSet",
  "region": "us-east-1",
  "entry": {
    "EventBusName": "default",
    "Source": "demo",
    "DetailType": "cacheSet",
    "Detail": "{\"cacheName\":\"my-cache\"}"
  },
  "is_sample": false,
  "broken": "the detail of cacheSet needs `key` (or `key_base64`), `message` and `ttl`: add what is missing",
  "explanation": null,
  "deliveries": [
    {
      "rule": "momento-api-CacheSetRejectedRule-[ID]",
      "target": "arn:aws:sqs:us-east-1:000000000000:momento-api-DeadLetterQueue-[ID]",
      "request": "{\"version\":\"0\",\"id\":\"[UUID]\",\"detail-type\":\"cacheSet\",\"source\":\"demo\",\"account\":\"000000000000\",\"time\":\"[TIME]\",\"region\":\"us-east-1\",\"resources\":[],\"detail\":{\"cacheName\":\"my-cache\"}}",
      "answers": [
        {
          "at": "[TIME]",
          "after_seconds": 0,
          "status": null,
          "body": ""
        }
      ],
      "outcome": "delivered",
      "reason": null
    }
  ],
  "stored": null,
  "local": true
}

"#]]);
}

#[test]
fn foreign_text_is_shown_and_not_obeyed() {
    let session = Session::new();
    session.run("deploy --local").success();
    let outcome = session.run("put-event cacheSet --cache my-cache --key '\u{1b}[31m\u{7}' --value '\u{1b}]0;x\u{7}' --ttl 60 --local");
    assert!(!outcome.success().contains('\u{1b}') && !outcome.stderr().contains('\u{1b}'), "{outcome}");
    let got = session.run("local cache get my-cache --key '\u{1b}[31m\u{7}'").success();
    assert_eq!(got, "\"\\u001b]0;x\\u0007\"\n");
}

#[test]
fn a_detail_that_would_change_on_its_way_is_refused_and_unchecked_is_sent_as_it_is() {
    let session = Session::new();
    for (detail, said) in [
        (
            r#"{"cacheName":"c", "key":"k","key":"l","message":"m","ttl":60 }"#,
            "the detail has `key` twice, at line 1 column 19 and at line 1 column 29: leave one out",
        ),
        (
            r#"{"cacheName":"c","key":"\ud800x","message":"m\/","ttl":6e1}"#,
            "the escape `\\ud800` at line 1 column 25 is half of a character: write both halves, such as `\\ud83d\\ude00`, or leave it out",
        ),
    ] {
        let outcome = session.run_with("put-event cacheSet --detail - --local", detail);
        let cause = format!("error: the detail is not a cacheSet\n  cause: {said}\n");
        assert!(outcome.stderr().starts_with(&cause), "{outcome}");
        assert_eq!(outcome.status(), Some(5), "{outcome}");
        let put =
            session.run_with("put-event cacheSet --unchecked --detail - --dry-run --output json", detail);
        assert_eq!(put.json()["entry"]["Detail"], detail);
        assert_eq!(put.json()["broken"], said);
    }
    let spaced = "\n {\"cacheName\":\"c\", \"key\":\"k\",\"message\":\"\\u0061\",\"ttl\":60}\n";
    let put = session.run_with("put-event cacheSet --unchecked --detail - --dry-run --output json", spaced);
    assert_eq!(put.json()["entry"]["Detail"], spaced);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), text in r#"[\[\]{}",:0-9a-z\\\u{0}-\u{1f} ]{0,64}"#) {
        let session = Session::new();
        for input in [bytes, text.into_bytes()] {
            for line in ["put-event cacheSet --detail - --dry-run", "put-event cacheSet --detail - --unchecked --dry-run"] {
                let outcome = session.run_with(line, &input);
                prop_assert!(matches!(outcome.status(), Some(0 | 5)), "{outcome}");
                prop_assert!(!outcome.stderr().contains("panicked"), "{outcome}");
            }
        }
    }
}

use proptest::prelude::*;

use super::*;

fn refusal(kind: Kind, text: &str) -> String {
    parse(kind, text).unwrap_err().to_string()
}

#[test]
fn reads_what_the_documentation_shows() {
    let text = r#" {"ttl": 60, "message": {"a": 1.0}, "key_base64": "ZXhhbXBsZV9rZXk=", "cacheName": "c"} "#;
    let event = parse(Kind::CacheSet, text).unwrap();
    let sent = r#"{"cacheName":"c","key_base64":"ZXhhbXBsZV9rZXk","message":{"a":1.0},"ttl":60}"#;
    assert_eq!(event.detail().to_string(), sent);
}

#[test]
fn any_json_but_null_is_a_message() {
    for message in [r#""""#, "0", "false", "[]", "{}", r#"{"nested":[null]}"#] {
        let text = format!(r#"{{"cacheName":"c","topicName":"t","message":{message}}}"#);
        assert_eq!(parse(Kind::TopicPublish, &text).unwrap().detail().to_string(), text);
    }
}

#[test]
fn says_why_a_set_is_refused() {
    let rows = [
        ("", "the detail is not JSON: unexpected end at line 1 column 1"),
        ("{\n\"key\": tru}", "the detail is not JSON: expected a value at line 2 column 8"),
        (r#""x""#, "the detail is a string, and EventBridge takes an object: write {\"cacheName\": …}"),
        ("[]", "the detail is an array, and EventBridge takes an object: write {\"cacheName\": …}"),
        (
            "{}",
            "the detail of cacheSet needs `cacheName`, `key` (or `key_base64`), `message` and `ttl`: add what is missing",
        ),
        (
            r#"{"cacheName":"c","key":"k","message":"m"}"#,
            "the detail of cacheSet needs `ttl`: add what is missing",
        ),
        (
            r#"{"cacheName":"c","key":"k","key_base64":"aw","message":"m","ttl":1}"#,
            "the detail has `key` and `key_base64`, two forms of one key: leave one out",
        ),
        (
            r#"{"cacheName":"c","key":"k","key_base64":null,"message":"m","ttl":1}"#,
            "the detail has `key` and `key_base64`, two forms of one key: leave one out",
        ),
        (
            "{\"cacheName\":\"c\",\n\"key\":\"k\",\"key\":\"l\",\"message\":\"m\",\"ttl\":1}",
            "the detail has `key` twice, at line 2 column 1 and at line 2 column 11: leave one out",
        ),
        (
            r#"{"cacheName":"c","key":"k","message":["\ud800x"],"ttl":1}"#,
            "the escape `\\ud800` at line 1 column 40 is half of a character: write both halves, such as `\\ud83d\\ude00`, or leave it out",
        ),
        (r#"{"cacheName":"c","key":"","message":"m","ttl":1}"#, "`key`: a key cannot be empty"),
        (
            r#"{"cacheName":"c","key":7,"message":"m","ttl":1}"#,
            "`key` is a number: write the key as a string, such as \"test-key\"",
        ),
        (
            r#"{"cacheName":"c","key_base64":"a b","message":"m","ttl":1}"#,
            "`key_base64`: a base64 key is written in base64url, such as `ZXhhbXBsZV9rZXk`, and this text is not: Invalid symbol 32, offset 1.",
        ),
        (
            r#"{"cacheName":null,"key":"k","message":"m","ttl":1}"#,
            "`cacheName` is null: write the cache's name as a string, such as \"my-cache\"",
        ),
        (
            r#"{"cacheName":"a/b","key":"k","message":"m","ttl":1}"#,
            "`cacheName`: a cache name cannot contain `/`: it becomes one segment of a URL path",
        ),
        (
            r#"{"cacheName":"c","key":"k","message":null,"ttl":1}"#,
            "`message`: a message cannot be null: EventBridge would send {} in its place",
        ),
        (
            r#"{"cacheName":"c","key":"k","message":"m","ttl":"300"}"#,
            "`ttl` is a string: write the seconds as a number without quotes, such as 300",
        ),
        (
            r#"{"cacheName":"c","key":"k","message":"m","ttl":0}"#,
            "`ttl` is 0: a ttl is 1 to 86400 seconds (24 hours)",
        ),
        (
            r#"{"cacheName":"c","key":"k","message":"m","ttl":1.5}"#,
            "`ttl` is 1.5: a ttl is a whole number of seconds, such as 300",
        ),
    ];
    for (text, message) in rows {
        assert_eq!(refusal(Kind::CacheSet, text), message, "{text}");
    }
}

#[test]
fn guesses_what_an_unknown_field_was_meant_to_be() {
    let rows = [
        (Kind::CacheSet, "cache_name", "did you mean `cacheName`?"),
        (Kind::CacheSet, "cache", "did you mean `cacheName`?"),
        (Kind::CacheSet, "value", "did you mean `message`?"),
        (Kind::CacheSet, "ttl_seconds", "did you mean `ttl`?"),
        (Kind::CacheSet, "mesage", "did you mean `message`?"),
        (Kind::CacheSet, "keyBase64", "did you mean `key_base64`?"),
        (Kind::TopicPublish, "topic", "did you mean `topicName`?"),
        (Kind::TopicPublish, "ttl", "it has `cacheName`, `topicName`, `message`"),
        (Kind::CacheDelete, "value", "it has `cacheName`, `key`, `key_base64`"),
    ];
    for (kind, field, advice) in rows {
        let text = format!(r#"{{"{field}":1}}"#);
        assert_eq!(refusal(kind, &text), format!("the detail of {kind} has no field `{field}`: {advice}"));
    }
}

#[test]
fn foreign_text_is_shown_shortened_and_harmless() {
    let text = format!(r#"{{"\u001b[2J{}":1}}"#, "x".repeat(100));
    assert_eq!(
        refusal(Kind::CacheDelete, &text),
        format!(
            "the detail of cacheDelete has no field `\\u{{1b}}[2J{}…`: it has `cacheName`, `key`, `key_base64`",
            "x".repeat(36)
        )
    );
    let text = format!(r#"{{"cacheName":"c","key":"k","message":"m","ttl":{}}}"#, "9".repeat(50));
    let ttl = "9".repeat(40);
    assert_eq!(
        refusal(Kind::CacheSet, &text),
        format!("`ttl` is {ttl}…: a ttl is 1 to 86400 seconds (24 hours)")
    );
}

#[test]
fn a_whole_event_is_recognised() {
    let text = r#"{"source":"demo","detail-type":"cacheSet","detail":{"cacheName":"c"}}"#;
    assert_eq!(refusal(Kind::CacheSet, text), "this is a whole event: give only what is in its `detail`");
}

proptest! {
    #[test]
    fn never_panics(text in ".*", kind in 0..3usize) {
        let _ = parse(Kind::ALL[kind], &text);
    }

    #[test]
    fn what_is_read_is_read_again(cache in "[a-z]{1,9}", key in ".+", message in ".*", ttl in 1..=86_400u32) {
        let text = Json::Object(vec![
            ("cacheName".into(), Json::String(cache)),
            ("key".into(), Json::String(key)),
            ("message".into(), Json::String(message)),
            ("ttl".into(), Json::Number(ttl.to_string().into())),
        ])
        .to_string();
        let event = parse(Kind::CacheSet, &text).unwrap();
        prop_assert_eq!(event.detail().to_string(), text);
    }
}

//! How many events a second one core matches against the default stack's rules.
//!
//! Prints one line for events that are parsed already, and one that includes the parsing.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use evbridge_momento::model::json::Json;
use evbridge_momento::model::pattern::{Pattern, RuleSet};

/// How long each measurement runs.
const RUN: Duration = Duration::from_secs(2);

/// The rules of the default stack: one for each operation and key form, and one for events that break the contract.
const RULES: [(&str, &str); 8] = [
    (
        "CacheSet",
        r#"{"detail-type":["cacheSet"],"detail":{"cacheName":[{"anything-but":""}],"key":[{"exists":true}],"key_base64":[{"exists":false}],"ttl":[{"numeric":[">",0]}]}}"#,
    ),
    (
        "CacheSetBase64",
        r#"{"detail-type":["cacheSet"],"detail":{"cacheName":[{"anything-but":""}],"key":[{"exists":false}],"key_base64":[{"exists":true}],"ttl":[{"numeric":[">",0]}]}}"#,
    ),
    (
        "CacheDelete",
        r#"{"detail-type":["cacheDelete"],"detail":{"cacheName":[{"anything-but":""}],"key":[{"exists":true}],"key_base64":[{"exists":false}]}}"#,
    ),
    (
        "CacheDeleteBase64",
        r#"{"detail-type":["cacheDelete"],"detail":{"cacheName":[{"anything-but":""}],"key":[{"exists":false}],"key_base64":[{"exists":true}]}}"#,
    ),
    (
        "TopicPublish",
        r#"{"detail-type":["topicPublish"],"detail":{"cacheName":[{"anything-but":""}],"topicName":[{"anything-but":""}]}}"#,
    ),
    (
        "RejectedCacheSet",
        r#"{"detail-type":["cacheSet"],"detail":{"$or":[{"cacheName":[{"exists":false},""]},{"ttl":[{"exists":false},{"numeric":["<=",0]}]}]}}"#,
    ),
    (
        "RejectedCacheDelete",
        r#"{"detail-type":["cacheDelete"],"detail":{"cacheName":[{"exists":false},""]}}"#,
    ),
    (
        "RejectedTopicPublish",
        r#"{"detail-type":["topicPublish"],"detail":{"$or":[{"cacheName":[{"exists":false},""]},{"topicName":[{"exists":false},""]}]}}"#,
    ),
];

/// Details with their detail-types: one for each rule that delivers, a malformed one, and a stranger.
const EVENTS: [(&str, &str); 6] = [
    ("cacheSet", r#"{"cacheName":"my-cache","key":"key1","message":"the value","ttl":60}"#),
    ("cacheSet", r#"{"cacheName":"my-cache","key_base64":"a2V5","message":"the value","ttl":60}"#),
    ("cacheDelete", r#"{"cacheName":"my-cache","key":"key1"}"#),
    ("topicPublish", r#"{"cacheName":"my-cache","topicName":"my-topic","message":"hello"}"#),
    ("cacheSet", r#"{"cacheName":"","key":"key1","message":"the value","ttl":60}"#),
    ("EC2 Instance State-change Notification", r#"{"instance-id":"i-1234567890abcdef0","state":"running"}"#),
];

fn main() -> ExitCode {
    let mut rules = RuleSet::new();
    for (name, pattern) in RULES {
        match Pattern::parse(pattern) {
            Ok(pattern) => rules.insert(name, pattern),
            Err(invalid) => return fail(&invalid),
        };
    }
    let texts = EVENTS.map(|(kind, detail)| {
        format!(
            r#"{{"version":"0","id":"7bf73129-1428-4cd3-a780-95db273d1602","detail-type":"{kind}","source":"shop.orders","account":"000000000000","time":"2026-09-13T00:00:00Z","region":"ap-northeast-1","resources":[],"detail":{detail}}}"#
        )
    });
    let parsed: Result<Vec<Json>, _> = texts.iter().map(|text| Json::parse(text)).collect();
    let events = match parsed {
        Ok(events) => events,
        Err(invalid) => return fail(&invalid),
    };
    let matched = measure(&events, |event| rules.matches(black_box(event)).count());
    print("pattern matching, events parsed already", matched);
    let both =
        measure(&texts, |text| Json::parse(black_box(text)).map_or(0, |event| rules.matches(&event).count()));
    print("pattern matching, with the parsing", both);
    ExitCode::SUCCESS
}

/// Runs a function over the events for a while; returns events per second.
fn measure<T>(events: &[T], mut each: impl FnMut(&T) -> usize) -> f64 {
    let (mut count, mut found) = (0_u32, 0_usize);
    let start = Instant::now();
    while start.elapsed() < RUN {
        for _ in 0..1000 {
            for event in events {
                found += each(event);
            }
            count += u32::try_from(events.len()).unwrap_or(u32::MAX);
        }
    }
    black_box(found);
    f64::from(count) / start.elapsed().as_secs_f64()
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figure")]
fn print(what: &str, rate: f64) {
    println!("{what}: {:.2} million events/s on one core", rate / 1e6);
}

#[expect(clippy::print_stderr, reason = "a benchmark says why it cannot run")]
fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

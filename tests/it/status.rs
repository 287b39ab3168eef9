//! `status`: the stack and its parts on one screen.

#![allow(clippy::needless_raw_string_hashes, reason = "snapbox writes its snapshots so")]

use serde_json::Value;
use snapbox::str;

use crate::harness::Session;

#[test]
fn every_part_is_on_one_screen() {
    let session = Session::new();
    session.run("deploy --local --quiet").success();
    let shown = session.run("status --local").success();
    assert!(shown.lines().count() <= 24 && shown.lines().all(|line| line.len() <= 80), "{shown}");
    for part in [
        "CREATE_COMPLETE",
        "AUTHORIZED MomentoConnection",
        "the current one",
        "ENABLED",
        "dead letters  none",
    ] {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
}

#[test]
fn json_has_what_the_screen_leaves_out() {
    let session = Session::new();
    session.run("deploy --local --quiet").success();
    let shown: Value = serde_json::from_str(&session.run("status --local --output json").success()).unwrap();
    assert_eq!(shown["schema"], "status/1");
    assert_eq!(shown["connection"]["state"], "AUTHORIZED");
    assert_eq!(shown["dead_letter_queue"]["has_policy"], true);
    assert_eq!(shown["dead_letter_queue"]["depth"], 0);
    assert_eq!(shown["token"]["version_in_use"], shown["token"]["current_version"]);
    assert_eq!(shown["rules"].as_array().unwrap().len(), 8);
}

#[test]
fn an_undelivered_event_and_a_newer_token_are_seen() {
    let session = Session::new();
    session.run("deploy --local --quiet").success();
    // Without the cache the call is refused, and the event becomes a dead letter.
    session.run("local cache delete my-cache").success();
    let _ = session.run("put-event cacheSet --local");
    session.file("token.txt", session.run("local key").success());
    session.run("deploy --local --quiet --no-execute-changeset --token-file token.txt").success();
    let shown = session.run("status --local").success();
    assert!(shown.contains("dead letters  1 message, oldest "), "{shown}");
    assert!(shown.contains("not the newest: `deploy` takes it"), "{shown}");
}

#[test]
fn a_stack_that_is_not_there_is_said() {
    let session = Session::new();
    session.run("status --local").is(str![[r#"
------- stderr -------
error: there is no stack momento-api in us-east-1

hint: deploy it with `evbridge-momento deploy`, or say where it is with `--region`
[exit status: 1]

"#]]);
}

//! `diff`: what a deploy would change, shown without changing anything.

#![allow(clippy::needless_raw_string_hashes, reason = "snapbox writes its snapshots so")]

use serde_json::Value;
use snapbox::str;

use crate::harness::{Session, with_cloud};

const DEPLOY: &str = "deploy --local --quiet";

#[test]
fn a_stack_that_does_not_exist_is_compared_offline_and_not_made() {
    let session = Session::new();
    let shown = session.run("diff --local --format json").success();
    let diff: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(diff["schema"], "diff/1");
    assert_eq!(diff["basis"], "template");
    assert_eq!(diff["token_is_stored"], false);
    let changes = diff["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["action"] == "add"));
    let endpoint = changes.iter().find(|change| change["logical_id"] == "CacheSetDestination").unwrap();
    assert!(endpoint["properties"].to_string().contains("/Properties/HttpMethod"));
    session.run("diff --local --exit-code").status().map(|status| assert_eq!(status, 3)).unwrap();
    // Neither a stack nor a secret is there afterwards.
    let deployed = session.run("deploy --local --output json").json();
    assert_eq!(deployed["outcome"], "created");
}

#[test]
fn a_stack_as_it_should_be_has_no_differences() {
    let session = Session::new();
    session.run(DEPLOY).success();
    session.run("diff --local --exit-code").is(str![[r#"
------- stderr -------
no differences: momento-api in us-east-1 is as it should be

"#]]);
}

#[test]
fn a_changed_property_is_shown_before_and_after() {
    let session = Session::new();
    session.run(DEPLOY).success();
    session.run("diff --local --exit-code --momento-endpoint https://api.example.com").is(str![[r#"
~ parameter MomentoEndpoint
      - auto
      + https://api.example.com
~ CacheSetDestination  AWS::Events::ApiDestination
    InvocationEndpoint
      - https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/cache/*
      + https://api.example.com/cache/*
~ CacheDeleteDestination  AWS::Events::ApiDestination
    InvocationEndpoint
      - https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/cache/*
      + https://api.example.com/cache/*
~ TopicPublishDestination  AWS::Events::ApiDestination
    InvocationEndpoint
      - https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/topics/*/*
      + https://api.example.com/topics/*/*
------- stderr -------
differences: 3 to change
[exit status: 3]

"#]]);
}

#[test]
fn a_replacement_names_its_cause() {
    let session = Session::new();
    session.file("stacks/shop.yaml", "name: shop\nbus: { name: shop, create: true }\n");
    session.run("deploy shop --local --quiet").success();
    session.file("stacks/shop.yaml", "name: shop\nbus: { name: store, create: true }\n");
    let shown = session.run("diff shop --local").success();
    assert!(
        shown.contains("~ EventBus  AWS::Events::EventBus\n    is replaced: /Properties/Name"),
        "{shown}"
    );
}

#[test]
fn the_change_set_does_not_stay_and_the_token_is_never_shown() {
    let session = Session::new();
    let token = session.run("local key").success();
    session.file("token.txt", &token);
    session.run("deploy --local --quiet --token-file token.txt").success();
    let other = session.run("local key").success();
    // Somebody gives the secret another value by hand.
    let body = format!(r#"{{"token":"{}"}}"#, other.trim());
    with_cloud(&session, async |cloud| {
        let put = cloud.clients.secrets().put_secret_value().secret_id("evbridge-momento/momento-api");
        put.secret_string(body).send().await.unwrap();
    });
    for format in ["text", "json", "markdown"] {
        let outcome = session.run(&format!("diff --local --format {format}"));
        let shown = outcome.success();
        assert!(shown.contains("MomentoTokenVersion"), "{shown}");
        assert!(shown.contains("****") || shown.contains("&#42;&#42;&#42;&#42;"), "{shown}");
        for secret in [&token, &other] {
            assert!(!shown.contains(secret.trim()) && !outcome.stderr().contains(secret.trim()), "{shown}");
        }
    }
}

#[test]
fn markdown_is_for_a_pull_request() {
    let session = Session::new();
    session.run(DEPLOY).success();
    let shown = session
        .run("diff --local --format markdown --momento-endpoint https://api.example.com/a_b")
        .success();
    assert!(shown.starts_with("### `momento-api` in us-east-1: 3 to change\n"), "{shown}");
    assert!(shown.contains("| <code>MomentoEndpoint</code> | <code>auto</code> |"), "{shown}");
    assert!(shown.contains("https://api.example.com/a&#95;b/cache/&#42;"), "{shown}");
    assert_eq!(shown.matches("<details").count(), shown.matches("</details>").count());
}

#[test]
fn output_json_is_format_json() {
    let session = Session::new();
    let one = session.run("diff --local --format json").success();
    assert_eq!(one, session.run("diff --local --output json").success());
}

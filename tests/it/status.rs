//! `status`: the stack and its parts on one screen.

#![allow(clippy::needless_raw_string_hashes, reason = "snapbox writes its snapshots so")]

use serde_json::Value;
use snapbox::str;

use crate::harness::{Session, with_cloud};

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
    let body = format!(r#"{{"token":"{}"}}"#, session.run("local key").success().trim());
    with_cloud(&session, async |cloud| {
        let put = cloud.clients.secrets().put_secret_value().secret_id("evbridge-momento/momento-api");
        put.secret_string(body).send().await.unwrap();
    });
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

/// One event that is delivered, one that is refused and becomes a dead letter.
fn busy() -> Session {
    let session = Session::new();
    session.run("deploy --local --quiet").success();
    session.run("put-event cacheSet --local").success();
    session.run("local cache delete my-cache").success();
    let _ = session.run("put-event cacheSet --local");
    session
}

#[test]
fn a_day_of_metrics_is_shown_as_it_was_counted() {
    let session = busy();
    let shown: Value = serde_json::from_str(&session.run("status --local --output json").success()).unwrap();
    let metrics = &shown["monitoring"]["metrics"];
    for (name, total) in [("invocations", 2), ("failed", 1), ("retried", 0), ("sent_to_dlq", 1), ("lost", 0)]
    {
        assert_eq!(metrics[name]["total"], total, "{name}: {metrics}");
        assert_eq!(metrics[name]["hours"].as_array().unwrap().len(), 24);
    }
    // The hour may have changed since.
    let latest = metrics["invocations"]["hours"].as_array().unwrap().iter().rev().take(2);
    assert_eq!(latest.filter_map(Value::as_u64).sum::<u64>(), 2);
    assert_eq!(shown["drift"]["status"], "NOT_CHECKED");
    let plain = session.run("status --local").success();
    assert!(plain.contains("  invocations   ____") && plain.is_ascii(), "{plain}");
    assert!(plain.contains(" 2 in 24 h, "), "{plain}");
    let session = session.env("LANG", "C.UTF-8");
    let drawn = session.run("status --local").success();
    assert!(drawn.contains("  invocations   ▁▁▁▁") && drawn.contains('█'), "{drawn}");
    assert!(drawn.lines().count() <= 24 && drawn.lines().all(|line| line.chars().count() <= 80), "{drawn}");
}

#[test]
fn a_rule_of_another_bus_counts_too() {
    let session = Session::new();
    session.file("stacks/shop.yaml", include_str!("../../stacks/shop.yaml"));
    session.run("deploy shop --local --quiet").success();
    let _ = session.run("put-event cacheSet --stack shop --source shop.orders --local");
    let shown: Value =
        serde_json::from_str(&session.run("status shop --local --output json").success()).unwrap();
    assert_eq!(shown["monitoring"]["metrics"]["invocations"]["total"], 1, "{shown:#}");
}

#[test]
fn the_alarms_of_the_stack_are_shown_and_no_others() {
    let session = busy();
    let status: Value = serde_json::from_str(&session.run("status --local --output json").success()).unwrap();
    let rule = status["rules"][0]["name"].as_str().unwrap().to_owned();
    let queue = status["dead_letter_queue"]["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    with_cloud(&session, async |cloud| {
        let client = cloud.clients.monitoring();
        for (name, dimension, value) in [
            ("rule-fails", "RuleName", rule.as_str()),
            ("dead-letters", "QueueName", &queue),
            ("other", "QueueName", "x"),
        ] {
            let dimension =
                aws_sdk_cloudwatch::types::Dimension::builder().name(dimension).value(value).build();
            let alarm = client.put_metric_alarm().alarm_name(name).namespace("AWS/Events").metric_name("m");
            let alarm = alarm.dimensions(dimension).statistic("Sum".into()).period(60).evaluation_periods(1);
            alarm.threshold(0.0).comparison_operator("GreaterThanThreshold".into()).send().await.unwrap();
        }
        let set = client.set_alarm_state().alarm_name("rule-fails").state_value("ALARM".into());
        set.state_reason("tried").send().await.unwrap();
        let unknown = client.delete_alarms().alarm_names("none").send().await.unwrap_err();
        assert!(unknown.into_service_error().is_resource_not_found());
    });
    let shown = session.run("status --local").success();
    assert!(
        shown.contains("  alarms        ALARM      rule-fails\n                NO DATA    dead-letters\n"),
        "{shown}"
    );
    assert!(!shown.contains("other"), "{shown}");
}

#[test]
fn without_cloudwatch_the_rest_is_shown_and_what_is_missing_is_said() {
    let session = busy();
    session.run("local fault add --action monitoring:* --status 403 --always").success();
    let shown = session.run("status --local").success();
    assert!(shown.contains("  dead letters  1 message"), "{shown}");
    assert!(
        shown.contains("  not shown     metrics: InternalFailure: A fault was asked for (local fault)\n"),
        "{shown}"
    );
    assert!(shown.contains("  not shown     alarms: InternalFailure: "), "{shown}");
    let json: Value = serde_json::from_str(&session.run("status --local --output json").success()).unwrap();
    assert_eq!((&json["monitoring"]["metrics"], &json["monitoring"]["alarms"]), (&Value::Null, &Value::Null));
}

#[test]
fn watching_asks_cloudwatch_once_a_minute() {
    let session = busy();
    let mut watching = session.serve("status --local --watch --interval 10ms --output json -v");
    (0..4).for_each(|_| drop(watching.wait_for(r#""schema":"status/1""#)));
    let said = watching.said();
    assert_eq!(said.matches("cloudwatch:GetMetricData").count(), 1, "{said}");
    assert_eq!(said.matches("cloudwatch:DescribeAlarms").count(), 1, "{said}");
    assert!(said.matches("cloudformation:DescribeStacks").count() >= 4, "{said}");
}

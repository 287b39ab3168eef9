//! `doctor --fix`: what it mends, what it leaves, and what it says of a treatment that is refused.

use super::broken::break_it;
use crate::harness::Session;

const DISABLE: &str = "aws events disable-rule --name {TopicPublishRule}";

fn broken(lines: &[&str]) -> Session {
    let session = Session::new();
    session.run("deploy --local --quiet").success();
    break_it(&session, lines);
    session
}

#[test]
fn a_rule_that_was_changed_as_well_is_not_enabled() {
    let session = broken(&[
        DISABLE,
        r#"aws events put-rule --name {CacheSetByKeyRule} --event-pattern '{"source":["nobody"]}' --state DISABLED"#,
    ]);
    let fixed = session.run("doctor --local --fix --output json");
    assert_eq!(fixed.status(), Some(5));
    let report = fixed.json();
    let done = report["fixed"].as_array().unwrap();
    assert_eq!(done.len(), 1, "{done:?}");
    assert!(done[0].as_str().unwrap().contains("TopicPublishRule"), "{done:?}");
    let left = report["checks"].as_array().unwrap().iter().find(|check| check["verdict"] == "fail").unwrap();
    let evidence = left["evidence"].as_str().unwrap();
    assert!(evidence.starts_with("it takes other events"), "{evidence}");
    assert!(evidence.ends_with("; it is disabled: events that match it are not delivered"), "{evidence}");
}

#[test]
fn a_policy_that_only_warns_is_left_and_what_is_taken_away_is_said() {
    let policy = |second: &str| {
        format!(
            r#"aws sqs set-queue-attributes --queue-url {{DeadLetterQueue}} --attributes '{{"Policy":"{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Sid\":\"Rules\",\"Effect\":\"Allow\",\"Principal\":{{\"Service\":\"events.amazonaws.com\"}},\"Action\":\"sqs:SendMessage\",\"Resource\":\"{{DeadLetterQueueArn}}\",\"Condition\":{{\"ArnLike\":{{\"aws:SourceArn\":\"arn:aws:events:us-east-1:000000000000:rule/momento-api-*\"}}}}}},{{\"Sid\":\"Redrive\",\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::000000000000:role/redrive\"}},\"Action\":\"sqs:ReceiveMessage\",\"Resource\":\"{{DeadLetterQueueArn}}\"}}{second}]}}"}}'"#
        )
    };
    let denies = r#",{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"{DeadLetterQueueArn}\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}"#;
    let session = broken(&[&policy(denies)]);
    let left = session.run("doctor --local --fix --output json");
    assert_eq!((left.status(), left.json()["fixed"].as_array().unwrap().len()), (Some(0), 0));
    break_it(&session, &[&policy("")]);
    let fixed = session.run("doctor --local --fix --output json");
    let done = fixed.json()["fixed"][0].as_str().unwrap().to_owned();
    assert!(done.starts_with("the dead-letter queue has its policy again instead of {"), "{done}");
    assert!(done.contains("role/redrive"), "{done}");
}

#[test]
fn a_treatment_that_is_refused_takes_nothing_from_the_diagnosis() {
    let session =
        broken(&[DISABLE, "aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes Policy="]);
    session.run("local fault add --action sqs:SetQueueAttributes --status 403 --always").success();
    let fixed = session.run("doctor --local --fix --output json");
    assert_eq!(fixed.status(), Some(5), "{fixed}");
    let report = fixed.json();
    assert!(report["fixed"][0].as_str().unwrap().contains("TopicPublishRule"));
    let fails = report["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == "fail");
    let names: Vec<&str> = fails.map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["queue policy", "fix"]);
}

#[test]
fn a_stack_that_cannot_be_looked_at_may_use_the_version() {
    let session = broken(&[]);
    session.run("local fault add --action cloudformation:DescribeStacks --status 403 --always").success();
    let shown = session.run("doctor --local --output json").json();
    let checks = shown["checks"].as_array().unwrap();
    let version = checks.iter().find(|check| check["name"] == "token version").unwrap();
    assert_eq!(version["verdict"], "unknown");
}

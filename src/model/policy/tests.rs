#![expect(clippy::needless_pass_by_value, reason = "a test reads better with values")]

use serde_json::json;

use super::*;

const RULE: &str = "arn:aws:events:us-east-1:000000000000:rule/shop/paid";
const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:letters";
const CONTEXT: &[(&str, &str)] = &[
    ("aws:SourceArn", RULE),
    ("aws:SourceAccount", "000000000000"),
    ("aws:PrincipalIsAWSService", "true"),
    ("aws:PrincipalServiceName", "events.amazonaws.com"),
];

fn sends(statement: Value) -> Decision {
    Policy::from_json(&json!({ "Statement": [statement] })).unwrap().decide(&Request {
        caller: Caller::Service("events.amazonaws.com"),
        action: "sqs:SendMessage",
        resource: QUEUE,
        context: CONTEXT,
    })
}

fn allows(condition: Value) -> bool {
    let statement = json!({
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": QUEUE, "Condition": condition,
    });
    sends(statement) == Decision::Allowed
}

#[test]
fn conditions_hold_as_captured_on_aws() {
    assert!(allows(json!({})));
    assert!(allows(json!({"ArnEquals": {"aws:SourceArn": RULE}})));
    assert!(!allows(json!({"ArnEquals": {"aws:SourceArn": format!("{RULE}-other")}})));
    assert!(allows(json!({"StringEquals": {"aws:SourceAccount": "000000000000"}})));
    assert!(!allows(json!({"StringEquals": {"aws:SourceAccount": "111111111111"}})));
    assert!(allows(json!({"StringEquals": {"aws:PrincipalServiceName": "events.amazonaws.com"}})));
    assert!(allows(json!({"Bool": {"aws:PrincipalIsAWSService": "true"}})));
    assert!(!allows(json!({"StringEquals": {"aws:PrincipalType": "AWSService"}})));
}

#[test]
fn patterns_negations_and_missing_keys() {
    assert!(allows(json!({"ArnLike": {"aws:sourcearn": "arn:aws:events:*:000000000000:rule/*"}})));
    assert!(!allows(json!({"ArnLike": {"aws:SourceArn": "arn:aws:*/paid"}})));
    assert!(allows(json!({"StringLike": {"aws:SourceArn": ["x", "*:rule/shop/pai?"]}})));
    assert!(allows(json!({"StringNotEquals": {"aws:Missing": "x"}})));
    assert!(!allows(json!({"StringEquals": {"aws:Missing": "x"}})));
    assert!(allows(json!({"StringEqualsIfExists": {"aws:Missing": "x"}})));
    assert!(allows(json!({"Null": {"aws:Missing": "true", "aws:SourceArn": false}})));
    assert!(!allows(json!({"Bool": {"aws:SecureTransport": "true"}})));
    assert!(allows(json!({"ForAllValues:StringEquals": {"aws:Missing": "x"}})));
    assert!(!allows(json!({"ForAnyValue:StringEquals": {"aws:Missing": "x"}})));
    assert!(allows(json!({"NumericLessThan": {"aws:SourceAccount": "5"}})));
    assert!(!allows(json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})));
}

#[test]
fn a_deny_wins_and_a_principal_is_needed() {
    let deny = json!({"Effect": "Deny", "Principal": "*", "NotAction": "sqs:Get*", "Resource": "*"});
    assert_eq!(sends(deny), Decision::Denied);
    let nobody = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    assert_eq!(sends(nobody), Decision::NotAllowed);
    let other = json!({"Effect": "Allow", "Principal": {"Service": ["sns.amazonaws.com"], "AWS": "0"},
        "Action": "SQS:sendmessage", "Resource": "*"});
    assert_eq!(sends(other), Decision::NotAllowed);
    let everyone = json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "SQS:sendmessage",
        "Resource": "arn:aws:sqs:*:${aws:SourceAccount}:letters"});
    assert_eq!(sends(everyone), Decision::Allowed);
}

#[test]
fn an_invalid_policy_says_why() {
    let error = |text: &str| Policy::parse(text).unwrap_err().to_string();
    assert_eq!(error("{"), "the policy is not JSON: EOF while parsing an object at line 1 column 1");
    assert_eq!(error("{}"), "the policy's Statement is missing or not valid");
    assert_eq!(error(r#"{"Statement":{"Effect":"allow"}}"#), "the policy's Effect is missing or not valid");
    assert_eq!(
        error(r#"{"Statement":{"Effect":"Allow","Action":"*","Condition":{"StringSame":{"a":"b"}}}}"#),
        "the policy's condition operator StringSame is not known"
    );
}

#[test]
fn hostile_patterns_stay_cheap() {
    let pattern = "*a".repeat(1000);
    assert!(!glob::matches(&pattern, &"a".repeat(900), &[]));
}

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::local::clock::Pace;

const REGION: &str = "eu-west-1";
const ARN: &str = "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/events/shop";
const NO_GROUP: &str = "ResourceNotFoundException: The specified log group does not exist.";
const NO_STREAM: &str = "ResourceNotFoundException: The specified log stream does not exist.";

struct Written {
    logs: Logs,
    clock: Arc<Clock>,
}

impl Written {
    /// CloudWatch Logs with the stream `s` in the group `/aws/events/shop`.
    fn new() -> Self {
        let clock = Arc::new(Clock::new(Pace::Virtual));
        let logs = Logs::new(Arc::new(Store::in_memory().unwrap()), Arc::clone(&clock)).unwrap();
        let written = Self { logs, clock };
        written.ok("CreateLogGroup", json!({"logGroupName": "/aws/events/shop", "tags": {"a": "1"}}));
        written.ok("CreateLogStream", stream("s"));
        written
    }

    fn ok(&self, action: &str, input: impl Into<Value>) -> Value {
        let input = input.into();
        self.logs.call(REGION, action, &input).unwrap_or_else(|error| panic!("{action}: {error}"))
    }

    fn refused(&self, action: &str, input: impl Into<Value>) -> String {
        self.logs.call(REGION, action, &input.into()).unwrap_err().to_string()
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    fn put(&self, events: &[(i64, &str)]) -> Value {
        self.ok("PutLogEvents", self.events(events))
    }

    #[expect(clippy::unused_self, reason = "it reads better beside `put`")]
    fn events(&self, events: &[(i64, &str)]) -> Value {
        let events: Vec<_> =
            events.iter().map(|(time, message)| json!({"timestamp": time, "message": message})).collect();
        with(stream("s"), json!({ "logEvents": events }))
    }

    fn messages(&self, action: &str, input: Value) -> Vec<String> {
        let answer = self.ok(action, input);
        let events = answer["events"].as_array().unwrap();
        events.iter().map(|event| event["message"].as_str().unwrap().to_owned()).collect()
    }
}

fn stream(name: &str) -> Value {
    json!({"logGroupName": "/aws/events/shop", "logStreamName": name})
}

fn with(mut input: Value, more: Value) -> Value {
    let Value::Object(more) = more else { return input };
    input.as_object_mut().unwrap().extend(more);
    input
}

#[test]
fn groups_and_streams_answer_as_captured() {
    let written = Written::new();
    let group = json!({"logGroupName": "/aws/events/shop"});
    assert_eq!(
        written.refused("CreateLogGroup", group.clone()),
        "ResourceAlreadyExistsException: The specified log group already exists"
    );
    assert_eq!(
        written.refused("CreateLogStream", stream("s")),
        "ResourceAlreadyExistsException: The specified log stream already exists"
    );
    assert_eq!(
        written.refused("CreateLogGroup", json!({"logGroupName": "a b"})),
        "InvalidParameterException: 1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
    );
    let described = written.ok("DescribeLogGroups", json!({"logGroupNamePrefix": "/aws/"}));
    assert_eq!(
        described,
        json!({"logGroups": [{"logGroupName": "/aws/events/shop",
            "creationTime": described["logGroups"][0]["creationTime"], "metricFilterCount": 0,
            "arn": format!("{ARN}:*"), "storedBytes": 0, "logGroupClass": "STANDARD", "logGroupArn": ARN,
            "deletionProtectionEnabled": false}]})
    );
    let elsewhere =
        json!({"logGroupName": "x", "logStreamName": "s", "logEvents": [{"timestamp": 1, "message": "m"}]});
    for action in [
        "CreateLogStream",
        "DeleteLogGroup",
        "DeleteLogStream",
        "DescribeLogStreams",
        "GetLogEvents",
        "PutLogEvents",
    ] {
        assert_eq!(written.refused(action, elsewhere.clone()), NO_GROUP, "{action}");
    }
    let gone = with(stream("gone"), json!({"logEvents": [{"timestamp": 1, "message": "m"}]}));
    for action in ["DeleteLogStream", "GetLogEvents", "PutLogEvents"] {
        assert_eq!(written.refused(action, gone.clone()), NO_STREAM, "{action}");
    }
    written.ok("PutRetentionPolicy", with(group.clone(), json!({"retentionInDays": 1})));
    let retention =
        || written.ok("DescribeLogGroups", json!({}))["logGroups"][0].get("retentionInDays").cloned();
    assert_eq!(retention(), Some(json!(1)));
    let refused = written.refused("PutRetentionPolicy", with(group.clone(), json!({"retentionInDays": 2})));
    assert!(refused.contains("Value '2' at 'retentionInDays' failed to satisfy constraint"), "{refused}");
    for _ in 0..2 {
        written.ok("DeleteRetentionPolicy", group.clone());
    }
    assert_eq!(retention(), None);
    let arn = json!({"resourceArn": ARN});
    written.ok("TagResource", with(arn.clone(), json!({"tags": {"b": "2"}})));
    written.ok("UntagResource", with(arn.clone(), json!({"tagKeys": ["a", "absent"]})));
    assert_eq!(written.ok("ListTagsForResource", arn), json!({"tags": {"b": "2"}}));
    written.ok("DeleteLogGroup", group);
    assert_eq!(written.ok("DescribeLogGroups", json!({})), json!({"logGroups": []}));
}

#[test]
fn events_are_read_in_order_and_by_pages() {
    let written = Written::new();
    let now = written.now();
    let tail = [(now - 5000, "A2"), (now - 4000, "B2")];
    written.put(&[(now - 5000, "A"), (now - 4000, "B"), (now - 3000, "C")]);
    written.put(&tail);
    let head = |more: Value| with(with(stream("s"), json!({"startFromHead": true})), more);
    assert_eq!(written.messages("GetLogEvents", head(json!({}))), ["A", "A2", "B", "B2", "C"]);
    let end_excluded = json!({"startTime": now - 5000, "endTime": now - 4000});
    assert_eq!(written.messages("GetLogEvents", head(end_excluded.clone())), ["A", "A2"]);
    let group = json!({"logGroupName": "/aws/events/shop"});
    assert_eq!(
        written.messages("FilterLogEvents", with(group.clone(), end_excluded)),
        ["A", "A2", "B", "B2"],
        "the end is part of the range"
    );
    let mut seen = Vec::new();
    let mut input = head(json!({"limit": 2}));
    loop {
        let answer = written.ok("GetLogEvents", input.clone());
        seen.extend(answer["events"].as_array().unwrap().iter().map(|event| event["message"].clone()));
        if input.get("nextToken") == Some(&answer["nextForwardToken"]) {
            break;
        }
        input["nextToken"] = answer["nextForwardToken"].clone();
    }
    assert_eq!(seen, ["A", "A2", "B", "B2", "C"]);
    let last = written.ok("GetLogEvents", with(stream("s"), json!({"limit": 2})));
    assert_eq!((&last["events"][0]["message"], &last["events"][1]["message"]), (&json!("B2"), &json!("C")));
    let before = json!({"limit": 2, "nextToken": last["nextBackwardToken"]});
    assert_eq!(written.messages("GetLogEvents", with(stream("s"), before)), ["A2", "B"]);
    let filter = |more: Value| written.ok("FilterLogEvents", with(group.clone(), more));
    let first = filter(json!({"filterPattern": "2", "limit": 1}));
    assert_eq!((&first["events"][0]["message"], &first["searchedLogStreams"]), (&json!("A2"), &json!([])));
    let second = filter(json!({"filterPattern": "2", "limit": 1, "nextToken": first["nextToken"]}));
    assert_eq!((&second["events"][0]["message"], second.get("nextToken")), (&json!("B2"), None));
    assert_eq!(filter(json!({"logStreamNames": ["other"]}))["events"], json!([]));
    assert_eq!(
        filter(json!({"logGroupName": null, "logGroupIdentifier": ARN}))["events"][0]["logStreamName"],
        "s"
    );
    for token in ["x", "f/1/s", "f//s", &format!("f/{}/s", "é".repeat(28))] {
        let refused = written.refused("GetLogEvents", with(stream("s"), json!({"nextToken": token})));
        assert_eq!(refused, "InvalidParameterException: The specified nextToken is invalid.", "{token}");
    }
}

#[test]
fn what_is_too_old_expired_or_too_new_is_left_out() {
    let written = Written::new();
    let (now, hour) = (written.now(), 3_600_000);
    let group = json!({"logGroupName": "/aws/events/shop", "retentionInDays": 1});
    written.ok("PutRetentionPolicy", group.clone());
    let days = |days: i64| now - days * 24 * hour;
    let answer = written.put(&[
        (days(16), "old-0"),
        (days(15), "old-1"),
        (days(2), "expired-2"),
        (days(2), "expired-3"),
        (now - 2 * hour, "valid-4"),
        (now, "valid-5"),
        (now + 3 * hour, "new-6"),
    ]);
    assert_eq!(
        answer["rejectedLogEventsInfo"],
        json!({"tooNewLogEventStartIndex": 6, "tooOldLogEventEndIndex": 2, "expiredLogEventEndIndex": 4})
    );
    assert_eq!(written.messages("GetLogEvents", stream("s")), ["valid-4", "valid-5"]);
    let described = written.ok("DescribeLogStreams", group)["logStreams"][0].clone();
    assert_eq!(
        (&described["firstEventTimestamp"], &described["lastEventTimestamp"]),
        (&json!(now - 2 * hour), &json!(now))
    );
    written.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(written.messages("GetLogEvents", stream("s")), ["valid-5"], "the rest has expired");
}

#[test]
fn requests_to_write_are_checked_as_captured() {
    let written = Written::new();
    let now = written.now();
    let refused = |events: &[(i64, &str)]| written.refused("PutLogEvents", written.events(events));
    let invalid = "InvalidParameterException: ";
    assert_eq!(
        refused(&[(now, "late"), (now - 1, "early")]),
        format!("{invalid}Log events in a single PutLogEvents request must be in chronological order.")
    );
    let day = 24 * 3_600_000;
    written.put(&[(now - day, "first"), (now, "last")]);
    assert_eq!(
        refused(&[(now - day - 1, "first"), (now, "last")]),
        format!(
            "{invalid}The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )
    );
    assert_eq!(
        refused(&[(now, &"é".repeat(524_276))]),
        format!("{invalid}Log event too large: 1048578 bytes exceeds limit of 1048576")
    );
    let half = "a".repeat(524_288);
    assert_eq!(
        refused(&[(now, &half), (now, &half)]),
        format!("{invalid}Upload too large: 1048628 bytes exceeds limit of 1048576")
    );
    assert!(refused(&[(now, "")]).contains("Value '' at 'logEvents.1.member.message'"));
    assert!(refused(&[]).contains("at 'logEvents' failed"));
}

#[test]
fn resource_policies_have_revisions_as_captured() {
    let written = Written::new();
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*"}]}"#;
    let of_group = |more: Value| with(json!({"resourceArn": ARN, "policyDocument": document}), more);
    let revision = |more: Value| written.ok("PutResourcePolicy", of_group(more))["revisionId"].clone();
    let refused = |more: Value| written.refused("PutResourcePolicy", of_group(more));
    assert_eq!(
        refused(json!({"policyName": "p"})),
        "InvalidParameterException: Both policy name and resource arn cannot be specified at the same time."
    );
    assert_eq!(
        refused(json!({"policyDocument": "{}"})),
        "InvalidParameterException: Error occurred while parsing accessPolicy. Please check if the accessPolicy has \
         been constructed correctly using IAM grammar."
    );
    assert_eq!(
        refused(json!({"resourceArn": format!("{ARN}:log-stream:s")})),
        "ValidationException: Invalid resourceArn"
    );
    let conflict = "OperationAbortedException: A conflicting operation is currently in progress against this \
                    resource. Please try again.";
    assert_eq!(revision(json!({})), "1");
    assert_eq!(refused(json!({})), conflict);
    assert_eq!(refused(json!({"expectedRevisionId": "7"})), conflict);
    let invalid = "InvalidParameterException: Invalid ExpectedRevisionId";
    assert_eq!(refused(json!({"expectedRevisionId": "x"})), invalid);
    assert_eq!(revision(json!({"expectedRevisionId": "1"})), "2");
    let described =
        written.ok("DescribeResourcePolicies", json!({"resourceArn": ARN, "policyScope": "RESOURCE"}));
    let policy = &described["resourcePolicies"][0];
    assert_eq!((&policy["revisionId"], &policy["policyDocument"]), (&json!("2"), &json!(document)));
    assert_eq!(
        written.refused("DescribeResourcePolicies", json!({"resourceArn": ARN})),
        "InvalidParameterException: Cannot provide ResourceArn for PolicyScope ACCOUNT"
    );
    assert_eq!(written.refused("DeleteResourcePolicy", json!({"resourceArn": ARN})), invalid);
    let delete = json!({"resourceArn": ARN, "expectedRevisionId": "2"});
    written.ok("DeleteResourcePolicy", delete.clone());
    assert_eq!(
        written.refused("DeleteResourcePolicy", delete),
        "ResourceNotFoundException: No policy found for ResourceArn"
    );
    let named = json!({"policyName": "p", "policyDocument": document, "expectedRevisionId": "ignored"});
    assert_eq!(written.ok("PutResourcePolicy", named)["resourcePolicy"]["policyScope"], "ACCOUNT");
    assert_eq!(written.ok("DescribeResourcePolicies", json!({}))["resourcePolicies"][0]["policyName"], "p");
    written.ok("DeleteResourcePolicy", json!({"policyName": "p"}));
    assert_eq!(
        written.refused("DeleteResourcePolicy", json!({"policyName": "p"})),
        "ResourceNotFoundException: Policy with name [p] does not exist."
    );
}

#[test]
fn streams_are_listed_by_name_or_by_their_last_event() {
    let written = Written::new();
    for name in ["b", "a"] {
        written.ok("CreateLogStream", stream(name));
    }
    written.put(&[(written.now(), "m")]);
    let group = json!({"logGroupName": "/aws/events/shop"});
    let names = |more: Value| -> Vec<String> {
        let answer = written.ok("DescribeLogStreams", with(group.clone(), more));
        let streams = answer["logStreams"].as_array().unwrap();
        streams.iter().map(|stream| stream["logStreamName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(json!({})), ["a", "b", "s"]);
    assert_eq!(names(json!({"logStreamNamePrefix": "b"})), ["b"]);
    assert_eq!(names(json!({"orderBy": "LastEventTime", "descending": true, "limit": 1})), ["s"]);
    assert_eq!(names(json!({"limit": 2, "nextToken": "2"})), ["s"]);
    let refused = written.refused(
        "DescribeLogStreams",
        with(group.clone(), json!({"orderBy": "LastEventTime", "logStreamNamePrefix": "a"})),
    );
    assert_eq!(
        refused,
        "InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix."
    );
    assert!(written.refused("DescribeLogStreams", with(group, json!({"limit": 51}))).contains("'limit'"));
    assert!(written.refused("StartQuery", json!({})).starts_with("UnknownOperationException:"));
}

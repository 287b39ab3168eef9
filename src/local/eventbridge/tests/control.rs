use super::*;

/// The calls and answers are those captured on AWS (times left out).
#[test]
fn buses_and_rules_answer_as_captured() {
    let cloud = Cloud::new();
    let bus_arn = "arn:aws:events:eu-west-1:000000000000:event-bus/shop";
    let created = cloud.ok(
        "CreateEventBus",
        json!({"Name": "shop", "Description": "capture", "Tags": [{"Key": "owner", "Value": "test"}]}),
    );
    assert_eq!(created, json!({"EventBusArn": bus_arn, "Description": "capture"}));
    assert_eq!(
        cloud.refused("CreateEventBus", json!({"Name": "shop"})),
        "ResourceAlreadyExistsException: Event bus shop already exists."
    );
    assert_eq!(
        cloud.ok("ListTagsForResource", json!({"ResourceARN": bus_arn}))["Tags"],
        json!([{"Key": "owner", "Value": "test"}])
    );
    let pattern = "{\"source\":[\"controls\"]}";
    let put = cloud.ok("PutRule", json!({"Name": "paid", "EventBusName": "shop", "EventPattern": pattern, "State": "DISABLED", "Description": "first", "Tags": [{"Key": "owner", "Value": "rule"}]}));
    assert_eq!(put, json!({"RuleArn": "arn:aws:events:eu-west-1:000000000000:rule/shop/paid"}));
    let rule = json!({"Name": "paid", "EventBusName": bus_arn});
    assert_eq!(
        cloud.ok("DescribeRule", rule.clone()),
        json!({
        "Name": "paid", "Arn": put["RuleArn"], "EventPattern": pattern, "State": "DISABLED", "Description": "first",
        "EventBusName": "shop", "CreatedBy": "000000000000"})
    );
    assert!(cloud.refused("PutRule", json!({"Name": "paid", "EventBusName": "shop", "EventPattern": "{\"source\":[{\"unknown\":\"x\"}]}"}))
        .starts_with("InvalidEventPatternException: Event pattern is not valid. Reason: Unrecognized match type unknown\n at [Source: "));
    cloud.ok("PutRule", json!({"Name": "paid", "EventBusName": "shop", "EventPattern": pattern, "Tags": [{"Key": "owner", "Value": "ignored"}]}));
    assert_eq!(
        cloud.ok("DescribeRule", rule.clone()),
        json!({
        "Name": "paid", "Arn": put["RuleArn"], "EventPattern": pattern, "State": "ENABLED", "EventBusName": "shop",
        "CreatedBy": "000000000000"})
    );
    assert_eq!(
        cloud.ok("ListTagsForResource", json!({"ResourceARN": put["RuleArn"]}))["Tags"],
        json!([{"Key": "owner", "Value": "rule"}])
    );
    cloud.ok(
        "TagResource",
        json!({"ResourceARN": put["RuleArn"], "Tags": [{"Key": "second", "Value": "value"}]}),
    );
    cloud.ok("UntagResource", json!({"ResourceARN": put["RuleArn"], "TagKeys": ["owner", "absent"]}));
    assert_eq!(
        cloud.ok("ListTagsForResource", json!({"ResourceARN": put["RuleArn"]}))["Tags"],
        json!([{"Key": "second", "Value": "value"}])
    );
    let target = json!({"Id": "one", "Arn": "arn:aws:sqs:eu-west-1:000000000000:q", "Input": "null"});
    let put = json!({"Rule": "paid", "EventBusName": "shop", "Targets": [target]});
    assert_eq!(cloud.ok("PutTargets", put), json!({"FailedEntryCount": 0, "FailedEntries": []}));
    assert_eq!(
        cloud.ok("ListTargetsByRule", json!({"Rule": "paid", "EventBusName": "shop"})),
        json!({"Targets": [target]})
    );
    let by_target = json!({"TargetArn": "arn:aws:sqs:eu-west-1:000000000000:q", "EventBusName": "shop"});
    assert_eq!(cloud.ok("ListRuleNamesByTarget", by_target), json!({"RuleNames": ["paid"]}));
    assert_eq!(
        cloud.refused("DeleteRule", rule.clone()),
        "ValidationException: Rule can't be deleted since it has targets."
    );
    assert_eq!(
        cloud.refused("DeleteEventBus", json!({"Name": "shop"})),
        "ValidationException: EventBus can't be deleted since it has rules."
    );
    cloud.ok("RemoveTargets", json!({"Rule": "paid", "EventBusName": "shop", "Ids": ["one", "unknown"]}));
    cloud.ok("DeleteRule", rule.clone());
    cloud.ok("DeleteRule", rule.clone());
    cloud.ok("DeleteEventBus", json!({"Name": "shop"}));
    cloud.ok("DeleteEventBus", json!({"Name": "shop"}));
    let missing = "ResourceNotFoundException: Event bus shop does not exist.";
    assert_eq!(cloud.refused("DescribeEventBus", json!({"Name": "shop"})), missing);
    assert_eq!(cloud.refused("DeleteRule", json!({"Name": "paid", "EventBusName": "shop"})), missing);
    assert_eq!(
        cloud.refused("DescribeRule", json!({"Name": "x"})),
        "ResourceNotFoundException: Rule x does not exist on EventBus default."
    );
    assert_eq!(cloud.ok("DescribeEventBus", json!({}))["Name"], "default");
    assert_eq!(
        cloud.refused("DeleteEventBus", json!({"Name": "default"})),
        "ValidationException: Cannot delete event bus default."
    );
}

#[test]
fn quotas_hold() {
    let cloud = Cloud::new();
    let rule = |n: usize| json!({"Name": format!("r{n}"), "EventPattern": "{\"source\":[\"a\"]}"});
    for n in 0..300 {
        cloud.ok("PutRule", rule(n));
    }
    let limit = "LimitExceededException: The requested resource exceeds the maximum number allowed.";
    assert_eq!(cloud.refused("PutRule", rule(300)), limit);
    cloud.ok("PutRule", rule(7));
    let targets = |n: usize| json!({"Rule": "r1", "Targets": (0..n).map(|n| json!({"Id": n.to_string(), "Arn": "arn:aws:sqs:eu-west-1:000000000000:q"})).collect::<Vec<_>>()});
    assert_eq!(cloud.refused("PutTargets", targets(6)), limit);
    cloud.ok("PutTargets", targets(5));
    assert_eq!(cloud.ok("ListRules", json!({}))["Rules"].as_array().unwrap().len(), 100);
    assert_eq!(
        cloud.refused("PutRule", json!({"Name": "x"})),
        "ValidationException: Parameter(s) EventPattern or ScheduleExpression must be specified."
    );
    assert_eq!(
        cloud.refused("PutRule", json!({"Name": "x", "ScheduleExpression": "rate(1 minutes)"})),
        "ValidationException: Parameter ScheduleExpression is not valid."
    );
    assert_eq!(
        cloud.refused("PutRule", json!({"Name": "r2", "ScheduleExpression": "rate(5 minutes)"})),
        "ValidationException: ScheduleExpression is not supported: the local cloud runs no schedules, so that the \
         rule would never fire."
    );
}

#[test]
fn targets_are_admitted_as_aws_does() {
    let cloud = Cloud::ready();
    let refused = |target: Value| cloud.refused("PutTargets", json!({"Rule": "set", "Targets": [target]}));
    let queue = "arn:aws:sqs:eu-west-1:000000000000:q";
    assert_eq!(
        refused(json!({"Id": "target", "Arn": queue, "Input": "{}", "InputPath": "$.detail"})),
        "ValidationException: Only one of Input, InputPath, or InputTransformer must be provided for target target."
    );
    assert_eq!(
        refused(json!({"Id": "t", "Arn": queue, "InputPath": "$..text"})),
        "ValidationException: InputPath for target t is invalid."
    );
    let bus = "arn:aws:events:eu-west-1:000000000000:event-bus/b";
    assert_eq!(
        refused(json!({"Id": "t", "Arn": bus})),
        format!("ValidationException: RoleArn is required for target {bus}.")
    );
    let role = "arn:aws:iam::000000000000:role/r";
    assert_eq!(
        refused(json!({"Id": "t", "Arn": bus, "RoleArn": role, "InputPath": "$.detail"})),
        "ValidationException: Modifying the input for target t is not supported."
    );
    assert_eq!(
        refused(json!({"Id": "t", "Arn": bus.replace("/b", "/default"), "RoleArn": role})),
        "ValidationException: Source EventBus and Target EventBus must not be the same."
    );
    assert_eq!(
        refused(json!({"Id": "t", "Arn": "arn:aws:lambda:eu-west-1:000000000000:function:f"})),
        "ValidationException: Parameter arn:aws:lambda:eu-west-1:000000000000:function:f is not valid. Reason: The local cloud \
         delivers to API destinations, event buses, SQS queues, SNS topics and log groups, not to lambda."
    );
    assert_eq!(
        refused(json!({"Id": "t", "Arn": "q"})),
        "ValidationException: Parameter q is not valid. Reason: Provided Arn is not in correct format."
    );
    let gone = "arn:aws:events:eu-west-1:000000000000:api-destination/gone/1";
    let answer = cloud.ok(
        "PutTargets",
        json!({"Rule": "set", "Targets": [{"Id": "q", "Arn": queue},
        {"Id": "t", "Arn": gone, "RoleArn": "arn:aws:iam::000000000000:role/r"}]}),
    );
    assert_eq!(
        answer,
        json!({"FailedEntryCount": 1, "FailedEntries": [{"TargetId": "t",
        "ErrorCode": "ResourceNotFoundException", "ErrorMessage": "An api-destination 'gone' does not exist."}]})
    );
    assert_eq!(cloud.ok("ListTargetsByRule", json!({"Rule": "set"}))["Targets"].as_array().unwrap().len(), 2);
}

#[test]
fn permissions_are_statements_of_the_policy() {
    let cloud = Cloud::new();
    cloud.ok(
        "PutPermission",
        json!({"StatementId": "a", "Action": "events:PutEvents", "Principal": "111111111111"}),
    );
    let policy: Value =
        serde_json::from_str(cloud.ok("DescribeEventBus", json!({}))["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(policy["Statement"][0]["Principal"], json!({"AWS": "arn:aws:iam::111111111111:root"}));
    assert_eq!(
        cloud.refused("RemovePermission", json!({"StatementId": "b"})),
        "ResourceNotFoundException: Statement with the provided id does not exist."
    );
    cloud.ok("RemovePermission", json!({"StatementId": "a"}));
    assert_eq!(cloud.ok("DescribeEventBus", json!({})).get("Policy"), None);
}

/// The answers captured on AWS for events that are no events.
#[test]
fn a_pattern_is_tested_against_a_whole_event() {
    let cloud = Cloud::new();
    let event = json!({"id": "1", "detail-type": "t", "source": "s", "account": "0", "time": "2026-09-13T00:00:00Z", "region": "r", "resources": [], "detail": {}});
    let test = |event: &Value| {
        cloud.bridge.call(
            REGION,
            "TestEventPattern",
            &json!({"EventPattern": "{\"source\":[\"s\"]}", "Event": event.to_string()}),
        )
    };
    assert_eq!(test(&event).unwrap(), json!({"Result": true}));
    for name in ["id", "detail-type", "source", "account", "time", "region"] {
        let mut less = event.clone();
        less.as_object_mut().unwrap().remove(name);
        assert_eq!(
            test(&less).unwrap_err().to_string(),
            "ValidationException: Parameter Event is not valid."
        );
    }
    for time in [json!(1), json!("not-a-time")] {
        let mut other = event.clone();
        other["time"] = time;
        assert_eq!(
            test(&other).unwrap_err().to_string(),
            "ValidationException: Parameter Event is not valid. Reason: Invalid time."
        );
    }
    let error = cloud
        .bridge
        .call(
            REGION,
            "TestEventPattern",
            &json!({"EventPattern": r#"{"a":[{"anything-but":{"prefix":[]}}]}"#, "Event": "{}"}),
        )
        .unwrap_err();
    assert_eq!((error.status, error.code.as_str(), error.message.as_str()), (500, "InternalFailure", ""));
}

#[test]
fn regions_are_separate() {
    let cloud = Cloud::ready();
    assert_eq!(cloud.bridge.call("us-east-1", "ListRules", &json!({})).unwrap(), json!({"Rules": []}));
    assert_eq!(
        cloud.bridge.call("us-east-1", "ListConnections", &json!({})).unwrap(),
        json!({"Connections": []})
    );
}

#[test]
fn any_input_is_survived() {
    let cloud = Cloud::ready();
    let values = ["", "arn:", "arn:aws:events:eu-west-1:000000000000:rule/", "\u{0}", "a|b", "../..", "${x}"];
    for action in [
        "DescribeRule",
        "DeleteRule",
        "EnableRule",
        "ListTargetsByRule",
        "TagResource",
        "ListTagsForResource",
        "DescribeConnection",
        "DescribeApiDestination",
        "DescribeArchive",
        "StartReplay",
        "PutPermission",
        "PutRule",
    ] {
        for value in values {
            let names = [
                "Name",
                "Rule",
                "ResourceARN",
                "ArchiveName",
                "ReplayName",
                "EventPattern",
                "Policy",
                "EventBusName",
            ];
            let mut input: Value = names
                .iter()
                .map(|name| ((*name).to_owned(), json!(value)))
                .collect::<serde_json::Map<_, _>>()
                .into();
            let _ = cloud.bridge.call(REGION, action, &input);
            input["EventBusName"] = json!("default");
            let _ = cloud.bridge.call(REGION, action, &input);
        }
    }
}

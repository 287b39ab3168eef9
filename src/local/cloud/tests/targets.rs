use super::*;

#[tokio::test]
async fn a_queue_gets_the_event_when_its_policy_lets_the_rule() {
    let cloud = Deployed::new();
    let letters = cloud.queue("letters", &["events.amazonaws.com"]).await;
    let open = cloud.queue("open", &["events.amazonaws.com"]).await;
    let closed = cloud.queue("closed", &["s3.amazonaws.com"]).await;
    let target =
        |id: &str, queue: &str| json!({"Id": id, "Arn": queue, "DeadLetterConfig": {"Arn": letters}});
    let gone = arn("sqs", "gone");
    cloud.rule("default", "sold", json!([target("open", &open), target("closed", &closed)])).await;
    let id = cloud.put("default", json!({"n": 1})).await;
    let event = cloud.only("open").await;
    assert_eq!((&event["id"], &event["detail"]), (&json!(id), &json!({"n": 1})));
    let (code, message) = cloud.letter("letters").await;
    assert_eq!(code, "NO_PERMISSIONS");
    assert_eq!(
        without_request_id(&message),
        "User: events.amazonaws.com is not authorized to perform: sqs:sendmessage on resource: \
         arn:aws:sqs:eu-west-1:000000000000:closed because no resource-based policy allows the sqs:sendmessage action \
         (Service: AmazonSQS; Status Code: 403; Error Code: AccessDenied; Request ID: …; Proxy: null)"
    );
    cloud.ok("events", "RemoveTargets", json!({"Rule": "sold", "Ids": ["open", "closed"]})).await;
    cloud.rule("default", "sold", json!([target("gone", &gone)])).await;
    cloud.put("default", json!({})).await;
    assert_eq!(cloud.letter("letters").await.0, "NO_RESOURCE");
}

/// The verdicts and the words are those that AWS gave for the same policies.
#[tokio::test]
async fn a_topic_gets_the_event_when_its_policy_lets_the_rule() {
    let cloud = Deployed::new();
    let letters = cloud.queue("letters", &["events.amazonaws.com"]).await;
    let inbox = cloud.queue("inbox", &["sns.amazonaws.com"]).await;
    let topic = cloud.ok("sns", "CreateTopic", json!({"Name": "sold"})).await["TopicArn"].clone();
    cloud.ok("sns", "Subscribe", json!({"TopicArn": topic, "Protocol": "sqs", "Endpoint": inbox})).await;
    cloud
        .rule("default", "sold", json!([{"Id": "t", "Arn": topic, "DeadLetterConfig": {"Arn": letters}}]))
        .await;
    let rule = arn("events", "rule/sold");
    let cases = [
        (json!({}), true),
        (json!({"ArnEquals": {"aws:SourceArn": rule}}), true),
        (json!({"StringEquals": {"aws:SourceAccount": "000000000000"}}), true),
        (json!({"StringEquals": {"aws:SourceOwner": "000000000000"}}), false),
        (json!({"ArnEquals": {"aws:SourceArn": arn("events", "rule/other")}}), false),
    ];
    let denied = "User: events.amazonaws.com is not authorized to perform: SNS:Publish on resource: \
        arn:aws:sns:eu-west-1:000000000000:sold because no resource-based policy allows the SNS:Publish action \
        (Service: AmazonSNS; Status Code: 403; Error Code: AuthorizationError; Request ID: …; Proxy: null)";
    // The policy of a new topic lets no service publish.
    let id = cloud.put("default", json!({})).await;
    let (code, message) = cloud.letter("letters").await;
    assert_eq!((code.as_str(), without_request_id(&message).as_str()), ("NO_PERMISSIONS", denied));
    assert!(!id.is_empty() && cloud.received("inbox").await.is_empty());
    for (condition, allowed) in cases {
        let policy = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish", "Resource": topic, "Condition": condition}});
        let input =
            json!({"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy.to_string()});
        cloud.ok("sns", "SetTopicAttributes", input).await;
        // A yes is remembered for a quarter of a second.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let id = cloud.put("default", json!({"condition": condition})).await;
        if allowed {
            let notification = cloud.only("inbox").await;
            assert_eq!(
                (&notification["Type"], &notification["TopicArn"]),
                (&json!("Notification"), &topic),
                "{condition}"
            );
            let event: Value = serde_json::from_str(notification["Message"].as_str().unwrap()).unwrap();
            assert_eq!(event["id"], id.as_str());
        } else {
            let (code, message) = cloud.letter("letters").await;
            assert_eq!((code.as_str(), without_request_id(&message).as_str()), ("NO_PERMISSIONS", denied));
        }
    }
}

#[tokio::test]
async fn a_topic_may_be_reached_with_a_role_and_may_be_gone() {
    let cloud = Deployed::new();
    let letters = cloud.queue("letters", &["events.amazonaws.com"]).await;
    let inbox = cloud.queue("inbox", &["sns.amazonaws.com"]).await;
    let topic = cloud.ok("sns", "CreateTopic", json!({"Name": "sold"})).await["TopicArn"].clone();
    let raw = json!({"RawMessageDelivery": "true"});
    cloud
        .ok(
            "sns",
            "Subscribe",
            json!({"TopicArn": topic, "Protocol": "sqs", "Endpoint": inbox, "Attributes": raw}),
        )
        .await;
    let dead_letter = json!({"Arn": letters});
    let role = cloud.role("publisher", "sns:Publish").await;
    let target = json!({"Id": "t", "Arn": topic, "RoleArn": role, "InputPath": "$.detail.text",
        "DeadLetterConfig": dead_letter});
    cloud.rule("default", "sold", json!([target])).await;
    cloud.put("default", json!({"text": "hello"})).await;
    assert_eq!(cloud.received("inbox").await[0]["Body"], "\"hello\"");
    let powerless = cloud.role("powerless", "sns:Subscribe").await;
    let gone = arn("sns", "gone");
    let targets = json!([{"Id": "t", "Arn": topic, "RoleArn": powerless, "DeadLetterConfig": dead_letter}]);
    cloud.rule("default", "sold", targets).await;
    cloud.put("default", json!({})).await;
    assert_eq!(cloud.letter("letters").await.0, "NO_PERMISSIONS");
    cloud.rule("default", "sold", json!([{"Id": "t", "Arn": gone, "DeadLetterConfig": dead_letter}])).await;
    cloud.put("default", json!({})).await;
    let (code, message) = cloud.letter("letters").await;
    assert_eq!(code, "NO_RESOURCE");
    assert!(message.starts_with("Topic does not exist (Service: AmazonSNS; Status Code: 404;"), "{message}");
    let long = "x".repeat(300_000);
    cloud
        .rule(
            "default",
            "sold",
            json!([{"Id": "t", "Arn": topic, "RoleArn": role, "DeadLetterConfig": dead_letter}]),
        )
        .await;
    cloud.put("default", json!({"text": long})).await;
    let (code, message) = cloud.letter("letters").await;
    assert_eq!(code, "SDK_CLIENT_ERROR");
    assert!(message.starts_with("Invalid parameter: Message too long (Service: AmazonSNS;"), "{message}");
}

/// The events, the policies and the outcomes are those of a capture on AWS.
#[tokio::test]
async fn a_log_group_gets_the_event_when_a_resource_policy_lets_the_rule() {
    let cloud = Deployed::new();
    let letters = cloud.queue("letters", &["events.amazonaws.com"]).await;
    let (name, group) = ("/aws/events/shop", arn("logs", "log-group:/aws/events/shop"));
    cloud.ok("logs", "CreateLogGroup", json!({"logGroupName": name})).await;
    let target = json!({"Id": "l", "Arn": group, "DeadLetterConfig": {"Arn": letters}});
    cloud.rule("default", "sold", json!([target])).await;
    cloud.put("default", json!({})).await;
    let expected = ("NO_PERMISSIONS", "Could not complete putLogEvents call for /aws/events/shop.");
    let letter = cloud.letter("letters").await;
    assert_eq!((letter.0.as_str(), letter.1.as_str()), expected);
    let statement = |effect: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": effect,
            "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": format!("{group}:*"),
            "Condition": {"ArnEquals": {"aws:SourceArn": arn("events", "rule/sold")},
                "StringEquals": {"aws:SourceAccount": "000000000000"}}}]})
        .to_string()
    };
    let allow = json!({"policyName": "events", "policyDocument": statement("Allow")});
    cloud.ok("logs", "PutResourcePolicy", allow).await;
    let id = cloud.put("default", json!({"text": "hello"})).await;
    let filter = || cloud.ok("logs", "FilterLogEvents", json!({"logGroupName": name}));
    let events = filter().await["events"].clone();
    let event: Value = serde_json::from_str(events[0]["message"].as_str().unwrap()).unwrap();
    assert_eq!((&event["id"], &event["detail"]), (&json!(id), &json!({"text": "hello"})));
    let time: jiff::Timestamp = event["time"].as_str().unwrap().parse().unwrap();
    assert_eq!(events[0]["timestamp"], time.as_millisecond());
    // A transformer says the time and the text.
    let mut transformed = target.clone();
    transformed["InputTransformer"] = json!({
        "InputPathsMap": {"timestamp": "$.time", "text": "$.detail.text", "probe": "$.detail-type"},
        "InputTemplate": r#"{"timestamp":<timestamp>,"message":"transformed-<probe>: <text>"}"#});
    cloud.rule("default", "sold", json!([transformed])).await;
    cloud.put("default", json!({"text": "hello"})).await;
    let events = filter().await["events"].clone();
    assert_eq!(events[1]["message"], "transformed-sold: hello");
    assert_ne!(events[0]["logStreamName"], events[1]["logStreamName"]);
    for template in [r#"{"message":"owned"}"#, r#"{"timestamp":<timestamp>,"message":<detail>}"#] {
        transformed["InputTransformer"] = json!({
            "InputPathsMap": {"timestamp": "$.time", "detail": "$.detail"}, "InputTemplate": template});
        cloud.rule("default", "sold", json!([transformed])).await;
        cloud.put("default", json!({"text": "hello"})).await;
        assert_eq!(cloud.letter("letters").await.0, "INVALID_PARAMETER", "{template}");
    }
    // The ARN that CloudFormation gives is taken and leads nowhere.
    let starred = json!([{"Id": "l", "Arn": format!("{group}:*"), "DeadLetterConfig": {"Arn": letters}}]);
    cloud.rule("default", "sold", starred).await;
    cloud.put("default", json!({})).await;
    assert_eq!(cloud.letter("letters").await.0, "NO_RESOURCE");
    // A deny in the group's own policy is stronger than the account's allow.
    let deny = json!({"resourceArn": group, "policyDocument": statement("Deny")});
    cloud.ok("logs", "PutResourcePolicy", deny).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    cloud.rule("default", "sold", json!([target])).await;
    cloud.put("default", json!({})).await;
    let letter = cloud.letter("letters").await;
    assert_eq!((letter.0.as_str(), letter.1.as_str()), expected);
    cloud.ok("logs", "DeleteLogGroup", json!({"logGroupName": name})).await;
    cloud.put("default", json!({})).await;
    assert_eq!(cloud.letter("letters").await.0, "NO_RESOURCE");
}

#[tokio::test]
async fn a_log_group_is_admitted_as_aws_does() {
    let cloud = Deployed::new();
    cloud.rule("default", "sold", json!([])).await;
    let group = arn("logs", "log-group:/aws/events/shop");
    let cases = [
        (
            json!({"RoleArn": "arn:aws:iam::000000000000:role/r"}),
            format!("ValidationException: RoleArn is not supported for target {group}."),
        ),
        (
            json!({"InputPath": "$.detail"}),
            "ValidationException: Input and InputPath are not valid forms of input for target t. The only valid \
             form of input is InputTransformer."
                .to_owned(),
        ),
        (
            json!({"Arn": format!("{group}:log-stream:s")}),
            format!(
                "ValidationException: Parameter {group}:log-stream:s is not valid. Reason: Provided Arn is not in \
                 correct format."
            ),
        ),
    ];
    for (change, expected) in cases {
        let mut target = json!({"Id": "t", "Arn": group});
        target.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let refused =
            cloud.refused("events", "PutTargets", json!({"Rule": "sold", "Targets": [target]})).await;
        assert_eq!(refused, expected);
    }
}

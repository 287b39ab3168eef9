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

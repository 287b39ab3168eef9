use super::*;

#[tokio::test]
async fn an_event_goes_on_to_a_custom_bus_with_a_role() {
    let cloud = Deployed::new();
    let letters = cloud.queue("letters", &["events.amazonaws.com"]).await;
    let inbox = cloud.queue("inbox", &["events.amazonaws.com"]).await;
    let bus = cloud.ok("events", "CreateEventBus", json!({"Name": "shop"})).await["EventBusArn"].clone();
    let role = cloud.role("forwarder", "events:PutEvents").await;
    let powerless = cloud.role("powerless", "events:PutRule").await;
    cloud.rule("shop", "sold", json!([{"Id": "q", "Arn": inbox}])).await;
    let target = |bus: &Value, role: &str| json!([{"Id": "b", "Arn": bus, "RoleArn": role, "DeadLetterConfig": {"Arn": letters}}]);
    cloud.rule("default", "on", target(&bus, &role)).await;
    let id = cloud.put("default", json!({"n": 1})).await;
    assert_eq!(cloud.only("inbox").await["id"], id.as_str());
    // An event that is put on the custom bus itself.
    let id = cloud.put("shop", json!({"n": 2})).await;
    assert_eq!(cloud.only("inbox").await["id"], id.as_str());
    let foreign = json!("arn:aws:events:eu-west-1:999000999000:event-bus/shop");
    let gone = arn("iam", "role/gone").replace(REGION, "");
    for (bus, role) in [(&bus, &powerless), (&bus, &gone), (&foreign, &role)] {
        cloud.rule("default", "on", target(bus, role)).await;
        cloud.put("default", json!({})).await;
        let expected = ("NO_PERMISSIONS", "Lack of permissions to invoke cross account target.");
        let letter = cloud.letter("letters").await;
        assert_eq!((letter.0.as_str(), letter.1.as_str()), expected);
    }
    assert!(cloud.received("inbox").await.is_empty());
    // A bus that does not exist takes the event and drops it.
    cloud.rule("default", "on", target(&json!(arn("events", "event-bus/gone")), &role)).await;
    cloud.put("default", json!({})).await;
    assert!(cloud.received("letters").await.is_empty());
}

#[tokio::test]
async fn a_disabled_rule_does_nothing_until_it_is_enabled() {
    let cloud = Deployed::new();
    let inbox = cloud.queue("inbox", &["events.amazonaws.com"]).await;
    cloud.rule("default", "sold", json!([{"Id": "q", "Arn": inbox}])).await;
    cloud.ok("events", "DisableRule", json!({"Name": "sold"})).await;
    cloud.put("default", json!({"n": 1})).await;
    assert!(cloud.received("inbox").await.is_empty());
    cloud.ok("events", "EnableRule", json!({"Name": "sold"})).await;
    cloud.put("default", json!({"n": 2})).await;
    assert_eq!(cloud.only("inbox").await["detail"], json!({"n": 2}));
}

#[tokio::test]
async fn patterns_are_tested_without_a_rule() {
    let cloud = Deployed::new();
    let event =
        json!({"id": "1", "account": "000000000000", "source": "shop", "time": "2026-01-02T03:04:05Z",
        "region": REGION, "resources": [], "detail-type": "sold", "detail": {"n": 1}})
        .to_string();
    for (pattern, matches) in [(r#"{"detail":{"n":[1]}}"#, true), (r#"{"detail":{"n":[2]}}"#, false)] {
        let answer =
            cloud.ok("events", "TestEventPattern", json!({"Event": event, "EventPattern": pattern})).await;
        assert_eq!(answer, json!({"Result": matches}));
    }
    let refused =
        cloud.refused("events", "TestEventPattern", json!({"Event": event, "EventPattern": "{}"})).await;
    assert!(refused.starts_with("InvalidEventPatternException:"), "{refused}");
}

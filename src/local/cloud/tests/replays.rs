use super::*;

#[tokio::test]
async fn an_archive_replays_into_the_rules_of_its_bus() {
    let cloud = Deployed::new();
    let bus = cloud.ok("events", "CreateEventBus", json!({"Name": "shop"})).await["EventBusArn"].clone();
    let inbox = cloud.queue("inbox", &["events.amazonaws.com"]).await;
    let other = cloud.queue("other", &["events.amazonaws.com"]).await;
    cloud.rule("shop", "sold", json!([{"Id": "q", "Arn": inbox}])).await;
    cloud.rule("shop", "also", json!([{"Id": "q", "Arn": other}])).await;
    let input =
        json!({"ArchiveName": "all", "EventSourceArn": bus, "EventPattern": r#"{"detail":{"keep":[true]}}"#});
    let archive = cloud.ok("events", "CreateArchive", input).await["ArchiveArn"].clone();
    let id = cloud.put("shop", json!({"keep": true, "text": "λ\n"})).await;
    cloud.put("shop", json!({"keep": false})).await;
    cloud.put("default", json!({"keep": true})).await;
    assert_eq!((cloud.received("inbox").await.len(), cloud.received("other").await.len()), (2, 2));
    let described = cloud.ok("events", "DescribeArchive", json!({"ArchiveName": "all"})).await;
    assert_eq!(described["EventCount"], 1);
    let replay = |name: &str, filter: Value| {
        json!({"ReplayName": name, "EventSourceArn": archive, "EventStartTime": 0,
            "EventEndTime": 4_000_000_000_i64, "Destination": {"Arn": bus, "FilterArns": filter}})
    };
    let filter = json!([arn("events", "rule/shop/sold")]);
    cloud.ok("events", "StartReplay", replay("again", filter)).await;
    cloud.cloud.settle().await.unwrap();
    let event = cloud.only("inbox").await;
    assert_eq!(
        (&event["replay-name"], &event["detail"]),
        (&json!("again"), &json!({"keep": true, "text": "λ\n"}))
    );
    assert_ne!(event["id"], id.as_str());
    assert!(cloud.received("other").await.is_empty());
    // What is replayed is not archived again, and a disabled rule does not see it.
    let described = cloud.ok("events", "DescribeArchive", json!({"ArchiveName": "all"})).await;
    assert_eq!(described["EventCount"], 1);
    cloud.ok("events", "DisableRule", json!({"Name": "sold", "EventBusName": "shop"})).await;
    cloud.ok("events", "StartReplay", replay("third", json!([]))).await;
    cloud.cloud.settle().await.unwrap();
    assert!(cloud.received("inbox").await.is_empty());
    assert_eq!(cloud.only("other").await["replay-name"], "third");
    let replays = cloud.ok("events", "ListReplays", json!({"EventSourceArn": archive})).await;
    let states: Vec<_> =
        replays["Replays"].as_array().unwrap().iter().map(|replay| &replay["State"]).collect();
    assert_eq!(states, ["COMPLETED", "COMPLETED"]);
    // A past without events replays nothing.
    let mut empty = replay("past", json!([]));
    empty["EventEndTime"] = json!(1);
    cloud.ok("events", "StartReplay", empty).await;
    cloud.cloud.settle().await.unwrap();
    assert!(cloud.received("other").await.is_empty());
}

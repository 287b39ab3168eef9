use super::*;

#[tokio::test]
async fn a_replay_delivers_again_with_new_ids() {
    let cloud = Cloud::ready();
    let bus = "arn:aws:events:eu-west-1:000000000000:event-bus/default";
    let archive = cloud.ok(
        "CreateArchive",
        json!({"ArchiveName": "a", "EventSourceArn": bus, "EventPattern": r#"{"detail-type":["cacheSet"]}"#}),
    );
    cloud.deliver().await;
    let described = cloud.ok("DescribeArchive", json!({"ArchiveName": "a"}));
    assert_eq!((&described["EventCount"], &described["State"]), (&json!(1), &json!("ENABLED")));
    let replay = json!({"ReplayName": "again", "EventSourceArn": archive["ArchiveArn"], "EventStartTime": 0,
        "EventEndTime": 4_000_000_000_i64, "Destination": {"Arn": bus}});
    assert_eq!(cloud.ok("StartReplay", replay.clone())["State"], "STARTING");
    cloud.settle().await;
    assert_eq!(cloud.sent().len(), 2);
    let trace = &cloud.bridge.traces(REGION, 1).unwrap()[0];
    assert!(trace.event.contains("\"replay-name\":\"again\""), "{}", trace.event);
    assert_eq!(cloud.ok("DescribeReplay", json!({"ReplayName": "again"}))["State"], "COMPLETED");
    assert_eq!(cloud.ok("DescribeArchive", json!({"ArchiveName": "a"}))["EventCount"], 1);
    assert_eq!(
        cloud.refused("StartReplay", replay),
        "ResourceAlreadyExistsException: Replay again already exists."
    );
    let elsewhere = json!({"ReplayName": "filtered", "EventSourceArn": archive["ArchiveArn"], "EventStartTime": 0,
        "EventEndTime": 4_000_000_000_i64, "Destination": {"Arn": bus, "FilterArns": [rule_arn("default", "other")]}});
    cloud.ok("StartReplay", elsewhere);
    cloud.settle().await;
    assert_eq!(cloud.sent().len(), 2);
}

#[test]
fn archives_are_checked() {
    let cloud = Cloud::new();
    let input = |bus: &str, pattern: &str| json!({"ArchiveName": "a", "EventSourceArn": format!("arn:aws:events:eu-west-1:000000000000:event-bus/{bus}"), "EventPattern": pattern});
    assert_eq!(
        cloud.refused("CreateArchive", input("b", "")),
        "ResourceNotFoundException: Event bus b does not exist."
    );
    assert!(
        cloud
            .refused("CreateArchive", input("default", "{}"))
            .starts_with("InvalidEventPatternException: Event pattern is not valid.")
    );
    cloud.ok("CreateArchive", input("default", ""));
    assert_eq!(cloud.ok("ListArchives", json!({}))["Archives"][0]["ArchiveName"], "a");
    cloud.ok("DeleteArchive", json!({"ArchiveName": "a"}));
    assert_eq!(
        cloud.refused("DescribeArchive", json!({"ArchiveName": "a"})),
        "ResourceNotFoundException: Archive a does not exist."
    );
}

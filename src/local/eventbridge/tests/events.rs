use super::*;

fn put(cloud: &Cloud, entry: Value) -> Value {
    cloud.ok("PutEvents", json!({ "Entries": [entry] }))["Entries"][0].clone()
}

#[test]
fn entries_fail_one_by_one_in_their_places() {
    let cloud = Cloud::ready();
    let entry =
        |source: &str, detail: &str| json!({"Source": source, "DetailType": "control", "Detail": detail});
    let answer = cloud.ok("PutEvents", json!({"Entries": [
        entry("shop", "{}"), entry("shop", "{"), entry("shop", "[]"), entry("aws.iam", "{}"), entry("", "{}"),
        {"Source": "shop", "Detail": "{}"}, {"Source": "shop", "DetailType": "x"},
        {"Source": "shop", "DetailType": "x".repeat(129), "Detail": "{}"},
    ]}));
    assert_eq!(answer["FailedEntryCount"], 7);
    let errors: Vec<_> = answer["Entries"].as_array().unwrap()[1..]
        .iter()
        .map(|entry| {
            format!("{}: {}", entry["ErrorCode"].as_str().unwrap(), entry["ErrorMessage"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        errors,
        [
            "MalformedDetail: Detail is malformed.",
            "MalformedDetail: Detail is malformed.",
            "NotAuthorizedForSourceException: Not authorized for the source.",
            "InvalidArgument: Parameter Source is not valid. Reason: Source is a required argument.",
            "InvalidArgument: Parameter DetailType is not valid. Reason: DetailType is a required argument.",
            "InvalidArgument: Parameter Detail is not valid. Reason: Detail is a required argument.",
            "InvalidArgument: Parameter DetailType is not valid. Reason: DetailType must be at most 128 characters.",
        ]
    );
    assert_eq!(answer["Entries"][0]["EventId"].as_str().unwrap().len(), 36);
}

#[test]
fn a_missing_bus_answers_an_id_and_drops_the_event() {
    let cloud = Cloud::new();
    let other = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    for bus in ["nope", other] {
        let answer =
            put(&cloud, json!({"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": bus}));
        let trace = cloud.bridge.trace(REGION, answer["EventId"].as_str().unwrap()).unwrap().unwrap();
        assert_eq!(
            (trace.bus.as_str(), trace.dropped.as_deref()),
            (bus, Some("the event bus does not exist"))
        );
    }
    assert_eq!(cloud.bridge.pending().unwrap(), 0);
}

#[test]
fn the_event_is_as_aws_makes_it() {
    let cloud = Cloud::ready();
    let answer = put(
        &cloud,
        json!({"Source": "s", "DetailType": "d", "Detail": "{ \"n\": 1.0, \"a\" : [ 9007199254740993 ] }",
        "Time": 1_767_323_045, "Resources": ["arn:x"]}),
    );
    let id = answer["EventId"].as_str().unwrap();
    let trace = cloud.bridge.trace(REGION, id).unwrap().unwrap();
    assert_eq!(
        trace.event,
        format!(
            "{{\"version\":\"0\",\"id\":\"{id}\",\"detail-type\":\"d\",\"source\":\"s\",\"account\":\"000000000000\",\
         \"time\":\"2026-01-02T03:04:05Z\",\"region\":\"eu-west-1\",\"resources\":[\"arn:x\"],\
         \"detail\":{{\"n\":1.0,\"a\":[9007199254740993]}}}}"
        )
    );
    assert!(trace.rules.is_empty());
    assert!(cloud.bridge.trace("us-east-1", id).unwrap().is_none());
}

#[test]
fn a_request_is_bounded() {
    let cloud = Cloud::new();
    let entry = json!({"Source": "s", "DetailType": "d", "Detail": "{}"});
    assert!(cloud.refused("PutEvents", json!({"Entries": vec![entry; 11]})).contains(
        "at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10"
    ));
    let entry =
        json!({"Source": "s", "DetailType": "d", "Detail": format!("{{\"a\":\"{}\"}}", "x".repeat(600_000))});
    assert_eq!(
        cloud.refused("PutEvents", json!({"Entries": [entry, entry]})),
        "ValidationException: Total size of the entries in the request is over the limit."
    );
}

#[tokio::test]
async fn the_deepest_detail_is_delivered_whole() {
    let cloud = Cloud::ready();
    cloud.target(json!({"Id": "cache", "Arn": "arn:aws:sqs:eu-west-1:000000000000:q"}));
    let detail = format!("{{\"a\":{}{}}}", "[".repeat(999), "]".repeat(999));
    cloud.put(&detail);
    cloud.settle().await;
    assert!(cloud.neighbours.messages.lock()[0]["MessageBody"].as_str().unwrap().contains(&detail));
    let deeper =
        put(&cloud, json!({"Source": "s", "DetailType": "d", "Detail": format!("{{\"a\":{detail}}}")}));
    assert_eq!(deeper["ErrorCode"], "MalformedDetail");
}

#[tokio::test]
async fn only_the_newest_traces_are_kept() {
    let cloud = Cloud::ready();
    let first = cloud.put("{}");
    for _ in 0..150 {
        let entry = json!({"Source": "s", "DetailType": "cacheSet", "Detail": "{}"});
        cloud.ok("PutEvents", json!({"Entries": vec![entry; 10]}));
    }
    let last = cloud.put("{}");
    cloud.settle().await;
    assert!(cloud.bridge.trace(REGION, &first).unwrap().is_none());
    assert!(cloud.bridge.trace(REGION, &last).unwrap().is_some());
    let rows: i64 = cloud
        .bridge
        .store
        .with(|database| {
            database.query_row(
                "SELECT (SELECT count(*) FROM events_traces) + (SELECT count(*) FROM events_deliveries)",
                [],
                |row| row.get(0),
            )
        })
        .unwrap();
    assert!((2000..2600).contains(&rows), "{rows}");
}

#[tokio::test]
async fn a_disabled_rule_sees_nothing() {
    let cloud = Cloud::ready();
    cloud.ok("DisableRule", json!({"Name": "set"}));
    cloud.put("{}");
    assert_eq!(cloud.bridge.pending().unwrap(), 0);
    cloud.ok("EnableRule", json!({"Name": "set"}));
    cloud.put("{}");
    assert_eq!(cloud.bridge.pending().unwrap(), 1);
}

use super::*;

/// What was accepted for a log group or topic is delivered after the cloud is opened again.
#[tokio::test]
async fn pending_deliveries_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Cloud::open(directory.path(), Pace::Virtual, "http://localhost:4566").unwrap();
    let name = json!({"logGroupName": "/aws/events/shop"});
    {
        let cloud = open();
        // Nothing is delivered by itself: the worker has no turn before the cloud is closed.
        let call = |service: &str, action: &str, input: &Value| {
            cloud
                .apis
                .call(service, REGION, action, input)
                .unwrap_or_else(|error| panic!("{action}: {error}"))
        };
        call("logs", "CreateLogGroup", &name);
        let policy = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
            "Action": "logs:*", "Resource": "*"}});
        call("logs", "PutResourcePolicy", &json!({"policyName": "p", "policyDocument": policy.to_string()}));
        call("events", "PutRule", &json!({"Name": "r", "EventPattern": r#"{"source":["shop"]}"#}));
        let target = json!({"Id": "l", "Arn": arn("logs", "log-group:/aws/events/shop")});
        call("events", "PutTargets", &json!({"Rule": "r", "Targets": [target]}));
        let entry = json!({"Source": "shop", "DetailType": "sold", "Detail": "{}"});
        call("events", "PutEvents", &json!({"Entries": [entry]}));
        assert_eq!(cloud.events().pending().unwrap(), 1);
    }
    tokio::task::yield_now().await;
    let cloud = open();
    cloud.settle().await.unwrap();
    let events = cloud.answer("logs", REGION, "FilterLogEvents", &name).await.unwrap();
    assert_eq!(events["events"].as_array().unwrap().len(), 1);
}

use super::*;

fn attribute(outcome: &Outcome, name: &str) -> Option<String> {
    let (Outcome::DeadLettered { attributes, .. } | Outcome::Lost { attributes, .. }) = outcome else {
        return None;
    };
    attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

#[tokio::test]
async fn an_event_reaches_the_destination_once() {
    let cloud = Cloud::ready();
    let target = cloud.deliver().await;
    assert_eq!(
        cloud.sent(),
        [("PUT https://api.example.com/cache/my-cache?key=k".into(), "\"hello\"".into())]
    );
    assert_eq!(target.outcome, Outcome::Delivered);
    assert_eq!((target.attempts.len(), target.attempts[0].status), (1, Some(204)));
    let request = target.request.unwrap();
    assert!(
        request.starts_with("PUT /cache/my-cache?key=k HTTP/1.1\r\nHost: api.example.com\r\n"),
        "{request}"
    );
    assert!(request.contains("Authorization: ***") && !request.contains(TOKEN), "{request}");
    assert_eq!(
        (cloud.metric("Invocations"), cloud.metric("MatchedEvents"), cloud.metric("FailedInvocations")),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn a_refusal_goes_to_the_dead_letter_queue_at_once() {
    let cloud = Cloud::ready();
    cloud.answer_with([Ok(answer(403, r#"{"title":"Forbidden"}"#))]);
    let target = cloud.deliver().await;
    assert_eq!(cloud.sent().len(), 1);
    assert_eq!(attribute(&target.outcome, "RETRY_ATTEMPTS"), None);
    let message = &cloud.neighbours.messages.lock()[0];
    assert_eq!(message["QueueUrl"], "http://sqs/\"letters\"");
    let attributes = &message["MessageAttributes"];
    assert_eq!(
        attributes["ERROR_MESSAGE"],
        json!({"DataType": "String", "StringValue": "ApiDestination returned HTTP status 403 with payload: {\"title\":\"Forbidden\"}"})
    );
    assert_eq!(attributes["ERROR_CODE"]["StringValue"], "SDK_CLIENT_ERROR");
    assert_eq!(attributes["RULE_ARN"]["StringValue"], "arn:aws:events:eu-west-1:000000000000:rule/set");
    assert_eq!(cloud.metric("InvocationsSentToDlq"), 1);
}

#[tokio::test]
async fn retries_are_played_on_paper() {
    let cloud = Cloud::ready();
    cloud.answer_with((0..9).map(|_| Ok(answer(503, "busy"))));
    let target = cloud.deliver().await;
    assert_eq!(target.attempts.len(), 4);
    assert!(target.attempts.windows(2).all(|pair| pair[0].at < pair[1].at));
    assert_eq!(attribute(&target.outcome, "RETRY_ATTEMPTS").unwrap(), "3");
    assert_eq!(attribute(&target.outcome, "EXHAUSTED_RETRY_CONDITION").unwrap(), "MaximumRetryAttempts");
    assert_eq!((cloud.metric("InvocationAttempts"), cloud.metric("RetryInvocationAttempts")), (4, 3));
}

#[tokio::test]
async fn retry_after_is_heard_and_the_event_may_grow_too_old() {
    let cloud = Cloud::ready();
    let wait = |seconds| {
        let mut answer = answer(429, "slow");
        answer.headers_mut().insert("Retry-After", http::HeaderValue::from(seconds));
        Ok(answer)
    };
    cloud.answer_with([wait(600), wait(4000)]);
    let target = cloud.deliver().await;
    assert_eq!(target.attempts.len(), 2);
    assert!((target.attempts[1].at - target.attempts[0].at).get_seconds() >= 600);
    assert_eq!(attribute(&target.outcome, "EXHAUSTED_RETRY_CONDITION").unwrap(), "MaximumEventAgeInSeconds");
}

#[tokio::test]
async fn a_timeout_is_retried_and_a_wrong_host_is_not() {
    let cloud = Cloud::ready();
    cloud.answer_with([Err(TransportError::Timeout), Ok(answer(204, ""))]);
    let target = cloud.deliver().await;
    assert_eq!((target.attempts.len(), target.attempts[0].answer.as_str()), (2, "no answer within 5 s"));
    assert_eq!(target.outcome, Outcome::Delivered);
    cloud.answer_with([Err(TransportError::HostNotFound)]);
    let target = cloud.deliver().await;
    assert_eq!(attribute(&target.outcome, "ERROR_CODE").unwrap(), "SDK_CLIENT_ERROR");
}

#[tokio::test]
async fn without_permission_nothing_is_sent() {
    let cloud = Cloud::ready();
    *cloud.neighbours.role_policy.lock() = json!({"Statement": {"Effect": "Allow", "Action": "events:InvokeApiDestination", "Resource": "arn:aws:events:eu-west-1:000000000000:api-destination/other/*"}});
    let target = cloud.deliver().await;
    assert_eq!(attribute(&target.outcome, "ERROR_CODE").unwrap(), "NO_PERMISSIONS");
    let Outcome::DeadLettered { body, .. } = &target.outcome else { panic!("{:?}", target.outcome) };
    assert_eq!(body, "\"hello\"");
    *cloud.neighbours.trust.lock() = allow("sts:AssumeRole", rule_arn("default", "other"));
    let target = cloud.deliver().await;
    assert_eq!(attribute(&target.outcome, "ERROR_CODE").unwrap(), "FAILED_TO_ASSUME_ROLE");
    assert_eq!(cloud.sent(), []);
}

#[tokio::test]
async fn without_a_queue_policy_the_message_is_lost_and_counted() {
    for policy in [None, Some(allow("sqs:SendMessage", rule_arn("default", "other")))] {
        let cloud = Cloud::ready();
        *cloud.neighbours.queue_policy.lock() = policy;
        cloud.answer_with([Ok(answer(400, ""))]);
        let target = cloud.deliver().await;
        let Outcome::Lost { reason, refused: true, .. } = &target.outcome else {
            panic!("{:?}", target.outcome)
        };
        // Why it failed at first is kept as well.
        let first = attribute(&target.outcome, "ERROR_MESSAGE").unwrap();
        assert!(first.starts_with("ApiDestination returned HTTP status 400"), "{first}");
        assert!(
            reason.contains("because no resource-based policy allows the sqs:sendmessage action"),
            "{reason}"
        );
        assert_eq!(cloud.neighbours.messages.lock().len(), 0);
        assert_eq!(
            (cloud.metric("InvocationsFailedToBeSentToDlq"), cloud.metric("FailedInvocations")),
            (1, 1)
        );
    }
}

#[tokio::test]
async fn a_queue_that_refuses_and_has_no_dead_letter_queue_is_named() {
    let cloud = Cloud::ready();
    *cloud.neighbours.queue_policy.lock() = None;
    cloud.target(json!({"Id": "cache", "Arn": "arn:aws:sqs:eu-west-1:000000000000:q"}));
    let target = cloud.deliver().await;
    let Outcome::Lost { reason, refused: false, .. } = &target.outcome else {
        panic!("{:?}", target.outcome)
    };
    assert_eq!(reason, "the queue did not take it, and the target has no dead-letter queue");
    let refusal = attribute(&target.outcome, "ERROR_MESSAGE").unwrap();
    assert!(refusal.contains("sqs:sendmessage"), "{refusal}");
    assert_eq!((cloud.metric("InvocationsFailedToBeSentToDlq"), cloud.metric("FailedInvocations")), (0, 1));
}

#[tokio::test]
async fn a_deauthorised_connection_or_a_deleted_destination_fails_at_once() {
    let cloud = Cloud::ready();
    cloud.ok("DeauthorizeConnection", json!({"Name": "momento"}));
    let target = cloud.deliver().await;
    assert!(attribute(&target.outcome, "ERROR_MESSAGE").unwrap().contains("is inactive"));
    cloud.ok("DeleteApiDestination", json!({"Name": "cache"}));
    let target = cloud.deliver().await;
    assert_eq!(attribute(&target.outcome, "ERROR_CODE").unwrap(), "NO_RESOURCE");
    assert_eq!(cloud.sent(), []);
}

#[tokio::test]
async fn a_new_key_is_used_from_its_update_on() {
    let cloud = Cloud::ready();
    cloud.deliver().await;
    let parameters = json!({"ApiKeyAuthParameters": {"ApiKeyName": "X-Key"}});
    cloud.ok(
        "UpdateConnection",
        json!({"Name": "momento", "AuthorizationType": "API_KEY", "AuthParameters": parameters}),
    );
    let request = cloud.deliver().await.request.unwrap();
    assert!(request.contains("X-Key: ***") && !request.contains("Authorization:"), "{request}");
}

#[tokio::test]
async fn input_that_is_no_json_is_a_dead_letter() {
    let cloud = Cloud::ready();
    cloud.target(json!({"Id": "cache", "Arn": "arn:aws:sqs:eu-west-1:000000000000:q",
        "InputTransformer": {"InputTemplate": "\"<m>\"", "InputPathsMap": {"m": "$.detail.message"}},
        "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:000000000000:letters"}}));
    let id = cloud.put(r#"{"message":"say \"hi\""}"#);
    cloud.settle().await;
    let target = &cloud.bridge.trace(REGION, &id).unwrap().unwrap().rules[0].targets[0];
    assert_eq!(attribute(&target.outcome, "ERROR_CODE").unwrap(), "INVALID_JSON");
    assert_eq!(cloud.neighbours.messages.lock()[0]["MessageBody"], "\"say \"hi\"\"");
    let target = cloud.deliver().await;
    assert_eq!(target.outcome, Outcome::Delivered);
    assert_eq!(cloud.neighbours.messages.lock()[1]["MessageBody"], "\"hello\"");
}

#[tokio::test]
async fn an_event_goes_from_bus_to_bus_once() {
    let cloud = Cloud::ready();
    let buses: Vec<Value> = ["b", "c"]
        .iter()
        .map(|name| cloud.ok("CreateEventBus", json!({"Name": name}))["EventBusArn"].clone())
        .collect();
    *cloud.neighbours.trust.lock() = allow("sts:AssumeRole", "*".into());
    *cloud.neighbours.queue_policy.lock() = Some(allow("sqs:SendMessage", "*".into()));
    let role = "arn:aws:iam::000000000000:role/r";
    cloud.target(json!({"Id": "cache", "Arn": buses[0], "RoleArn": role}));
    cloud.ok("PutRule", json!({"Name": "on", "EventBusName": "b", "EventPattern": r#"{"source":["shop"]}"#}));
    cloud.ok("PutTargets", json!({"Rule": "on", "EventBusName": "b", "Targets": [
        {"Id": "q", "Arn": "arn:aws:sqs:eu-west-1:000000000000:q"}, {"Id": "c", "Arn": buses[1], "RoleArn": role}]}));
    let id = cloud.put("{}");
    cloud.settle().await;
    assert!(cloud.neighbours.messages.lock()[0]["MessageBody"].as_str().unwrap().contains(&id));
    let traces = cloud.bridge.traces(REGION, 10).unwrap();
    assert_eq!(traces.iter().map(|trace| trace.bus.as_str()).collect::<Vec<_>>(), ["b", "default"]);
    let second = &traces[0].rules[0].targets[1].outcome;
    assert_eq!(attribute(second, "ERROR_CODE").unwrap(), "THIRD_ACCOUNT_HOP_DETECTED");
}

#[tokio::test]
async fn the_rate_spreads_calls_on_paper() {
    let cloud = Cloud::ready();
    cloud.ok("UpdateApiDestination", json!({"Name": "cache", "InvocationRateLimitPerSecond": 1}));
    let ids: Vec<_> = (0..4).map(|_| cloud.put(r#"{"cacheName":"c","key":"k","message":1}"#)).collect();
    cloud.settle().await;
    let mut at: Vec<_> = ids
        .iter()
        .map(|id| cloud.bridge.trace(REGION, id).unwrap().unwrap().rules[0].targets[0].attempts[0].at)
        .collect();
    at.sort();
    assert!((at[3] - at[0]).total(jiff::Unit::Second).unwrap() >= 2.9, "{at:?}");
}

#[tokio::test]
async fn what_waits_too_long_for_its_rate_is_a_dead_letter() {
    let cloud = Cloud::ready();
    cloud.ok("UpdateApiDestination", json!({"Name": "cache", "InvocationRateLimitPerSecond": 1}));
    let mut target = cloud.ok("ListTargetsByRule", json!({"Rule": "set"}))["Targets"][0].clone();
    target["RetryPolicy"] = json!({"MaximumEventAgeInSeconds": 60});
    cloud.target(target);
    let ids: Vec<_> = (0..63).map(|_| cloud.put(r#"{"cacheName":"c","key":"k","message":1}"#)).collect();
    cloud.settle().await;
    assert!((60..63).contains(&cloud.sent().len()), "{}", cloud.sent().len());
    let target = &cloud.bridge.trace(REGION, &ids[62]).unwrap().unwrap().rules[0].targets[0];
    assert_eq!(attribute(&target.outcome, "ERROR_CODE").unwrap(), "THROTTLING");
    assert_eq!(attribute(&target.outcome, "EXHAUSTED_RETRY_CONDITION").unwrap(), "MaximumEventAgeInSeconds");
}

#[tokio::test]
async fn failing_events_take_no_room_from_the_ones_after_them() {
    let cloud = Cloud::ready();
    cloud.ok("UpdateApiDestination", json!({"Name": "cache", "InvocationRateLimitPerSecond": 20}));
    let mut target = cloud.ok("ListTargetsByRule", json!({"Rule": "set"}))["Targets"][0].clone();
    target["RetryPolicy"] = json!({"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 185});
    cloud.target(target);
    for put_first in [false, true] {
        let (failing, good) =
            (r#"{"cacheName":"c","key":"bad","message":1}"#, r#"{"cacheName":"c","key":"k","message":1}"#);
        *cloud.world.transport.broken.lock() = "key=bad";
        let mut bad: Vec<_> = (0..12).map(|_| cloud.put(failing)).collect();
        // The good one comes after the failing ones are given up, or while they are tried.
        if !put_first {
            cloud.settle().await;
        }
        let before = cloud.bridge.clock.now();
        let good = cloud.put(good);
        cloud.settle().await;
        bad.push(good);
        let mut targets =
            bad.iter().map(|id| cloud.bridge.trace(REGION, id).unwrap().unwrap().rules[0].targets[0].clone());
        let good = targets.next_back().unwrap();
        assert_eq!((&good.outcome, good.attempts.len()), (&Outcome::Delivered, 1));
        assert!((good.attempts[0].at - before).total(jiff::Unit::Second).unwrap() < 5.0, "{good:?}");
        for bad in targets {
            assert_eq!(
                attribute(&bad.outcome, "EXHAUSTED_RETRY_CONDITION").unwrap(),
                "MaximumEventAgeInSeconds"
            );
            assert!(bad.attempts.len() > 3, "{bad:?}");
        }
    }
}

#[tokio::test]
async fn a_real_clock_lets_calls_pass_at_their_rate() {
    let cloud = Cloud::on(Arc::new(Store::in_memory().unwrap()), Pace::Real);
    cloud.prepare();
    cloud.ok("UpdateApiDestination", json!({"Name": "cache", "InvocationRateLimitPerSecond": 2}));
    for _ in 0..3 {
        cloud.put(r#"{"cacheName":"c","key":"k","message":1}"#);
    }
    let _ = tokio::time::timeout(Duration::from_millis(150), cloud.bridge.settle(&cloud.world)).await;
    assert_eq!((cloud.sent().len(), cloud.bridge.pending().unwrap()), (2, 1));
    cloud.settle().await;
    assert_eq!(cloud.sent().len(), 3);
}

#[tokio::test]
async fn what_was_accepted_is_delivered_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Cloud::on(Arc::new(Store::open(directory.path()).unwrap()), Pace::Virtual);
    let cloud = open();
    cloud.prepare();
    let id = cloud.put(r#"{"cacheName":"c","key":"k","message":1}"#);
    cloud.ok("RemoveTargets", json!({"Rule": "set", "Ids": ["cache"]}));
    drop(cloud);
    let cloud = open();
    assert_eq!(cloud.bridge.pending().unwrap(), 1);
    let waiting = cloud.bridge.trace(REGION, &id).unwrap().unwrap();
    assert_eq!(waiting.rules[0].targets[0].outcome, Outcome::Pending { due: None });
    cloud.settle().await;
    assert_eq!(cloud.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_real_clock_waits_for_its_retries() {
    let cloud = Cloud::on(Arc::new(Store::in_memory().unwrap()), Pace::Real);
    cloud.prepare();
    cloud.answer_with([Ok(answer(500, "")), Ok(answer(204, ""))]);
    let id = cloud.put(r#"{"cacheName":"c","key":"k","message":1}"#);
    let settled = tokio::time::timeout(Duration::from_millis(300), cloud.bridge.settle(&cloud.world)).await;
    assert!(settled.is_err(), "the retry did not wait");
    let target = cloud.bridge.trace(REGION, &id).unwrap().unwrap().rules[0].targets[0].clone();
    assert!(matches!(target.outcome, Outcome::Pending { due: Some(_) }), "{target:?}");
    cloud.bridge.clock.advance(jiff::SignedDuration::from_secs(2));
    cloud.settle().await;
    assert_eq!(cloud.sent().len(), 2);
}

#[tokio::test]
async fn what_a_real_clock_left_waiting_is_finished_by_a_virtual_one() {
    let store = Arc::new(Store::in_memory().unwrap());
    let cloud = Cloud::on(store.clone(), Pace::Real);
    cloud.prepare();
    cloud.answer_with([Ok(answer(500, ""))]);
    let id = cloud.put(r#"{"cacheName":"c","key":"k","message":1}"#);
    let _ = tokio::time::timeout(Duration::from_millis(100), cloud.bridge.settle(&cloud.world)).await;
    let cloud = Cloud::on(store, Pace::Virtual);
    cloud.settle().await;
    let target = &cloud.bridge.trace(REGION, &id).unwrap().unwrap().rules[0].targets[0];
    assert_eq!((target.attempts.len(), &target.outcome), (2, &Outcome::Delivered));
}

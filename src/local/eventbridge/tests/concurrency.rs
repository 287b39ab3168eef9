use std::collections::HashMap;
use std::task::Poll;
use std::thread;

use super::*;

/// Clients put events and a worker delivers them while the rule is disabled, changed and enabled again:
/// what was accepted under a matching rule arrives once, and nothing else does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_while_rules_change() {
    let cloud = Arc::new(Cloud::ready());
    cloud.ok("PutRule", json!({"Name": "other", "EventPattern": r#"{"source":["nobody"]}"#}));
    let worker = {
        let cloud = cloud.clone();
        tokio::spawn(async move { cloud.bridge.run(&cloud.world).await })
    };
    let clients: Vec<_> = (0..8)
        .map(|client| {
            let cloud = cloud.clone();
            thread::spawn(move || {
                for event in 0..50 {
                    cloud.put(&format!(r#"{{"cacheName":"c","key":"{client}-{event}","message":1}}"#));
                }
            })
        })
        .collect();
    let changer = {
        let cloud = cloud.clone();
        thread::spawn(move || {
            for round in 0..100 {
                let state = if round % 2 == 0 { "DISABLED" } else { "ENABLED" };
                cloud.ok(
                    "PutRule",
                    json!({"Name": "other", "EventPattern": r#"{"source":["x"]}"#, "State": state}),
                );
            }
        })
    };
    for thread in clients.into_iter().chain([changer]) {
        tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
    }
    for _ in 0..1000 {
        if cloud.bridge.pending().unwrap() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    worker.abort();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (url, _) in cloud.sent() {
        *seen.entry(url).or_default() += 1;
    }
    assert_eq!((seen.len(), cloud.sent().len()), (400, 400));
}

#[tokio::test]
async fn two_settle_together_and_one_that_stops_gives_its_work_back() {
    let cloud = Cloud::ready();
    for event in 0..20 {
        cloud.put(&format!(r#"{{"cacheName":"c","key":"{event}","message":1}}"#));
    }
    let (one, two) = tokio::join!(cloud.bridge.settle(&cloud.world), cloud.bridge.settle(&cloud.world));
    one.and(two).unwrap();
    assert_eq!(cloud.sent().len(), 20);
    cloud.put(r#"{"cacheName":"c","key":"k","message":1}"#);
    let _ = tokio::time::timeout(Duration::ZERO, cloud.bridge.settle(&cloud.world)).await;
    cloud.settle().await;
    assert!((21..=22).contains(&cloud.sent().len()));
}

#[tokio::test]
async fn calls_at_the_same_moment_are_all_written_but_for_one_that_nobody_waits_for() {
    let cloud = Cloud::ready();
    let entry = |key: &str| {
        let detail = format!(r#"{{"cacheName":"c","key":"{key}","message":1}}"#);
        json!({"Entries": [{"Source": "shop", "DetailType": "cacheSet", "Detail": detail}, {"Source": "shop"}]})
    };
    let inputs = ["1", "2", "3", "left"].map(entry);
    let put = |call: usize| cloud.bridge.put_events_together(REGION, &inputs[call]);
    let mut left = Box::pin(put(3));
    let begun = std::future::poll_fn(|context| Poll::Ready(left.as_mut().poll(context).is_pending()));
    assert!(begun.await);
    drop(left);
    let (one, two, three) = tokio::join!(put(0), put(1), put(2));
    let mut ids = Vec::new();
    for answer in [one, two, three] {
        let answer = answer.unwrap();
        assert_eq!(
            (&answer["FailedEntryCount"], &answer["Entries"][1]["ErrorCode"]),
            (&json!(1), &json!("InvalidArgument"))
        );
        ids.push(answer["Entries"][0]["EventId"].as_str().unwrap().to_owned());
    }
    assert_eq!(cloud.bridge.pending().unwrap(), 3);
    cloud.settle().await;
    for (id, key) in ids.iter().zip(["1", "2", "3"]) {
        let trace = cloud.bridge.trace(REGION, id).unwrap().unwrap();
        assert!(trace.event.contains(&format!(r#""key":"{key}""#)), "{}", trace.event);
    }
}

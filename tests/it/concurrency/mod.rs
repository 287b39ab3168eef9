//! Many clients put events while rules change, and while the server is killed: none is lost.

mod cloud;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Duration, sleep};

use self::cloud::{Cloud, Failure, serve};
use crate::harness::Session;

const CLIENTS: usize = 64;

/// A rule stays as it is until so many more events are accepted; more than the clients have under way at once.
const PHASE: usize = 5 * CLIENTS / 2;
/// So often is a rule as it is for a while.
const PHASES: usize = 5;
/// A topic forgets its oldest messages beyond a thousand.
const MOST_PUTS: usize = 500;

/// Every client tries to put so many events in the test of the killed server.
const WHILE_KILLED: usize = 15;
/// How many deliveries the local cloud has at work at once: what may come twice after `kill -9`.
const AT_WORK: usize = 256;

/// A rule's certain state for a while: events put and accepted within it meet the rule in this state.
struct Phase {
    matches: bool,
    from: Instant,
    to: Instant,
}

/// An accepted event.
struct Put {
    id: String,
    from: Instant,
    to: Instant,
}

#[tokio::test]
async fn while_rules_change_each_event_meets_the_rules_of_its_moment_and_arrives_once() {
    let session = Session::new();
    let (_server, url) = serve(&session);
    let (_urls, receiver) = watch::channel(url);
    let cloud = Cloud::prepare(receiver).await;
    for rule in ["stable", "switched", "replaced", "restless"] {
        cloud.control("CreateCache", json!({"Name": rule})).await;
        cloud.put_rule(rule).await;
        cloud.put_target(rule).await;
    }
    let done = Arc::new(AtomicUsize::new(0));
    let restless = tokio::spawn(fidget(cloud.clone()));
    let (over, is_over) = watch::channel(false);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (cloud, done, is_over) = (cloud.clone(), done.clone(), is_over.clone());
        clients.spawn(async move {
            let mut puts = Vec::new();
            for number in 0..MOST_PUTS {
                if *is_over.borrow() {
                    break;
                }
                let (id, from) = (format!("{client}-{number}"), Instant::now());
                cloud.put(client, &id).await.unwrap();
                puts.push(Put { id, from, to: Instant::now() });
                done.fetch_add(1, Ordering::Relaxed);
            }
            puts
        });
    }
    let (switched, replaced) = tokio::join!(switch(&cloud, &done), replace(&cloud, &done));
    restless.abort();
    over.send(true).unwrap();
    let puts: Vec<Put> = clients.join_all().await.into_iter().flatten().collect();
    cloud.control("Settle", json!({})).await;

    let stable = counted(&cloud, "stable").await;
    assert_eq!(stable.len(), puts.len());
    assert_eq!(stable.values().max(), Some(&1));
    for (rule, phases) in [("switched", switched), ("replaced", replaced)] {
        let counts = counted(&cloud, rule).await;
        assert_eq!(counts.values().max(), Some(&1), "{rule}");
        for matches in [true, false] {
            let phases = || phases.iter().filter(|phase| phase.matches == matches);
            let within = |put: &&Put| phases().any(|phase| phase.from <= put.from && put.to <= phase.to);
            let certain: Vec<_> = puts.iter().filter(within).collect();
            assert!(certain.len() >= CLIENTS, "{rule}: only {} events are certain", certain.len());
            let wrong = certain.iter().filter(|put| counts.contains_key(&put.id) != matches).count();
            assert_eq!(wrong, 0, "{rule} should match: {matches}, of {} events", certain.len());
        }
    }
    let counts = counted(&cloud, "restless").await;
    assert!(counts.values().all(|count| *count == 1));
}

#[tokio::test]
async fn a_killed_server_loses_no_accepted_event() {
    let session = Session::new();
    let (mut server, url) = serve(&session);
    let (urls, receiver) = watch::channel(url);
    let cloud = Cloud::prepare(receiver).await;
    cloud.control("CreateCache", json!({"Name": "counted"})).await;
    cloud.put_rule("counted").await;
    cloud.put_target("counted").await;
    let done = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (mut cloud, done) = (cloud.clone(), done.clone());
        clients.spawn(async move {
            let mut accepted = Vec::new();
            for number in 0..WHILE_KILLED {
                let id = format!("{client}-{number}");
                match cloud.put(client, &id).await {
                    Ok(()) => accepted.push(id),
                    // Nobody knows whether this one was accepted; it is not put again.
                    Err(Failure::Gone(url)) => cloud.wait_for_another(&url).await,
                    Err(Failure::Refused(why)) => panic!("{why}"),
                }
                done.fetch_add(1, Ordering::Relaxed);
            }
            accepted
        });
    }
    let kills = 2;
    for kill in 1..=kills {
        reached(&done, kill * CLIENTS * WHILE_KILLED / (kills + 1)).await;
        server.kill();
        let (next, url) = serve(&session);
        server = next;
        urls.send(url).unwrap();
    }
    let accepted: Vec<String> = clients.join_all().await.into_iter().flatten().collect();
    cloud.control("Settle", json!({})).await;

    let counts = counted(&cloud, "counted").await;
    let lost: Vec<_> = accepted.iter().filter(|id| !counts.contains_key(*id)).collect();
    assert!(lost.is_empty(), "{} of {} accepted events are lost: {lost:?}", lost.len(), accepted.len());
    let again: usize = counts.values().map(|count| count - 1).sum();
    println!("{} accepted of {}, {again} came again", accepted.len(), CLIENTS * WHILE_KILLED);
    assert!(again <= kills * AT_WORK, "{again} came again after {kills} kills");
    assert!(accepted.len() >= CLIENTS * (WHILE_KILLED - kills), "only {} were accepted", accepted.len());

    // What is delivered stays delivered.
    server.kill();
    let (_server, url) = serve(&session);
    urls.send(url).unwrap();
    cloud.control("Settle", json!({})).await;
    assert_eq!(counted(&cloud, "counted").await, counts);
}

/// Disables and enables a rule, in two ways, while the clients are at work.
async fn switch(cloud: &Cloud, done: &AtomicUsize) -> Vec<Phase> {
    let mut phases = vec![undisturbed(done, true).await];
    while phases.len() < PHASES {
        let matches = phases.len() % 2 == 0;
        match (matches, phases.len() % 4) {
            (false, 1) => {
                let rule = json!({"Name": "switched", "State": "DISABLED",
                    "EventPattern": r#"{"source":["client"]}"#});
                cloud.events("PutRule", rule).await;
            }
            (true, 2) => cloud.put_rule("switched").await,
            (false, _) => drop(cloud.events("DisableRule", json!({"Name": "switched"})).await),
            (true, _) => drop(cloud.events("EnableRule", json!({"Name": "switched"})).await),
        }
        phases.push(undisturbed(done, matches).await);
    }
    phases
}

/// Takes a rule's target and the rule away and makes both again while the clients are at work.
async fn replace(cloud: &Cloud, done: &AtomicUsize) -> Vec<Phase> {
    let mut phases = vec![undisturbed(done, true).await];
    while phases.len() < PHASES {
        let matches = phases.len() % 2 == 0;
        if matches {
            cloud.put_rule("replaced").await;
            cloud.put_target("replaced").await;
        } else {
            cloud.events("RemoveTargets", json!({"Rule": "replaced", "Ids": ["publish"]})).await;
            cloud.events("DeleteRule", json!({"Name": "replaced"})).await;
        }
        phases.push(undisturbed(done, matches).await);
    }
    phases
}

/// Changes a rule without a pause.
async fn fidget(cloud: Cloud) {
    loop {
        cloud.events("DisableRule", json!({"Name": "restless"})).await;
        cloud.events("EnableRule", json!({"Name": "restless"})).await;
        cloud.events("RemoveTargets", json!({"Rule": "restless", "Ids": ["publish"]})).await;
        cloud.put_target("restless").await;
    }
}

/// Waits while the clients put so many events that most of them begin and end in the meantime.
async fn undisturbed(done: &AtomicUsize, matches: bool) -> Phase {
    let from = Instant::now();
    reached(done, done.load(Ordering::Relaxed) + PHASE).await;
    Phase { matches, from, to: Instant::now() }
}

async fn reached(done: &AtomicUsize, count: usize) {
    while done.load(Ordering::Relaxed) < count {
        sleep(Duration::from_millis(1)).await;
    }
}

/// Returns how often each event was published by a rule.
async fn counted(cloud: &Cloud, rule: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for client in 0..CLIENTS {
        // A topic without a message answers only after a while; here every client has put events.
        for id in cloud.published(rule, client).await {
            *counts.entry(id).or_default() += 1;
        }
    }
    counts
}

//! `kill -9` at any moment: what was acknowledged is there, and the same command again ends where it should.

use std::hash::{BuildHasher as _, RandomState};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::harness::Session;

/// How often a deploy is killed before it may finish, and how often all of that is done.
const KILLS: u64 = 3;
const ROUNDS: u64 = 8;

#[test]
fn a_deploy_that_is_killed_converges() {
    // Long enough to fall after the end, too.
    let longest = Duration::from_secs(1);
    side_by_side(ROUNDS, |round| {
        let session = Session::new();
        let moments: Vec<Duration> = (0..KILLS).map(|_| random(longest)).collect();
        for moment in &moments {
            kill_after(&session, "deploy --local", *moment);
        }
        let story = format!("round {round}, killed after {moments:?}");
        let last = session.run("deploy --local");
        assert_eq!(last.status(), Some(0), "{story}\n{last}");
        let left = session.cloud("us-east-1").footprint("momento-api");
        let good = [("momento-api".to_owned(), "CREATE_COMPLETE".to_owned())];
        assert_eq!(left.stacks, good, "{story}\n{last}");
        assert_eq!(left.resources.len(), 15, "{story}\n{left:#?}");
        assert!(left.resources.iter().all(|resource| resource.1 == "CREATE_COMPLETE"), "{story}\n{left:#?}");
        assert_eq!(left.secrets.len(), 1, "{story}\n{left:#?}");
        assert_eq!(left.change_sets, Vec::<String>::new(), "{story}\n{left:#?}");
        let put = session.run("put-event cacheSet --local");
        assert_eq!(put.status(), Some(0), "{story}\n{put}");
        assert_eq!(session.run("deploy --local --output json").json()["outcome"], "unchanged", "{story}");
    });
}

#[test]
fn a_destroy_that_is_killed_converges() {
    side_by_side(4, |round| {
        let session = Session::new();
        session.run("deploy --local").success();
        let moment = random(Duration::from_millis(800));
        kill_after(&session, "destroy --local", moment);
        // It is gone already, or it goes now.
        let last = session.run("destroy --local");
        let story = format!("round {round}, killed after {moment:?}\n{last}");
        assert!(matches!(last.status(), Some(0 | 1)), "{story}");
        let left = session.cloud("us-east-1").footprint("momento-api");
        assert!(left.stacks.is_empty() && left.resources.is_empty(), "{story}\n{left:#?}");
        session.run("deploy --local").success();
        session.run("put-event cacheSet --local").success();
    });
}

#[test]
fn what_the_server_acknowledged_is_there_after_its_end() {
    let session = Session::new();
    session.run("deploy --local").success();
    let key = session.run("local key").success().trim().to_owned();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = reqwest::Client::new();
    for round in 0..4 {
        let (mut server, url) = session.serve_cloud("");
        let call = |method: reqwest::Method, path: String| {
            let request = client
                .request(method, format!("{url}{path}"))
                .header("Authorization", &key)
                .header("Content-Type", "text/plain");
            let answer = runtime.block_on(request.body(format!("round {round}")).send()).unwrap();
            assert_eq!(answer.status().as_u16(), 204);
        };
        call(reqwest::Method::PUT, format!("/cache/my-cache?key=put-{round}&ttl_seconds=600"));
        call(reqwest::Method::POST, "/topics/my-cache/durable".to_owned());
        let cloud = session.cloud("us-east-1");
        cloud.ask(async |clients| {
            for batch in 0..3 {
                put_ten(clients, &format!("event-{round}-{batch}")).await;
            }
        });
        server.kill();
    }
    let (_server, url) = session.serve_cloud("");
    for round in 0..4 {
        let put = session.run(&format!("local cache get my-cache --key put-{round}"));
        assert_eq!(put.success(), format!("round {round}\n"));
    }
    let path = "/topics/my-cache/durable?sequence_number=1&sequence_page=0";
    let request = client.get(format!("{url}{path}")).header("Authorization", &key);
    let kept: serde_json::Value = runtime
        .block_on(async { serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()) })
        .unwrap();
    let kept = kept["items"].as_array().unwrap().iter().map(|item| item["item"]["value"].to_string());
    let bodies = kept.collect::<String>();
    for round in 0..4 {
        assert!(bodies.contains(&format!("round {round}")) || bodies.contains("cm91bmQg"), "{bodies}");
    }
    assert_eq!(bodies.matches('}').count(), 4, "{bodies}");
    // What was not delivered before the end is delivered now.
    for round in 0..4 {
        for number in [0, 9] {
            eventually(|| {
                let line = format!("local cache get my-cache --key event-{round}-2-{number}");
                session.run(&line).status() == Some(0)
            });
        }
    }
    let cloud = session.cloud("us-east-1");
    let undelivered = cloud.ask(async |clients| {
        let urls = clients.queues().list_queues().send().await.unwrap();
        evbridge_momento::aws::queues::depth(clients, &urls.queue_urls()[0]).await.unwrap()
    });
    assert_eq!(undelivered, Some(0));
}

async fn put_ten(clients: &evbridge_momento::aws::Clients, name: &str) {
    let mut call = clients.events().put_events();
    for number in 0..10 {
        let detail = serde_json::json!({"cacheName": "my-cache", "key": format!("{name}-{number}"), "message": "m", "ttl": 600});
        let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder();
        call = call.entries(entry.source("test").detail_type("cacheSet").detail(detail.to_string()).build());
    }
    assert_eq!(call.send().await.unwrap().failed_entry_count(), 0);
}

/// Runs rounds four at a time: most of a round is waiting.
fn side_by_side(rounds: u64, round: impl Fn(u64) + Sync) {
    std::thread::scope(|scope| {
        for first in 0..4 {
            let round = &round;
            scope.spawn(move || (first..rounds).step_by(4).for_each(round));
        }
    });
}

fn kill_after(session: &Session, line: &str, moment: Duration) {
    let mut command = session.command(line.split(' '));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().unwrap();
}

fn random(longest: Duration) -> Duration {
    let parts = u32::try_from(RandomState::new().hash_one(0) % 1000).unwrap();
    longest * parts / 1000
}

#[track_caller]
fn eventually(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "it did not come to be so within twenty seconds");
        std::thread::sleep(Duration::from_millis(50));
    }
}

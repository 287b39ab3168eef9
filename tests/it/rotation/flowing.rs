//! Events flow while the token is rotated, and each arrives: nobody's fails in between.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use evbridge_momento::aws::deployed;
use evbridge_momento::aws::events::{self, Entry};
use evbridge_momento::aws::queues;
use evbridge_momento::context::Session as Cloud;
use serde_json::json;

use super::{MINT, PAGE};
use crate::harness::{Session, with_cloud};

/// How many events are put for each rotation.
const EVENTS: usize = 100;

/// The fewest of them that have to be put while the rotation runs.
const DURING: usize = 5;

/// What is run, what is asked to fail before, and how it ends.
const ROTATIONS: [(&str, Option<&str>, i32); 6] = [
    ("token rotate --local", None, 0),
    ("token rotate --local --no-probe", None, 0),
    (MINT, None, 0),
    (MINT, None, 0),
    (MINT, Some("secretsmanager:UpdateSecretVersionStage"), 6),
    (MINT, None, 0),
];

#[test]
fn no_event_fails_while_the_token_is_rotated() {
    let session = Session::new();
    session.run("deploy --local").success();
    let _server = session.serve_cloud("");
    let mut page = "\n| rotation | ends | events put | delivered | failed | dead letters |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for (number, (line, fault, status)) in ROTATIONS.into_iter().enumerate() {
        if let Some(action) = fault {
            session.run(&format!("local fault add --action {action} --status 400")).success();
        }
        let (failed, ended) = rotate(&session, line, number);
        assert_eq!(ended, Some(status), "{line}");
        let (delivered, dead) = with_cloud(&session, async |cloud| arrived(cloud, number).await);
        let end = if status == 0 { "new token" } else { "goes back" };
        writeln!(page, "| `{line}` | {end} | {EVENTS} | {delivered} | {failed} | {dead} |").unwrap();
        assert_eq!((delivered, failed, dead), (EVENTS, 0, 0), "{page}");
    }
    page.push('\n');
    PAGE.holds("the flow", &page);
}

/// Rotates on another thread while events are put on this one; returns how many were refused, and the exit code.
fn rotate(session: &Session, line: &str, number: usize) -> (usize, Option<i32>) {
    with_cloud(session, async |cloud| {
        std::thread::scope(|scope| {
            let rotating = scope.spawn(|| session.run(line).status());
            let (mut put, mut during, mut failed) = (0, 0, 0);
            let runtime = tokio::runtime::Handle::current();
            tokio::task::block_in_place(|| {
                while put < EVENTS {
                    let is_running = !rotating.is_finished();
                    // The last one comes after the rotation.
                    if is_running && put + 1 == EVENTS {
                        std::thread::sleep(Duration::from_millis(5));
                        continue;
                    }
                    failed += usize::from(!runtime.block_on(put_one(cloud, number, put)));
                    put += 1;
                    during += usize::from(is_running);
                    if is_running {
                        std::thread::sleep(Duration::from_millis(10));
                    }
                }
            });
            assert!(during >= DURING, "{during} events were put while `{line}` ran");
            (failed, rotating.join().unwrap())
        })
    })
}

fn key(rotation: usize, number: usize) -> String {
    format!("key-{rotation}-{number}")
}

async fn put_one(cloud: &Cloud, rotation: usize, number: usize) -> bool {
    let detail = json!({"cacheName": "my-cache", "key": key(rotation, number), "message": "m", "ttl": 3600});
    let entry = Entry {
        bus: "default".to_owned(),
        source: "load".to_owned(),
        detail_type: "cacheSet".to_owned(),
        detail: detail.to_string(),
    };
    events::put(&cloud.clients, &entry).await.is_ok()
}

/// Returns how many of a rotation's events have their item in the cache, and how many dead letters there are.
async fn arrived(cloud: &Cloud, rotation: usize) -> (usize, u64) {
    let local = cloud.local().unwrap();
    local.call(cloud.region(), "Settle", json!({})).await.unwrap();
    let mut arrived = 0;
    for number in 0..EVENTS {
        let key = URL_SAFE_NO_PAD.encode(key(rotation, number));
        let input = json!({"Cache": "my-cache", "Key": key});
        let item = local.call(cloud.region(), "GetItem", input).await.unwrap();
        arrived += usize::from(item["Item"].is_object());
    }
    let stack = deployed::find(&cloud.clients, "momento-api").await.unwrap().unwrap();
    let depth = queues::depth(&cloud.clients, &stack.outputs["DeadLetterQueueUrl"]).await.unwrap();
    (arrived, depth.unwrap())
}

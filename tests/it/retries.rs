//! Retries as `put-event` shows them, and a Momento that fails on demand.

#![allow(clippy::needless_raw_string_hashes, reason = "snapbox writes its snapshots so")]

use snapbox::str;

use crate::harness::Session;

fn deployed() -> Session {
    let session = Session::new();
    session.run("deploy --local --quiet").success();
    session
}

#[test]
fn a_schedule_of_retries_is_shown_to_its_end() {
    let session = deployed();
    session.run("local fault add --action momento:Set --status 503 --always --quiet").success();
    let put = session.run("put-event cacheSet --local");
    assert_eq!(put.status(), Some(9), "{put}");
    let text = put.stdout();
    let schedule: Vec<&str> =
        text.lines().skip_while(|line| !line.starts_with("  attempts: 0s 503, ")).collect();
    assert!(schedule.iter().any(|line| line.ends_with("m)") || line.ends_with("s)")), "{text}");
    assert!(
        schedule.iter().all(|line| line.starts_with("  ApiDest") || line.chars().count() <= 80),
        "{text}"
    );
    assert!(text.contains("\n  ERROR_CODE ERROR_FROM_TARGET, RETRY_ATTEMPTS "), "{text}");
    assert!(text.contains("\n  EXHAUSTED_RETRY_CONDITION MaximumEventAgeInSeconds\n"), "{text}");
    let put = session.run("put-event cacheSet --local --output json").json();
    let delivery = &put["deliveries"][0];
    let answers = delivery["answers"].as_array().unwrap();
    assert_eq!(delivery["retry_attempts"], answers.len() - 1);
    assert_eq!(delivery["exhausted"], "MaximumEventAgeInSeconds");
    assert_eq!(delivery["error_code"], "ERROR_FROM_TARGET");
    let seconds: Vec<u64> = answers.iter().map(|answer| answer["after_seconds"].as_u64().unwrap()).collect();
    assert!(seconds[0] == 0 && seconds.is_sorted() && seconds.last() > Some(&1800), "{seconds:?}");
    session.run("local fault clear --quiet").success();
    session.run("put-event cacheSet --local").success();
}

#[test]
fn momento_fails_on_demand() {
    let session = deployed();
    session.run("local fault add --action momento:PUT --throttle --retry-after 40 --times 2").is(str![[r#"
1  2 left  happened 0  momento:Set answers 429 with Retry-After: 40

"#]]);
    session.run("local fault add --action momento:Publish --drop").success();
    let put = session.run("put-event cacheSet --local --output json").json();
    let delivery = &put["deliveries"][0];
    assert_eq!(delivery["outcome"], "delivered");
    let statuses: Vec<_> =
        delivery["answers"].as_array().unwrap().iter().map(|answer| &answer["status"]).collect();
    assert_eq!(statuses, [429, 429, 204]);
    assert!(delivery["answers"][2]["after_seconds"].as_u64() >= Some(80), "{delivery}");
    let text = session.run("put-event topicPublish --local").success();
    assert!(text.contains("  attempts: 0s no answer, "), "{text}");
    session.run("local fault add --action momento:Sett --throttle").is(str![[r#"
------- stderr -------
error: invalid value 'momento:Sett' for '--action <SERVICE:ACTION>...': momento has no action Sett in the local cloud; did you mean Set?

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local fault add --action cloudformation:DescribeStack --throttle").is(str![[r#"
------- stderr -------
error: invalid value 'cloudformation:DescribeStack' for '--action <SERVICE:ACTION>...': cloudformation has no action DescribeStack in the local cloud; did you mean DescribeStacks or DescribeStackDriftDetectionStatus or DescribeStackEvents?

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local fault add --action sqs:SendMessage --status 429 --retry-after 2").is(str![[r#"
------- stderr -------
error: RetryAfter is a number of seconds, for an action of momento
[exit status: 1]

"#]]);
}

#[test]
fn a_line_break_in_a_key_forges_no_line() {
    let session = deployed();
    let detail =
        r#"{"cacheName":"my-cache","key":"a\ndelivered by rule x","message":"b\nstored c","ttl":60}"#;
    let text = session.run_words(["put-event", "cacheSet", "--local", "--detail", detail], "").success();
    assert!(text.ends_with("\nstored my-cache/a\\ndelivered by rule x = \"b\\nstored c\"\n"), "{text}");
}

#[test]
fn an_event_that_no_queue_takes_is_lost_and_counted() {
    let session = deployed();
    session.cloud("us-east-1").ask(async |clients| {
        let queues = clients.queues().list_queues().send().await.unwrap();
        let policy = aws_sdk_sqs::types::QueueAttributeName::Policy;
        let set = clients.queues().set_queue_attributes().queue_url(&queues.queue_urls()[0]);
        set.attributes(policy, "").send().await.unwrap();
    });
    session.run("local fault add --action momento:Set --status 400 --quiet").success();
    let put = session.run("put-event cacheSet --local --output json").json();
    let reason = put["deliveries"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("ApiDestination returned HTTP status 400 "), "{reason}");
    assert!(reason.contains("; the dead-letter queue did not take it: "), "{reason}");
    let line = "put-event cacheSet --local --unchecked --output json --detail '{\"cacheName\":\"c\"}'";
    let put = session.run(line).json();
    let reason = put["deliveries"][0]["reason"].as_str().unwrap();
    assert!(
        reason.ends_with("; the queue did not take it, and the target has no dead-letter queue"),
        "{reason}"
    );
    let status = session.run("status --local --output json").json();
    let metrics = &status["monitoring"]["metrics"];
    assert_eq!((&metrics["lost"]["total"], &metrics["failed"]["total"]), (&1.into(), &2.into()), "{status}");
}

#[test]
fn a_real_clock_tells_each_attempt() {
    let session = deployed();
    session.run("local fault add --action momento:Set --status 503 --quiet").success();
    let put = session.run("put-event cacheSet --local --local-clock real");
    let text = put.success();
    let id = text.lines().next().unwrap();
    assert_eq!((id.len(), text.matches(id).count()), (36, 1), "{text}");
    assert!(text.contains("\n  < 204 (attempt 2)\n  attempts: 0s 503, "), "{text}");
    let stderr = put.stderr();
    let said: Vec<&str> = stderr.lines().filter(|line| line.starts_with("attempt")).collect();
    assert!(said[0].starts_with("attempt 1 by rule momento-api-CacheSetByKeyRule-"), "{said:?}");
    // The wait that follows may be over before it is told.
    assert!(said[0].contains(": 503") && said[1].ends_with(": 204"), "{said:?}");
}

#[cfg(unix)]
#[test]
fn what_nobody_waits_for_is_kept() {
    let session = deployed();
    session.run("local fault add --action momento:Set --status 429 --retry-after 3000 --quiet").success();
    let mut put = session.serve("put-event cacheSet --local --local-clock real");
    put.wait_for(": 429; the next in ");
    let pid = put.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    put.wait_for("interrupted: the event is kept, and is retried when the local cloud runs next");
    assert_eq!(put.exit_code(), Some(8));
    let said = put.said();
    assert!(said.contains("pending by rule ") && said.contains("\n  tried again at "), "{said}");
    // A virtual clock does not wait for what is due.
    session.run("put-event topicPublish --local --quiet").success();
    session.run("local cache get my-cache --key test-key").success();
}

#[test]
fn a_served_cloud_has_its_own_clock() {
    let session = deployed();
    let (_server, _) = session.serve_cloud("");
    let put = session.run("put-event cacheSet --local --local-clock real");
    put.success();
    assert!(put.stderr().contains(
        "warning: --local-clock has no effect: the server that has the local cloud open runs a virtual clock\n"
    ), "{put}");
}

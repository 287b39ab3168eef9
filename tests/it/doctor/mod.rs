//! `doctor`: broken stacks, each found and named.

mod aws_line;
mod before;
mod broken;
mod fix;
mod scenes;

use snapbox::str;

use crate::harness::{Outcome, Session};

#[test]
fn a_sound_stack_is_well() {
    let session = Session::new();
    session.run("doctor --local").is(str![[r#"
ok       credentials  you are arn:aws:iam::000000000000:user/local
ok       region       us-east-1 (US East (N. Virginia)), Momento cell cell-us-east-1-1
ok       bus          the event bus default exists
skipped  stack        momento-api is not deployed
         -> run `evbridge-momento deploy --local`
ok       quotas       0 and 8 to come of 300 rules on default, 0 and 3 to come of 3000 API destinations, 0 and 1 to come of 3000 connections (AWS's defaults; yours may differ)
ok       permissions  you may do all 67 things that the deployer needs
skipped  secret       the secret evbridge-momento/momento-api does not exist
skipped  token        none was given: the local cloud makes one at the deploy
ok       Momento      https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
skipped  clock        there is no other clock to compare with

"#]]);
    session.run("deploy --local").success();
    session.run("doctor --local --cache my-cache").is(str![[r#"
ok       credentials                          you are arn:aws:iam::000000000000:user/local
ok       region                               us-east-1 (US East (N. Virginia)), Momento cell cell-us-east-1-1
ok       bus                                  the event bus default exists
ok       stack                                momento-api is in CREATE_COMPLETE
ok       quotas                               8 of 300 rules on default, 3 of 3000 API destinations, 1 of 3000 connections (AWS's defaults; yours may differ)
ok       permissions                          you may do all 39 things that the operator needs
ok       connection                           AUTHORIZED, the token goes in the header Authorization
ok       destination CacheSetDestination      ACTIVE, calls https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/cache/*
ok       destination CacheDeleteDestination   ACTIVE, calls https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/cache/*
ok       destination TopicPublishDestination  ACTIVE, calls https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/topics/*/*
ok       rule CacheSetRejectedRule            enabled, its pattern and its target are as deployed
ok       rule CacheDeleteRejectedRule         enabled, its pattern and its target are as deployed
ok       rule TopicPublishRejectedRule        enabled, its pattern and its target are as deployed
ok       rule CacheSetByKeyRule               enabled, its pattern and its target are as deployed
ok       rule CacheSetByKeyBase64Rule         enabled, its pattern and its target are as deployed
ok       rule CacheDeleteByKeyRule            enabled, its pattern and its target are as deployed
ok       rule CacheDeleteByKeyBase64Rule      enabled, its pattern and its target are as deployed
ok       rule TopicPublishRule                enabled, its pattern and its target are as deployed
ok       role trust                           events.amazonaws.com may take it for 8 rules, and nobody else may
ok       role policy                          it may call every destination, and nothing else
ok       queue policy                         8 rules may write to it, and it lets nobody else in
ok       queue encryption                     SQS encrypts it
ok       queue settings                       it keeps what did not arrive for 14 days
ok       dead letters                         the queue is empty
ok       secret                               the secret evbridge-momento/momento-api is there
ok       token version                        the stack uses the current version [UUID]; what the connection itself holds nobody can read: `evbridge-momento put-event --local` tries it
ok       token                                v2 key, good in every region; names no expiry; 217 of at most 512 characters
ok       Momento                              https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
ok       key                                  accepted; in the cache my-cache it may write and may read
ok       cache                                the cache my-cache exists
skipped  clock                                there is no other clock to compare with

"#]]);
}

#[test]
fn dead_letters_are_grouped_by_cause() {
    let session = Session::new();
    session.run("deploy --local").success();
    for event in [
        "--cache nowhere --key k --value v --ttl 60",
        "--cache nowhere --key l --value v --ttl 60",
        "--unchecked --detail '{\"cacheName\":\"my-cache\"}'",
    ] {
        let put = session.run(&format!("put-event cacheSet --local {event}"));
        let undelivered = event.starts_with("--cache");
        assert_eq!(put.status(), Some(if undelivered { 9 } else { 0 }), "{put}");
    }
    let outcome = session.run("doctor --local");
    assert_eq!(outcome.status(), Some(0));
    let letters = outcome.stdout().lines().find(|line| line.contains("dead letters")).unwrap().to_owned();
    assert_eq!(
        letters.split_once("dead letters").unwrap().1.trim(),
        "3 events did not arrive: 2 × The cache does not exist. Create it in the region of the endpoint, or \
         correct the event's cache name. Momento said: Cache not found; 1 × The event breaks the contract of its \
         detail-type."
    );
}

/// Returns the checks that are not in order, by name with what was seen.
fn not_in_order(outcome: &Outcome) -> Vec<String> {
    let report = outcome.json();
    let checks = report["checks"].as_array().unwrap().iter();
    let wrong = checks.filter(|check| !["ok", "skipped"].contains(&check["verdict"].as_str().unwrap()));
    wrong
        .map(|check| format!("{}: {}", check["name"].as_str().unwrap(), check["evidence"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_sound_stack_of_any_definition_is_well() {
    let session = Session::new();
    session.file("stacks/shop.yaml", include_str!("../../../stacks/shop.yaml"));
    session.file("stacks/odd.yaml", "name: odd\nsource: [\"café's\", b]\nevents: [topicPublish]\nmomento: { endpoint: https://a.example.com }\ndelivery: { retries: 0, topic-rate: 3 }\n");
    for stack in ["shop", "odd"] {
        session.run(&format!("deploy {stack} --local")).success();
        let doctor = session.run(&format!("doctor {stack} --local --output json"));
        assert_eq!(not_in_order(&doctor), [""; 0]);
    }
}

#[test]
fn a_template_that_cannot_be_read_is_said() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("local fault add --action cloudformation:GetTemplate --status 403 --always").success();
    let doctor = session.run("doctor --local --output json");
    assert_eq!(doctor.status(), Some(0));
    let found = not_in_order(&doctor);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("template: reading the deployed template was refused: "), "{found:?}");
    assert!(found[0].ends_with(": whether the parts are as it says cannot be told"), "{found:?}");
}

#[test]
fn a_stack_between_two_templates_is_held_against_neither() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("local fault add --resource CacheSetDestination --on update").success();
    let kept = session.run("deploy --local --on-failure keep --momento-endpoint https://a.example.com");
    assert_ne!(kept.status(), Some(0));
    let shown = session.run("doctor --local").stdout();
    let line = shown.lines().find(|line| line.contains(" template ")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(
        words.join(" "),
        "skipped template the parts are not held against it while the stack is in UPDATE_FAILED"
    );
}

//! `doctor`: broken stacks, each found and named.

use evbridge_momento::aws::deployed;
use evbridge_momento::context::Session as Cloud;
use evbridge_momento::local::Handle;
use serde_json::Value;
use snapbox::str;

use crate::harness::{Session, with_cloud};

#[test]
fn a_sound_stack_is_well() {
    let session = Session::new();
    session.run("doctor --local").is(str![[r#"
ok       credentials  you are arn:aws:iam::000000000000:user/local
ok       region       us-east-1 (US East (N. Virginia)), Momento cell cell-us-east-1-1
ok       bus          the event bus default exists
skipped  stack        momento-api is not deployed
         -> run `evbridge-momento deploy`
ok       quotas       0 and 8 to come of 300 rules on default, 0 and 3 to come of 3000 API destinations, 0 and 1 to come of 3000 connections (AWS's defaults; yours may differ)
ok       permissions  you may do all 62 things that the deployer needs
skipped  secret       the secret evbridge-momento/momento-api does not exist

"#]]);
    session.run("deploy --local").success();
    session.run("doctor --local --cache my-cache").is(str![[r#"
ok       credentials                          you are arn:aws:iam::000000000000:user/local
ok       region                               us-east-1 (US East (N. Virginia)), Momento cell cell-us-east-1-1
ok       bus                                  the event bus default exists
ok       stack                                momento-api is in CREATE_COMPLETE
ok       quotas                               8 of 300 rules on default, 3 of 3000 API destinations, 1 of 3000 connections (AWS's defaults; yours may differ)
ok       permissions                          you may do all 38 things that the operator needs
ok       connection                           AUTHORIZED
ok       destination CacheSetDestination      ACTIVE, calls https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/cache/*
ok       destination CacheDeleteDestination   ACTIVE, calls https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/cache/*
ok       destination TopicPublishDestination  ACTIVE, calls https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/topics/*/*
ok       rule CacheSetRejectedRule            enabled, its target is in place
ok       rule CacheDeleteRejectedRule         enabled, its target is in place
ok       rule TopicPublishRejectedRule        enabled, its target is in place
ok       rule CacheSetByKeyRule               enabled, its target is in place
ok       rule CacheSetByKeyBase64Rule         enabled, its target is in place
ok       rule CacheDeleteByKeyRule            enabled, its target is in place
ok       rule CacheDeleteByKeyBase64Rule      enabled, its target is in place
ok       rule TopicPublishRule                enabled, its target is in place
ok       role trust                           events.amazonaws.com may take it for 8 rules
ok       role policy                          it may call every destination
ok       queue policy                         8 rules may write to it
ok       queue encryption                     SQS encrypts it
ok       dead letters                         the queue is empty
ok       secret                               the secret evbridge-momento/momento-api is there
ok       token version                        the stack uses the current version [UUID]
ok       token                                v2 key, good in every region; names no expiry; 217 of at most 512 characters
ok       Momento                              https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
ok       key                                  accepted; in the cache my-cache it may write and may read
ok       cache                                the cache my-cache exists
skipped  clock                                there is no other clock to compare with

"#]]);
}

/// Breaks a stack by direct calls and returns what the doctor names as failed or worth a warning.
fn broken(name: &str, work: impl AsyncFnOnce(&Cloud, &dyn Fn(&str) -> String)) -> (Session, Vec<String>) {
    let session = Session::new();
    session.run("deploy --local").success();
    with_cloud(&session, async |cloud| {
        let resources = deployed::resources(&cloud.clients, "momento-api").await.unwrap();
        let physical =
            |id: &str| resources.iter().find(|one| one.logical_id == id).unwrap().physical_id.clone();
        work(cloud, &physical).await;
    });
    let outcome = session.run("doctor --local --output json");
    let report: Value = serde_json::from_str(&outcome.stdout()).unwrap();
    let found: Vec<String> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["verdict"] == "fail" || check["verdict"] == "warn")
        .map(|check| {
            assert!(check["treatment"].is_string(), "{name}: {check} has no treatment");
            format!("{}: {}", check["name"].as_str().unwrap(), check["evidence"].as_str().unwrap())
        })
        .collect();
    let fails = report["checks"].as_array().unwrap().iter().any(|check| check["verdict"] == "fail");
    assert_eq!(outcome.status(), Some(if fails { 5 } else { 0 }), "{name}");
    (session, found)
}

/// Asserts that exactly one thing is found, and what it says.
#[track_caller]
fn only(found: &[String], expected: &[&str]) {
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\ndoes not start with\n{expected}");
    }
}

#[test]
fn a_disabled_rule_is_found_and_fixed() {
    let (session, found) = broken("disabled rule", async |cloud, physical| {
        let call = cloud.clients.events().disable_rule().name(physical("CacheSetByKeyRule"));
        call.send().await.unwrap();
    });
    only(&found, &["rule CacheSetByKeyRule: it is disabled"]);
    let fixed = session.run("doctor --local --fix");
    assert!(fixed.stderr().starts_with("fixed: the rule momento-api-CacheSetByKeyRule-"), "{fixed}");
    assert_eq!(fixed.status(), Some(0));
}

#[test]
fn a_queue_without_its_policy_is_found_and_fixed() {
    let (session, found) = broken("queue policy", async |cloud, physical| {
        let call = cloud.clients.queues().set_queue_attributes().queue_url(physical("DeadLetterQueue"));
        call.attributes("Policy".into(), "").send().await.unwrap();
    });
    only(&found, &["queue policy: 8 of 8 rules may not write to it"]);
    session.run("doctor --local --fix").success();
    session.run("doctor --local").success();
}

#[test]
fn a_deauthorised_connection_is_found() {
    let (session, found) = broken("connection", async |cloud, physical| {
        let call = cloud.clients.events().deauthorize_connection().name(physical("MomentoConnection"));
        call.send().await.unwrap();
    });
    only(
        &found,
        &[
            "connection: DEAUTHOR",
            "destination CacheSetDestination: it is INACTIVE",
            "destination CacheDeleteDestination: it is INACTIVE",
            "destination TopicPublishDestination: it is INACTIVE",
        ],
    );
    // The treatment works.
    session.run("token rotate --local").success();
    session.run("doctor --local").success();
}

#[test]
fn a_repointed_destination_is_found() {
    let (_, found) = broken("destination", async |cloud, physical| {
        let call = cloud.clients.events().update_api_destination().name(physical("CacheSetDestination"));
        call.invocation_endpoint("https://collector.example.com/cache/*").send().await.unwrap();
    });
    only(&found, &["destination CacheSetDestination: it calls https://collector.example.com/cache/*"]);
}

#[test]
fn a_rule_without_target_and_one_that_is_gone_are_found() {
    let (_, found) = broken("rule", async |cloud, physical| {
        let events = cloud.clients.events();
        for rule in ["CacheDeleteByKeyRule", "TopicPublishRule"].map(physical) {
            let targets = events.list_targets_by_rule().rule(&rule).send().await.unwrap();
            let ids = targets.targets().iter().map(|target| target.id().to_owned()).collect();
            events.remove_targets().rule(&rule).set_ids(Some(ids)).send().await.unwrap();
        }
        events.delete_rule().name(physical("TopicPublishRule")).send().await.unwrap();
    });
    only(&found, &["rule CacheDeleteByKeyRule: it has no target", "rule TopicPublishRule: it is gone"]);
}

#[test]
fn a_role_that_is_not_trusted_or_may_nothing_is_found() {
    let (_, found) = broken("role", async |cloud, physical| {
        let roles = cloud.clients.roles();
        let name = physical("DeliveryRole");
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        roles.update_assume_role_policy().role_name(&name).policy_document(trust).send().await.unwrap();
    });
    only(&found, &["role trust: events.amazonaws.com may not take it for arn:aws:events:"]);
    let (_, found) = broken("role policy", async |cloud, physical| {
        let roles = cloud.clients.roles();
        let name = physical("DeliveryRole");
        roles.delete_role_policy().role_name(&name).policy_name("CallMomento").send().await.unwrap();
    });
    only(&found, &["role policy: it may not call arn:aws:events:"]);
}

#[test]
fn a_secret_that_is_gone_or_another_version_is_found() {
    let (_, found) = broken("secret", async |cloud, _| {
        let call = cloud.clients.secrets().delete_secret().secret_id("evbridge-momento/momento-api");
        call.send().await.unwrap();
    });
    only(&found, &["secret: the secret evbridge-momento/momento-api waits for its deletion"]);
    let (_, found) = broken("version", async |cloud, _| {
        let call = cloud.clients.secrets().put_secret_value().secret_id("evbridge-momento/momento-api");
        call.secret_string(r#"{"token":"e30.e30.x"}"#).send().await.unwrap();
    });
    only(&found, &["token version: version "]);
}

#[test]
fn a_revoked_key_is_found() {
    let (_, found) = broken("key", async |cloud, _| {
        let call = cloud.clients.secrets().get_secret_value().secret_id("evbridge-momento/momento-api");
        let secret: Value =
            serde_json::from_str(call.send().await.unwrap().secret_string().unwrap()).unwrap();
        let Handle::Embedded(cloud) = cloud.local.as_ref().unwrap() else { panic!("nobody serves") };
        cloud.momento().revoke_key(secret["token"].as_str().unwrap()).unwrap();
    });
    only(&found, &["key: Momento does not accept the key (401"]);
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

#[test]
fn a_queue_that_is_gone_or_not_encrypted_is_found() {
    let (_, found) = broken("queue", async |cloud, physical| {
        cloud.clients.queues().delete_queue().queue_url(physical("DeadLetterQueue")).send().await.unwrap();
    });
    only(&found, &["queue policy: it is gone", "queue encryption: it is gone"]);
    let (_, found) = broken("encryption", async |cloud, physical| {
        let call = cloud.clients.queues().set_queue_attributes().queue_url(physical("DeadLetterQueue"));
        call.attributes("SqsManagedSseEnabled".into(), "false").send().await.unwrap();
    });
    only(&found, &["queue encryption: it is not encrypted"]);
}

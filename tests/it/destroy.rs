//! `destroy`: what is deleted, what is said before, and what is left.

use snapbox::str;

use crate::harness::Session;

const BOTH_KEYS: &str = r#"{"cacheName":"my-cache","key":"a","key_base64":"YQ","message":"m","ttl":60}"#;

#[test]
fn a_stack_that_is_not_there_is_no_success() {
    let session = Session::new();
    session.run("destroy --local").is(str![[r#"
------- stderr -------
error: nothing to delete: there is no stack momento-api in us-east-1 on the local cloud

hint: say where the stack is with `--region`, or which it is with `--stack-name`
[exit status: 1]

"#]]);
    session.run("destroy --local --region eu-west-1 --stack-name shop").is(str![[r#"
------- stderr -------
error: nothing to delete: there is no stack shop in eu-west-1 on the local cloud

hint: say where the stack is with `--region`, or which it is with `--stack-name`
[exit status: 1]

"#]]);
    session.run("deploy --local --region eu-west-1").success();
    session.run("destroy --local --region us-east-1").is(str![[r#"
------- stderr -------
error: nothing to delete: there is no stack momento-api in us-east-1 on the local cloud

hint: it was deployed from here to eu-west-1: say so with `--region`
[exit status: 1]

"#]]);
    session.run("destroy --local").success();
    session.run("destroy --local").is(str![[r#"
------- stderr -------
error: nothing to delete: there is no stack momento-api in us-east-1 on the local cloud

hint: say where the stack is with `--region`, or which it is with `--stack-name`
[exit status: 1]

"#]]);
}

#[test]
fn undelivered_messages_are_named_before_they_are_lost() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run(&format!("put-event cacheSet --local --unchecked --detail '{BOTH_KEYS}'")).is(str![[r#"
[UUID]
dead letter by rule momento-api-CacheSetRejectedRule-[ID]
  the event breaks the contract: the detail has `key` and `key_base64`, two forms of one key: leave one out

"#]]);
    session.run("put-event topicPublish --cache no-such-cache --topic t --message m --local").is(str![[r#"
[UUID]
dead-lettered by rule momento-api-TopicPublishRule-[ID]
  > POST /topics/no-such-cache/t HTTP/1.1
  > Host: api.cache.cell-us-east-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 3
  > Authorization: ***
  > Content-Type: text/plain
  >
  > "m"
  < 404 {"status":404,"title":"Not Found","description":"Cache not found"}
  ApiDestination returned HTTP status 404 with payload: {"status":404,"title":"Not Found","description":"Cache not found"}
------- stderr -------
next: make the cache: evbridge-momento local cache create no-such-cache
[exit status: 9]

"#]]);
    session.run("destroy --local").is(str![[r#"
------- stderr -------
warning: 2 undelivered messages in the dead-letter queue will be lost
  DELETE_COMPLETE  DeadLetterQueuePolicy       [DURATION] AWS::SQS::QueuePolicy
  DELETE_COMPLETE  TopicPublishRule            [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheDeleteByKeyBase64Rule  [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheDeleteByKeyRule        [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheSetByKeyBase64Rule     [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheSetByKeyRule           [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  TopicPublishRejectedRule    [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheDeleteRejectedRule     [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheSetRejectedRule        [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  DeliveryRole                [DURATION] AWS::IAM::Role
  DELETE_COMPLETE  DeadLetterQueue             [DURATION] AWS::SQS::Queue
  DELETE_COMPLETE  TopicPublishDestination     [DURATION] AWS::Events::ApiDestination
  DELETE_COMPLETE  CacheDeleteDestination      [DURATION] AWS::Events::ApiDestination
  DELETE_COMPLETE  CacheSetDestination         [DURATION] AWS::Events::ApiDestination
  DELETE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
destroyed momento-api in us-east-1 in [DURATION]
The secret evbridge-momento/momento-api is deleted in 7 days; a deploy before then takes it back.
The Momento token itself, the caches and the event bus are left as they are.

"#]]);
}

#[test]
fn the_count_of_undelivered_messages_is_in_the_answer() {
    let session = Session::new();
    session.run("deploy --local").success();
    assert_eq!(
        session.run("put-event cacheSet --cache no-such-cache --key k --value v --ttl 1 --local").status(),
        Some(9)
    );
    let destroyed = session.run("destroy --local --output json").json();
    assert_eq!((&destroyed["undelivered"], &destroyed["secret"]), (&1.into(), &"scheduled".into()));
}

#[test]
fn the_secret_waits_seven_days_and_is_taken_back_by_a_deploy() {
    let session = Session::new();
    session.run("deploy --local").success();
    let before = session.cloud("us-east-1").footprint("momento-api");
    session.run("destroy --local").success();
    let after = session.cloud("us-east-1").footprint("momento-api");
    assert_eq!((after.stacks.len(), after.resources.len()), (0, 0));
    session.run("deploy --local").success();
    let again = session.cloud("us-east-1").footprint("momento-api");
    assert_eq!((again.secrets.len(), again.resources.len()), (1, 15));
    assert_eq!(again.secrets[0].0, before.secrets[0].0);
    session.run("put-event cacheSet --local").success();
}

#[test]
fn purge_deletes_the_secret_at_once() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("destroy --local --purge --quiet --output json").is(str![[r#"
{"schema":"destroy/1","stack":"momento-api","region":"us-east-1","stack_was_there":true,"deleted_bus":null,"left":[],"undelivered":0,"secret":"purged","secret_name":"evbridge-momento/momento-api","seconds":[NUMBER]}

"#]]);
    let left = session.cloud("us-east-1").footprint("momento-api");
    assert_eq!((left.stacks.len(), left.secrets.len()), (0, 0));
}

#[test]
fn a_stack_without_its_secret_can_be_destroyed() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.cloud("us-east-1").ask(async |clients| {
        let call = clients.secrets().delete_secret().secret_id("evbridge-momento/momento-api");
        call.force_delete_without_recovery(true).send().await.unwrap();
    });
    let destroyed = session.run("destroy --local --output json").json();
    assert_eq!(destroyed["secret"], "missing");
}

#[test]
fn a_protected_stack_is_left_alone() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.cloud("us-east-1").ask(async |clients| {
        let call = clients.cloudformation().update_termination_protection().stack_name("momento-api");
        call.enable_termination_protection(true).send().await.unwrap();
    });
    session.run("destroy --local").is(str![[r#"
------- stderr -------
error: the stack momento-api is protected from deletion

hint: to delete it all the same, add `--disable-termination-protection`
[exit status: 6]

"#]]);
    assert_eq!(session.cloud("us-east-1").footprint("momento-api").resources.len(), 15);
}

#[test]
fn the_bus_that_the_stack_made_is_said_to_be_gone() {
    let session = Session::new();
    session.file("stacks/shop.yaml", "name: shop-momento\nbus: { name: shop, create: true }\n");
    let kept = "The Momento token itself, the caches and the event bus are left as they are.\n";
    let gone = "The stack's event bus shop is deleted; the Momento token itself and the caches are left as they are.\n";
    session.run("deploy shop --local").success();
    // Without the definition the command sees it in what CloudFormation deletes.
    let destroyed = session.run("destroy --stack-name shop-momento --local");
    assert!(destroyed.stderr().ends_with(gone), "{destroyed}");
    session.run("deploy shop --local").success();
    let destroyed = session.run("destroy shop --local --output json").json();
    assert_eq!(destroyed["deleted_bus"], "shop");
    session.run("deploy shop --local").success();
    session.run("local fault add --resource EventBus --on delete").success();
    let destroyed = session.run("destroy shop --local --retain EventBus");
    assert!(destroyed.stderr().ends_with(kept), "{destroyed}");
    session.run("deploy --local").success();
    let destroyed = session.run("destroy --local");
    assert!(destroyed.stderr().ends_with(kept), "{destroyed}");
}

#[test]
fn a_resource_that_the_stack_does_not_have_cannot_be_left() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("destroy --local --yes --retain DeadLetterQueue Queue").is(str![[r#"
------- stderr -------
error: the stack momento-api has no resource Queue to leave; nothing was deleted

hint: its resources are MomentoConnection, DeadLetterQueue, CacheSetDestination, CacheDeleteDestination, TopicPublishDestination, CacheSetRejectedRule, CacheDeleteRejectedRule, TopicPublishRejectedRule, DeliveryRole, CacheSetByKeyRule, CacheSetByKeyBase64Rule, CacheDeleteByKeyRule, CacheDeleteByKeyBase64Rule, TopicPublishRule, DeadLetterQueuePolicy
[exit status: 2]

"#]]);
    session.run("status --local").success();
}

//! `deploy`: the main job, what changes and what does not.

mod causes;
mod checks;
mod import;
mod next;
mod refused;
mod rollback;

use aws_sdk_cloudformation::types::{Capability, Parameter};
use snapbox::str;

use crate::harness::{Footprint, Session, token};

const TOKYO: &str = "ap-northeast-1";

#[test]
fn the_three_lines() {
    let session = Session::new();
    session.run("deploy --region ap-northeast-1 --local").is(str![[r#"
EventBusName        default
MomentoEndpoint     https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]
------- stderr -------
  + MomentoConnection           AWS::Events::Connection
  + CacheSetDestination         AWS::Events::ApiDestination
  + CacheDeleteDestination      AWS::Events::ApiDestination
  + TopicPublishDestination     AWS::Events::ApiDestination
  + DeliveryRole                AWS::IAM::Role
  + DeadLetterQueue             AWS::SQS::Queue
  + CacheSetByKeyRule           AWS::Events::Rule
  + CacheSetByKeyBase64Rule     AWS::Events::Rule
  + CacheSetRejectedRule        AWS::Events::Rule
  + CacheDeleteByKeyRule        AWS::Events::Rule
  + CacheDeleteByKeyBase64Rule  AWS::Events::Rule
  + CacheDeleteRejectedRule     AWS::Events::Rule
  + TopicPublishRule            AWS::Events::Rule
  + TopicPublishRejectedRule    AWS::Events::Rule
  + DeadLetterQueuePolicy       AWS::SQS::QueuePolicy

  CREATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
  CREATE_COMPLETE  DeadLetterQueue             [DURATION] AWS::SQS::Queue
  CREATE_COMPLETE  CacheSetDestination         [DURATION] AWS::Events::ApiDestination
  CREATE_COMPLETE  CacheDeleteDestination      [DURATION] AWS::Events::ApiDestination
  CREATE_COMPLETE  TopicPublishDestination     [DURATION] AWS::Events::ApiDestination
  CREATE_COMPLETE  CacheSetRejectedRule        [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  CacheDeleteRejectedRule     [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  TopicPublishRejectedRule    [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  DeliveryRole                [DURATION] AWS::IAM::Role
  CREATE_COMPLETE  CacheSetByKeyRule           [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  CacheSetByKeyBase64Rule     [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  CacheDeleteByKeyRule        [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  CacheDeleteByKeyBase64Rule  [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  TopicPublishRule            [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  DeadLetterQueuePolicy       [DURATION] AWS::SQS::QueuePolicy
created momento-api in ap-northeast-1 in [DURATION]
next: put an event: evbridge-momento put-event cacheSet --local

"#]]);
    session.run("put-event cacheSet --local").is(str![[r#"
[UUID]
delivered by rule momento-api-CacheSetByKeyRule-[ID]
  > PUT /cache/my-cache?key=test-key&ttl_seconds=300 HTTP/1.1
  > Host: api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 14
  > Content-Type: application/json; charset=utf-8
  > Authorization: ***
  >
  > "hello world!"
  < 204
stored my-cache/test-key = "hello world!"
------- stderr -------
no field was given: this is the documented sample of cacheSet

"#]]);
    session.run("destroy --local").is(str![[r#"
------- stderr -------
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
destroyed momento-api in ap-northeast-1 in [DURATION]
The secret evbridge-momento/momento-api is deleted in 7 days; a deploy before then takes it back.
The Momento token itself, the caches and the event bus are left as they are.

"#]]);
}

#[test]
fn a_second_deploy_changes_nothing() {
    let session = Session::new();
    session.run("deploy --region ap-northeast-1 --local").success();
    let before = session.cloud(TOKYO).footprint("momento-api");
    assert_eq!(before.resources.len(), 15, "{before:#?}");
    assert_eq!((before.change_sets.len(), before.secrets.len(), before.secrets[0].1.len()), (0, 1, 1));

    session.run("deploy --region ap-northeast-1 --local").is(str![[r#"
EventBusName        default
MomentoEndpoint     https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]
------- stderr -------
unchanged momento-api in ap-northeast-1 is as it should be
next: put an event: evbridge-momento put-event cacheSet --local

"#]]);
    // The region is remembered.
    let unchanged = session.run("deploy --local --output json").json();
    assert_eq!(unchanged["outcome"], "unchanged");
    assert_eq!(unchanged["changes"], serde_json::json!([]));
    assert_eq!(session.cloud(TOKYO).footprint("momento-api"), before);
}

#[test]
fn another_token_is_a_change_of_the_connection_alone() {
    let session = Session::new();
    session.run("deploy --region ap-northeast-1 --local").success();
    session.file("key.txt", token::global("another"));
    session.run("deploy --local --token-file key.txt").is(str![[r#"
EventBusName        default
MomentoEndpoint     https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]
------- stderr -------
  ~ MomentoConnection  AWS::Events::Connection
      /Properties/AuthParameters/ApiKeyAuthParameters/ApiKeyValue: **** -> ****

  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
updated momento-api in ap-northeast-1 in [DURATION]
next: put an event: evbridge-momento put-event cacheSet --local

"#]]);
    let Footprint { secrets, change_sets, .. } = session.cloud(TOKYO).footprint("momento-api");
    assert_eq!((secrets.len(), secrets[0].1.len(), change_sets.len()), (1, 2, 0));
}

#[test]
fn a_change_set_can_wait_for_another_step() {
    let session = Session::new();
    let prepared = session.run("deploy --local --no-execute-changeset --output json").json();
    assert_eq!(prepared["outcome"], "prepared");
    assert_eq!(prepared["changes"].as_array().unwrap().len(), 15);
    let Footprint { stacks, resources, .. } = session.cloud("us-east-1").footprint("momento-api");
    assert_eq!(stacks, [("momento-api".to_owned(), "REVIEW_IN_PROGRESS".to_owned())]);
    assert!(resources.is_empty(), "{resources:?}");

    assert_eq!(session.run("deploy --local --output json").json()["outcome"], "created");
    let prepared = session.run("deploy --local --no-execute-changeset --tags team=shop --output json").json();
    assert_eq!(prepared["outcome"], "prepared");
    assert!(prepared["change_set"].as_str().unwrap().contains(":changeSet/"), "{prepared}");
}

#[test]
fn the_empty_change_set_of_a_killed_deploy_is_swept_away() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.cloud("us-east-1").ask(async |clients| {
        let cloudformation = clients.cloudformation();
        let stacks = cloudformation.describe_stacks().stack_name("momento-api").send().await.unwrap();
        let stack = &stacks.stacks()[0];
        for name in ["evbridge-momento-deploy", "of-somebody-else"] {
            // The executed change set of the first deploy has the first name.
            let call = cloudformation.delete_change_set().stack_name("momento-api").change_set_name(name);
            call.send().await.unwrap();
            let parameters = stack.parameters().iter().map(|parameter| {
                Parameter::builder()
                    .parameter_key(parameter.parameter_key().unwrap())
                    .use_previous_value(true)
                    .build()
            });
            let call = cloudformation.create_change_set().stack_name("momento-api").change_set_name(name);
            let call = call.set_parameters(Some(parameters.collect())).use_previous_template(true);
            let call = call.set_tags(Some(stack.tags().to_vec())).capabilities(Capability::CapabilityIam);
            call.send().await.unwrap();
        }
    });
    assert_eq!(session.cloud("us-east-1").footprint("momento-api").change_sets.len(), 2);
    assert_eq!(session.run("deploy --local --output json").json()["outcome"], "unchanged");
    let left = session.cloud("us-east-1").footprint("momento-api").change_sets;
    assert_eq!(left, ["of-somebody-else"]);
}

#[test]
fn tags_are_a_change_and_reach_the_resources() {
    let session = Session::new();
    session.run("deploy --local --tags team=shop stage=test").success();
    let again = session.run("deploy --local --tags team=shop stage=test --output json").json();
    assert_eq!(again["outcome"], "unchanged");
    let changed = session.run("deploy --local --tags team=cart --output json").json();
    assert_eq!(changed["outcome"], "updated");
    let tags = session.cloud("us-east-1").ask(async |clients| {
        let call = clients.cloudformation().describe_stacks().stack_name("momento-api");
        let answer = call.send().await.unwrap();
        let tags = answer.stacks()[0].tags();
        tags.iter().map(|tag| format!("{}={}", tag.key().unwrap(), tag.value().unwrap())).collect::<Vec<_>>()
    });
    assert_eq!(tags, ["evbridge-momento:stack=momento-api", "team=cart"]);
}

#[test]
fn a_stack_of_ones_own_makes_its_bus() {
    let session = Session::new();
    session.file("stacks/shop.yaml", "name: shop\nbus: { name: shop, create: true }\nevents: [cacheSet]\n");
    session.run("deploy shop --local --quiet").is(str![[r#"
EventBusName        shop
MomentoEndpoint     https://api.cache.cell-us-east-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/shop-DeadLetterQueue-[ID]

"#]]);
    let put = session.run("put-event cacheSet --stack shop --local --output json").json();
    assert_eq!(put["entry"]["EventBusName"], "shop");
    assert_eq!(put["deliveries"][0]["outcome"], "delivered");
    session.run("put-event cacheDelete --stack shop --local").is(str![[r#"
[UUID]
lost no rule matched the event: it is dropped
stored my-cache/test-key = "hello world!"
------- stderr -------
no field was given: this is the documented sample of cacheDelete
next: see why: evbridge-momento explain [UUID] --stack shop --local
[exit status: 9]

"#]]);
    assert_eq!(session.run("destroy shop --local").status(), Some(0));
}

#[test]
fn two_stacks_and_two_regions_stand_side_by_side() {
    let session = Session::new();
    session.run("deploy --local --region us-east-1").success();
    session.run("deploy --local --region eu-west-1").success();
    session.run("put-event cacheSet --local").is(str![[r#"
------- stderr -------
no field was given: this is the documented sample of cacheSet
error: the stack momento-api was deployed from here to us-east-1 and eu-west-1

hint: say which one is meant with `--region`
[exit status: 2]

"#]]);
    session.run("put-event cacheSet --local --region eu-west-1").success();
    session.run("destroy --local --region us-east-1").success();
    // One is left, so that one is meant.
    session.run("put-event cacheSet --local").success();
    session.run("deploy --local --stack-name second").success();
    assert_eq!(session.cloud("us-east-1").footprint("second").resources.len(), 15);
}

#[test]
fn the_remembered_region_goes_before_that_of_the_environment() {
    let session = Session::new().env("AWS_REGION", "us-west-2");
    session.run("deploy --local --region eu-west-1 --quiet").success();
    let put = session.run("put-event cacheSet --local --output json");
    assert_eq!(put.json()["region"], "eu-west-1");
    assert_eq!(
        put.stderr(),
        "no field was given: this is the documented sample of cacheSet\n\
         warning: the stack momento-api was deployed from here to eu-west-1: that region is used, not AWS_REGION\n"
    );
}

//! `drift`: what was changed by hand is found, told, and changed back.

mod api;
mod kinds;
mod refused;

use evbridge_momento::aws::cloudformation::{self, Drift};
use evbridge_momento::aws::deployed;
use evbridge_momento::context::Session as Cloud;
use snapbox::str;

use crate::harness::{Session, with_cloud};

/// What `status` shows without looking anew.
async fn last_known(cloud: &Cloud) -> Drift {
    let stack = cloudformation::find(&cloud.clients, "momento-api").await.unwrap().unwrap();
    stack.drift.unwrap()
}

async fn physical(cloud: &Cloud, logical_id: &str) -> String {
    let resources = deployed::resources(&cloud.clients, "momento-api").await.unwrap();
    resources.iter().find(|one| one.logical_id == logical_id).unwrap().physical_id.clone()
}

/// Changes a rule, a destination and the queue by hand, as the console would.
fn tamper(session: &Session) {
    with_cloud(session, async |cloud| {
        let rule = physical(cloud, "CacheSetByKeyRule").await;
        cloud.clients.events().disable_rule().name(rule).send().await.unwrap();
        let destination = physical(cloud, "CacheSetDestination").await;
        let update = cloud.clients.events().update_api_destination().name(destination);
        update.invocation_rate_limit_per_second(7).send().await.unwrap();
        let queue = physical(cloud, "DeadLetterQueue").await;
        let set = cloud.clients.queues().set_queue_attributes().queue_url(queue);
        set.attributes("MessageRetentionPeriod".into(), "60").send().await.unwrap();
    });
}

/// Deletes a rule by hand.
fn delete_rule(session: &Session, logical_id: &str) {
    with_cloud(session, async |cloud| {
        let rule = physical(cloud, logical_id).await;
        let events = cloud.clients.events();
        let listed = events.list_targets_by_rule().rule(&rule).send().await.unwrap();
        let ids = listed.targets().iter().map(|target| target.id().to_owned()).collect();
        events.remove_targets().rule(&rule).set_ids(Some(ids)).send().await.unwrap();
        events.delete_rule().name(&rule).send().await.unwrap();
    });
}

#[test]
fn what_is_as_it_should_be() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("drift --local --exit-code").is(str![[r#"
------- stderr -------
looking at the resources of momento-api in us-east-1
no drift: momento-api in us-east-1 is as its template says
not checked: DeadLetterQueuePolicy: no drift detection for AWS::SQS::QueuePolicy
not seen: the authorization value of MomentoConnection: it is write-only

"#]]);
    with_cloud(&session, async |cloud| {
        let known = last_known(cloud).await;
        assert_eq!(known.status, "IN_SYNC");
        assert!(known.checked.is_some());
    });
    // An update may change anything: what was known is over.
    session.file("key.txt", session.run("local key").success());
    session.run("deploy --local --token-file key.txt").success();
    with_cloud(&session, async |cloud| {
        let known = last_known(cloud).await;
        assert_eq!(known.status, "NOT_CHECKED");
    });
}

#[test]
fn what_was_changed_is_shown_and_changed_back() {
    let session = Session::new();
    session.run("deploy --local").success();
    tamper(&session);
    session.run("drift --local").is(str![[r#"
~ DeadLetterQueue  AWS::SQS::Queue
    MessageRetentionPeriod
      expected 1209600
      actual   60
~ CacheSetDestination  AWS::Events::ApiDestination
    InvocationRateLimitPerSecond
      expected 100
      actual   7
~ CacheSetByKeyRule  AWS::Events::Rule
    State
      expected ENABLED
      actual   DISABLED
------- stderr -------
looking at the resources of momento-api in us-east-1
drifted: momento-api in us-east-1: 3 changed by hand
not checked: DeadLetterQueuePolicy: no drift detection for AWS::SQS::QueuePolicy
not seen: the authorization value of MomentoConnection: it is write-only
next: change it back: evbridge-momento drift --stack-name momento-api --region us-east-1 --revert --local

"#]]);
    assert_eq!(session.run("drift --local --exit-code").status(), Some(3));
    session.run("drift --local --revert --exit-code").is(str![[r#"
~ DeadLetterQueue  AWS::SQS::Queue
    MessageRetentionPeriod
      expected 1209600
      actual   60
~ CacheSetDestination  AWS::Events::ApiDestination
    InvocationRateLimitPerSecond
      expected 100
      actual   7
~ CacheSetByKeyRule  AWS::Events::Rule
    State
      expected ENABLED
      actual   DISABLED
------- stderr -------
looking at the resources of momento-api in us-east-1
  ~ CacheSetDestination  AWS::Events::ApiDestination
      /Properties/InvocationRateLimitPerSecond: 7 -> 100
  ~ DeadLetterQueue      AWS::SQS::Queue
      /Properties/MessageRetentionPeriod: 60 -> 1209600
  ~ CacheSetByKeyRule    AWS::Events::Rule
      /Properties/State: DISABLED -> ENABLED

  UPDATE_COMPLETE  CacheSetDestination         [DURATION] AWS::Events::ApiDestination
  UPDATE_COMPLETE  DeadLetterQueue             [DURATION] AWS::SQS::Queue
  UPDATE_COMPLETE  CacheSetByKeyRule           [DURATION] AWS::Events::Rule
looking at the resources of momento-api in us-east-1
had drifted: momento-api in us-east-1: 3 changed by hand
not checked: DeadLetterQueuePolicy: no drift detection for AWS::SQS::QueuePolicy
not seen: the authorization value of MomentoConnection: it is write-only
reverted: all of it is as the template says again

"#]]);
    let answer = session.run("drift --local --exit-code --output json").json();
    assert_eq!(answer["status"], "in-sync", "{answer:#}");
    session.run("put-event cacheSet --local").success();
}

#[test]
fn what_was_deleted_is_made_again() {
    let session = Session::new();
    session.run("deploy --local").success();
    delete_rule(&session, "CacheSetByKeyRule");
    session.run("drift --local").is(str![[r#"
- CacheSetByKeyRule  AWS::Events::Rule was deleted
------- stderr -------
looking at the resources of momento-api in us-east-1
drifted: momento-api in us-east-1: 1 deleted by hand
not checked: DeadLetterQueuePolicy: no drift detection for AWS::SQS::QueuePolicy
not seen: the authorization value of MomentoConnection: it is write-only
next: change it back: evbridge-momento drift --stack-name momento-api --region us-east-1 --revert --local

"#]]);
    session.run("drift --local --revert").is(str![[r#"
- CacheSetByKeyRule  AWS::Events::Rule was deleted
------- stderr -------
looking at the resources of momento-api in us-east-1
  + CacheSetByKeyRule      AWS::Events::Rule
  ~ DeadLetterQueuePolicy  AWS::SQS::QueuePolicy
      /Properties/PolicyDocument/Statement/0/Condition/ArnEquals/aws:SourceArn/0: arn:aws:events:us-east-1:000000000000:rule/momento-api-CacheSetByKeyRule-[ID] -> {{changeSet:KNOWN_AFTER_APPLY}}

  UPDATE_COMPLETE  CacheSetByKeyRule           [DURATION] AWS::Events::Rule
  UPDATE_COMPLETE  DeadLetterQueuePolicy       [DURATION] AWS::SQS::QueuePolicy
looking at the resources of momento-api in us-east-1
had drifted: momento-api in us-east-1: 1 deleted by hand
not checked: DeadLetterQueuePolicy: no drift detection for AWS::SQS::QueuePolicy
not seen: the authorization value of MomentoConnection: it is write-only
reverted: all of it is as the template says again

"#]]);
    session.run("put-event cacheSet --local").success();
    // The queue's policy names the rule that is new.
    assert_eq!(session.run("drift --local --exit-code").status(), Some(0));
    session.run("destroy --local --yes").success();
}

#[test]
fn a_deploy_leaves_drift_alone_unless_it_is_asked() {
    let session = Session::new();
    session.run("deploy --local").success();
    tamper(&session);
    session.run("deploy --local").success();
    assert_eq!(session.run("drift --local --exit-code").status(), Some(3));
    session.run("deploy --local --revert-drift").is(str![[r#"
EventBusName        default
MomentoEndpoint     https://api.cache.cell-us-east-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]
------- stderr -------
  ~ CacheSetDestination  AWS::Events::ApiDestination
      /Properties/InvocationRateLimitPerSecond: 7 -> 100
  ~ DeadLetterQueue      AWS::SQS::Queue
      /Properties/MessageRetentionPeriod: 60 -> 1209600
  ~ CacheSetByKeyRule    AWS::Events::Rule
      /Properties/State: DISABLED -> ENABLED

  UPDATE_COMPLETE  CacheSetDestination         [DURATION] AWS::Events::ApiDestination
  UPDATE_COMPLETE  DeadLetterQueue             [DURATION] AWS::SQS::Queue
  UPDATE_COMPLETE  CacheSetByKeyRule           [DURATION] AWS::Events::Rule
updated momento-api in us-east-1 in [DURATION]
next: put an event: evbridge-momento put-event cacheSet --local

"#]]);
    assert_eq!(session.run("drift --local --exit-code").status(), Some(0));
    session.run("deploy --local --revert-drift").is(str![[r#"
EventBusName        default
MomentoEndpoint     https://api.cache.cell-us-east-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]
------- stderr -------
unchanged momento-api in us-east-1 is as it should be
next: put an event: evbridge-momento put-event cacheSet --local

"#]]);
}

#[test]
fn a_revert_that_fails_leaves_what_was_there() {
    let session = Session::new();
    session.run("deploy --local").success();
    tamper(&session);
    session
        .run("local fault add --resource DeadLetterQueue --on update --reason 'the queue is busy' --times 1")
        .success();
    session.run("drift --local --revert").is(str![[r#"
------- stderr -------
looking at the resources of momento-api in us-east-1
  ~ CacheSetDestination  AWS::Events::ApiDestination
      /Properties/InvocationRateLimitPerSecond: 7 -> 100
  ~ DeadLetterQueue      AWS::SQS::Queue
      /Properties/MessageRetentionPeriod: 60 -> 1209600
  ~ CacheSetByKeyRule    AWS::Events::Rule
      /Properties/State: DISABLED -> ENABLED

  UPDATE_COMPLETE  CacheSetDestination         [DURATION] AWS::Events::ApiDestination
  UPDATE_FAILED    DeadLetterQueue             [DURATION] AWS::SQS::Queue
      the queue is busy
  UPDATE_COMPLETE  DeadLetterQueue             [DURATION] AWS::SQS::Queue
  UPDATE_COMPLETE  CacheSetDestination         [DURATION] AWS::Events::ApiDestination
error: the stack was not deployed: it ended in UPDATE_ROLLBACK_COMPLETE
  cause: DeadLetterQueue failed first: the queue is busy
[exit status: 7]

"#]]);
    let answer = session.run("drift --local --output json").json();
    let drifted: Vec<&str> = answer["resources"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|resource| resource["state"] == "modified")
        .map(|resource| resource["logical_id"].as_str().unwrap())
        .collect();
    assert_eq!(drifted, ["DeadLetterQueue", "CacheSetDestination", "CacheSetByKeyRule"]);
}

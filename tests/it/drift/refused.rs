//! What cannot be looked at, and when.

use snapbox::str;

use crate::harness::{Session, with_cloud};

#[test]
fn what_cannot_be_looked_at_is_said() {
    let session = Session::new();
    session.run("drift --local").is(str![[r#"
------- stderr -------
error: there is no stack momento-api in us-east-1

hint: deploy it with `evbridge-momento deploy`, or say where it is with `--region`
[exit status: 1]

"#]]);
    session.run("deploy --local").success();
    session.run("local fault add --resource DeliveryRole --on read --reason 'Rate exceeded'").success();
    session.run("drift --local").is(str![[r#"
? DeliveryRole  AWS::IAM::Role could not be looked at
    Rate exceeded
------- stderr -------
looking at the resources of momento-api in us-east-1
unknown: whether momento-api in us-east-1 was changed by hand could not be found out
failed: Failed to detect drift on resource [DeliveryRole]
not checked: DeadLetterQueuePolicy: no drift detection for AWS::SQS::QueuePolicy
not seen: the authorization value of MomentoConnection: it is write-only
[exit status: 6]

"#]]);
    session.run("local fault add --resource DeliveryRole --on create").success();
    session.run("deploy --local --stack-name other --on-failure keep").is(str![[r#"
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
  CREATE_FAILED    DeliveryRole                [DURATION] AWS::IAM::Role
      A fault was asked for (local fault)
error: the stack was not deployed and is kept as it is, in CREATE_FAILED
  cause: DeliveryRole failed first: A fault was asked for (local fault)

hint: look at it, then deploy again: what failed is cleared away first
[exit status: 6]

"#]]);
    session.run("drift --local --stack-name other").is(str![[r#"
------- stderr -------
error: the stack other is in CREATE_FAILED: its drift cannot be detected

hint: `evbridge-momento deploy` repairs the stack first
[exit status: 6]

"#]]);
}

#[test]
fn drift_without_a_revert_needs_no_yes() {
    let session = Session::new();
    session.run("drift --local --yes").is(str![[r#"
------- stderr -------
error: the following required arguments were not provided:
  --revert

Usage: evbridge-momento drift --revert --local --yes [STACK]

For more information, try '--help'.
[exit status: 2]

"#]]);
}

#[test]
fn a_stack_that_changes_is_not_looked_at() {
    let session = Session::new();
    session.run("local fault add --resource DeadLetterQueue --on create --delay 1h").success();
    assert_eq!(session.run("deploy --local --detach").status(), Some(8));
    session.run("drift --local").is(str![[r#"
------- stderr -------
error: an operation runs on the stack momento-api (CREATE_IN_PROGRESS)

hint: wait for it: `evbridge-momento status --follow`
[exit status: 6]

"#]]);
}

#[test]
fn a_detection_takes_its_time_and_another_one_is_waited_for() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("local fault add --resource DeadLetterQueue --on read --delay 300ms --times 2").success();
    with_cloud(&session, async |cloud| {
        let detect = || cloud.clients.cloudformation().detect_stack_drift().stack_name("momento-api").send();
        detect().await.unwrap();
        let refused = detect().await.unwrap_err();
        assert!(evbridge_momento::aws::error::message(&refused).unwrap().contains("already in progress"));
    });
    assert_eq!(session.run("drift --local --output json").json()["status"], "in-sync");
}

//! `deploy --import-existing-resources`: what exists under the name of the template comes into the stack.

use aws_sdk_cloudformation::types::ChangeAction;
use snapbox::str;

use crate::harness::Session;

const DEPLOY: &str = "deploy shop --local --import-existing-resources";

/// A session with a bus that is not of a stack, and a stack that wants one of that name.
fn with_bus() -> Session {
    let session = Session::new();
    session
        .file("stacks/shop.yaml", "name: shop\nbus: { name: shop, create: true }\nevents: [topicPublish]\n");
    session.cloud("us-east-1").ask(async |clients| {
        clients.events().create_event_bus().name("shop").description("mine").send().await.unwrap();
    });
    session
}

fn has_bus(session: &Session) -> bool {
    session
        .cloud("us-east-1")
        .ask(async |clients| clients.events().describe_event_bus().name("shop").send().await.is_ok())
}

#[test]
fn a_bus_that_exists_comes_into_the_stack() {
    let session = with_bus();
    session.run(&format!("{DEPLOY} --no-execute-changeset --change-set-name take")).success();
    session.cloud("us-east-1").ask(async |clients| {
        let described = clients.cloudformation().describe_change_set();
        let described = described.stack_name("shop").change_set_name("take").send().await.unwrap();
        let change = described.changes()[0].resource_change().unwrap();
        assert_eq!(change.logical_resource_id(), Some("EventBus"));
        assert_eq!(change.action(), Some(&ChangeAction::Import));
        assert_eq!(change.physical_resource_id(), Some("shop"));
    });
    session.run(DEPLOY).is(str![[r#"
EventBusName        shop
MomentoEndpoint     https://api.cache.cell-us-east-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/shop-DeadLetterQueue-[ID]
------- stderr -------
  ? EventBus                  AWS::Events::EventBus
  + MomentoConnection         AWS::Events::Connection
  + TopicPublishDestination   AWS::Events::ApiDestination
  + DeliveryRole              AWS::IAM::Role
  + DeadLetterQueue           AWS::SQS::Queue
  + TopicPublishRule          AWS::Events::Rule
  + TopicPublishRejectedRule  AWS::Events::Rule
  + DeadLetterQueuePolicy     AWS::SQS::QueuePolicy

  IMPORT_COMPLETE  EventBus                    [DURATION] AWS::Events::EventBus
  CREATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
  CREATE_COMPLETE  DeadLetterQueue             [DURATION] AWS::SQS::Queue
  CREATE_COMPLETE  TopicPublishDestination     [DURATION] AWS::Events::ApiDestination
  CREATE_COMPLETE  TopicPublishRejectedRule    [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  DeliveryRole                [DURATION] AWS::IAM::Role
  CREATE_COMPLETE  TopicPublishRule            [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  DeadLetterQueuePolicy       [DURATION] AWS::SQS::QueuePolicy
created shop in us-east-1 in [DURATION]
next: put an event: evbridge-momento put-event topicPublish --stack shop --local

"#]]);
    session.run("drift shop --local --exit-code").success();
    session.run("put-event topicPublish --bus shop --local").success();
    // From now on it is the stack's, and no other stack can take it.
    session.file(
        "stacks/other.yaml",
        "name: other\nbus: { name: shop, create: true }\nevents: [topicPublish]\n",
    );
    session.run("deploy other --local --import-existing-resources").is(str![[r#"
------- stderr -------
error: CloudFormation could not work out the change set
  cause: Resource shop of type AWS::Events::EventBus belongs to the stack shop and cannot be imported
[exit status: 6]

"#]]);
    session.run("destroy shop --local --yes").success();
    assert!(!has_bus(&session));
}

#[test]
fn what_was_there_before_is_there_after_a_rollback() {
    let session = with_bus();
    session.run("local fault add --resource TopicPublishRule --on create").success();
    assert_eq!(session.run(DEPLOY).status(), Some(7));
    assert!(has_bus(&session));
    session.run(&format!("{DEPLOY} --yes")).success();
}

#[test]
fn without_anything_to_take_it_is_a_deploy() {
    let session = Session::new();
    session.run("deploy --local --import-existing-resources").success();
    let again = session.run("deploy --local --import-existing-resources --output json").json();
    assert_eq!(again["outcome"], "unchanged");
}

//! What `deploy` says of a stack that was rolled back, and how it gets out of that.

use snapbox::str;

use crate::harness::Session;

#[test]
fn a_rollback_is_told_with_its_cause_and_left_behind_by_the_next_deploy() {
    let session = Session::new();
    session
        .file("stacks/shop.yaml", "name: shop\nbus: { name: shop, create: true }\nevents: [topicPublish]\n");
    session.cloud("us-east-1").ask(async |clients| {
        clients.events().create_event_bus().name("shop").send().await.unwrap();
    });
    session.run("deploy shop --local").is(str![[r#"
------- stderr -------
  + EventBus                  AWS::Events::EventBus
  + MomentoConnection         AWS::Events::Connection
  + TopicPublishDestination   AWS::Events::ApiDestination
  + DeliveryRole              AWS::IAM::Role
  + DeadLetterQueue           AWS::SQS::Queue
  + TopicPublishRule          AWS::Events::Rule
  + TopicPublishRejectedRule  AWS::Events::Rule
  + DeadLetterQueuePolicy     AWS::SQS::QueuePolicy

  CREATE_FAILED    EventBus                    [DURATION] AWS::Events::EventBus
      Resource handler returned message: "Event bus shop already exists. (Service: EventBridge, Status Code: 400, Request ID: [UUID])" (RequestToken: [UUID], HandlerErrorCode: AlreadyExists)
  CREATE_FAILED    MomentoConnection           [DURATION] AWS::Events::Connection
      Resource creation cancelled
  CREATE_FAILED    DeadLetterQueue             [DURATION] AWS::SQS::Queue
      Resource creation cancelled
  DELETE_COMPLETE  DeadLetterQueue             [DURATION] AWS::SQS::Queue
  DELETE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
  DELETE_COMPLETE  EventBus                    [DURATION] AWS::Events::EventBus
error: the stack was not deployed: it ended in ROLLBACK_COMPLETE
  cause: EventBus failed first: Resource handler returned message: "Event bus shop already exists. (Service: EventBridge, Status Code: 400, Request ID: [UUID])" (RequestToken: [UUID], HandlerErrorCode: AlreadyExists)

hint: something with this name exists outside the stack: delete it, choose another name, or take it into the stack with `--import-existing-resources`
[exit status: 7]

"#]]);
    let after = session.cloud("us-east-1").footprint("shop");
    assert_eq!(after.stacks, [("shop".to_owned(), "ROLLBACK_COMPLETE".to_owned())]);

    // CloudFormation can only delete such a stack, and nobody is there to agree to that.
    session.run("deploy shop --local").is(str![[r#"
------- stderr -------
error: the stack shop is in ROLLBACK_COMPLETE
  cause: its first creation failed, and CloudFormation can only delete it

hint: add `--yes` to do that and deploy
[exit status: 6]

"#]]);
    session.cloud("us-east-1").ask(async |clients| {
        // The bus is somebody else's: the rollback has left it alone.
        clients.events().describe_event_bus().name("shop").send().await.unwrap();
        clients.events().delete_event_bus().name("shop").send().await.unwrap();
    });
    let outcome = session.run("deploy shop --local --yes --output json");
    assert_eq!(outcome.json()["outcome"], "created");
    session.run("put-event topicPublish --stack shop --local").success();
}

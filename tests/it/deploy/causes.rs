//! Why a deploy failed: what only `DescribeEvents` tells, and what no resource caused.

use aws_sdk_cloudformation::types::{EventFilter, EventType};
use snapbox::str;

use crate::harness::Session;

#[test]
fn a_validation_is_told_with_its_path() {
    let session = Session::new();
    session
        .run("local fault add --resource DeadLetterQueue --on validate --reason 'A queue with this name exists'")
        .success();
    session.run("deploy --local").is(str![[r#"
------- stderr -------
error: CloudFormation could not work out the change set
  cause: The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.
  cause: DeadLetterQueue: /Resources/DeadLetterQueue/Properties: A queue with this name exists
[exit status: 6]

"#]]);
    // An update is validated too, and what is deployed stays.
    session.run("deploy --local").success();
    session
        .run("local fault add --resource CacheSetDestination --on validate --reason 'No such endpoint'")
        .success();
    session.run("deploy --local --momento-endpoint https://api.example.com").is(str![[r#"
------- stderr -------
error: CloudFormation could not work out the change set
  cause: The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.
  cause: CacheSetDestination: /Resources/CacheSetDestination/Properties: No such endpoint
[exit status: 6]

"#]]);
    session.cloud("us-east-1").ask(async |clients| {
        let filter = EventFilter::builder().failed_events(true).build();
        let events = clients.cloudformation().describe_events().stack_name("momento-api").filters(filter);
        let events = events.send().await.unwrap();
        let event = &events.operation_events()[0];
        assert_eq!(event.event_type(), Some(&EventType::ValidationError));
        assert_eq!(event.validation_path(), Some("/Resources/CacheSetDestination/Properties"));
        assert_eq!(event.resource_status(), None);
    });
    let footprint = session.cloud("us-east-1").footprint("momento-api");
    assert!(footprint.change_sets.is_empty(), "{footprint:?}");
}

#[test]
fn a_hook_is_told_with_its_reason() {
    let session = Session::new();
    session
        .run("local fault add --resource AWS::IAM::Role --on hook --reason 'Roles need a boundary'")
        .success();
    let outcome = session.run("deploy --local");
    assert_eq!(outcome.status(), Some(7), "{outcome}");
    let error = outcome.stderr();
    let error = error.split_once("error: ").unwrap().1;
    snapbox::assert_data_eq!(
        error.to_owned(),
        str![[r#"
the stack was not deployed: it ended in ROLLBACK_COMPLETE
  cause: DeliveryRole failed first: Local::Fault::Hook: Roles need a boundary

"#]]
    );
}

#[test]
fn an_alarm_rolls_the_operation_back() {
    let session = Session::new();
    let deploy = "deploy --local --rollback-alarm-arns arn:aws:cloudwatch:us-east-1:000000000000:alarm:busy";
    session.run(deploy).success();
    session.run("local fault add --resource AWS::CloudWatch::Alarm --on alarm").success();
    // The alarms stay with the stack, also where a later deploy does not name them.
    let outcome = session.run("deploy --local --momento-endpoint https://api.example.com");
    assert_eq!(outcome.status(), Some(7), "{outcome}");
    let error = outcome.stderr();
    let error = error.split_once("error: ").unwrap().1;
    snapbox::assert_data_eq!(
        error.to_owned(),
        str![[r#"
the stack was not deployed: it ended in UPDATE_ROLLBACK_COMPLETE
  cause: no resource failed: the operation was cancelled, by somebody or by an alarm
  cause: The following rollback trigger(s) went to ALARM state: [arn:aws:cloudwatch:us-east-1:000000000000:alarm:busy].

"#]]
    );
    let status = session.run("status --local --output json").json();
    assert_eq!(status["status"], "UPDATE_ROLLBACK_COMPLETE");
    assert!(!status["outputs"]["MomentoEndpoint"].as_str().unwrap().contains("example"), "{status}");
    session.run(&format!("{deploy} --momento-endpoint https://api.example.com")).success();
}

#[test]
fn express_ends_as_every_deploy_here() {
    let session = Session::new();
    session.run("deploy --local --express").success();
    assert_eq!(session.run("status --local --output json").json()["status"], "CREATE_COMPLETE");
}

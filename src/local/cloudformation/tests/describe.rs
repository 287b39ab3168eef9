//! What the API shows, and the states that are left.

use serde_json::{Value, json};

use super::fake::World;
use super::{TEMPLATE, create, status, story};

#[test]
fn events_come_in_pages_and_by_operation() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({"ClientRequestToken": "first"}));
    for round in 0..20 {
        let parameters = json!([{"ParameterKey": "Rate", "ParameterValue": (round + 1).to_string()}]);
        super::update(
            &world,
            TEMPLATE,
            &json!({"Parameters": parameters, "ClientRequestToken": format!("t{round}")}),
        );
    }
    let page =
        |token: Value| world.ok("DescribeStackEvents", &json!({"StackName": "shop", "NextToken": token}));
    let first = page(Value::Null);
    let newest = &first["StackEvents"][0];
    assert_eq!(
        (&newest["ResourceStatus"], &newest["ClientRequestToken"]),
        (&json!("UPDATE_COMPLETE"), &json!("t19"))
    );
    assert_eq!(first["StackEvents"].as_array().unwrap().len(), 100);
    let seen = page(first["NextToken"].clone());
    assert_eq!(seen["NextToken"], Value::Null);
    assert_eq!(
        seen["StackEvents"].as_array().unwrap().last().unwrap()["ResourceStatus"],
        "CREATE_IN_PROGRESS"
    );
    assert_eq!(
        world.refused("DescribeStackEvents", &json!({"StackName": "shop", "NextToken": "x"})),
        "ValidationError: The provided NextToken is not valid"
    );
    let operation = newest["OperationId"].clone();
    let events = world.ok("DescribeEvents", &json!({"OperationId": operation}));
    let events = events["OperationEvents"].as_array().unwrap();
    assert_eq!(events.len(), 5);
    assert!(events.iter().all(|event| event["OperationType"] == "UPDATE_STACK"));
}

#[test]
fn only_the_failures_on_demand() {
    let world = World::new();
    world.services.refuses.lock().push(("CreateQueue", ""));
    create(&world, "Resources: { Q: { Type: AWS::SQS::Queue } }", &json!({}));
    let events =
        world.ok("DescribeEvents", &json!({"StackName": "shop", "Filters": {"FailedEvents": "true"}}));
    let events = events["OperationEvents"].as_array().unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["LogicalResourceId"], "Q");
    assert_eq!(events[0]["EventType"], "PROVISIONING_ERROR");
}

#[test]
fn resources_are_found_in_every_way() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    let one = world.ok("DescribeStackResource", &json!({"StackName": "shop", "LogicalResourceId": "Failed"}));
    let url = one["StackResourceDetail"]["PhysicalResourceId"].clone();
    assert!(one["StackResourceDetail"]["LastUpdatedTimestamp"].as_str().unwrap().ends_with('Z'));
    let owner = world.ok("DescribeStackResources", &json!({"PhysicalResourceId": url}));
    assert_eq!(owner["StackResources"].as_array().unwrap().len(), 6);
    let listed = world.ok("ListStackResources", &json!({"StackName": "shop"}));
    assert_eq!(listed["StackResourceSummaries"].as_array().unwrap().len(), 6);
    assert_eq!(
        world.refused("DescribeStackResource", &json!({"StackName": "shop", "LogicalResourceId": "X"})),
        "ValidationError: Resource X does not exist for stack shop"
    );
    let listed = world.ok("ListStacks", &json!({"StackStatusFilter": ["CREATE_COMPLETE"]}));
    assert_eq!(listed["StackSummaries"][0]["TemplateDescription"], "A small integration");
}

#[test]
fn templates_are_summarised_and_validated() {
    let world = World::new();
    let summary = world.ok("GetTemplateSummary", &json!({"TemplateBody": TEMPLATE}));
    assert_eq!(summary["Capabilities"], json!(["CAPABILITY_IAM"]));
    assert_eq!(
        summary["CapabilitiesReason"],
        "The following resource(s) require capabilities: [AWS::IAM::Role]"
    );
    assert_eq!(summary["Parameters"][1]["NoEcho"], true);
    let valid = world.ok("ValidateTemplate", &json!({"TemplateBody": TEMPLATE}));
    assert_eq!(valid["Description"], "A small integration");
    assert_eq!(
        world.refused(
            "ValidateTemplate",
            &json!({"TemplateBody": "Resources: { A: { Type: AWS::S3::Bucket } }"})
        ),
        "ValidationError: Template format error: Unrecognized resource types: [AWS::S3::Bucket]"
    );
    let cycle = "Resources: { A: { Type: AWS::SQS::Queue, DependsOn: B }, B: { Type: AWS::SQS::Queue, DependsOn: A } }";
    assert_eq!(
        world.refused("ValidateTemplate", &json!({"TemplateBody": cycle})),
        "ValidationError: Circular dependency between resources: [A, B]"
    );
}

#[test]
fn a_stack_in_review_is_deleted_and_its_name_is_free() {
    let world = World::new();
    let review = json!({
        "StackName": "shop", "ChangeSetName": "a", "ChangeSetType": "CREATE",
        "TemplateBody": TEMPLATE, "Capabilities": ["CAPABILITY_IAM"],
    });
    world.ok("CreateChangeSet", &review);
    world.ok("DeleteStack", &json!({"StackName": "shop"}));
    world.settle();
    assert!(world.ok("DescribeStacks", &json!({}))["Stacks"].as_array().unwrap().is_empty());
    world.ok("CreateChangeSet", &review);
    assert_eq!(status(&world, "shop"), "REVIEW_IN_PROGRESS");
}

#[test]
fn a_rollback_of_a_creation_can_fail_too() {
    let world = World::new();
    world.services.refuses.lock().extend([("PutTargets", ""), ("DeleteQueue", "")]);
    create(&world, TEMPLATE, &json!({}));
    assert_eq!(status(&world, "shop"), "ROLLBACK_FAILED");
    assert_eq!(
        story(&world, "shop").last().unwrap(),
        "shop ROLLBACK_FAILED The following resource(s) failed to delete: [Failed]."
    );
    world.services.refuses.lock().clear();
    world.ok("DeleteStack", &json!({"StackName": "shop"}));
    world.settle();
    assert!(world.ok("DescribeStacks", &json!({}))["Stacks"].as_array().unwrap().is_empty());
}

#[test]
fn a_change_set_that_was_overtaken_is_obsolete() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    let rate = |rate: &str| json!([{"ParameterKey": "Rate", "ParameterValue": rate}]);
    world.ok(
        "CreateChangeSet",
        &json!({
            "StackName": "shop", "ChangeSetName": "a", "TemplateBody": TEMPLATE,
            "Capabilities": ["CAPABILITY_IAM"], "Parameters": rate("10"),
        }),
    );
    super::update(&world, TEMPLATE, &json!({"Parameters": rate("20")}));
    let refused = world.refused("ExecuteChangeSet", &json!({"StackName": "shop", "ChangeSetName": "a"}));
    assert!(refused.ends_with("cannot be executed in its current status of [OBSOLETE]"), "{refused}");
}

#[test]
fn a_regions_stacks_are_its_own() {
    use crate::local::wire::Service;
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    let other = world.cloudformation.call("us-east-1", "DescribeStacks", &json!({})).unwrap();
    assert_eq!(other["Stacks"], json!([]));
}

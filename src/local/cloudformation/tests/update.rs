//! Updating: in place, by replacement, and back.

use serde_json::json;

use super::fake::World;
use super::{TEMPLATE, create, status, story, update};

fn named(name: &str) -> String {
    TEMPLATE.replace("AuthorizationType: API_KEY", &format!("AuthorizationType: API_KEY\n      Name: {name}"))
}

#[test]
fn only_what_changed_is_called() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    world.calls();
    let parameters = json!([{"ParameterKey": "Rate", "ParameterValue": "10"}]);
    assert_eq!(update(&world, TEMPLATE, &json!({"Parameters": parameters})), "UPDATE_COMPLETE");
    assert_eq!(world.calls(), ["UpdateApiDestination"]);
    let again = json!({"StackName": "shop", "TemplateBody": TEMPLATE, "Capabilities": ["CAPABILITY_IAM"], "Parameters": parameters});
    assert_eq!(world.refused("UpdateStack", &again), "ValidationError: No updates are to be performed.");
}

#[test]
fn a_replaced_resource_is_deleted_at_the_end() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    world.calls();
    assert_eq!(update(&world, &named("mine"), &json!({})), "UPDATE_COMPLETE");
    assert_eq!(
        world.calls(),
        [
            "GetSecretValue",
            "CreateConnection",
            "DescribeConnection",
            "UpdateApiDestination",
            "DeleteConnection"
        ]
    );
    let story = story(&world, "shop");
    let end = story.iter().position(|line| line == "shop UPDATE_IN_PROGRESS User Initiated").unwrap();
    assert_eq!(
        &story[end + 1..],
        [
            "Connection UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
            "Connection UPDATE_IN_PROGRESS Resource creation Initiated",
            "Connection UPDATE_COMPLETE",
            "Put UPDATE_IN_PROGRESS",
            "Put UPDATE_COMPLETE",
            "shop UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "Connection DELETE_IN_PROGRESS",
            "Connection DELETE_COMPLETE",
            "shop UPDATE_COMPLETE",
        ]
    );
}

#[test]
fn a_failed_update_goes_back_to_what_was() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    world.calls();
    world.services.refuses.lock().push(("UpdateApiDestination", "connection/mine"));
    let extra = named("mine").replace("Outputs:", "  More: { Type: AWS::SQS::Queue }\nOutputs:");
    assert_eq!(update(&world, &extra, &json!({})), "UPDATE_ROLLBACK_COMPLETE");
    let story = story(&world, "shop");
    assert!(
        story.contains(
            &"shop UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [Put].".to_owned()
        ),
        "{story:#?}"
    );
    let calls = world.calls();
    assert!(
        calls.ends_with(&["DeleteQueue".to_owned(), "DeleteConnection".to_owned()])
            || calls.ends_with(&["DeleteConnection".to_owned(), "DeleteQueue".to_owned()]),
        "{calls:?}"
    );
    let resources = world.ok("DescribeStackResources", &json!({"StackName": "shop"}));
    let resources = resources["StackResources"].as_array().unwrap();
    assert_eq!(resources.len(), 6);
    let connection = resources.iter().find(|one| one["LogicalResourceId"] == "Connection").unwrap();
    assert!(connection["PhysicalResourceId"].as_str().unwrap().starts_with("shop-Connection-"));
    let template = world.ok("GetTemplate", &json!({"StackName": "shop"}));
    assert_eq!(template["TemplateBody"], TEMPLATE);
    // The stack is whole again: the same update works when nothing is refused.
    world.services.refuses.lock().clear();
    assert_eq!(update(&world, &extra, &json!({})), "UPDATE_COMPLETE");
}

#[test]
fn a_rollback_that_fails_can_be_continued() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    world.services.refuses.lock().push(("UpdateApiDestination", ""));
    let parameters = json!([{"ParameterKey": "Rate", "ParameterValue": "10"}]);
    assert_eq!(update(&world, TEMPLATE, &json!({"Parameters": parameters})), "UPDATE_ROLLBACK_FAILED");
    world.ok("ContinueUpdateRollback", &json!({"StackName": "shop", "ResourcesToSkip": ["Put"]}));
    world.settle();
    assert_eq!(status(&world, "shop"), "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn an_update_can_stay_failed_and_be_rolled_back_later() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    world.services.refuses.lock().push(("UpdateApiDestination", "connection/mine"));
    assert_eq!(update(&world, &named("mine"), &json!({"DisableRollback": "true"})), "UPDATE_FAILED");
    world.calls();
    world.ok("RollbackStack", &json!({"StackName": "shop"}));
    world.settle();
    assert_eq!(status(&world, "shop"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(world.calls(), ["UpdateApiDestination", "DeleteConnection"]);
}

#[test]
fn a_running_update_can_be_cancelled() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    let parameters = json!([{"ParameterKey": "Rate", "ParameterValue": "10"}]);
    world.ok(
        "UpdateStack",
        &json!({"StackName": "shop", "TemplateBody": TEMPLATE, "Capabilities": ["CAPABILITY_IAM"], "Parameters": parameters}),
    );
    world.cloudformation.advance(&world.services).unwrap();
    world.ok("CancelUpdateStack", &json!({"StackName": "shop"}));
    world.settle();
    assert_eq!(status(&world, "shop"), "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn what_the_template_no_longer_has_is_deleted_or_kept() {
    let world = World::new();
    let both = "Resources: { A: { Type: AWS::SQS::Queue }, B: { Type: AWS::SQS::Queue, DeletionPolicy: Retain }, C: { Type: AWS::SQS::Queue } }";
    create(&world, both, &json!({}));
    world.calls();
    assert_eq!(update(&world, "Resources: { C: { Type: AWS::SQS::Queue } }", &json!({})), "UPDATE_COMPLETE");
    assert_eq!(world.calls(), ["DeleteQueue"]);
    assert!(story(&world, "shop").contains(&"B DELETE_SKIPPED".to_owned()));
}

#[test]
fn tags_reach_the_resources() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({"Tags": [{"Key": "team", "Value": "a"}, {"Key": "old", "Value": "x"}]}));
    world.calls();
    assert_eq!(
        update(&world, TEMPLATE, &json!({"Tags": [{"Key": "team", "Value": "b"}]})),
        "UPDATE_COMPLETE"
    );
    let calls = world.calls();
    for action in ["TagQueue", "UntagQueue", "TagRole", "UntagRole", "TagResource", "UntagResource"] {
        assert!(calls.contains(&action.to_owned()), "{action}: {calls:?}");
    }
}

#[test]
fn a_hidden_parameter_keeps_its_value_and_rotates() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({"Parameters": [{"ParameterKey": "Token", "ParameterValue": "one"}]}));
    let keep = json!([{"ParameterKey": "Token", "UsePreviousValue": "true"}]);
    let same = json!({"StackName": "shop", "UsePreviousTemplate": "true", "Capabilities": ["CAPABILITY_IAM"], "Parameters": keep});
    assert_eq!(world.refused("UpdateStack", &same), "ValidationError: No updates are to be performed.");
    world.calls();
    let parameters = json!([{"ParameterKey": "Token", "ParameterValue": "two"}]);
    assert_eq!(update(&world, TEMPLATE, &json!({"Parameters": parameters})), "UPDATE_COMPLETE");
    let calls = world.services.calls.lock();
    assert_eq!(calls[0].0, "UpdateConnection");
    assert!(calls[0].1.to_string().contains("two"));
}

#[test]
fn every_way_back_resumes_where_the_process_ended() {
    let directory = tempfile::tempdir().unwrap();
    let open = || World::on(std::sync::Arc::new(crate::local::store::Store::open(directory.path()).unwrap()));
    let world = open();
    create(&world, TEMPLATE, &json!({}));
    let input =
        json!({"StackName": "shop", "TemplateBody": named("mine"), "Capabilities": ["CAPABILITY_IAM"]});
    world.ok("UpdateStack", &input);
    drop(world);
    let mut calls = Vec::new();
    loop {
        let world = open();
        world.services.refuses.lock().push(("UpdateApiDestination", "connection/mine"));
        let moved = world.cloudformation.advance(&world.services).unwrap();
        calls.extend(world.calls());
        if !moved {
            assert_eq!(status(&world, "shop"), "UPDATE_ROLLBACK_COMPLETE");
            break;
        }
    }
    assert_eq!(
        calls,
        [
            "GetSecretValue",
            "CreateConnection",
            "DescribeConnection",
            "UpdateApiDestination",
            "UpdateApiDestination",
            "DeleteConnection"
        ]
    );
}

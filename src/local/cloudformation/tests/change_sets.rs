//! Change sets: what they show, when they are empty, how they are executed.

use serde_json::{Value, json};

use super::fake::World;
use super::{TEMPLATE, create, status};

fn make(world: &World, name: &str, kind: &str, template: &str, more: &Value) -> Value {
    let mut input = json!({
        "StackName": "shop", "ChangeSetName": name, "ChangeSetType": kind, "TemplateBody": template,
        "Capabilities": ["CAPABILITY_IAM"],
    });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    world.ok("CreateChangeSet", &input);
    world.ok(
        "DescribeChangeSet",
        &json!({"StackName": "shop", "ChangeSetName": name, "IncludePropertyValues": "true"}),
    )
}

#[test]
fn a_new_stack_is_in_review_until_its_change_set_is_executed() {
    let world = World::new();
    let change_set = make(&world, "first", "CREATE", TEMPLATE, &json!({}));
    assert_eq!(status(&world, "shop"), "REVIEW_IN_PROGRESS");
    assert_eq!(
        (&change_set["Status"], &change_set["ExecutionStatus"]),
        (&json!("CREATE_COMPLETE"), &json!("AVAILABLE"))
    );
    let changes = change_set["Changes"].as_array().unwrap();
    assert_eq!(changes.len(), 6);
    assert!(changes.iter().all(|change| change["ResourceChange"]["Action"] == "Add"));
    let after: Value =
        serde_json::from_str(changes[1]["ResourceChange"]["AfterContext"].as_str().unwrap()).unwrap();
    assert_eq!(after["Properties"]["ConnectionArn"], "{{changeSet:KNOWN_AFTER_APPLY}}");
    make(&world, "second", "CREATE", TEMPLATE, &json!({}));
    world.ok(
        "ExecuteChangeSet",
        &json!({"StackName": "shop", "ChangeSetName": "first", "ClientRequestToken": "mine"}),
    );
    assert_eq!(status(&world, "shop"), "CREATE_IN_PROGRESS");
    world.settle();
    assert_eq!(status(&world, "shop"), "CREATE_COMPLETE");
    let left = world.ok("ListChangeSets", &json!({"StackName": "shop"}));
    assert_eq!(left["Summaries"].as_array().unwrap().len(), 1);
    assert_eq!(left["Summaries"][0]["ExecutionStatus"], "EXECUTE_COMPLETE");
    let events = world.ok("DescribeStackEvents", &json!({"StackName": "shop"}));
    let events = events["StackEvents"].as_array().unwrap();
    let last = events.last().unwrap();
    assert_eq!(
        (&last["ResourceStatus"], &last["ClientRequestToken"]),
        (&json!("REVIEW_IN_PROGRESS"), &Value::Null)
    );
    assert!(events[..events.len() - 1].iter().all(|event| event["ClientRequestToken"] == "mine"));
}

#[test]
fn nothing_changed_is_a_failed_change_set() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    let change_set = make(&world, "same", "UPDATE", TEMPLATE, &json!({}));
    assert_eq!(
        (&change_set["Status"], &change_set["ExecutionStatus"]),
        (&json!("FAILED"), &json!("UNAVAILABLE"))
    );
    assert_eq!(
        change_set["StatusReason"],
        "The submitted information didn't contain changes. Submit different information to create a change set."
    );
    let refused = world.refused("ExecuteChangeSet", &json!({"StackName": "shop", "ChangeSetName": "same"}));
    assert!(refused.starts_with(
        "InvalidChangeSetStatus: ChangeSet [arn:aws:cloudformation:eu-west-1:000000000000:changeSet/same/"
    ));
    assert!(refused.ends_with("] cannot be executed in its current status of [FAILED]"));
    world.ok("DeleteChangeSet", &json!({"StackName": "shop", "ChangeSetName": "same"}));
    assert_eq!(
        world.refused("DescribeChangeSet", &json!({"StackName": "shop", "ChangeSetName": "same"})),
        "ChangeSetNotFound: ChangeSet [same] does not exist"
    );
}

#[test]
fn changed_values_are_shown_before_and_after() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    let parameters = json!([{"ParameterKey": "Rate", "ParameterValue": "10"}]);
    let change_set = make(&world, "slower", "UPDATE", TEMPLATE, &json!({"Parameters": parameters}));
    let changes = change_set["Changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    let change = &changes[0]["ResourceChange"];
    assert_eq!((&change["LogicalResourceId"], &change["Replacement"]), (&json!("Put"), &json!("False")));
    assert_eq!(change["Scope"], json!(["Properties"]));
    assert_eq!(
        change["Details"],
        json!([{
            "Target": {
                "Attribute": "Properties", "Name": "InvocationRateLimitPerSecond", "RequiresRecreation": "Never",
                "Path": "/Properties/InvocationRateLimitPerSecond", "BeforeValue": "300", "AfterValue": "10",
                "AttributeChangeType": "Modify",
            },
            "Evaluation": "Static", "ChangeSource": "ParameterReference", "CausingEntity": "Rate",
        }])
    );
}

#[test]
fn a_new_version_in_a_reference_is_a_change_and_a_replacement_spreads() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({}));
    let rotated = TEMPLATE.replace("::v-1", "::v-2");
    let change_set = make(&world, "rotate", "UPDATE", &rotated, &json!({}));
    let change = &change_set["Changes"][0]["ResourceChange"];
    assert_eq!(
        (&change["LogicalResourceId"], &change["Replacement"]),
        (&json!("Connection"), &json!("False"))
    );
    let target = &change["Details"][0]["Target"];
    assert_eq!(target["Path"], "/Properties/AuthParameters/ApiKeyAuthParameters/ApiKeyValue");
    assert_eq!((&target["BeforeValue"], &target["AfterValue"]), (&json!("****"), &json!("****")));

    let replaced =
        TEMPLATE.replace("AuthorizationType: API_KEY", "AuthorizationType: API_KEY\n      Name: mine");
    let change_set = make(&world, "name", "UPDATE", &replaced, &json!({}));
    let changes = change_set["Changes"].as_array().unwrap();
    let names: Vec<(&str, &str)> = changes
        .iter()
        .map(|change| &change["ResourceChange"])
        .map(|change| {
            (change["LogicalResourceId"].as_str().unwrap(), change["Replacement"].as_str().unwrap())
        })
        .collect();
    assert_eq!(names, [("Connection", "True"), ("Put", "False")]);
    assert_eq!(changes[0]["ResourceChange"]["PolicyAction"], "ReplaceAndDelete");
    let detail = &changes[1]["ResourceChange"]["Details"][0];
    assert_eq!(
        (&detail["Evaluation"], &detail["ChangeSource"]),
        (&json!("Dynamic"), &json!("ResourceAttribute"))
    );
    assert_eq!(detail["CausingEntity"], "Connection.Arn");
    assert_eq!(detail["Target"]["AfterValue"], "{{changeSet:KNOWN_AFTER_APPLY}}");
}

#[test]
fn wrong_requests_are_refused_in_awss_words() {
    let world = World::new();
    let refused = |input: Value| world.refused("CreateChangeSet", &input);
    let base = |more: Value| {
        let mut input = json!({"StackName": "shop", "ChangeSetName": "a", "ChangeSetType": "CREATE", "TemplateBody": TEMPLATE});
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        input
    };
    assert_eq!(
        refused(base(json!({}))),
        "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]"
    );
    assert_eq!(
        world.refused("DescribeStacks", &json!({"StackName": "shop"})),
        "ValidationError: Stack with id shop does not exist"
    );
    assert_eq!(
        refused(base(json!({"StackName": "my_shop"}))),
        "ValidationError: 1 validation error detected: Value 'my_shop' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    );
    assert_eq!(
        refused(base(json!({"ChangeSetType": "UPDATE"}))),
        "ValidationError: Stack [shop] does not exist"
    );
    assert_eq!(
        refused(base(json!({"TemplateBody": "x".repeat(51_201)}))),
        "ValidationError: 1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200"
    );
    assert_eq!(
        refused(base(json!({"TemplateURL": "https://x", "TemplateBody": null}))),
        "ValidationError: TemplateURL is not supported by the local cloud: send the TemplateBody"
    );
    let capabilities = json!({"Capabilities": ["CAPABILITY_IAM"]});
    world.ok("CreateChangeSet", &base(capabilities.clone()));
    assert_eq!(refused(base(capabilities)), "AlreadyExistsException: ChangeSet a already exists");
    assert_eq!(
        world.refused("CreateStack", &json!({"StackName": "shop", "TemplateBody": TEMPLATE})),
        "AlreadyExistsException: Stack [shop] already exists"
    );
    assert_eq!(
        world.refused("Fly", &json!({})),
        "InvalidAction: The action Fly is not supported by the local cloud"
    );
}

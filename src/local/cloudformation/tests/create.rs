//! Creating and deleting: order, events, rollback, what the services are asked.

use serde_json::json;

use super::fake::World;
use super::{TEMPLATE, create, status, story};

#[test]
fn a_stack_is_made_in_order_and_deleted_in_reverse() {
    let world = World::new();
    let id = create(&world, TEMPLATE, &json!({}));
    assert_eq!(status(&world, "shop"), "CREATE_COMPLETE");
    let story = story(&world, "shop");
    let position =
        |line: &str| story.iter().position(|one| one == line).unwrap_or_else(|| panic!("{line}: {story:#?}"));
    assert_eq!(story[0], "shop CREATE_IN_PROGRESS User Initiated");
    assert_eq!(&story[1..3], ["Connection CREATE_IN_PROGRESS", "Failed CREATE_IN_PROGRESS"]);
    assert!(position("Connection CREATE_COMPLETE") < position("Put CREATE_IN_PROGRESS"));
    assert!(
        position("Rule CREATE_IN_PROGRESS Resource creation Initiated")
            < position("Policy CREATE_IN_PROGRESS")
    );
    assert_eq!(story.last().unwrap(), "shop CREATE_COMPLETE");
    assert_eq!(
        world.calls(),
        [
            "GetSecretValue",
            "CreateConnection",
            "DescribeConnection",
            "CreateQueue",
            "GetQueueAttributes",
            "CreateApiDestination",
            "CreateRole",
            "PutRolePolicy",
            "PutRule",
            "PutTargets",
            "SetQueueAttributes"
        ]
    );
    let stack = &world.ok("DescribeStacks", &json!({"StackName": "shop"}))["Stacks"][0];
    let queue = stack["Outputs"][0]["OutputValue"].as_str().unwrap();
    assert!(queue.starts_with("https://sqs/shop-Failed-"), "{queue}");
    assert_eq!(stack["Parameters"][1], json!({"ParameterKey": "Token", "ParameterValue": "****"}));

    world.ok("DeleteStack", &json!({"StackName": "shop"}));
    world.settle();
    assert_eq!(
        world.calls(),
        [
            "SetQueueAttributes",
            "ListTargetsByRule",
            "RemoveTargets",
            "DeleteRule",
            "DeleteRolePolicy",
            "DeleteRole",
            "DeleteQueue",
            "DeleteApiDestination",
            "DeleteConnection"
        ]
    );
    assert_eq!(
        world.refused("DescribeStacks", &json!({"StackName": "shop"})),
        "ValidationError: Stack with id shop does not exist"
    );
    assert_eq!(status(&world, &id), "DELETE_COMPLETE");
}

#[test]
fn the_services_are_asked_in_their_own_shapes() {
    let world = World::new();
    create(&world, TEMPLATE, &json!({"Tags": [{"Key": "team", "Value": "a"}]}));
    let calls = world.services.calls.lock();
    let input = |action: &str| &calls.iter().find(|(one, _)| one == action).unwrap().1;
    let connection = input("CreateConnection");
    assert_eq!(
        connection["AuthParameters"],
        json!({"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "s3cret"}})
    );
    let put = input("CreateApiDestination");
    assert_eq!(put["InvocationEndpoint"], "https://two.example/cache/*");
    assert_eq!(put["InvocationRateLimitPerSecond"], 300);
    assert!(put["ConnectionArn"].as_str().unwrap().ends_with("/uuid"));
    assert_eq!(input("PutRule")["EventPattern"], r#"{"detail-type":["cacheSet"]}"#);
    assert_eq!(input("PutRule")["Tags"], json!([{"Key": "team", "Value": "a"}]));
    assert_eq!(input("PutTargets")["Targets"][0]["RetryPolicy"], json!({"MaximumEventAgeInSeconds": 3600}));
    assert_eq!(input("CreateQueue")["Attributes"], json!({"MessageRetentionPeriod": "1209600"}));
    assert_eq!(input("CreateQueue")["tags"], json!({"team": "a"}));
    let policy = input("PutRolePolicy")["PolicyDocument"].as_str().unwrap();
    assert!(policy.contains("api-destination/shop-Put-") && !policy.contains("uuid"), "{policy}");
}

#[test]
fn a_failed_creation_is_rolled_back_with_its_reason() {
    let world = World::new();
    world.services.refuses.lock().push(("CreateConnection", ""));
    create(&world, TEMPLATE, &json!({}));
    assert_eq!(status(&world, "shop"), "ROLLBACK_COMPLETE");
    let story = story(&world, "shop");
    assert!(story[3].starts_with(
        "Connection CREATE_FAILED Resource handler returned message: \"No, not **** (Service: EventBridge, Status Code: 400, Request ID: "
    ), "{}", story[3]);
    assert!(story[3].ends_with("HandlerErrorCode: InvalidRequest)"));
    assert_eq!(
        &story[4..],
        [
            "Failed CREATE_FAILED Resource creation cancelled",
            "shop ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Connection, Failed]. Rollback requested by user.",
            "Failed DELETE_COMPLETE",
            "Connection DELETE_COMPLETE",
            "shop ROLLBACK_COMPLETE",
        ]
    );
    let again = world.refused(
        "CreateChangeSet",
        &json!({"StackName": "shop", "ChangeSetName": "a", "ChangeSetType": "UPDATE", "TemplateBody": TEMPLATE}),
    );
    assert!(again.ends_with("is in ROLLBACK_COMPLETE state and can not be updated."), "{again}");
}

#[test]
fn failure_does_what_was_asked_for() {
    for (on_failure, end) in [("DELETE", "DELETE_COMPLETE"), ("DO_NOTHING", "CREATE_FAILED")] {
        let world = World::new();
        world.services.refuses.lock().push(("PutTargets", ""));
        let id = create(&world, TEMPLATE, &json!({"OnFailure": on_failure}));
        assert_eq!(status(&world, &id), end);
        let deleted = world.calls().contains(&"DeleteConnection".to_owned());
        assert_eq!(deleted, on_failure == "DELETE");
    }
}

#[test]
fn a_stack_that_kept_its_failure_can_be_updated_or_rolled_back() {
    let world = World::new();
    world.services.refuses.lock().push(("PutTargets", ""));
    create(&world, TEMPLATE, &json!({"DisableRollback": "true"}));
    world.services.refuses.lock().clear();
    assert_eq!(super::update(&world, TEMPLATE, &json!({})), "UPDATE_COMPLETE");

    let world = World::new();
    world.services.refuses.lock().push(("PutTargets", ""));
    create(&world, TEMPLATE, &json!({"DisableRollback": "true"}));
    world.ok("RollbackStack", &json!({"StackName": "shop"}));
    world.settle();
    assert_eq!(status(&world, "shop"), "ROLLBACK_COMPLETE");
}

#[test]
fn what_cannot_be_deleted_is_retained_on_demand() {
    let world = World::new();
    let id = create(&world, TEMPLATE, &json!({}));
    world.services.refuses.lock().push(("DeleteQueue", ""));
    world.ok("DeleteStack", &json!({"StackName": "shop"}));
    world.settle();
    assert_eq!(status(&world, "shop"), "DELETE_FAILED");
    assert_eq!(
        story(&world, "shop").last().unwrap(),
        "shop DELETE_FAILED The following resource(s) failed to delete: [Failed]."
    );
    world.ok("DeleteStack", &json!({"StackName": "shop", "RetainResources": ["Failed"]}));
    world.settle();
    assert_eq!(status(&world, &id), "DELETE_COMPLETE");
    assert!(story(&world, &id).contains(&"Failed DELETE_SKIPPED".to_owned()));
}

#[test]
fn policies_and_protection_keep_things() {
    let world = World::new();
    let template = "Resources: { Q: { Type: AWS::SQS::Queue, DeletionPolicy: Retain } }";
    let id = create(&world, template, &json!({"EnableTerminationProtection": "true"}));
    assert_eq!(
        world.refused("DeleteStack", &json!({"StackName": "shop"})),
        "ValidationError: Stack [shop] cannot be deleted while TerminationProtection is enabled"
    );
    world.ok(
        "UpdateTerminationProtection",
        &json!({"StackName": "shop", "EnableTerminationProtection": "false"}),
    );
    world.ok("DeleteStack", &json!({"StackName": "shop"}));
    world.settle();
    assert!(story(&world, &id).contains(&"Q DELETE_SKIPPED".to_owned()));
    assert!(!world.calls().contains(&"DeleteQueue".to_owned()));
}

#[test]
fn an_unknown_property_fails_its_resource() {
    let world = World::new();
    create(&world, "Resources: { Q: { Type: AWS::SQS::Queue, Properties: { Colour: red } } }", &json!({}));
    assert!(
        story(&world, "shop").contains(&"Q CREATE_FAILED Encountered unsupported property Colour".to_owned())
    );
    let world = World::new();
    create(&world, "Resources: { D: { Type: AWS::Events::ApiDestination } }", &json!({}));
    assert!(
        story(&world, "shop").contains(&"D CREATE_FAILED Property ConnectionArn cannot be empty.".to_owned())
    );
}

#[test]
fn a_secret_that_is_not_there_fails_in_awss_words() {
    let world = World::new();
    let parameters =
        json!([{"ParameterKey": "Token", "ParameterValue": "{{resolve:secretsmanager:missing}}"}]);
    create(&world, TEMPLATE, &json!({"Parameters": parameters}));
    let story = story(&world, "shop");
    assert!(
        story.contains(&"Connection CREATE_FAILED Secrets Manager can't find the specified secret. (Service: AWSSecretsManager; Status Code: 400; Error Code: ResourceNotFoundException; Proxy: null)".to_owned()),
        "{story:#?}"
    );
}

#[test]
fn a_process_that_ends_at_any_step_goes_on_there() {
    let directory = tempfile::tempdir().unwrap();
    let open = || World::on(std::sync::Arc::new(crate::local::store::Store::open(directory.path()).unwrap()));
    let world = open();
    world.ok(
        "CreateStack",
        &json!({"StackName": "shop", "TemplateBody": TEMPLATE, "Capabilities": ["CAPABILITY_IAM"]}),
    );
    drop(world);
    let mut calls = Vec::new();
    loop {
        let world = open();
        let moved = world.cloudformation.advance(&world.services).unwrap();
        calls.extend(world.calls());
        if !moved {
            assert_eq!(status(&world, "shop"), "CREATE_COMPLETE");
            break;
        }
    }
    assert_eq!(calls.iter().filter(|call| *call == "CreateConnection").count(), 1);
    assert_eq!(calls.len(), 11);
}

#[test]
fn a_hidden_value_is_nowhere_but_in_the_secret_store() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::on(std::sync::Arc::new(crate::local::store::Store::open(directory.path()).unwrap()));
    let parameters = json!([{"ParameterKey": "Token", "ParameterValue": "MARKED"}]);
    create(&world, TEMPLATE, &json!({"Parameters": parameters}));
    let connection = world.services.calls.lock()[0].1.to_string();
    assert!(connection.contains("MARKED"), "{connection}");
    for (action, member) in
        [("DescribeStackEvents", "StackName"), ("DescribeStacks", "StackName"), ("GetTemplate", "StackName")]
    {
        assert!(!world.ok(action, &json!({member: "shop"})).to_string().contains("MARKED"));
    }
    drop(world);
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let path = entry.unwrap().path();
        let is_secret = path.file_name().unwrap().to_str().unwrap().starts_with("secrets.db");
        let bytes = std::fs::read(&path).unwrap();
        let holds = bytes.windows(6).any(|window| window == b"MARKED");
        assert!(!holds || is_secret, "{}", path.display());
    }
}

#[test]
fn an_output_that_cannot_be_made_fails_the_stack() {
    let world = World::new();
    let template = "Resources: { Q: { Type: AWS::SQS::Queue } }\nOutputs: { O: { Value: !Select [9, !Split ['/', !Ref Q]] } }";
    create(&world, template, &json!({}));
    assert_eq!(status(&world, "shop"), "ROLLBACK_COMPLETE");
    let story = story(&world, "shop");
    assert!(
        story.contains(&"shop ROLLBACK_IN_PROGRESS Template error: Fn::Select  cannot select nonexistent value at index 9 Rollback requested by user.".to_owned()),
        "{story:#?}"
    );
}

#[test]
fn roles_and_tags_that_cannot_be_are_refused() {
    let world = World::new();
    let tag = |key: &str, value: &str| json!({"Key": key, "Value": value});
    let long = "x".repeat(257);
    for (more, said) in [
        (json!({"RoleARN": "foo"}), "Value 'foo' at 'roleARN' failed to satisfy constraint: Member must have length greater than or equal to 20".to_owned()),
        (json!({"RoleARN": "arn:aws:iam::000000000000:role/none"}), "Role arn:aws:iam::000000000000:role/none is invalid or cannot be assumed".to_owned()),
        (json!({"Tags": [tag("a", "1"), tag("a", "2")]}), "Duplicate tag key a".to_owned()),
        (json!({"Tags": [tag("a", &long)]}), format!("Value '{long}' at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256")),
        (json!({"Tags": [tag("b", ""), tag(&long[..129], "")]}), format!("Value '{}' at 'tags.2.member.key' failed to satisfy constraint: Member must have length less than or equal to 128", &long[..129])),
    ] {
        let mut input = json!({"StackName": "s", "TemplateBody": TEMPLATE, "Capabilities": ["CAPABILITY_IAM"]});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let error = world.refused("CreateStack", &input);
        assert!(error.ends_with(&said), "{error}");
    }
}

//! What each type asks of its service, beyond what the stacks' tests show.

use parking_lot::Mutex;
use serde_json::{Map, Value, json};

use super::{Caller, Made, Refusal, Request, check, find, handler_code};
use crate::local::wire::{Answer, ApiError, Services};

/// A service that writes down what it is asked and answers from a list of actions.
struct Script {
    answers: Vec<(&'static str, Value)>,
    calls: Mutex<Vec<(String, Value)>>,
}

impl Services for Script {
    fn call(&self, _: &str, _: &str, action: &str, input: &Value) -> Answer {
        self.calls.lock().push((action.to_owned(), input.clone()));
        match self.answers.iter().find(|(one, _)| *one == action) {
            Some((_, Value::String(code))) => Err(ApiError::client(code, "said no")),
            Some((_, answer)) => Ok(answer.clone()),
            None => Ok(json!({})),
        }
    }
}

fn script(answers: Vec<(&'static str, Value)>) -> Script {
    Script { answers, calls: Mutex::default() }
}

fn request(kind: &str, properties: &Value) -> Request {
    let known = find(kind).unwrap().properties();
    Request {
        stack: "shop".into(),
        logical_id: "It".into(),
        suffix: "ABCDEFGHIJKL".into(),
        properties: check(known, properties.as_object().unwrap()).unwrap(),
        ..Request::default()
    }
}

fn create(script: &Script, kind: &str, properties: &Value) -> Result<Made, Refusal> {
    let caller = Caller { services: script, region: "eu-west-1" };
    find(kind).unwrap().create(&caller, &request(kind, properties))
}

fn update(script: &Script, kind: &str, id: &str, before: &Value, after: &Value) {
    let caller = Caller { services: script, region: "eu-west-1" };
    find(kind).unwrap().update(&caller, id, &request(kind, before), &request(kind, after)).unwrap();
}

fn asked(script: &Script) -> Vec<(String, Value)> {
    std::mem::take(&mut *script.calls.lock())
}

fn call(action: &str, input: Value) -> (String, Value) {
    (action.to_owned(), input)
}

#[test]
fn properties_are_brought_to_their_types_or_refused() {
    let known = find("AWS::Events::ApiDestination").unwrap().properties();
    let check = |properties: Value| check(known, properties.as_object().unwrap());
    let base = |rate: Value| json!({"ConnectionArn": "a", "InvocationEndpoint": "b", "HttpMethod": "PUT", "InvocationRateLimitPerSecond": rate});
    assert_eq!(check(base(json!("10"))).unwrap()["InvocationRateLimitPerSecond"], 10);
    assert_eq!(
        check(base(json!("many"))).unwrap_err(),
        "Value of property InvocationRateLimitPerSecond must be of type Integer"
    );
    assert_eq!(check(json!({"Colour": "red"})).unwrap_err(), "Encountered unsupported property Colour");
    assert_eq!(check(json!({})).unwrap_err(), "Property ConnectionArn cannot be empty.");
    let mut wrong = base(json!(1));
    wrong["HttpMethod"] = json!(["PUT"]);
    assert_eq!(check(wrong).unwrap_err(), "Value of property HttpMethod must be of type String");
    let known = find("AWS::Events::Rule").unwrap().properties();
    let rule = |rule: Value| super::check(known, rule.as_object().unwrap()).unwrap_err();
    assert_eq!(rule(json!({"Targets": {}})), "Value of property Targets must be of type List");
    assert_eq!(rule(json!({"EventPattern": "no"})), "Value of property EventPattern must be an object");
    assert_eq!(
        rule(json!({"Targets": [{"Id": "a", "Arn": "b", "EcsParameters": {}}]})),
        "Encountered unsupported property EcsParameters"
    );
}

#[test]
fn a_rule_on_a_custom_bus_is_known_by_both_names() {
    let script = script(vec![("PutRule", json!({"RuleArn": "arn:rule"}))]);
    let kind = "AWS::Events::Rule";
    let properties =
        json!({"EventBusName": "arn:aws:events:r:a:event-bus/shop", "EventPattern": {"source": ["a"]}});
    let made = create(&script, kind, &properties).unwrap();
    assert_eq!(made.physical_id, "shop|shop-It-ABCDEFGHIJKL");
    asked(&script);
    let before =
        json!({"EventBusName": "shop", "Targets": [{"Id": "a", "Arn": "x"}, {"Id": "b", "Arn": "y"}]});
    let after = json!({"EventBusName": "shop", "State": "DISABLED", "Targets": [{"Id": "b", "Arn": "z"}]});
    update(&script, kind, "shop|rule", &before, &after);
    assert_eq!(
        asked(&script),
        [
            call("PutRule", json!({"EventBusName": "shop", "State": "DISABLED", "Name": "rule"})),
            call("RemoveTargets", json!({"EventBusName": "shop", "Rule": "rule", "Ids": ["a"]})),
            call(
                "PutTargets",
                json!({"EventBusName": "shop", "Rule": "rule", "Targets": [{"Id": "b", "Arn": "z"}]})
            ),
        ]
    );
}

#[test]
fn a_target_that_is_refused_fails_the_rule() {
    let entry = json!({"TargetId": "a", "ErrorCode": "ValidationException", "ErrorMessage": "no such bus"});
    let script = script(vec![("PutTargets", json!({"FailedEntryCount": 1, "FailedEntries": [entry]}))]);
    let refused = create(&script, "AWS::Events::Rule", &json!({"Targets": [{"Id": "a", "Arn": "x"}]}));
    assert_eq!(refused.unwrap_err().to_string(), "Failed to put target a: no such bus (ValidationException)");
}

#[test]
fn a_bus_has_its_policy() {
    let kind = "AWS::Events::EventBus";
    let script = script(vec![("DescribeEventBus", json!({"Arn": "arn:bus"}))]);
    let policy = json!({"Statement": []});
    create(&script, kind, &json!({"Name": "shop", "Policy": policy})).unwrap();
    let put = call("PutPermission", json!({"EventBusName": "shop", "Policy": "{\"Statement\":[]}"}));
    assert_eq!(asked(&script), [call("CreateEventBus", json!({"Name": "shop", "Tags": []})), put]);
    update(&script, kind, "shop", &json!({"Name": "shop", "Policy": policy}), &json!({"Name": "shop"}));
    assert_eq!(asked(&script)[0].0, "RemovePermission");
}

#[test]
fn a_queue_that_loses_a_property_gets_the_default_back() {
    let kind = "AWS::SQS::Queue";
    let script = script(vec![("CreateQueue", json!({"QueueUrl": "u/q"}))]);
    create(&script, kind, &json!({"FifoQueue": true, "RedrivePolicy": {"maxReceiveCount": 1}})).unwrap();
    assert_eq!(
        asked(&script)[0],
        call(
            "CreateQueue",
            json!({
                "QueueName": "shop-It-ABCDEFGHIJKL.fifo",
                "Attributes": {"RedrivePolicy": "{\"maxReceiveCount\":1}", "FifoQueue": "true"},
                "tags": {},
            })
        )
    );
    update(
        &script,
        kind,
        "u/q",
        &json!({"VisibilityTimeout": 60, "DelaySeconds": 1}),
        &json!({"DelaySeconds": "1"}),
    );
    assert_eq!(
        asked(&script)[0],
        call("SetQueueAttributes", json!({"QueueUrl": "u/q", "Attributes": {"VisibilityTimeout": "30"}}))
    );
}

#[test]
fn a_role_is_changed_in_parts() {
    let script = script(Vec::new());
    let role = |policies: Value, more: Value| {
        let mut role = json!({"AssumeRolePolicyDocument": {"V": 1}, "Policies": policies});
        let more: Map<String, Value> = more.as_object().unwrap().clone();
        role.as_object_mut().unwrap().extend(more);
        role
    };
    let before =
        role(json!([{"PolicyName": "a", "PolicyDocument": {}}]), json!({"ManagedPolicyArns": ["m"]}));
    let after =
        role(json!([{"PolicyName": "b", "PolicyDocument": {}}]), json!({"MaxSessionDuration": "7200"}));
    update(&script, "AWS::IAM::Role", "r", &before, &after);
    let actions: Vec<String> = asked(&script).into_iter().map(|(action, _)| action).collect();
    assert_eq!(actions, ["UpdateRole", "PutRolePolicy", "DeleteRolePolicy", "DetachRolePolicy", "GetRole"]);
}

#[test]
fn a_secret_is_given_or_generated() {
    let kind = "AWS::SecretsManager::Secret";
    let script = script(vec![("GetRandomPassword", json!({"RandomPassword": "r4ndom"}))]);
    let generate = json!({"GenerateSecretString": {"SecretStringTemplate": "{\"user\":\"me\"}", "GenerateStringKey": "password"}});
    create(&script, kind, &generate).unwrap();
    let calls = asked(&script);
    assert_eq!(calls[0], call("GetRandomPassword", json!({"PasswordLength": 32})));
    assert_eq!(
        calls[1],
        call(
            "CreateSecret",
            json!({"Name": "It-ABCDEFGHIJKL", "SecretString": "{\"user\":\"me\",\"password\":\"r4ndom\"}"})
        )
    );
    let both = json!({"SecretString": "a", "GenerateSecretString": {}});
    assert_eq!(
        create(&script, kind, &both).unwrap_err().to_string(),
        "You must specify either SecretString or GenerateSecretString, not both."
    );
    asked(&script);
    update(&script, kind, "arn", &json!({"SecretString": "a"}), &json!({"SecretString": "b"}));
    assert_eq!(asked(&script), [call("PutSecretValue", json!({"SecretId": "arn", "SecretString": "b"}))]);
}

#[test]
fn deleting_what_is_not_there_succeeds() {
    for (kind, action, code) in [
        ("AWS::Events::Connection", "DeleteConnection", "ResourceNotFoundException"),
        ("AWS::Events::ApiDestination", "DeleteApiDestination", "ResourceNotFoundException"),
        ("AWS::Events::Rule", "ListTargetsByRule", "ResourceNotFoundException"),
        ("AWS::SQS::Queue", "DeleteQueue", "AWS.SimpleQueueService.NonExistentQueue"),
        ("AWS::IAM::Role", "DeleteRole", "NoSuchEntity"),
        ("AWS::SecretsManager::Secret", "DeleteSecret", "ResourceNotFoundException"),
    ] {
        let script = script(vec![(action, json!(code))]);
        let caller = Caller { services: &script, region: "eu-west-1" };
        find(kind).unwrap().delete(&caller, "it", &Request::default()).unwrap();
        assert_eq!(script.calls.lock().len(), 1, "{kind}");
    }
}

#[test]
fn errors_have_their_handler_codes() {
    let code = |status: u16, code: &str| {
        handler_code(&ApiError { status, code: code.to_owned(), message: String::new() })
    };
    assert_eq!(code(400, "ResourceAlreadyExistsException"), "AlreadyExists");
    assert_eq!(code(400, "LimitExceededException"), "ServiceLimitExceeded");
    assert_eq!(code(400, "ThrottlingException"), "Throttling");
    assert_eq!(code(500, "InternalFailure"), "ServiceInternalError");
    assert_eq!(code(400, "ValidationException"), "InvalidRequest");
}

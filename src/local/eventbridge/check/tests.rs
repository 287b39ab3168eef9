#![expect(clippy::needless_pass_by_value, reason = "a test reads better with values")]

use serde_json::json;

use super::*;

fn refused(action: &str, input: Value) -> String {
    check(action, &input).unwrap_err().to_string()
}

#[test]
fn every_pattern_of_the_model_compiles() {
    for (name, shape) in &model().shapes {
        shape.satisfies_pattern("x");
        assert!(
            shape.pattern.is_none() || shape.regex.get().unwrap().is_some(),
            "{name}: {:?}",
            shape.pattern
        );
    }
    assert_eq!(model().actions.len(), 42);
}

#[test]
fn violations_are_worded_as_aws_does() {
    assert_eq!(
        refused(
            "PutTargets",
            json!({"Rule": "arn:aws:events:eu-west-1:0:rule/Test", "Targets": [{"Id": "a", "Arn": "b"}]})
        ),
        "ValidationException: 1 validation error detected: Value 'arn:aws:events:eu-west-1:0:rule/Test' at 'rule' failed to \
         satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"
    );
    assert_eq!(
        refused("PutEvents", json!({"Entries": []})),
        "ValidationException: 1 validation error detected: Value '[]' at 'entries' failed to satisfy constraint: \
         Member must have length greater than or equal to 1"
    );
    assert_eq!(
        refused("DescribeRule", json!({})),
        "ValidationException: 1 validation error detected: Value null at 'name' failed to satisfy constraint: \
         Member must not be null"
    );
    let target = json!({"Id": "", "Arn": "b", "RetryPolicy": {"MaximumEventAgeInSeconds": 59}});
    assert_eq!(
        refused("PutTargets", json!({"Rule": "r", "Targets": [target]})),
        "ValidationException: 3 validation errors detected: Value '' at 'targets.1.member.id' failed to satisfy constraint: \
         Member must have length greater than or equal to 1; Value '' at 'targets.1.member.id' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+; Value '59' at \
         'targets.1.member.retryPolicy.maximumEventAgeInSeconds' failed to satisfy constraint: Member must have value \
         greater than or equal to 60"
    );
    assert_eq!(
        refused(
            "CreateApiDestination",
            json!({"Name": "n", "HttpMethod": "TRACE", "InvocationEndpoint": "https://a.b/*",
            "ConnectionArn": "arn:aws:events:us-east-1:000000000000:connection/c/1-a"})
        ),
        "ValidationException: 1 validation error detected: Value 'TRACE' at 'httpMethod' failed to satisfy constraint: \
         Member must satisfy enum value set: [POST, GET, HEAD, OPTIONS, PUT, PATCH, DELETE]"
    );
}

/// The message is the one captured on AWS.
#[test]
fn a_map_names_the_constraints_of_its_keys() {
    let transformer = json!({"InputTemplate": "{}", "InputPathsMap": {"bad.key": "$.detail.text"}});
    let target = json!({"Id": "target", "Arn": "b", "InputTransformer": transformer});
    assert_eq!(
        refused("PutTargets", json!({"Rule": "r", "Targets": [target]})),
        "ValidationException: 1 validation error detected: Value '{bad.key=$.detail.text}' at \
         'targets.1.member.inputTransformer.inputPathsMap' failed to satisfy constraint: Map keys must satisfy constraint: \
         [Member must have length less than or equal to 256, Member must have length greater than or equal to 1, Member \
         must satisfy regular expression pattern: [A-Za-z0-9\\_\\-]+]"
    );
}

#[test]
fn a_secret_is_never_quoted() {
    let input = |value: &str| {
        json!({"Name": "n", "AuthorizationType": "API_KEY",
            "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": value}}})
    };
    assert_eq!(
        refused("CreateConnection", input(&"s".repeat(513))),
        "ValidationException: 1 validation error detected: Value at \
         'authParameters.apiKeyAuthParameters.apiKeyValue' failed to satisfy constraint: Member must have length less \
         than or equal to 512"
    );
    assert!(!refused("CreateConnection", input("hush:hush")).contains("hush"));
    assert!(!refused("CreateConnection", input("hush\n")).contains("hush"));
    assert!(check("CreateConnection", &input(&"s".repeat(512))).is_ok());
}

#[test]
fn other_types_and_actions_are_refused() {
    assert_eq!(
        refused("PutRule", json!({"Name": 1})),
        "SerializationException: NUMBER_VALUE can not be converted to a String"
    );
    assert_eq!(
        refused("PutEvents", json!({"Entries": {}})),
        "SerializationException: Start of structure or map found where not expected."
    );
    assert_eq!(
        refused("PutRule", json!("x")),
        "SerializationException: STRING_VALUE can not be converted to a Structure"
    );
    assert_eq!(refused("Nothing", json!({})), "UnknownOperationException: ");
}

/// Every action takes whatever a client sends: an answer or an error, never a panic.
#[test]
fn any_value_in_any_place_is_survived() {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let values = [
        json!(null),
        json!(-1.5),
        json!(u64::MAX),
        json!("\u{0}é😀"),
        json!([null, 1, {}]),
        json!({"": {"a": null}}),
        deep,
    ];
    for (action, shape) in &model().actions {
        for member in model().shapes[shape].members.keys() {
            for value in &values {
                let _ = check(action, &json!({ member: value }));
                let _ = check(action, &json!({ member: [{ member: value }] }));
            }
        }
    }
}

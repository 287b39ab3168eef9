use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::SecretsManager;
use crate::local::clock::{Clock, Pace};
use crate::local::store::Store;
use crate::local::wire::Service;

const REGION: &str = "ap-northeast-1";
const FIRST: &str = "11111111-1111-1111-1111-111111111111";
const SECOND: &str = "22222222-2222-2222-2222-222222222222";
const THIRD: &str = "33333333-3333-3333-3333-333333333333";
const NOT_FOUND: &str = "ResourceNotFoundException: Secrets Manager can't find the specified secret.";
const MARKED: &str = "InvalidRequestException: You can't perform this operation on the secret because it was marked \
                      for deletion.";

struct Fixture {
    service: SecretsManager,
    clock: Arc<Clock>,
}

impl Fixture {
    fn new() -> Self {
        let clock = Arc::new(Clock::new(Pace::Virtual));
        let store = Arc::new(Store::in_memory().unwrap());
        Self { service: SecretsManager::new(store, Arc::clone(&clock)), clock }
    }

    /// Makes a fixture with the secret `s`, whose version is [`FIRST`] and value `one`.
    fn with_secret() -> Self {
        let fixture = Self::new();
        fixture
            .call("CreateSecret", &json!({"Name": "s", "SecretString": "one", "ClientRequestToken": FIRST}));
        fixture
    }

    fn call(&self, action: &str, input: &Value) -> Value {
        self.service.call(REGION, action, input).unwrap()
    }

    /// Returns the current time as the API writes it.
    fn now(&self) -> f64 {
        super::read::seconds(self.clock.now()).as_f64().unwrap()
    }

    fn error(&self, action: &str, input: &Value) -> String {
        self.service.call(REGION, action, input).unwrap_err().to_string()
    }

    fn put(&self, token: &str, value: &str) -> Value {
        self.call(
            "PutSecretValue",
            &json!({"SecretId": "s", "SecretString": value, "ClientRequestToken": token}),
        )
    }

    fn stages(&self) -> Value {
        self.call("DescribeSecret", &json!({"SecretId": "s"}))["VersionIdsToStages"].clone()
    }

    fn value(&self, id: &str) -> Value {
        self.call("GetSecretValue", &json!({"SecretId": id}))["SecretString"].clone()
    }
}

#[test]
fn makes_a_secret_whose_version_is_the_request_token() {
    let fixture = Fixture::new();
    let tags = json!([{"Key": "a", "Value": "b"}]);
    let input = json!({"Name": "app/token", "SecretString": "one", "ClientRequestToken": FIRST,
        "Description": "d", "Tags": tags});
    let answer = fixture.call("CreateSecret", &input);
    let arn = answer["ARN"].as_str().unwrap();
    let prefix = "arn:aws:secretsmanager:ap-northeast-1:000000000000:secret:app/token-";
    let suffix = arn.strip_prefix(prefix).unwrap();
    assert!(suffix.len() == 6 && suffix.chars().all(char::is_alphanumeric), "{arn}");
    assert_eq!(answer, json!({"ARN": arn, "Name": "app/token", "VersionId": FIRST}));

    let value = fixture.call("GetSecretValue", &json!({"SecretId": "app/token"}));
    assert_eq!(
        value,
        json!({"ARN": arn, "Name": "app/token", "VersionId": FIRST, "SecretString": "one",
            "VersionStages": ["AWSCURRENT"], "CreatedDate": value["CreatedDate"]})
    );
    assert!((value["CreatedDate"].as_f64().unwrap() - fixture.now()).abs() < 9.0);
    let described = fixture.call("DescribeSecret", &json!({"SecretId": arn}));
    assert_eq!(
        described,
        json!({"ARN": arn, "Name": "app/token", "Description": "d", "Tags": tags,
            "VersionIdsToStages": {FIRST: ["AWSCURRENT"]}, "CreatedDate": value["CreatedDate"],
            "LastChangedDate": value["CreatedDate"], "LastAccessedDate": described["LastAccessedDate"]})
    );
}

#[test]
fn a_secret_is_found_by_name_and_by_whole_or_partial_arn() {
    let fixture = Fixture::new();
    let prefix = "arn:aws:secretsmanager:ap-northeast-1:000000000000:secret:";
    for name in ["s", "s-abcdef"] {
        let answer = fixture.call("CreateSecret", &json!({"Name": name, "SecretString": name}));
        assert_eq!(fixture.value(name), name);
        assert_eq!(fixture.value(answer["ARN"].as_str().unwrap()), name);
        assert_eq!(fixture.value(&format!("{prefix}{name}")), name);
    }
    for id in ["t", "arn:aws:secretsmanager:us-east-1:000000000000:secret:s", "S"] {
        assert_eq!(fixture.error("GetSecretValue", &json!({"SecretId": id})), NOT_FOUND);
    }
    let elsewhere = fixture.service.call("us-east-1", "GetSecretValue", &json!({"SecretId": "s"}));
    assert_eq!(elsewhere.unwrap_err().to_string(), NOT_FOUND);
}

#[test]
fn making_a_secret_again_is_idempotent_by_token() {
    let fixture = Fixture::with_secret();
    let create =
        |token: &str, value: &str| json!({"Name": "s", "SecretString": value, "ClientRequestToken": token});
    let again = fixture.call("CreateSecret", &create(FIRST, "one"));
    assert_eq!(again["VersionId"], FIRST);
    let arn = again["ARN"].as_str().unwrap();
    assert_eq!(
        fixture.error("CreateSecret", &create(FIRST, "two")),
        format!(
            "ResourceExistsException: You can't use ClientRequestToken {FIRST} because that value is already in \
             use for a version of secret {arn}."
        )
    );
    assert_eq!(
        fixture.error("CreateSecret", &create(SECOND, "one")),
        "ResourceExistsException: The operation failed because the secret s already exists."
    );
}

#[test]
fn a_new_value_becomes_current_and_the_old_one_previous() {
    let fixture = Fixture::with_secret();
    let answer = fixture.put(SECOND, "two");
    assert_eq!(
        answer,
        json!({"ARN": answer["ARN"], "Name": "s", "VersionId": SECOND, "VersionStages": ["AWSCURRENT"]})
    );
    assert_eq!(fixture.stages(), json!({FIRST: ["AWSPREVIOUS"], SECOND: ["AWSCURRENT"]}));
    assert_eq!(fixture.put(SECOND, "two"), answer);
    fixture.put(THIRD, "three");
    assert_eq!(fixture.stages(), json!({SECOND: ["AWSPREVIOUS"], THIRD: ["AWSCURRENT"]}));
    // The same request again does nothing, also for a version that is not current any more.
    assert_eq!(fixture.put(FIRST, "one")["VersionStages"], json!([]));
    assert_eq!(fixture.value("s"), "three");

    let get = |input: Value| fixture.call("GetSecretValue", &input)["SecretString"].clone();
    assert_eq!(get(json!({"SecretId": "s", "VersionId": FIRST})), "one");
    assert_eq!(get(json!({"SecretId": "s", "VersionStage": "AWSPREVIOUS"})), "two");
    assert_eq!(get(json!({"SecretId": "s", "VersionStage": "AWSPREVIOUS", "VersionId": SECOND})), "two");
    let put = json!({"SecretId": "s", "SecretString": "x", "ClientRequestToken": FIRST});
    assert!(
        fixture
            .error("PutSecretValue", &put)
            .starts_with("ResourceExistsException: You can't use ClientRequest")
    );
}

#[test]
fn a_value_that_is_not_there_is_named() {
    let fixture = Fixture::with_secret();
    for (input, expected) in [
        (
            json!({"SecretId": "s", "VersionId": SECOND}),
            format!("ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: {SECOND}"),
        ),
        (
            json!({"SecretId": "s", "VersionStage": "AWSPENDING"}),
            "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: \
             AWSPENDING"
                .into(),
        ),
        (
            json!({"SecretId": "s", "VersionStage": "AWSPENDING", "VersionId": FIRST}),
            "InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId."
                .into(),
        ),
    ] {
        assert_eq!(fixture.error("GetSecretValue", &input), expected);
    }
    let empty = fixture.call("CreateSecret", &json!({"Name": "empty"}));
    assert_eq!(empty.get("VersionId"), None);
    assert_eq!(
        fixture.error("GetSecretValue", &json!({"SecretId": "empty"})),
        "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
    );
}

#[test]
fn labels_of_ones_own_and_binary_values() {
    let fixture = Fixture::new();
    fixture.call("CreateSecret", &json!({"Name": "s"}));
    let pending =
        json!({"SecretId": "s", "SecretBinary": "AQI=", "ClientRequestToken": FIRST, "VersionStages": ["P"]});
    // The first version is current, whatever its labels.
    assert_eq!(fixture.call("PutSecretValue", &pending)["VersionStages"], json!(["P", "AWSCURRENT"]));
    let pending =
        json!({"SecretId": "s", "SecretString": "2", "ClientRequestToken": SECOND, "VersionStages": ["P"]});
    fixture.call("PutSecretValue", &pending);
    assert_eq!(fixture.stages(), json!({FIRST: ["AWSCURRENT"], SECOND: ["P"]}));
    let value = fixture.call("GetSecretValue", &json!({"SecretId": "s"}));
    assert_eq!((&value["SecretBinary"], value.get("SecretString")), (&json!("AQI="), None));
}

#[test]
fn labels_move_between_versions() {
    let fixture = Fixture::with_secret();
    fixture.put(SECOND, "two");
    let update = |stage: &str, from: Option<&str>, to: Option<&str>| json!({"SecretId": "s", "VersionStage": stage, "RemoveFromVersionId": from, "MoveToVersionId": to});
    let action = "UpdateSecretVersionStage";
    assert_eq!(
        fixture.error(action, &update("AWSCURRENT", None, Some(FIRST))),
        format!(
            "InvalidParameterException: The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT \
             is currently attached to version {SECOND}, so you must explicitly reference that version in \
             RemoveFromVersionId."
        )
    );
    assert_eq!(
        fixture.error(action, &update("AWSCURRENT", Some(FIRST), Some(FIRST))),
        "InvalidParameterException: When you move staging label AWSCURRENT, if you specify RemoveFromVersionId, it \
         must be set to the version that currently has the staging label AWSCURRENT."
    );
    assert_eq!(
        fixture.error(action, &update("AWSCURRENT", Some(SECOND), None)),
        "InvalidParameterException: You can only move staging label AWSCURRENT to a different secret version. It \
         can't be completely removed."
    );
    assert!(fixture.error(action, &update("X", None, Some(THIRD))).starts_with("ResourceNotFoundException"));
    fixture.call(action, &update("AWSCURRENT", Some(SECOND), Some(FIRST)));
    assert_eq!(fixture.stages(), json!({FIRST: ["AWSCURRENT"], SECOND: ["AWSPREVIOUS"]}));
    fixture.call(action, &update("mine", None, Some(FIRST)));
    fixture.call(action, &update("mine", None, Some(FIRST)));
    assert_eq!(fixture.stages()[FIRST], json!(["AWSCURRENT", "mine"]));
    fixture.call(action, &update("mine", Some(FIRST), None));
    assert_eq!(fixture.stages()[FIRST], json!(["AWSCURRENT"]));
}

#[test]
fn lists_versions_deprecated_ones_on_request() {
    let fixture = Fixture::with_secret();
    fixture.put(SECOND, "two");
    fixture.put(THIRD, "three");
    let ids = |input: Value| -> Vec<Value> {
        let answer = fixture.call("ListSecretVersionIds", &input);
        answer["Versions"].as_array().unwrap().iter().map(|version| version["VersionId"].clone()).collect()
    };
    assert_eq!(ids(json!({"SecretId": "s"})), [SECOND, THIRD]);
    assert_eq!(ids(json!({"SecretId": "s", "IncludeDeprecated": true})), [FIRST, SECOND, THIRD]);
    let page = json!({"SecretId": "s", "MaxResults": 1});
    assert_eq!(fixture.call("ListSecretVersionIds", &page)["NextToken"], "1");
    assert_eq!(ids(json!({"SecretId": "s", "MaxResults": 1, "NextToken": "1"})), [THIRD]);
}

#[test]
fn a_deleted_secret_waits_for_its_window_and_is_gone() {
    let fixture = Fixture::with_secret();
    let answer = fixture.call("DeleteSecret", &json!({"SecretId": "s", "RecoveryWindowInDays": 7}));
    let window = answer["DeletionDate"].as_f64().unwrap() - fixture.now();
    assert!((window - 7.0 * 86_400.0).abs() < 9.0, "{window}");
    assert_eq!(fixture.error("GetSecretValue", &json!({"SecretId": "s"})), MARKED);
    assert_eq!(fixture.error("PutSecretValue", &json!({"SecretId": "s", "SecretString": "x"})), MARKED);
    assert_eq!(fixture.error("UpdateSecret", &json!({"SecretId": "s", "Description": "x"})), MARKED);
    assert_eq!(
        fixture.error("CreateSecret", &json!({"Name": "s", "SecretString": "x"})),
        "InvalidRequestException: You can't create this secret because a secret with this name is already scheduled \
         for deletion."
    );
    assert_eq!(
        fixture.error("DeleteSecret", &json!({"SecretId": "s"})),
        "InvalidRequestException: You can't perform this operation on the secret because it was already scheduled \
         for deletion."
    );
    let described = fixture.call("DescribeSecret", &json!({"SecretId": "s"}));
    assert_eq!(described["DeletedDate"], answer["DeletionDate"]);
    fixture.call("RestoreSecret", &json!({"SecretId": "s"}));
    assert_eq!(fixture.value("s"), "one");

    fixture.call("DeleteSecret", &json!({"SecretId": "s"}));
    fixture.clock.advance(SignedDuration::from_hours(24 * 30 - 1));
    assert_eq!(fixture.error("GetSecretValue", &json!({"SecretId": "s"})), MARKED);
    fixture.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(
        fixture.call("ListSecrets", &json!({"IncludePlannedDeletion": true})),
        json!({"SecretList": []})
    );
    assert_eq!(fixture.error("RestoreSecret", &json!({"SecretId": "s"})), NOT_FOUND);
    fixture.call("CreateSecret", &json!({"Name": "s", "SecretString": "again"}));
    assert_eq!(fixture.value("s"), "again");
}

#[test]
fn a_forced_deletion_is_at_once_and_can_be_repeated() {
    let fixture = Fixture::with_secret();
    let force = json!({"SecretId": "s", "ForceDeleteWithoutRecovery": true});
    fixture.call("DeleteSecret", &json!({"SecretId": "s"}));
    fixture.call("DeleteSecret", &force);
    assert_eq!(fixture.error("DescribeSecret", &json!({"SecretId": "s"})), NOT_FOUND);
    assert_eq!(fixture.call("DeleteSecret", &force)["Name"], "s");
    assert_eq!(fixture.error("DeleteSecret", &json!({"SecretId": "s"})), NOT_FOUND);
    assert_eq!(
        fixture.error(
            "DeleteSecret",
            &json!({"SecretId": "s", "ForceDeleteWithoutRecovery": true, "RecoveryWindowInDays": 7})
        ),
        "InvalidParameterException: You can't use ForceDeleteWithoutRecovery in conjunction with \
         RecoveryWindowInDays."
    );
    for days in [6, 31, -1] {
        assert_eq!(
            fixture.error("DeleteSecret", &json!({"SecretId": "s", "RecoveryWindowInDays": days})),
            "InvalidParameterException: The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
        );
    }
}

#[test]
fn update_secret_changes_what_is_given() {
    let fixture = Fixture::with_secret();
    let answer = fixture.call("UpdateSecret", &json!({"SecretId": "s", "Description": "d", "KmsKeyId": "k"}));
    assert_eq!(answer.get("VersionId"), None);
    let update = json!({"SecretId": "s", "SecretString": "two", "ClientRequestToken": SECOND});
    assert_eq!(fixture.call("UpdateSecret", &update)["VersionId"], SECOND);
    let described = fixture.call("DescribeSecret", &json!({"SecretId": "s"}));
    assert_eq!((&described["Description"], &described["KmsKeyId"]), (&json!("d"), &json!("k")));
    assert_eq!(fixture.stages(), json!({FIRST: ["AWSPREVIOUS"], SECOND: ["AWSCURRENT"]}));
    assert!(
        fixture
            .error("UpdateSecret", &update)
            .starts_with("ResourceExistsException: You can't use ClientRequest")
    );
}

#[test]
fn a_secret_of_events_is_written_by_events_alone() {
    let fixture = Fixture::new();
    let name = "events!connection/momento/0f0f";
    let create = json!({"Name": name, "SecretString": "k"});
    let refused = "InvalidRequestException: Operation is not allowed on secret owned by events";
    assert_eq!(fixture.error("CreateSecret", &create), refused);
    let answer = fixture.service.call_as("events", REGION, "CreateSecret", &create).unwrap();
    assert_eq!(fixture.value(name), "k");
    assert_eq!(fixture.value(answer["ARN"].as_str().unwrap()), "k");
    assert_eq!(fixture.call("DescribeSecret", &json!({"SecretId": name}))["OwningService"], "events");
    for (action, input) in [
        ("PutSecretValue", json!({"SecretId": name, "SecretString": "x"})),
        ("UpdateSecret", json!({"SecretId": name, "SecretString": "x"})),
        ("DeleteSecret", json!({"SecretId": name})),
        ("DeleteSecret", json!({"SecretId": name, "ForceDeleteWithoutRecovery": true})),
        ("RestoreSecret", json!({"SecretId": name})),
        ("TagResource", json!({"SecretId": name, "Tags": []})),
        ("UntagResource", json!({"SecretId": name, "TagKeys": []})),
        ("UpdateSecretVersionStage", json!({"SecretId": name, "VersionStage": "x"})),
    ] {
        assert_eq!(fixture.error(action, &input), refused, "{action}");
    }
    let put = json!({"SecretId": name, "SecretString": "two"});
    fixture.service.call_as("events", REGION, "PutSecretValue", &put).unwrap();
    assert_eq!(fixture.value(name), "two");
}

#[test]
fn lists_filtered_and_in_pages() {
    let fixture = Fixture::new();
    for name in ["app/a", "app/b", "other"] {
        fixture
            .call("CreateSecret", &json!({"Name": name, "Description": "The key", "Tags": [{"Key": name}]}));
        fixture.clock.advance(SignedDuration::from_secs(1));
    }
    fixture.call("DeleteSecret", &json!({"SecretId": "app/b"}));
    let names = |input: Value| -> Vec<Value> {
        let answer = fixture.call("ListSecrets", &input);
        answer["SecretList"].as_array().unwrap().iter().map(|entry| entry["Name"].clone()).collect()
    };
    assert_eq!(names(json!({})), ["other", "app/a"]);
    assert_eq!(
        names(json!({"IncludePlannedDeletion": true, "SortOrder": "asc"})),
        ["app/a", "app/b", "other"]
    );
    let filter = |key: &str, value: &str| json!({"Filters": [{"Key": key, "Values": [value]}]});
    assert_eq!(names(filter("name", "app/")), ["app/a"]);
    assert_eq!(names(filter("name", "!app/")), ["other"]);
    assert_eq!(names(filter("tag-key", "oth")), ["other"]);
    assert_eq!(names(filter("description", "the")), ["other", "app/a"]);
    assert_eq!(names(filter("all", "KEY other")), ["other"]);
    assert!(names(filter("owning-service", "events")).is_empty());
    assert_eq!(fixture.call("ListSecrets", &json!({"MaxResults": 1}))["NextToken"], "1");
    assert_eq!(names(json!({"MaxResults": 1, "NextToken": "1"})), ["app/a"]);
    assert_eq!(
        fixture.error("ListSecrets", &json!({"NextToken": "x"})),
        "InvalidNextTokenException: The NextToken value is invalid."
    );
}

#[test]
fn tags_are_merged_and_removed() {
    let fixture = Fixture::with_secret();
    let tag = json!({"SecretId": "s", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]});
    assert_eq!(fixture.call("TagResource", &tag), json!({}));
    fixture.call("TagResource", &json!({"SecretId": "s", "Tags": [{"Key": "a", "Value": "3"}]}));
    fixture.call("UntagResource", &json!({"SecretId": "s", "TagKeys": ["b", "c"]}));
    let described = fixture.call("DescribeSecret", &json!({"SecretId": "s"}));
    assert_eq!(described["Tags"], json!([{"Key": "a", "Value": "3"}]));
    let policy = fixture.call("GetResourcePolicy", &json!({"SecretId": "s"}));
    assert_eq!(policy, json!({"ARN": described["ARN"], "Name": "s"}));
}

#[test]
fn limits_are_those_of_the_service_model() {
    let fixture = Fixture::with_secret();
    let long = "x".repeat(65_537);
    let validation = "ValidationException: 1 validation error detected: ";
    for (action, input, expected) in [
        (
            "CreateSecret",
            json!({}),
            format!("{validation}Value null at 'name' failed to satisfy constraint: Member must not be null"),
        ),
        (
            "CreateSecret",
            json!({"Name": ""}),
            format!(
                "{validation}Value '' at 'name' failed to satisfy constraint: Member must have length greater than \
                 or equal to 1"
            ),
        ),
        (
            "CreateSecret",
            json!({"Name": "a b"}),
            "ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or any of \
             the following: -/_+=.@!"
                .into(),
        ),
        (
            "CreateSecret",
            json!({"Name": "a", "ClientRequestToken": "short"}),
            "InvalidParameterException: ClientRequestToken must be 32-64 characters long.".into(),
        ),
        (
            "CreateSecret",
            json!({"Name": "a", "SecretString": "x", "SecretBinary": "eA=="}),
            "InvalidParameterException: You can't specify both a binary secret value and a string secret value in \
             the same secret."
                .into(),
        ),
        (
            "PutSecretValue",
            json!({"SecretId": "s"}),
            "InvalidRequestException: You must provide either SecretString or SecretBinary.".into(),
        ),
        (
            "PutSecretValue",
            json!({"SecretId": "s", "SecretString": long}),
            format!(
                "{validation}Value at 'secretString' failed to satisfy constraint: Member must have length less \
                 than or equal to 65536"
            ),
        ),
        (
            "PutSecretValue",
            json!({"SecretId": "s", "SecretBinary": "*"}),
            "SerializationException: The member SecretBinary is not base64.".into(),
        ),
        (
            "PutSecretValue",
            json!({"SecretId": "s", "SecretString": 123_456}),
            "SerializationException: A member of the request does not have the type of its shape.".into(),
        ),
        (
            "ListSecrets",
            json!({"MaxResults": 101}),
            format!(
                "{validation}Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less \
                 than or equal to 100"
            ),
        ),
        ("Rotate", json!({}), "UnknownOperationException: The local Secrets Manager has no action Rotate.".into()),
    ] {
        assert_eq!(fixture.error(action, &input), expected);
    }
}

#[test]
fn old_deprecated_versions_are_forgotten_after_a_day() {
    let fixture = Fixture::with_secret();
    for number in 0..120 {
        fixture.put(&format!("{number:032}"), "v");
    }
    let count = || {
        let all = json!({"SecretId": "s", "IncludeDeprecated": true, "MaxResults": 100});
        let answer = fixture.call("ListSecretVersionIds", &all);
        (answer["Versions"].as_array().unwrap().len(), answer.get("NextToken").is_some())
    };
    assert_eq!(count(), (100, true));
    fixture.clock.advance(SignedDuration::from_hours(25));
    fixture.put(&"z".repeat(32), "v");
    assert_eq!(count(), (100, false));
}

#[test]
fn a_value_lives_in_the_secret_store_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(directory.path()).unwrap());
    let service = SecretsManager::new(Arc::clone(&store), Arc::new(Clock::new(Pace::Virtual)));
    service.call(REGION, "CreateSecret", &json!({"Name": "s", "SecretString": "marked-value"})).unwrap();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let entry = entry.unwrap();
        let holds = std::fs::read(entry.path()).unwrap().windows(12).any(|window| window == b"marked-value");
        assert!(!holds || entry.file_name().to_string_lossy().starts_with("secrets.db"), "{entry:?}");
    }
    assert!(store.list::<super::Secret>(REGION).unwrap().len() == 1);
}

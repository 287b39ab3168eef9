use std::sync::Arc;

use serde_json::{Value, json};

use super::{Iam, RolePolicies, encode};
use crate::local::clock::{Clock, Pace};
use crate::local::store::Store;
use crate::local::wire::Service;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const INVOKE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"events:InvokeApiDestination","Resource":"*"}}"#;

fn iam() -> Iam {
    Iam::new(Arc::new(Store::in_memory().unwrap()), Arc::new(Clock::new(Pace::Virtual)))
}

fn call(iam: &Iam, action: &str, input: &Value) -> Value {
    iam.call("us-east-1", action, input).unwrap()
}

fn error(iam: &Iam, action: &str, input: &Value) -> (u16, String) {
    let error = iam.call("us-east-1", action, input).unwrap_err();
    (error.status, error.to_string())
}

fn with_role() -> Iam {
    let iam = iam();
    call(&iam, "CreateRole", &json!({"RoleName": "r", "AssumeRolePolicyDocument": TRUST}));
    iam
}

#[test]
fn makes_a_role_that_is_the_same_in_every_region() {
    let iam = iam();
    let input = json!({"RoleName": "r", "Path": "/momento/", "AssumeRolePolicyDocument": TRUST,
        "Description": "d", "MaxSessionDuration": "7200", "Tags": [{"Key": "a", "Value": "b"}]});
    let created = call(&iam, "CreateRole", &input)["Role"].clone();
    let id = created["RoleId"].as_str().unwrap();
    assert!(id.len() == 21 && id.starts_with("AROA"), "{id}");
    let date = created["CreateDate"].as_str().unwrap();
    assert!(date.len() == 20 && date.ends_with('Z'), "{date}");
    assert_eq!(
        created,
        json!({"Path": "/momento/", "RoleName": "r", "RoleId": id,
            "Arn": "arn:aws:iam::000000000000:role/momento/r", "CreateDate": date,
            "AssumeRolePolicyDocument": encode(TRUST), "Description": "d", "MaxSessionDuration": 7200,
            "Tags": [{"Key": "a", "Value": "b"}], "RoleLastUsed": {}})
    );
    let found = iam.call("eu-west-1", "GetRole", &json!({"RoleName": "r"})).unwrap();
    assert_eq!(found["Role"], created);
    assert!(
        created["AssumeRolePolicyDocument"]
            .as_str()
            .unwrap()
            .starts_with("%7B%22Version%22%3A%222012-10-17%22")
    );
    assert_eq!(call(&iam, "ListRoles", &json!({})), json!({"Roles": [created], "IsTruncated": false}));
    assert_eq!(call(&iam, "ListRoles", &json!({"PathPrefix": "/x/"}))["Roles"], json!([]));
    assert_eq!(
        error(&iam, "CreateRole", &input),
        (409, "EntityAlreadyExists: Role with name r already exists.".to_owned())
    );
}

#[test]
fn keeps_inline_policies() {
    let iam = with_role();
    let named = json!({"RoleName": "r", "PolicyName": "p"});
    let missing = (404, "NoSuchEntity: The role policy with name p cannot be found.".to_owned());
    assert_eq!(error(&iam, "GetRolePolicy", &named), missing);
    assert_eq!(error(&iam, "DeleteRolePolicy", &named), missing);
    let put = json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": INVOKE});
    assert_eq!(call(&iam, "PutRolePolicy", &put), json!({}));
    assert_eq!(
        call(&iam, "GetRolePolicy", &named),
        json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": encode(INVOKE)})
    );
    let role = json!({"RoleName": "r"});
    assert_eq!(call(&iam, "ListRolePolicies", &role), json!({"PolicyNames": ["p"], "IsTruncated": false}));
    let expected = RolePolicies { trust: TRUST.into(), inline: vec![("p".into(), INVOKE.into())] };
    assert_eq!(iam.role_policies("arn:aws:iam::000000000000:role/r").unwrap(), Some(expected));
    assert_eq!(iam.role_policies("arn:aws:iam::000000000000:role/x/r").unwrap(), None);
    let conflict = (409, "DeleteConflict: Cannot delete entity, must delete policies first.".to_owned());
    assert_eq!(error(&iam, "DeleteRole", &role), conflict);
    call(&iam, "DeleteRolePolicy", &named);
    call(&iam, "DeleteRole", &role);
    let gone = (404, "NoSuchEntity: The role with name r cannot be found.".to_owned());
    for action in ["GetRole", "DeleteRole", "ListRolePolicies", "ListAttachedRolePolicies", "ListRoleTags"] {
        assert_eq!(error(&iam, action, &role), gone);
    }
}

#[test]
fn updates_a_role_and_its_tags() {
    let iam = with_role();
    let tag = |key: &str, value: &str| json!({"RoleName": "r", "Tags": [{"Key": key, "Value": value}]});
    call(&iam, "TagRole", &tag("a", "1"));
    call(&iam, "TagRole", &tag("b", "2"));
    call(&iam, "TagRole", &tag("a", "3"));
    call(&iam, "UntagRole", &json!({"RoleName": "r", "TagKeys": ["b"]}));
    let tags = call(&iam, "ListRoleTags", &json!({"RoleName": "r"}));
    assert_eq!(tags, json!({"Tags": [{"Key": "a", "Value": "3"}], "IsTruncated": false}));
    call(&iam, "UpdateRole", &json!({"RoleName": "r", "Description": "new", "MaxSessionDuration": 3601}));
    let trust = TRUST.replace("Allow", "Deny");
    call(&iam, "UpdateAssumeRolePolicy", &json!({"RoleName": "r", "PolicyDocument": trust}));
    let role = &call(&iam, "GetRole", &json!({"RoleName": "r"}))["Role"];
    assert_eq!(
        (&role["Description"], &role["MaxSessionDuration"], &role["AssumeRolePolicyDocument"]),
        (&json!("new"), &json!(3601), &json!(encode(&trust)))
    );
    for (action, member) in [
        ("ListAttachedRolePolicies", "AttachedPolicies"),
        ("ListInstanceProfilesForRole", "InstanceProfiles"),
    ] {
        assert_eq!(call(&iam, action, &json!({"RoleName": "r"})), json!({member: [], "IsTruncated": false}));
    }
    assert_eq!(call(&iam, "GetUser", &json!({}))["User"]["Arn"], "arn:aws:iam::000000000000:user/local");
    assert_eq!(error(&iam, "GetUser", &json!({"UserName": "x"})).0, 404);
}

#[test]
fn a_managed_policy_is_attached_and_taken_off() {
    let iam = with_role();
    let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    let named = |arn: &str| json!({"RoleName": "r", "PolicyArn": arn});
    let role = json!({"RoleName": "r"});
    call(&iam, "AttachRolePolicy", &named(arn));
    call(&iam, "AttachRolePolicy", &named(arn));
    assert_eq!(
        call(&iam, "ListAttachedRolePolicies", &role)["AttachedPolicies"],
        json!([{"PolicyName": "AdministratorAccess", "PolicyArn": arn}])
    );
    let conflict = (409, "DeleteConflict: Cannot delete entity, must detach all policies first.".to_owned());
    assert_eq!(error(&iam, "DeleteRole", &role), conflict);
    call(&iam, "DetachRolePolicy", &named(arn));
    assert_eq!(error(&iam, "DetachRolePolicy", &named(arn)).0, 404);
    let own = "arn:aws:iam::000000000000:policy/p";
    let missing = format!("NoSuchEntity: Policy {own} does not exist or is not attachable.");
    assert_eq!(error(&iam, "AttachRolePolicy", &named(own)), (404, missing));
    call(&iam, "DeleteRole", &role);
}

#[test]
fn what_is_not_allowed_is_refused() {
    let iam = with_role();
    let put = |document: &str| json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": document});
    let trust = |document: &str| json!({"RoleName": "x", "AssumeRolePolicyDocument": document});
    let malformed = "MalformedPolicyDocument: ";
    for (action, input, expected) in [
        ("PutRolePolicy", put("{"), format!("{malformed}This policy contains invalid Json")),
        ("PutRolePolicy", put("{}"), format!("{malformed}Syntax errors in policy.")),
        ("PutRolePolicy", put(r#"{"Statement":[]}"#), format!("{malformed}Syntax errors in policy.")),
        ("PutRolePolicy", put(r#"{"Statement":[1]}"#), format!("{malformed}Syntax errors in policy.")),
        (
            "PutRolePolicy",
            put(&INVOKE.replace("2012-10-17", "2020-01-01")),
            format!("{malformed}Syntax errors in policy."),
        ),
        ("PutRolePolicy", put(TRUST), format!("{malformed}Policy document should not specify a principal.")),
        (
            "PutRolePolicy",
            put(&INVOKE.replace("Resource", "Else")),
            format!("{malformed}Policy statement must contain resources."),
        ),
        (
            "PutRolePolicy",
            put(&INVOKE.replace("\"Action\"", "\"Else\"")),
            format!("{malformed}Policy statement must contain actions."),
        ),
        ("CreateRole", trust(INVOKE), format!("{malformed}Has prohibited field Resource")),
        (
            "CreateRole",
            trust(&TRUST.replace("\"Principal\"", "\"Else\"")),
            format!("{malformed}Missing required field Principal"),
        ),
        (
            "CreateRole",
            json!({"RoleName": "a b", "AssumeRolePolicyDocument": TRUST}),
            "ValidationError: The specified value for roleName is invalid. It must contain only alphanumeric \
             characters and/or the following: +=,.@_-"
                .into(),
        ),
        (
            "CreateRole",
            json!({"RoleName": "a".repeat(65), "AssumeRolePolicyDocument": TRUST}),
            format!(
                "ValidationError: 1 validation error detected: Value '{}' at 'roleName' failed to satisfy constraint: \
                 Member must have length less than or equal to 64",
                "a".repeat(65)
            ),
        ),
        (
            "CreateRole",
            json!({"RoleName": "x"}),
            "ValidationError: 1 validation error detected: Value null at 'assumeRolePolicyDocument' failed to satisfy \
             constraint: Member must not be null"
                .into(),
        ),
        (
            "UpdateRole",
            json!({"RoleName": "r", "MaxSessionDuration": "60"}),
            "ValidationError: 1 validation error detected: Value '60' at 'maxSessionDuration' failed to satisfy \
             constraint: Member must have value greater than or equal to 3600"
                .into(),
        ),
        (
            "CreatePolicy",
            json!({}),
            "InvalidAction: Could not find operation CreatePolicy for version 2010-05-08".into(),
        ),
    ] {
        assert_eq!(error(&iam, action, &input), (400, expected));
    }
    let large = INVOKE.replace('*', &"x".repeat(10_240));
    assert_eq!(
        error(&iam, "PutRolePolicy", &put(&large)),
        (409, "LimitExceeded: Maximum policy size of 10240 bytes exceeded for role r".to_owned())
    );
    assert_eq!(
        error(&iam, "CreateRole", &trust(&TRUST.replace("events", &"x".repeat(2048)))),
        (409, "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048".to_owned())
    );
}

//! Who has too few rights: a role of the local cloud that was assumed, and what the commands say to it.

use serde_json::Value;
use snapbox::str;

use crate::harness::{Session, with_cloud};

/// A role that everybody of the account may take.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]}"#;

/// Makes a role with a policy, takes it for the commands that follow, and returns the session.
pub(crate) fn taking(session: Session, name: &str, policy: &str) -> Session {
    taking_below(session, "/", name, policy)
}

/// Does the same with a role that is below a path.
fn taking_below(session: Session, path: &str, name: &str, policy: &str) -> Session {
    let key = assumed(&session, path, name, policy);
    session.env("AWS_ACCESS_KEY_ID", &key)
}

/// Makes a role with a policy, and returns the access key of who has assumed it.
pub(crate) fn assumed(session: &Session, path: &str, name: &str, policy: &str) -> String {
    with_cloud(session, async |cloud| {
        let iam = cloud.clients.roles();
        let role = iam.create_role().role_name(name).path(path).assume_role_policy_document(TRUST);
        role.send().await.unwrap();
        let put = iam.put_role_policy().role_name(name).policy_name("p").policy_document(policy);
        put.send().await.unwrap();
        let arn = format!("arn:aws:iam::000000000000:role{path}{name}");
        let call = cloud.clients.identity().assume_role().role_arn(arn).role_session_name("me");
        call.send().await.unwrap().credentials().unwrap().access_key_id().to_owned()
    })
}

/// Returns the policy of `permissions` for a role of this name, without some actions.
pub(crate) fn policy(session: &Session, role: &str, name: &str, without: &[&str]) -> String {
    let text = session.run(&format!("permissions {role} --local --principal role/{name}")).success();
    let mut policy: Value = serde_json::from_str(&text).unwrap();
    let statements = policy["Statement"].as_array_mut().unwrap();
    for statement in &mut *statements {
        let actions = statement["Action"].as_array_mut().unwrap();
        actions.retain(|action| !without.contains(&action.as_str().unwrap()));
    }
    statements.retain(|statement| !statement["Action"].as_array().unwrap().is_empty());
    policy.to_string()
}

#[test]
fn the_doctor_names_the_actions_that_are_missing_before_a_deploy() {
    let session = Session::new();
    let few =
        policy(&session, "deployer", "ci", &["events:CreateConnection", "iam:PassRole", "sqs:CreateQueue"]);
    let session = taking(session, "ci", &few);
    session.run("doctor --local").is(str![[r#"
ok       credentials  you are arn:aws:sts::000000000000:assumed-role/ci/me
ok       region       us-east-1 (US East (N. Virginia)), Momento cell cell-us-east-1-1
ok       bus          the event bus default exists
skipped  stack        momento-api is not deployed
         -> run `evbridge-momento deploy --local`
ok       quotas       0 and 8 to come of 300 rules on default, 0 and 3 to come of 3000 API destinations, 0 and 1 to come of 3000 connections (AWS's defaults; yours may differ)
fail     permissions  you may not do 3 of 67 things that the deployer needs: events:CreateConnection, iam:PassRole, sqs:CreateQueue
         -> have this policy added to the role ci
         {
           "Version": "2012-10-17",
           "Statement": [
             {
               "Sid": "ConnectionThroughCloudFormation",
               "Effect": "Allow",
               "Action": [
                 "events:CreateConnection"
               ],
               "Resource": "arn:aws:events:us-east-1:000000000000:connection/momento-api-*",
               "Condition": {
                 "ForAnyValue:StringEquals": {
                   "aws:CalledVia": [
                     "cloudformation.amazonaws.com"
                   ]
                 }
               }
             },
             {
               "Sid": "PassedThroughCloudFormation",
               "Effect": "Allow",
               "Action": [
                 "iam:PassRole"
               ],
               "Resource": "arn:aws:iam::000000000000:role/momento-api-DeliveryRole-*",
               "Condition": {
                 "StringEquals": {
                   "iam:PassedToService": "events.amazonaws.com"
                 },
                 "ForAnyValue:StringEquals": {
                   "aws:CalledVia": [
                     "cloudformation.amazonaws.com"
                   ]
                 }
               }
             },
             {
               "Sid": "QueueThroughCloudFormation",
               "Effect": "Allow",
               "Action": [
                 "sqs:CreateQueue"
               ],
               "Resource": "arn:aws:sqs:us-east-1:000000000000:momento-api-DeadLetterQueue-*",
               "Condition": {
                 "ForAnyValue:StringEquals": {
                   "aws:CalledVia": [
                     "cloudformation.amazonaws.com"
                   ]
                 }
               }
             }
           ]
         }
skipped  secret       the secret evbridge-momento/momento-api does not exist
skipped  token        none was given: the local cloud makes one at the deploy
ok       Momento      https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
skipped  clock        there is no other clock to compare with
[exit status: 5]

"#]]);
    let json = session.run("doctor --local --output json").json();
    let check =
        json["checks"].as_array().unwrap().iter().find(|check| check["name"] == "permissions").unwrap();
    let pasted = check["document"].clone();
    assert_eq!(pasted["Statement"].as_array().unwrap().len(), 3);
    // What is pasted is what was missing.
    with_cloud(&session, async |cloud| {
        let call = cloud.clients.roles().put_role_policy().role_name("ci").policy_name("pasted");
        call.policy_document(pasted.to_string()).send().await.unwrap();
    });
    let outcome = session.run("doctor --local --role deployer");
    assert!(outcome.stdout().contains("you may do all "), "{outcome}");
}

#[test]
fn a_role_with_the_policies_of_its_commands_can_run_them() {
    let session = Session::new();
    let enough = policy(&session, "deployer", "ci", &[]);
    let session = taking(session, "ci", &enough);
    session.run("deploy --local").success();
    session.run("deploy --local").success();
    session.run("destroy --local --yes").success();
}

#[test]
fn what_depends_on_what_iam_was_not_told_is_unknown_and_stops_no_deploy() {
    let session = Session::new();
    let mut all: Value = serde_json::from_str(&policy(&session, "deployer", "ci", &[])).unwrap();
    let statements = all["Statement"].as_array_mut().unwrap();
    let queue = statements.iter_mut().find(|one| one["Sid"] == "QueueThroughCloudFormation").unwrap();
    queue["Condition"]["StringEquals"] = serde_json::json!({ "aws:PrincipalOrgID": "o-1" });
    // What a deploy knows for certain is told: these allow and deny as they do when the call is made.
    for (operator, key, value) in [
        ("StringNotEquals", "aws:RequestedRegion", "us-east-1"),
        ("StringNotEquals", "aws:PrincipalAccount", "000000000000"),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::000000000000:role/ci"),
    ] {
        let condition = serde_json::json!({ operator: { key: value } });
        let denial = serde_json::json!({ "Effect": "Deny", "Action": "events:Create*", "Resource": "*", "Condition": condition });
        statements.push(denial);
    }
    let session = taking(session, "ci", &all.to_string());
    let outcome = session.run("doctor --local");
    let lines = outcome.stdout();
    let line = lines.lines().find(|line| line.contains(" permissions ")).unwrap();
    assert!(line.starts_with("unknown  permissions  of "), "{line}");
    assert!(
        line.contains(" things that the deployer needs IAM cannot say whether you may do sqs:CreateQueue, "),
        "{line}"
    );
    assert!(line.ends_with(": that depends on aws:PrincipalOrgID"), "{line}");
    let outcome = session.run("deploy --local -v");
    outcome.success();
    let said = "before the deploy IAM could not say whether you may do sqs:CreateQueue, ";
    assert!(outcome.stderr().contains(said), "{outcome}");
    // An explicit denial that a missing key may lift is no certain one either.
    let mut denied = all.clone();
    denied["Statement"]
        .as_array_mut()
        .unwrap()
        .push(serde_json::json!({ "Effect": "Deny", "Action": "events:Put*",
        "Resource": "*", "Condition": { "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } } }));
    let session = taking(
        session.env("AWS_ACCESS_KEY_ID", ""),
        "other",
        &denied.to_string().replace("role/ci", "role/other"),
    );
    let outcome = session.run("doctor --local --role deployer");
    assert!(
        outcome.stdout().contains("that depends on aws:MultiFactorAuthPresent, aws:PrincipalOrgID"),
        "{outcome}"
    );
}

#[test]
fn a_role_below_a_path_is_found() {
    let principal = "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0a1b";
    // By its ARN; and by its name, which says of such a role where it is.
    for named in [principal, "AWSReservedSSO_Dev_0a1b"] {
        let session = Session::new();
        let text = session.run(&format!("permissions deployer --local --principal {named}")).success();
        let path = "/aws-reserved/sso.amazonaws.com/eu-west-1/";
        let session = taking_below(session, path, "AWSReservedSSO_Dev_0a1b", &text);
        let outcome = session.run("doctor --local");
        assert!(outcome.stdout().contains("\nok       permissions  you may do all "), "{outcome}");
        session.run("deploy --local").success();
    }
}

#[test]
fn a_check_that_may_not_be_made_does_not_stop_a_deploy() {
    let session = Session::new();
    let few = policy(&session, "deployer", "ci", &["events:DescribeEventBus"]);
    let session = taking(session, "ci", &few);
    let outcome = session.run("deploy --local");
    outcome.success();
    assert!(
        outcome
            .stderr()
            .starts_with("warning: whether the event bus default exists could not be found out: "),
        "{outcome}"
    );
}

#[test]
fn what_the_doctor_may_not_ask_is_unknown() {
    let session = Session::new();
    session.run("deploy --local").success();
    let nothing =
        r#"{"Statement":{"Effect":"Allow","Action":"cloudformation:DescribeStacks","Resource":"*"}}"#;
    let session = taking(session, "guest", nothing);
    session.run("doctor --local").is(str![[r#"
ok       credentials  you are arn:aws:sts::000000000000:assumed-role/guest/me
ok       region       us-east-1 (US East (N. Virginia)), Momento cell cell-us-east-1-1
unknown  bus          looking for the event bus default was refused: AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/guest/me is not authorized to perform: events:DescribeEventBus on resource: arn:aws:events:us-east-1:000000000000:event-bus/default because no identity-based policy allows the events:DescribeEventBus action
ok       stack        momento-api is in CREATE_COMPLETE
unknown  quotas       counting the rules was refused: AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/guest/me is not authorized to perform: events:ListRules on resource: * because no identity-based policy allows the events:ListRules action
unknown  permissions  asking what you may do (iam:SimulatePrincipalPolicy) was refused: AccessDenied: User: arn:aws:sts::000000000000:assumed-role/guest/me is not authorized to perform: iam:SimulatePrincipalPolicy on resource: arn:aws:iam::000000000000:role/guest because no identity-based policy allows the iam:SimulatePrincipalPolicy action
         -> see what is needed: `evbridge-momento permissions operator --principal arn:aws:iam::000000000000:role/guest --region us-east-1 --local`
unknown  resources    reading the stack's resources was refused: AccessDenied: User: arn:aws:sts::000000000000:assumed-role/guest/me is not authorized to perform: cloudformation:DescribeStackResources on resource: arn:aws:cloudformation:us-east-1:000000000000:stack/momento-api/[UUID] because no identity-based policy allows the cloudformation:DescribeStackResources action
unknown  secret       reading the secret evbridge-momento/momento-api was refused: AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/guest/me is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:000000000000:secret:evbridge-momento/momento-api-xxxxxx because no identity-based policy allows the secretsmanager:GetSecretValue action
skipped  token        none was given: the local cloud makes one at the deploy
ok       Momento      https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
skipped  clock        there is no other clock to compare with

"#]]);
    let outcome = session.run("put-event cacheSet --local");
    assert_eq!(outcome.status(), Some(6), "{outcome}");
}

#[test]
fn an_operator_who_may_not_do_everything_is_warned() {
    let session = Session::new();
    session.run("deploy --local").success();
    let few = policy(&session, "operator", "ops", &["events:EnableRule"]);
    let session = taking(session, "ops", &few);
    let outcome = session.run("doctor --local");
    outcome.success();
    assert!(outcome.stdout().contains("you may not do 1 of "), "{outcome}");
    assert_eq!(session.run("doctor --local --role operator").status(), Some(5));
}

#[test]
fn credentials_of_the_local_cloud_that_it_does_not_know_are_refused() {
    let session = Session::new().env("AWS_ACCESS_KEY_ID", "ASIALOCALNOBODY");
    let outcome = session.run("deploy --local");
    assert_eq!(outcome.status(), Some(4), "{outcome}");
    // Other credentials of the environment are nothing to the local cloud.
    let session = Session::new().env("AWS_ACCESS_KEY_ID", "AKIAREAL");
    session.run("deploy --local").success();
}

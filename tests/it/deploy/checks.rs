//! What a deploy asks AWS before it changes anything: whether it may, and whether there is room.

use serde_json::Value;
use snapbox::str;

use crate::callers::{policy, taking};
use crate::harness::{Session, with_cloud};

/// Returns whether there is a stack or a secret, as somebody sees it who may do everything.
fn is_anything_there(session: &Session) -> bool {
    with_cloud(session, async |cloud| {
        let stacks = cloud.clients.cloudformation().describe_stacks().send().await.unwrap();
        let secrets = cloud.clients.secrets().list_secrets().include_planned_deletion(true);
        let secrets = secrets.send().await.unwrap();
        !stacks.stacks().is_empty() || !secrets.secret_list().is_empty()
    })
}

/// Gives the role another policy beside the one that it has.
fn paste(session: &Session, role: &str, document: &Value) {
    with_cloud(session, async |cloud| {
        let call = cloud.clients.roles().put_role_policy().role_name(role).policy_name("pasted");
        call.policy_document(document.to_string()).send().await.unwrap();
    });
}

#[test]
fn a_deploy_that_may_not_do_all_stops_before_it_makes_anything() {
    let session = Session::new();
    let few = policy(&session, "deployer", "ci", &["sqs:CreateQueue", "secretsmanager:CreateSecret"]);
    let session = taking(session, "ci", &few);
    session.run("deploy --local").is(str![[r#"
------- stderr -------
error: you may not do 2 things that this deploy needs; nothing was changed
  cause: IAM does not allow secretsmanager:CreateSecret, sqs:CreateQueue

hint: have the policy below added to the role ci; all that a deployer needs: `evbridge-momento permissions deployer --principal arn:aws:iam::000000000000:role/ci --region us-east-1 --local`

hint: where IAM's simulation does not know all that allows it, add `--skip-checks` to deploy all the same

{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Secret",
      "Effect": "Allow",
      "Action": [
        "secretsmanager:CreateSecret"
      ],
      "Resource": "arn:aws:secretsmanager:us-east-1:000000000000:secret:evbridge-momento/momento-api-??????"
    },
    {
      "Sid": "ConnectionSecretThroughCloudFormation",
      "Effect": "Allow",
      "Action": [
        "secretsmanager:CreateSecret"
      ],
      "Resource": "arn:aws:secretsmanager:us-east-1:000000000000:secret:events!connection/momento-api-*",
      "Condition": {
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
[exit status: 6]

"#]]);
    assert!(!is_anything_there(&session));
    let outcome = session.run("deploy --local --output json");
    assert_eq!(outcome.status(), Some(6));
    let error = outcome.json()["error"].clone();
    assert_eq!(error["causes"][0], "IAM does not allow secretsmanager:CreateSecret, sqs:CreateQueue");
    // What is pasted is what was missing.
    paste(&session, "ci", &error["document"]);
    session.run("deploy --local").success();
}

#[test]
fn an_update_needs_the_permissions_of_what_it_changes() {
    let session = Session::new();
    session.run("deploy --local").success();
    let few = policy(&session, "deployer", "ci", &["sqs:CreateQueue", "events:PutRule"]);
    let session = taking(session, "ci", &few);
    // Nothing is to change, and nothing is asked.
    let outcome = session.run("deploy --local -v");
    outcome.success();
    assert!(!outcome.stderr().contains("SimulatePrincipalPolicy"), "{outcome}");
    // A destination changes: neither a queue nor a rule.
    session.file("stacks/slow.yaml", "name: momento-api\ndelivery: { cache-rate: 7 }\n");
    session.run("deploy slow --local").success();
    session.file("stacks/few.yaml", "name: momento-api\nsource: [shop]\ndelivery: { cache-rate: 7 }\n");
    session.file("key.txt", session.run("local key").success());
    let outcome = session.run("deploy few --local --output json");
    assert_eq!(outcome.status(), Some(6), "{outcome}");
    assert_eq!(outcome.json()["error"]["causes"][0], "IAM does not allow events:PutRule", "{outcome}");
    let left = with_cloud(&session, async |cloud| {
        let sets = cloud.clients.cloudformation().list_change_sets().stack_name("momento-api");
        sets.send().await.unwrap().summaries().len()
    });
    assert_eq!(left, 0);
    // With a new token, too, nothing is written before.
    let without_secret = policy(&session, "deployer", "ci", &["secretsmanager:PutSecretValue"]);
    let session = taking(session, "other", &without_secret.replace("role/ci", "role/other"));
    let outcome = session.run("deploy --local --token-file key.txt");
    assert!(outcome.stderr().contains("IAM does not allow secretsmanager:PutSecretValue"), "{outcome}");
}

#[test]
fn who_knows_better_deploys_all_the_same() {
    let session = Session::new();
    // The local cloud does not tag, so that this permission is not needed in truth.
    let few = policy(&session, "deployer", "ci", &["sqs:TagQueue"]);
    let session = taking(session, "ci", &few);
    assert_eq!(session.run("deploy --local").status(), Some(6));
    session.run("deploy --local --skip-checks").success();
}

#[test]
fn what_may_not_be_asked_stops_no_deploy() {
    let session = Session::new();
    let unasked = ["iam:SimulatePrincipalPolicy", "events:ListRules"];
    let session_policy = policy(&session, "deployer", "ci", &unasked);
    let session = taking(session, "ci", &session_policy);
    let outcome = session.run("deploy --local -v");
    outcome.success();
    let said = outcome.stderr();
    assert!(said.contains("what you may do could not be found out before the deploy: "), "{said}");
    assert!(said.contains("how much room there is could not be found out before the deploy: "), "{said}");
    assert!(!said.contains("warning:"), "{said}");
}

#[test]
fn who_lets_cloudformation_work_with_a_role_needs_little() {
    let session = Session::new();
    let passing = "deployer --role-arn arn:aws:iam::000000000000:role/cloudformation";
    let all: Value = serde_json::from_str(&policy(&session, passing, "ci", &[])).unwrap();
    let mut own = all.clone();
    let through = |statement: &Value| statement["Sid"].as_str().unwrap().ends_with("ThroughCloudFormation");
    own["Statement"].as_array_mut().unwrap().retain(|statement| !through(statement));
    let session = taking(session, "ci", &own.to_string());
    assert_eq!(session.run("deploy --local").status(), Some(6));
    // Preparing does not need what carrying out does.
    session.run("deploy --local --change-set-name one --no-execute-changeset").success();
    assert_eq!(session.run("deploy --local --change-set-name one --yes").status(), Some(6));
    with_cloud(&session, async |cloud| {
        let role = cloud.clients.roles().create_role().role_name("cloudformation");
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudformation.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        role.assume_role_policy_document(trust).send().await.unwrap();
    });
    let role = "--role-arn arn:aws:iam::000000000000:role/cloudformation";
    session.run(&format!("deploy --local --stack-name momento-api {role}")).success();
    // The stack remembers its role.
    session.file("stacks/slow.yaml", "name: momento-api\ndelivery: { cache-rate: 7 }\n");
    session.run("deploy slow --local").success();
}

/// Fills the default bus with rules.
fn fill(session: &Session, rules: usize) {
    with_cloud(session, async |cloud| {
        for index in 0..rules {
            let rule = cloud.clients.events().put_rule().name(format!("rule-{index}"));
            rule.event_pattern(r#"{"source":["none"]}"#).send().await.unwrap();
        }
    });
}

#[test]
fn a_stack_that_has_no_room_is_not_begun() {
    let session = Session::new();
    fill(&session, 293);
    session.run("deploy --local").is(str![[r#"
------- stderr -------
error: there is no room for the stack; nothing was changed
  cause: 293 and 8 to come of 300 rules on default, 0 and 3 to come of 3000 API destinations, 0 and 1 to come of 3000 connections (AWS's defaults; yours may differ)

hint: see your own quotas: `aws service-quotas list-service-quotas --service-code events`; ask for more there, or give the stack a bus of its own

hint: where your quotas are larger, add `--skip-checks` to deploy all the same
[exit status: 6]

"#]]);
    assert!(!is_anything_there(&session));
    // What fits is deployed; what is added then is counted too.
    session.file("stacks/few.yaml", "name: momento-api\nevents: [topicPublish]\n");
    session.run("deploy few --local").success();
    let outcome = session.run("deploy --local");
    assert!(
        outcome.stderr().contains("error: there is no room for the stack; nothing was changed"),
        "{outcome}"
    );
    // The local cloud has AWS's own quota.
    assert_eq!(session.run("deploy --local --skip-checks").status(), Some(7));
}

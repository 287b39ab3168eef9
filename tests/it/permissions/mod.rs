//! `permissions`: a policy that allows what the commands do, and nothing that they do not.

mod commands;
mod holder;
mod proof;

use snapbox::str;

use crate::harness::Session;

#[test]
fn the_producers_policy() {
    let session = Session::new();
    session.run("permissions producer --region eu-west-1 --account 123456789012").is(str![[r#"
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Bus",
      "Effect": "Allow",
      "Action": [
        "events:DescribeEventBus"
      ],
      "Resource": "arn:aws:events:eu-west-1:123456789012:event-bus/default"
    },
    {
      "Sid": "Events",
      "Effect": "Allow",
      "Action": [
        "events:PutEvents"
      ],
      "Resource": "arn:aws:events:eu-west-1:123456789012:event-bus/default",
      "Condition": {
        "StringEquals": {
          "events:detail-type": [
            "cacheSet",
            "cacheDelete",
            "topicPublish"
          ]
        }
      }
    }
  ]
}

"#]]);
    session.run("permissions producer --format cloudformation").is(str![[r#"
Resources:
  EvbridgeMomentoProducerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Description: What the producer of the stack momento-api needs
      PolicyDocument:
        Version: 2012-10-17
        Statement:
        - Sid: Bus
          Effect: Allow
          Action:
          - events:DescribeEventBus
          Resource:
            Fn::Sub: arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default
        - Sid: Events
          Effect: Allow
          Action:
          - events:PutEvents
          Resource:
            Fn::Sub: arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default
          Condition:
            StringEquals:
              events:detail-type:
              - cacheSet
              - cacheDelete
              - topicPublish

"#]]);
    session.run("permissions producer --account 12").is(str![[r#"
------- stderr -------
error: invalid value '12' for '--account <ACCOUNT>': an account has twelve digits

For more information, try '--help'.
[exit status: 2]

"#]]);
}

/// Returns the resource of the statement that lets somebody ask about themselves.
fn caller(session: &Session, line: &str) -> Option<serde_json::Value> {
    let text = session.run(line).success();
    let policy: serde_json::Value = serde_json::from_str(&text).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let found = statements.iter().find(|statement| statement["Sid"] == "Caller");
    found.map(|statement| serde_json::json!([statement["Action"], statement["Resource"]]))
}

#[test]
fn a_policy_lets_whom_it_is_for_ask_about_themselves() {
    let session = Session::new();
    let place = "--region eu-west-1 --account 123456789012";
    let ask = |rest: &str| caller(&session, &format!("permissions {rest}"));
    let any = serde_json::json!([
        ["iam:SimulatePrincipalPolicy"],
        "arn:aws:iam::123456789012:user/${aws:username}"
    ]);
    assert_eq!(ask(&format!("deployer {place}")), Some(any.clone()));
    assert_eq!(ask(&format!("operator {place}")), Some(any));
    assert_eq!(ask(&format!("producer {place} --principal role/ci")), None);
    for (principal, arn) in [
        ("user/team/me", "user/team/me"),
        ("role/ci/deploys", "role/ci/deploys"),
        ("arn:aws:sts::123456789012:assumed-role/ci/run-7", "role/ci"),
        ("AWSReservedSSO_Dev_0a1b", "role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Dev_0a1b"),
    ] {
        let actions = if arn.starts_with("role") {
            serde_json::json!(["iam:GetRole", "iam:SimulatePrincipalPolicy"])
        } else {
            serde_json::json!(["iam:SimulatePrincipalPolicy"])
        };
        let expected = serde_json::json!([actions, format!("arn:aws:iam::123456789012:{arn}")]);
        assert_eq!(ask(&format!("deployer {place} --principal {principal}")), Some(expected));
    }
    // An ARN says the account too.
    let arn = "arn:aws:iam::123456789012:role/ci";
    let expected = serde_json::json!([["iam:GetRole", "iam:SimulatePrincipalPolicy"], arn]);
    assert_eq!(ask(&format!("deployer --region eu-west-1 --principal {arn}")), Some(expected));
}

#[test]
fn a_fragment_names_whom_it_is_for() {
    let session = Session::new();
    let of = |principal: &str| {
        let text =
            session.run(&format!("permissions deployer --format cloudformation {principal}")).success();
        let at = text.find("iam:SimulatePrincipalPolicy").unwrap();
        text[at..].lines().skip(1).take(2).map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    let sub = |path: &str| format!("Fn::Sub: arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{path}");
    assert_eq!(of("")[1], sub("user/${!aws:username}"));
    assert_eq!(of("--principal role/ci")[1], sub("role/ci"));
    let arn = "arn:aws:iam::123456789012:role/ci";
    assert_eq!(of(&format!("--principal {arn}"))[0], format!("Resource: {arn}"));
}

#[test]
fn who_is_nobody_is_refused() {
    let session = Session::new();
    session.run("permissions deployer --principal ci").is(str![[r#"
------- stderr -------
error: invalid value 'ci' for '--principal <PRINCIPAL>': expected a user or a role: its ARN, the ARN of an assumed role, user/NAME, or role/NAME with the path that it has

For more information, try '--help'.
[exit status: 2]

"#]]);
    session
        .run("permissions deployer --principal arn:aws:iam::123456789012:role/ci --account 210987654321")
        .is(str![[r#"
------- stderr -------
error: the principal is of account 123456789012, and the stack of account 210987654321

hint: name the user or role of the stack's account that deploys or operates there
[exit status: 2]

"#]]);
    // Who gets no name gets a word about it, apart from the policy.
    let outcome = session.run("permissions operator --region eu-west-1 --account 123456789012");
    assert_eq!(
        outcome.stderr(),
        "this lets any user without a path ask what they may do, as `deploy` and `doctor` do; for a role, or a user \
         below a path, add `--principal`\n"
    );
}

#[test]
fn a_policy_that_is_too_long_for_a_managed_one_says_so() {
    let session = Session::new();
    let (stack, bus) = ("s".repeat(128), "b".repeat(256));
    let key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let text = format!("name: {stack}\nbus: {{ name: {bus}, create: true }}\nkms-key: {key}\n");
    session.file("stacks/long.yaml", text);
    let place = "--region us-east-1 --account 123456789012";
    // The longest names fit: statements are put together.
    let outcome = session.run(&format!("permissions deployer long {place} --principal role/ci"));
    outcome.success();
    assert_eq!(outcome.stderr(), "");
    // Paths may be as long as eight names.
    let path = format!("{}/ci", "p".repeat(500));
    let role = format!("--role-arn arn:aws:iam::123456789012:role/{path} --principal role/{path}");
    for format in ["json", "cloudformation"] {
        let line = format!("permissions deployer long --format {format} {place} {role}");
        let outcome = session.run(&line);
        outcome.success();
        let said = outcome.stderr();
        assert!(
            said.starts_with("warning: the policy has ") && said.contains("takes 6144: make two"),
            "{said}"
        );
    }
}

//! `permissions`: a policy that allows what the commands do, and nothing that they do not.

use std::collections::BTreeSet;

use evbridge_momento::aws::deployed;
use evbridge_momento::model::permissions::{By, Role, needs};
use evbridge_momento::model::policy::{Caller, Decision, Policy, Request};
use snapbox::str;

use crate::harness::{Session, with_cloud};

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

/// One call that a command made, as the log names it.
#[derive(Debug)]
struct Call {
    action: String,
    resource: String,
    context: Vec<(String, String)>,
}

/// Runs a command with its log and returns the calls that it made.
fn calls(session: &Session, line: &str) -> Vec<Call> {
    let stderr = session.run(&format!("{line} --local -v")).stderr();
    let calls = stderr.lines().filter_map(|line| line.split_once("::calls: call ")).map(|(_, call)| {
        let (call, through_stack) = match call.strip_suffix(" via cloudformation") {
            Some(call) => (call, true),
            None => (call, false),
        };
        let mut words = call.split(' ');
        let (action, resource) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        let mut context: Vec<(String, String)> = words
            .filter_map(|word| word.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        if through_stack {
            context.push(("aws:CalledVia".to_owned(), "cloudformation.amazonaws.com".to_owned()));
        }
        Call { action, resource, context }
    });
    calls.collect()
}

/// Holds every call against the role's policy, and every action of the policy against the calls.
#[track_caller]
fn prove(session: &Session, role: Role, stack: &str, (own_bus, own_key): (bool, bool), calls: &[Call]) {
    let text = session.run(&format!("permissions {role} {stack} --local")).success();
    let policy = Policy::parse(&text).unwrap();
    let mut used = BTreeSet::new();
    // Nobody needs a permission to ask who they are.
    for call in calls.iter().filter(|call| call.action != "sts:GetCallerIdentity") {
        let context: Vec<(&str, &str)> =
            call.context.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let request = Request {
            caller: Caller::Attached,
            action: &call.action,
            resource: &call.resource,
            context: &context,
        };
        assert_eq!(policy.decide(&request), Decision::Allowed, "{role}: {call:?}\n{text}");
        used.insert((call.action.as_str(), call.context.iter().any(|(key, _)| key == "aws:CalledVia")));
    }
    for need in needs(role, own_bus, own_key) {
        let is_used = match need.by {
            By::Command => used.contains(&(need.action, false)),
            By::Stack => used.contains(&(need.action, true)),
            By::ServiceOnAws | By::StackOnAws => true,
        };
        assert!(is_used, "{role}: nothing uses {need:?}");
    }
}

/// Protects a stack that is there, and brings it from the states of a failed update back.
fn recover(session: &Session, stack: &str, mut run: impl FnMut(&str)) {
    run(&format!("deploy {stack} --termination-protection"));
    run(&format!("deploy {stack} --no-termination-protection"));
    let fault =
        |text: &str| session.run(&format!("local fault add --resource CacheSetDestination {text}")).success();
    let changed = format!("deploy {stack} --yes --momento-endpoint https://a.example.com");
    fault("--on validate");
    run(&changed);
    fault("--on update");
    run(&format!("{changed} --on-failure keep"));
    run(&format!("deploy {stack} --yes"));
    session.run("local fault add --resource DeadLetterQueue --on delete").success();
    run(&format!("destroy {stack} --yes"));
    run(&format!("destroy {stack} --yes"));
    run(&format!("deploy {stack}"));
    fault("--on update --times 2");
    run(&changed);
    run(&format!("deploy {stack} --yes"));
}

#[test]
fn the_deployer_needs_all_of_it_and_nothing_more() {
    let session = Session::new();
    let mut seen = Vec::new();
    let mut run = |line: &str| seen.extend(calls(&session, line));
    run("deploy");
    run("deploy");
    run("drift");
    // Every kind of resource changes: the connection by another token, the role by fewer destinations.
    session.file(
        "stacks/less.yaml",
        "name: momento-api\nevents: [cacheSet]\ndelivery: { retries: 3, cache-rate: 7 }\n",
    );
    session.file("key.txt", session.run("local key").success());
    run("deploy less --token-file key.txt");
    // What was changed by hand is changed back with the same permissions.
    with_cloud(&session, async |cloud| {
        let resources = deployed::resources(&cloud.clients, "momento-api").await.unwrap();
        let rule = resources.iter().find(|one| one.logical_id == "CacheSetByKeyRule").unwrap();
        cloud.clients.events().disable_rule().name(&rule.physical_id).send().await.unwrap();
    });
    run("drift --revert");
    recover(&session, "", &mut run);
    run("destroy --yes");
    run("deploy");
    prove(&session, Role::Deployer, "", (false, false), &seen);
}

#[test]
fn a_deployer_of_a_bus_needs_the_bus_too() {
    let session = Session::new();
    session.file("stacks/shop.yaml", include_str!("../../stacks/shop.yaml"));
    let mut seen = Vec::new();
    let mut run = |line: &str| seen.extend(calls(&session, line));
    run("deploy shop");
    run("deploy shop");
    run("drift shop");
    session.file(
        "stacks/shop.yaml",
        "name: shop-momento\nbus: { name: shop, create: true }\nevents: [cacheSet]\ndelivery: { cache-rate: 7 }\n",
    );
    session.file("key.txt", session.run("local key").success());
    run("deploy shop --token-file key.txt");
    recover(&session, "shop", &mut run);
    run("destroy shop --yes");
    run("deploy shop");
    prove(&session, Role::Deployer, "shop", (true, false), &seen);
}

#[test]
fn a_deployer_of_a_key_needs_the_key_too() {
    let session = Session::new();
    let private = include_str!("../../stacks/private.yaml").replace("private-momento", "momento-api");
    let mut seen = Vec::new();
    let mut run = |line: &str| seen.extend(calls(&session, line));
    run("deploy");
    session.file("stacks/private.yaml", &private);
    run("deploy private");
    session.file(
        "stacks/private.yaml",
        format!("{private}\nevents: [cacheSet]\ndelivery: {{ cache-rate: 7 }}\n"),
    );
    session.file("key.txt", session.run("local key").success());
    run("deploy private --token-file key.txt");
    run("drift private");
    recover(&session, "private", &mut run);
    run("destroy --yes");
    run("deploy private");
    prove(&session, Role::Deployer, "private", (false, true), &seen);
}

#[test]
fn the_producer_needs_all_of_it_and_nothing_more() {
    let session = Session::new();
    session.run("deploy --local").success();
    let mut seen = calls(&session, "put-event cacheSet");
    seen.extend(calls(&session, "put-event topicPublish"));
    prove(&session, Role::Producer, "", (false, false), &seen);
}

#[test]
fn the_operator_needs_all_of_it_and_nothing_more() {
    let session = Session::new();
    session.run("deploy --local").success();
    // What breaks the contract lies in the dead-letter queue.
    session.run("put-event cacheSet --local --unchecked --detail '{\"cacheName\":\"my-cache\"}'").success();
    with_cloud(&session, async |cloud| {
        let resources = deployed::resources(&cloud.clients, "momento-api").await.unwrap();
        let physical =
            |id: &str| resources.iter().find(|one| one.logical_id == id).unwrap().physical_id.clone();
        let rule = physical("CacheSetByKeyRule");
        cloud.clients.events().disable_rule().name(rule).send().await.unwrap();
        let queue = cloud.clients.queues().set_queue_attributes().queue_url(physical("DeadLetterQueue"));
        queue.attributes("Policy".into(), "").send().await.unwrap();
    });
    let mut seen = Vec::new();
    for line in
        ["drift", "doctor --fix", "token check", "token rotate", "token check", "doctor", "status --follow"]
    {
        seen.extend(calls(&session, line));
    }
    prove(&session, Role::Operator, "", (false, false), &seen);
}

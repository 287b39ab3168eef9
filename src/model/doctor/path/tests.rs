//! What each check says of a part that is as it should be, and of one that is not.

use serde_json::json;

use super::*;
use crate::model::doctor::Verdict;
use crate::model::doctor::declared::tests::default;
use crate::model::doctor::parts::{Connection, Destination, Queue, Role};

const EXPECTED: Expected<'_> = Expected {
    account: "1",
    base_url: "https://m",
    connection_arn: Some("c"),
    connection_changed: None,
    others: &[],
    destination_arns: &[],
    queue_arn: Some("q"),
    role_arn: Some("r"),
    declared: None,
};

const RULES: [&str; 2] = ["arn:aws:events:us-east-1:1:rule/a", "arn:aws:events:us-east-1:1:rule/b"];

fn rules() -> Vec<String> {
    RULES.map(str::to_owned).to_vec()
}

fn with_policy(policy: String) -> Check {
    let queue = Queue {
        url: "u".into(),
        arn: "q".into(),
        policy: Some(policy),
        encrypted: true,
        key: None,
        messages: 0,
        retention: None,
        largest: None,
        redrive: None,
    };
    queue::queue("Q", &Ok(Some(queue)), &rules(), &EXPECTED).swap_remove(0)
}

/// Judges the stack's own policy with one more statement, or with one changed.
fn changed(change: impl FnOnce(&mut Vec<Value>)) -> Check {
    let mut policy: Value = serde_json::from_str(&queue_policy("q", &rules())).unwrap();
    change(policy["Statement"].as_array_mut().unwrap());
    with_policy(policy.to_string())
}

#[test]
fn the_policy_that_is_put_back_passes_its_check() {
    assert_eq!(with_policy(queue_policy("q", &rules())).verdict, Verdict::Ok);
    assert_eq!(
        with_policy(queue_policy("q", &rules()[..1])).evidence,
        "1 of 2 rules may not write to it, first arn:aws:events:us-east-1:1:rule/b: what fails is lost"
    );
}

#[test]
fn the_policy_that_is_put_back_is_the_templates() {
    let declared = default();
    let template = &declared.of("DeadLetterQueuePolicy").unwrap()["PolicyDocument"];
    let arns = &template["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"];
    let arns: Vec<String> = serde_json::from_value(arns.clone()).unwrap();
    assert_eq!(arns.len(), 8);
    let put_back: Value = serde_json::from_str(&queue_policy("arn:DeadLetterQueue", &arns)).unwrap();
    assert_eq!(put_back, *template);
}

#[test]
fn a_queue_that_is_open_is_a_fault_that_names_the_statement() {
    let more = |principal: Value, action: &str| {
        changed(|all| {
            all.push(json!({"Sid": "More", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "q"}));
        })
    };
    let everybody = more(json!("*"), "sqs:*");
    assert_eq!(everybody.evidence, "it is open to others: everybody may do sqs:* (More)");
    assert_eq!(everybody.verdict, Verdict::Fail);
    assert_eq!(more(json!({"AWS": "2"}), "sqs:ReceiveMessage").verdict, Verdict::Fail);
    assert_eq!(more(json!({"Service": "sns.amazonaws.com"}), "sqs:SendMessage").verdict, Verdict::Fail);
    assert_eq!(
        more(json!({"Service": EVENTS}), "sqs:SendMessage").evidence,
        "rules of every account may write to it, as no condition on aws:SourceArn or aws:SourceAccount keeps them out"
    );
    let own = more(json!({"AWS": "arn:aws:iam::1:role/redrive"}), "sqs:ReceiveMessage");
    assert_eq!(own.verdict, Verdict::Warn);
    assert_eq!(more(json!({"AWS": "arn:aws:iam::1:root"}), "sqs:*").verdict, Verdict::Ok);
    let whole_account = changed(|all| {
        all[0]["Condition"] = json!({"StringEquals": {"aws:SourceAccount": "1"}});
    });
    assert_eq!(whole_account.evidence, "every rule of this account may write to it, not the stack's alone");
    assert_eq!(
        changed(|all| drop(all.pop())).evidence,
        "nothing denies requests without TLS: sqs:SendMessage is taken in the clear"
    );
    let narrow = changed(|all| all[1]["Action"] = json!("sqs:SendMessage"));
    assert!(narrow.evidence.contains("sqs:ReceiveMessage is taken in the clear"), "{narrow:?}");
}

#[test]
fn a_role_that_others_may_take_or_that_may_do_more_is_a_fault() {
    let destinations = ["d".to_owned()];
    let expected = Expected { destination_arns: &destinations, ..EXPECTED };
    let check = |principal: Value, condition: Value, action: &str, resource: &str| {
        let trust = json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole",
            "Condition": condition}]});
        let policy = json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]});
        let role = Role {
            arn: "arn:aws:iam::1:role/r".into(),
            trust: trust.to_string(),
            policies: vec![("CallMomento".into(), policy.to_string())],
            attached: Vec::new(),
            boundary: None,
        };
        role::role(&Ok(Some(role)), &rules(), &expected)
            .into_iter()
            .map(|check| check.evidence)
            .collect::<Vec<_>>()
    };
    let (service, call) = (json!({"Service": EVENTS}), "events:InvokeApiDestination");
    let account = json!({"StringEquals": {"aws:SourceAccount": "1"}});
    assert_eq!(
        check(service.clone(), account.clone(), call, "d"),
        [
            "events.amazonaws.com may take it for 2 rules, and nobody else may",
            "it may call every destination, and nothing else"
        ]
    );
    let arn = json!({"ArnLike": {"aws:SourceArn": "arn:aws:events:us-east-1:1:rule/*"}});
    assert!(check(service.clone(), arn, call, "d")[0].ends_with("nobody else may"));
    assert!(check(service.clone(), json!({}), call, "d")[0].contains("rules of every account"));
    let both = json!({"Service": EVENTS, "AWS": "arn:aws:iam::2:user/eve"});
    assert_eq!(
        check(both, account.clone(), call, "d")[0],
        "others may take it: arn:aws:iam::2:user/eve in statement 1"
    );
    assert_eq!(
        check(service.clone(), account.clone(), call, "*")[1],
        "it may do more than call the destinations: events:InvokeApiDestination on * (statement 1 of CallMomento)"
    );
    assert!(check(service, account, "*", "d")[1].contains("more than call"));
}

#[test]
fn what_cannot_be_looked_at_is_unknown_and_what_is_gone_is_a_fault() {
    assert_eq!(connection("C", &Err("AccessDenied".into()), &EXPECTED).verdict, Verdict::Unknown);
    assert_eq!(connection("C", &Ok(None), &EXPECTED).verdict, Verdict::Fail);
    assert_eq!(rule("R", &Ok(None), &EXPECTED).name, "rule R");
}

#[test]
fn a_connection_is_held_against_its_stack_and_its_time() {
    let at = |minute: i64| Timestamp::from_second(minute * 60).ok();
    let arn = "arn:aws:events:us-east-1:1:connection/c/uuid";
    let expected = Expected { connection_arn: Some(arn), connection_changed: at(10), ..EXPECTED };
    let check = |authorization: &str, key_name: &str, minute: i64| {
        let connection = Connection {
            arn: arn.into(),
            state: "AUTHORIZED".into(),
            reason: None,
            authorization: authorization.into(),
            key_name: Some(key_name.into()),
            additions: Vec::new(),
            key: None,
            modified: at(minute),
        };
        connection::connection("C", &Ok(Some(connection)), &expected)
    };
    assert_eq!(check("API_KEY", "authorization", 12).verdict, Verdict::Ok);
    assert_eq!(check("API_KEY", "Authorization", 13).verdict, Verdict::Warn);
    assert!(check("API_KEY", "X-Key", 10).evidence.contains("the header X-Key"));
    assert!(check("BASIC", "Authorization", 10).evidence.starts_with("it authorises by BASIC"));
}

#[test]
fn a_host_that_only_begins_like_momento_is_another_host() {
    let destination = |endpoint: &str| {
        Ok(Some(Destination {
            arn: "d".into(),
            state: "ACTIVE".into(),
            connection_arn: Some("c".into()),
            endpoint: endpoint.into(),
            method: "PUT".into(),
            rate: Some(1),
        }))
    };
    assert_eq!(super::destination("D", &destination("https://m/cache/*"), &EXPECTED).verdict, Verdict::Ok);
    assert_eq!(
        super::destination("D", &destination("https://m.evil/cache/*"), &EXPECTED).verdict,
        Verdict::Fail
    );
}

//! The command that a command prints as the next one: run as it is printed, it works.

use crate::harness::{Outcome, Session};

/// The stack of the README: a bus of its own, and two sources.
const SHOP: &str =
    "name: shop-momento\nbus: { name: shop, create: true }\nsource: [shop.orders, shop.prices]\n";

/// Returns the command that an outcome prints as the next one, without the program's name.
fn next(outcome: &Outcome) -> String {
    let stderr = outcome.stderr();
    let line = stderr.lines().find(|line| line.starts_with("next: "));
    let line = line.unwrap_or_else(|| panic!("no next step in:\n{outcome}"));
    line.split_once("evbridge-momento ").unwrap().1.to_owned()
}

#[test]
fn the_next_command_of_a_deploy_puts_an_event_that_arrives() {
    for (lines, expected) in [
        (&["deploy --local"][..], "put-event cacheSet --local"),
        (&["deploy shop --local"], "put-event cacheSet --stack shop --local"),
        (
            &["deploy shop --stack-name till --local"],
            "put-event cacheSet --stack shop --stack-name till --local",
        ),
        (&["deploy --stack-name till --local"], "put-event cacheSet --stack-name till --local"),
        (&["deploy shop --local", "deploy --bus shop --local"], "put-event cacheSet --bus shop --local"),
        (
            &["deploy --local --region us-east-1", "deploy --local --region eu-west-1"],
            "put-event cacheSet --region eu-west-1 --local",
        ),
        (
            &["deploy 'my stacks/t.yaml' --local --local-dir other"],
            "put-event topicPublish --stack 'my stacks/t.yaml' --local --local-dir other",
        ),
    ] {
        let session = Session::new();
        session.file("stacks/shop.yaml", SHOP);
        session.file("my stacks/t.yaml", "name: topics\nevents: [topicPublish]\n");
        let outcomes: Vec<_> = lines.iter().map(|line| session.run(line)).collect();
        let command = next(outcomes.last().unwrap());
        assert_eq!(command, expected);
        let put = session.run(&command);
        assert!(put.success().contains("\ndelivered by rule "), "{command}\n{put}");
    }
}

#[test]
fn the_next_command_of_a_prepared_deploy_carries_it_out() {
    let session = Session::new();
    session.file("stacks/shop.yaml", SHOP);
    let prepared = session.run("deploy shop --local --no-execute-changeset --change-set-name first");
    let command = next(&prepared);
    assert_eq!(
        command,
        "deploy shop --stack-name shop-momento --region us-east-1 --local --change-set-name first"
    );
    let deployed = session.run(&command);
    deployed.success();
    session.run(&next(&deployed)).success();
}

#[test]
fn an_event_that_no_rule_takes_leads_to_the_reason_or_to_the_deploy() {
    let session = Session::new();
    session.file("stacks/shop.yaml", SHOP.replace("name: shop, create: true", "name: default"));
    let lost = session.run("put-event cacheSet --stack shop --local");
    assert_eq!((lost.status(), next(&lost).as_str()), (Some(9), "deploy shop --local"));
    session.run(&next(&lost)).success();
    let lost = session.run("put-event cacheSet --stack shop --source demo --local");
    assert_eq!(lost.status(), Some(9), "{lost}");
    let id = lost.stdout().lines().next().unwrap().to_owned();
    assert_eq!(next(&lost), format!("explain {id} --stack shop --local"));
    assert!(session.run(&next(&lost)).success().contains("shop.orders"));
}

#[test]
fn a_bus_beside_the_stacks_own_is_refused() {
    let session = Session::new();
    session.file("stacks/shop.yaml", SHOP);
    let outcome = session.run("deploy shop --bus orders --local");
    assert_eq!(
        outcome.stderr(),
        "error: the stack makes its own event bus shop, and `--bus` names orders\n\n\
         hint: leave `--bus` and EVBRIDGE_MOMENTO_BUS out, or take `create` out of the definition\n"
    );
    assert_eq!(outcome.status(), Some(2));
}

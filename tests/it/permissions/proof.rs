//! Each role runs its commands with nothing but its own policy: no call is outside it, and every action is used.
//!
//! The local cloud holds what the role calls itself against the policy, as IAM does; what CloudFormation calls for
//! it is held against the policy here, from the log.

use evbridge_momento::aws::deployed;
use evbridge_momento::model::permissions::{Case, Role};

use super::holder::Holder;
use crate::callers::TRUST;
use crate::harness::{Session, with_cloud};

#[test]
fn the_deployer_needs_all_of_it_and_nothing_more() {
    let mut deployer = Holder::of(Session::new(), Role::Deployer, "", Case::default());
    deployer.run("diff");
    deployer.run("deploy");
    deployer.run("deploy");
    deployer.run("drift");
    // Every kind of resource changes: the connection by another token, the role by fewer destinations.
    deployer.session.file(
        "stacks/less.yaml",
        "name: momento-api\nevents: [cacheSet]\ndelivery: { retries: 3, cache-rate: 7 }\n",
    );
    deployer.new_token();
    deployer.run("diff less");
    deployer.run("deploy less --token-file key.txt");
    // In two steps.
    deployer.run("deploy --change-set-name one --no-execute-changeset");
    deployer.run("deploy --change-set-name one --yes");
    // What was changed by hand is changed back with the same permissions.
    deployer.change_by_hand("momento-api");
    deployer.run("drift --revert --yes");
    deployer.tag("");
    // Another bus: the trust names it. The rules of the one before are removed with the policy for it.
    deployer.bus("other");
    deployer.add("--bus other");
    deployer.run("deploy --bus other");
    deployer.run("deploy");
    deployer.repair("");
    deployer.run("destroy --yes");
    deployer.run("deploy");
    deployer.prove();
}

#[test]
fn a_deployer_of_a_bus_needs_the_bus_too() {
    let session = Session::new();
    session.file("stacks/shop.yaml", include_str!("../../../stacks/shop.yaml"));
    let case = Case { own_bus: true, ..Case::default() };
    let mut deployer = Holder::of(session, Role::Deployer, "shop", case);
    deployer.run("deploy shop");
    deployer.run("deploy shop");
    deployer.run("diff shop");
    deployer.run("drift shop");
    deployer.session.file(
        "stacks/shop.yaml",
        "name: shop-momento\nbus: { name: shop, create: true }\nevents: [cacheSet]\ndelivery: { cache-rate: 7 }\n",
    );
    deployer.new_token();
    deployer.run("deploy shop --token-file key.txt");
    deployer.tag("shop");
    deployer.change_by_hand("shop-momento");
    deployer.run("drift shop --revert --yes");
    deployer.repair("shop");
    deployer.run("destroy shop --yes");
    deployer.run("deploy shop");
    deployer.prove();
}

#[test]
fn a_deployer_who_gives_cloudformation_a_role_passes_it() {
    let role = "arn:aws:iam::000000000000:role/cloudformation";
    let session = Session::new();
    let mut deployer = Holder::of(session, Role::Deployer, "", Case::default());
    with_cloud(&deployer.session, async |cloud| {
        let role = cloud.clients.roles().create_role().role_name("cloudformation");
        role.assume_role_policy_document(TRUST).send().await.unwrap();
    });
    // Without the permission AWS refuses the role, and the check says so before anything is done.
    let outcome = deployer.session.run(&format!("deploy --local --role-arn {role}"));
    assert_eq!(outcome.status(), Some(6), "{outcome}");
    assert!(outcome.stderr().contains("cause: IAM does not allow iam:PassRole\n"), "{outcome}");
    assert!(outcome.stderr().contains(&format!("--role-arn {role}")), "{outcome}");
    let outcome = deployer.session.run(&format!("deploy --local --skip-checks --role-arn {role}"));
    assert!(
        outcome.stderr().contains("is not authorized to perform: iam:PassRole on resource: "),
        "{outcome}"
    );
    deployer.add(&format!("--role-arn {role}"));
    deployer.run(&format!("deploy --role-arn {role}"));
    deployer.run(&format!("destroy --yes --role-arn {role}"));
    let passed = deployer.calls.iter().filter(|call| call.resource == role);
    assert!(passed.count() > 1);
}

#[test]
fn a_deployer_of_a_key_needs_the_key_too() {
    let session = Session::new();
    let private = include_str!("../../../stacks/private.yaml").replace("private-momento", "momento-api");
    session.file("stacks/private.yaml", &private);
    let case = Case { own_key: true, ..Case::default() };
    let mut deployer = Holder::of(session, Role::Deployer, "private", case);
    deployer.run("deploy");
    deployer.run("deploy private");
    deployer.session.file(
        "stacks/private.yaml",
        format!("{private}\nevents: [cacheSet]\ndelivery: {{ cache-rate: 7 }}\n"),
    );
    deployer.new_token();
    deployer.run("deploy private --token-file key.txt");
    deployer.run("drift private");
    deployer.tag("private");
    deployer.change_by_hand("momento-api");
    deployer.run("drift private --revert --yes");
    deployer.repair("private");
    deployer.run("destroy --yes");
    deployer.run("deploy private");
    deployer.prove();
}

#[test]
fn the_producer_needs_all_of_it_and_nothing_more() {
    let session = Session::new();
    session.run("deploy --local").success();
    let mut producer = Holder::of(session, Role::Producer, "", Case::default());
    for line in ["cacheSet", "cacheDelete", "topicPublish --explain", "cacheSet --dry-run --explain"] {
        producer.run(&format!("put-event {line}"));
    }
    producer.prove();
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
    let mut operator = Holder::of(session, Role::Operator, "", Case::default());
    operator.new_token();
    for line in [
        "drift",
        "explain cacheSet --aws",
        "doctor --fix",
        "token check",
        "token set --token-file key.txt",
        "token rotate",
        "token rotate --mint --role read-write",
        "token rotate --mint --role read-write",
        "token check",
        "doctor --role operator",
        "status",
        "status --follow",
    ] {
        operator.run(line);
    }
    let mut watching = operator.session.serve("status --local --watch --interval 10ms --output json -v");
    (0..2).for_each(|_| drop(watching.wait_for(r#""schema":"status/1""#)));
    let said = watching.said();
    operator.read(&said, "");
    operator.prove();
}

//! Every kind of resource is looked at, and brought back.

use aws_sdk_eventbridge::types::Tag;

use super::physical;
use crate::harness::{Session, with_cloud};

/// Runs `drift` and returns what differs: the names with their paths.
fn found(session: &Session) -> Vec<String> {
    let answer = session.run("drift --local --output json").json();
    let resources = answer["resources"].as_array().unwrap().iter();
    let drifted =
        resources.filter(|resource| ["modified", "deleted"].contains(&resource["state"].as_str().unwrap()));
    let mut lines: Vec<String> = drifted
        .map(|resource| {
            let paths = resource["properties"].as_array().unwrap().iter();
            let paths: Vec<&str> = paths.map(|property| property["path"].as_str().unwrap()).collect();
            let name = resource["logical_id"].as_str().unwrap();
            format!("{name} {} {}", resource["state"].as_str().unwrap(), paths.join(" "))
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn what_was_changed_is_found_in_every_kind_of_resource() {
    let session = Session::new();
    session.run("deploy --local").success();
    with_cloud(&session, async |cloud| {
        let clients = &cloud.clients;
        let role = physical(cloud, "DeliveryRole").await;
        let more = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
        let put = clients.roles().put_role_policy().role_name(&role).policy_name("More");
        put.policy_document(more).send().await.unwrap();
        clients.roles().update_role().role_name(&role).description("mine").send().await.unwrap();
        let queue = physical(cloud, "DeadLetterQueue").await;
        clients.queues().tag_queue().queue_url(&queue).tags("owner", "me").send().await.unwrap();
        let connection = physical(cloud, "MomentoConnection").await;
        let update = clients.events().update_connection().name(&connection).description("mine");
        update.send().await.unwrap();
        let topic_rule = physical(cloud, "TopicPublishRule").await;
        let arn = clients.events().describe_rule().name(&topic_rule).send().await.unwrap();
        let tag = Tag::builder().key("owner").value("me").build().unwrap();
        clients.events().tag_resource().resource_arn(arn.arn().unwrap()).tags(tag).send().await.unwrap();
        let put = clients.events().put_rule().name(&topic_rule).event_pattern(r#"{"source":["mine"]}"#);
        put.send().await.unwrap();
    });
    assert_eq!(
        found(&session),
        [
            "DeadLetterQueue modified /Tags/2",
            "DeliveryRole modified /Description /Policies/1",
            "MomentoConnection modified /Description",
            "TopicPublishRule modified /Description /EventPattern/detail-type /EventPattern/detail \
             /EventPattern/source /Tags/2",
        ]
    );
    session.run("drift --local --revert").success();
    assert_eq!(found(&session), [""; 0]);
    session.run("put-event topicPublish --local").success();
}

#[test]
fn an_own_bus_is_looked_at_too() {
    let session = Session::new();
    session.file("stacks/shop.yaml", include_str!("../../../stacks/shop.yaml"));
    session.run("deploy shop --local").success();
    let drift = "drift shop --local --exit-code";
    session.run(drift).success();
    with_cloud(&session, async |cloud| {
        let events = cloud.clients.events();
        let bus = events.describe_event_bus().name("shop").send().await.unwrap();
        let tag = Tag::builder().key("owner").value("me").build().unwrap();
        events.tag_resource().resource_arn(bus.arn().unwrap()).tags(tag).send().await.unwrap();
    });
    assert_eq!(session.run(drift).status(), Some(3));
    session.run(&format!("{drift} --revert")).success();
    session.run(drift).success();
}

#[test]
fn everything_may_be_gone() {
    let session = Session::new();
    session.run("deploy --local").success();
    with_cloud(&session, async |cloud| {
        let clients = &cloud.clients;
        let queue = physical(cloud, "DeadLetterQueue").await;
        clients.queues().delete_queue().queue_url(queue).send().await.unwrap();
        let connection = physical(cloud, "MomentoConnection").await;
        clients.events().delete_connection().name(connection).send().await.unwrap();
        let destination = physical(cloud, "CacheSetDestination").await;
        clients.events().delete_api_destination().name(destination).send().await.unwrap();
        let role = physical(cloud, "DeliveryRole").await;
        let policies = clients.roles().list_role_policies().role_name(&role).send().await.unwrap();
        for policy in policies.policy_names() {
            clients.roles().delete_role_policy().role_name(&role).policy_name(policy).send().await.unwrap();
        }
        clients.roles().delete_role().role_name(&role).send().await.unwrap();
    });
    super::delete_rule(&session, "CacheSetByKeyRule");
    let before = found(&session);
    // Without a connection the other destinations lose theirs.
    let deleted = before.iter().filter(|line| line.ends_with(" deleted")).count();
    assert_eq!((deleted, before.len()), (5, 7), "{before:?}");
    session.run("drift --local --revert --exit-code").success();
    assert_eq!(found(&session), [""; 0]);
    session.run("put-event cacheSet --local").success();
    session.run("destroy --local --yes").success();
}

//! The local CloudFormation's drift actions, as the SDK's clients see them.

use aws_sdk_cloudformation::types::{
    ChangeAction, DeploymentMode, DifferenceType, StackDriftDetectionStatus, StackDriftStatus,
    StackResourceDriftStatus,
};
use evbridge_momento::aws::error::message;

use super::{delete_rule, physical, tamper};
use crate::harness::{Session, with_cloud};

const STACK: &str = "momento-api";

#[test]
fn a_detection_is_started_followed_and_read() {
    let session = Session::new();
    session.run("deploy --local").success();
    tamper(&session);
    delete_rule(&session, "CacheDeleteByKeyRule");
    with_cloud(&session, async |cloud| {
        let client = cloud.clients.cloudformation();
        let before = client.describe_stack_resource_drifts().stack_name(STACK).send().await.unwrap();
        assert!(before.stack_resource_drifts().is_empty());
        let id = client.detect_stack_drift().stack_name(STACK).send().await.unwrap();
        let id = id.stack_drift_detection_id().unwrap().to_owned();
        let status = loop {
            let look = client.describe_stack_drift_detection_status().stack_drift_detection_id(&id);
            let look = look.send().await.unwrap();
            if look.detection_status() != Some(&StackDriftDetectionStatus::DetectionInProgress) {
                break look;
            }
            assert_eq!(look.drifted_stack_resource_count(), None);
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        };
        assert_eq!(status.detection_status(), Some(&StackDriftDetectionStatus::DetectionComplete));
        assert_eq!(status.stack_drift_status(), Some(&StackDriftStatus::Drifted));
        assert_eq!(status.drifted_stack_resource_count(), Some(4));
        let drifts = client
            .describe_stack_resource_drifts()
            .stack_name(STACK)
            .stack_resource_drift_status_filters(StackResourceDriftStatus::Modified)
            .send()
            .await
            .unwrap();
        let drifts = drifts.stack_resource_drifts();
        assert_eq!(drifts.len(), 3);
        let rule = drifts.iter().find(|one| one.logical_resource_id() == Some("CacheSetByKeyRule")).unwrap();
        let difference = &rule.property_differences()[0];
        assert_eq!(difference.property_path(), Some("/State"));
        assert_eq!(difference.expected_value(), Some("ENABLED"));
        assert_eq!(difference.actual_value(), Some("DISABLED"));
        assert_eq!(difference.difference_type(), Some(&DifferenceType::NotEqual));
        assert!(rule.actual_properties().unwrap().contains(r#""State":"DISABLED""#));

        let stacks = client.describe_stacks().stack_name(STACK).send().await.unwrap();
        let drift = stacks.stacks()[0].drift_information().unwrap();
        assert_eq!(drift.stack_drift_status(), Some(&StackDriftStatus::Drifted));
        assert!(drift.last_check_timestamp().is_some());
        let resources = client.describe_stack_resources().stack_name(STACK).send().await.unwrap();
        let not_in_sync: Vec<String> = resources
            .stack_resources()
            .iter()
            .filter_map(|one| Some(one.drift_information()?.stack_resource_drift_status()?.to_string()))
            .filter(|state| state != "IN_SYNC")
            .collect();
        let count = |wanted: &str| not_in_sync.iter().filter(|state| *state == wanted).count();
        assert_eq!((count("MODIFIED"), count("DELETED"), count("NOT_CHECKED")), (3, 1, 1));
    });
}

#[test]
fn one_resource_is_looked_at_alone() {
    let session = Session::new();
    session.run("deploy --local").success();
    with_cloud(&session, async |cloud| {
        let client = cloud.clients.cloudformation();
        let look = async |name: &str| {
            client.detect_stack_resource_drift().stack_name(STACK).logical_resource_id(name).send().await
        };
        let found = look("CacheSetByKeyRule").await.unwrap();
        let state = |found: &aws_sdk_cloudformation::types::StackResourceDrift| {
            found.stack_resource_drift_status().unwrap().clone()
        };
        assert_eq!(state(found.stack_resource_drift().unwrap()), StackResourceDriftStatus::InSync);
        // A target that somebody added is on one side only.
        let rule = physical(cloud, "CacheSetByKeyRule").await;
        let queue = physical(cloud, "DeadLetterQueue").await;
        let name = queue.rsplit('/').next().unwrap();
        let target = aws_sdk_eventbridge::types::Target::builder()
            .id("spy")
            .arn(format!("arn:aws:sqs:{}:000000000000:{name}", cloud.region()))
            .build()
            .unwrap();
        cloud.clients.events().put_targets().rule(&rule).targets(target).send().await.unwrap();
        let found = look("CacheSetByKeyRule").await.unwrap();
        let found = found.stack_resource_drift().unwrap();
        assert_eq!(state(found), StackResourceDriftStatus::Modified);
        assert_eq!(found.property_differences()[0].difference_type(), Some(&DifferenceType::Add));
        let refused = look("DeadLetterQueuePolicy").await.unwrap_err();
        assert_eq!(
            message(&refused),
            Some("Resource type AWS::SQS::QueuePolicy does not support drift detection")
        );
        assert!(message(&look("Nothing").await.unwrap_err()).unwrap().contains("does not exist"));
    });
}

#[test]
fn a_drift_aware_change_set_compares_three_ways() {
    let session = Session::new();
    session.run("deploy --local").success();
    tamper(&session);
    session.run("deploy --local --revert-drift --no-execute-changeset --change-set-name back").success();
    with_cloud(&session, async |cloud| {
        let client = cloud.clients.cloudformation();
        let described = client.describe_change_set().stack_name(STACK).change_set_name("back");
        let described = described.include_property_values(true).send().await.unwrap();
        assert_eq!(described.deployment_mode(), Some(&DeploymentMode::RevertDrift));
        assert_eq!(described.changes().len(), 3);
        for change in described.changes() {
            let change = change.resource_change().unwrap();
            assert_eq!(change.action(), Some(&ChangeAction::Modify));
            assert_eq!(change.resource_drift_status(), Some(&StackResourceDriftStatus::Modified));
            let target = change.details()[0].target().unwrap();
            assert_eq!(target.before_value_from().unwrap().as_str(), "ACTUAL_STATE");
            assert_eq!(target.drift().unwrap().actual_value(), target.before_value());
            assert_eq!(target.drift().unwrap().previous_value(), target.after_value());
        }
    });
}

#[test]
fn a_template_that_follows_what_was_done_by_hand_changes_nothing() {
    let session = Session::new();
    session.run("deploy --local").success();
    with_cloud(&session, async |cloud| {
        let destination = physical(cloud, "CacheSetDestination").await;
        let update = cloud.clients.events().update_api_destination().name(destination);
        update.invocation_rate_limit_per_second(7).send().await.unwrap();
    });
    session.file("stacks/slow.yaml", "name: momento-api\ndelivery: { cache-rate: 7 }\n");
    let deploy = "deploy slow --local --revert-drift";
    session.run(&format!("{deploy} --no-execute-changeset --change-set-name follow")).success();
    with_cloud(&session, async |cloud| {
        let described = cloud.clients.cloudformation().describe_change_set();
        let described = described.stack_name(STACK).change_set_name("follow").send().await.unwrap();
        let actions: Vec<(&str, &str)> = described
            .changes()
            .iter()
            .filter_map(|change| {
                let change = change.resource_change()?;
                Some((change.logical_resource_id()?, change.action()?.as_str()))
            })
            .collect();
        assert_eq!(
            actions,
            [("CacheDeleteDestination", "Modify"), ("CacheSetDestination", "SyncWithActual")]
        );
    });
    let shown = session.run(deploy).stderr();
    assert!(shown.contains("UPDATE_COMPLETE  CacheDeleteDestination"), "{shown}");
    assert!(!shown.contains("UPDATE_COMPLETE  CacheSetDestination"), "{shown}");
    session.run("drift slow --local --exit-code").success();
}

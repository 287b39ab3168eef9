//! The actions that a fault can be at.

use std::fmt::Write as _;

use crate::model::problem::did_you_mean;

/// The services by the names that a SigV4 credential scope has for them, with their actions.
const ACTIONS: [(&str, &str); 10] = [
    (
        "cloudformation",
        "CancelUpdateStack ContinueUpdateRollback CreateChangeSet CreateStack DeleteChangeSet DeleteStack \
         DescribeChangeSet DescribeEvents DescribeStackDriftDetectionStatus DescribeStackEvents \
         DescribeStackResource DescribeStackResourceDrifts DescribeStackResources DescribeStacks \
         DetectStackDrift ExecuteChangeSet GetStackPolicy GetTemplate GetTemplateSummary ListChangeSets \
         ListExports ListStackResources ListStacks RollbackStack UpdateStack UpdateTerminationProtection \
         ValidateTemplate",
    ),
    (
        "events",
        "CancelReplay CreateApiDestination CreateArchive CreateConnection CreateEventBus \
         DeauthorizeConnection DeleteApiDestination DeleteArchive DeleteConnection DeleteEventBus DeleteRule \
         DescribeApiDestination DescribeArchive DescribeConnection DescribeEventBus DescribeReplay \
         DescribeRule DisableRule EnableRule ListApiDestinations ListArchives ListConnections ListEventBuses \
         ListReplays ListRuleNamesByTarget ListRules ListTagsForResource ListTargetsByRule PutEvents \
         PutPermission PutRule PutTargets RemovePermission RemoveTargets StartReplay TagResource \
         TestEventPattern UntagResource UpdateApiDestination UpdateArchive UpdateConnection UpdateEventBus",
    ),
    (
        "iam",
        "AttachRolePolicy CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy GetRole GetRolePolicy GetUser ListAttachedRolePolicies \
         ListInstanceProfilesForRole ListRolePolicies ListRoleTags ListRoles PutRolePolicy \
         SimulatePrincipalPolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole",
    ),
    (
        "logs",
        "CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DeleteResourcePolicy \
         DeleteRetentionPolicy DescribeLogGroups DescribeLogStreams DescribeResourcePolicies FilterLogEvents \
         GetLogEvents ListTagsForResource ListTagsLogGroup PutLogEvents PutResourcePolicy PutRetentionPolicy \
         TagLogGroup TagResource UntagLogGroup UntagResource",
    ),
    ("momento", "Delete Get ListKeys MakeKey Publish RevokeKey Set Subscribe"),
    (
        "monitoring",
        "DeleteAlarms DescribeAlarms GetMetricData GetMetricStatistics ListMetrics PutMetricAlarm \
         SetAlarmState",
    ),
    (
        "secretsmanager",
        "CreateSecret DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue ListSecretVersionIds \
         ListSecrets PutSecretValue RestoreSecret TagResource UntagResource UpdateSecret \
         UpdateSecretVersionStage",
    ),
    (
        "sns",
        "CreateTopic DeleteTopic GetSubscriptionAttributes GetTopicAttributes ListSubscriptions \
         ListSubscriptionsByTopic ListTagsForResource ListTopics Publish PublishBatch \
         SetSubscriptionAttributes SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource",
    ),
    (
        "sqs",
        "CancelMessageMoveTask ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue DeleteMessage \
         DeleteMessageBatch DeleteQueue GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues \
         ListMessageMoveTasks ListQueueTags ListQueues PurgeQueue ReceiveMessage SendMessage SendMessageBatch \
         SetQueueAttributes StartMessageMoveTask TagQueue UntagQueue",
    ),
    ("sts", "AssumeRole GetCallerIdentity"),
];

/// What Momento's HTTP API calls its actions, by their methods.
const METHODS: [(&str, &str); 4] =
    [("DELETE", "Delete"), ("GET", "Get"), ("POST", "Publish"), ("PUT", "Set")];

/// Finds a service and one of its actions, or `*` for all; the methods of Momento's HTTP API are taken for its
/// actions. Says what was meant where there is no such action, for it would never fail.
pub fn known(service: &str, action: &str) -> Result<(String, String), String> {
    // CloudWatch has one name in policies and another one in signatures.
    let service = if service == "cloudwatch" { "monitoring" } else { service };
    let found = |action: &str| Ok((service.to_owned(), action.to_owned()));
    if (service, action) == ("*", "*") {
        return found("*");
    }
    let services = || ACTIONS.iter().map(|(name, _)| *name);
    let Some((_, actions)) = ACTIONS.iter().find(|(name, _)| *name == service) else {
        let mut refusal = format!("the local cloud has no service {service}");
        let _ = match did_you_mean(service, services()) {
            Some(near) => write!(refusal, "; did you mean {near}:{action}?"),
            None => write!(refusal, "; it has {}", services().collect::<Vec<_>>().join(", ")),
        };
        return Err(refusal);
    };
    let actions = || actions.split_ascii_whitespace();
    let method = METHODS.iter().find(|(method, _)| service == "momento" && *method == action);
    if let Some((_, action)) = method {
        return found(action);
    }
    if action == "*" || actions().any(|known| known == action) {
        return found(action);
    }
    let mut refusal = format!("{service} has no action {action} in the local cloud");
    let near = nearest(action, actions());
    let _ = match near.as_slice() {
        [] => write!(refusal, "; it has {}", actions().collect::<Vec<_>>().join(", ")),
        near => write!(refusal, "; did you mean {}?", near.join(" or ")),
    };
    Err(refusal)
}

/// Returns the names that a misspelt one may mean, at most three.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Vec<&'a str> {
    let mut near: Vec<&str> = did_you_mean(name, known.clone()).into_iter().collect();
    let lower = name.to_lowercase();
    let alike = known.filter(|known| known.to_lowercase().contains(&lower));
    for known in alike {
        if near.len() < 3 && !near.contains(&known) {
            near.push(known);
        }
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files in which a service's actions are told apart.
    const SOURCES: [(&str, &str); 9] = [
        ("cloudformation", include_str!("../cloudformation/actions/mod.rs")),
        ("events", include_str!("../eventbridge/mod.rs")),
        ("iam", include_str!("../iam/mod.rs")),
        ("logs", include_str!("../logs/mod.rs")),
        ("monitoring", include_str!("../monitoring/mod.rs")),
        ("secretsmanager", include_str!("../secretsmanager/mod.rs")),
        ("sns", include_str!("../sns/mod.rs")),
        ("sqs", include_str!("../sqs/mod.rs")),
        ("sts", include_str!("../sts.rs")),
    ];

    #[test]
    fn they_are_the_actions_of_the_services() {
        for (service, source) in SOURCES {
            let arms = source.lines().map(str::trim).filter(|line| line.starts_with('"'));
            let names =
                arms.filter_map(|line| line.split_once(" =>")).flat_map(|(names, _)| names.split(" | "));
            let mut names: Vec<&str> = names.map(|name| name.trim_matches('"')).collect();
            names.retain(|name| name.chars().all(|c| c.is_ascii_alphanumeric()));
            names.sort_unstable();
            names.dedup();
            let (_, actions) = ACTIONS.iter().find(|(name, _)| *name == service).unwrap();
            assert_eq!(actions.split_ascii_whitespace().collect::<Vec<_>>(), names, "{service}");
        }
    }

    #[test]
    fn a_misspelt_action_is_refused_with_the_nearest() {
        let refused = |service, action| known(service, action).unwrap_err();
        assert_eq!(
            refused("events", "PutEvent"),
            "events has no action PutEvent in the local cloud; did you mean PutEvents?"
        );
        assert_eq!(
            refused("sqs", "Visibility"),
            "sqs has no action Visibility in the local cloud; did you mean ChangeMessageVisibility or \
             ChangeMessageVisibilityBatch?"
        );
        assert_eq!(
            refused("event", "PutEvents"),
            "the local cloud has no service event; did you mean events:PutEvents?"
        );
        assert!(refused("s3", "GetObject").ends_with(
            "; it has cloudformation, events, iam, logs, momento, \
            monitoring, secretsmanager, sns, sqs, sts"
        ));
        assert_eq!(
            refused("momento", "Increment"),
            "momento has no action Increment in the local cloud; it has Delete, Get, ListKeys, MakeKey, Publish, RevokeKey, Set, Subscribe"
        );
        assert_eq!(known("momento", "PUT"), Ok(("momento".to_owned(), "Set".to_owned())));
        assert!(known("sqs", "*").is_ok() && known("*", "*").is_ok());
        assert_eq!(known("cloudwatch", "*"), Ok(("monitoring".to_owned(), "*".to_owned())));
    }
}

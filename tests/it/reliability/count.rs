//! What there is in a session's local cloud, all of it: what is there twice or was left behind shows in a number.

use aws_sdk_cloudformation::types::ExecutionStatus;

use crate::harness::{Cloud, Session};

/// How many of everything there are in the one region that is used.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// The stacks with their status; an empty one is in `REVIEW_IN_PROGRESS`.
    pub(super) stacks: Vec<String>,
    /// The change sets that were not executed.
    pub(super) change_sets: usize,
    /// The secrets that are there.
    pub(super) secrets: usize,
    /// The versions of these secrets.
    pub(super) versions: usize,
    /// The secrets that wait for their deletion.
    pub(super) scheduled: usize,
    /// The connections, API destinations, rules, queues and roles.
    pub(super) parts: [usize; 5],
}

impl Count {
    /// Returns what a stack in a status has, with the versions of its secret.
    pub(super) fn of_stack(status: &str, versions: usize) -> Self {
        Self {
            stacks: vec![status.to_owned()],
            secrets: 1,
            versions,
            parts: [1, 3, 8, 1, 1],
            ..Self::default()
        }
    }

    /// Returns what is left of a stack whose secret can still be taken back.
    pub(super) fn of_nothing_but_a_scheduled_secret() -> Self {
        Self { scheduled: 1, ..Self::default() }
    }
}

/// Counts everything.
pub(super) fn count(session: &Session) -> Count {
    all(&session.cloud("us-east-1"))
}

/// Counts everything, and deletes what waits for its deletion.
pub(super) fn count_and_purge(session: &Session) -> Count {
    let cloud = session.cloud("us-east-1");
    let counted = all(&cloud);
    cloud.ask(async |clients| {
        let listed = clients.secrets().list_secrets().include_planned_deletion(true).send().await.unwrap();
        for secret in listed.secret_list() {
            let deletion = clients.secrets().delete_secret().force_delete_without_recovery(true);
            deletion.secret_id(secret.name().unwrap()).send().await.unwrap();
        }
    });
    counted
}

fn all(cloud: &Cloud) -> Count {
    cloud.ask(async |clients| {
        let cloudformation = clients.cloudformation();
        let described = cloudformation.describe_stacks().send().await.unwrap();
        let mut counted = Count::default();
        for stack in described.stacks() {
            counted.stacks.push(stack.stack_status().unwrap().to_string());
            let name = stack.stack_name().unwrap();
            let listed = cloudformation.list_change_sets().stack_name(name).send().await.unwrap();
            let executed = Some(&ExecutionStatus::ExecuteComplete);
            counted.change_sets +=
                listed.summaries().iter().filter(|one| one.execution_status() != executed).count();
        }
        let secrets = clients.secrets();
        let listed = secrets.list_secrets().include_planned_deletion(true).send().await.unwrap();
        for secret in listed.secret_list() {
            if secret.deleted_date().is_some() {
                counted.scheduled += 1;
                continue;
            }
            counted.secrets += 1;
            let versions = secrets.list_secret_version_ids().secret_id(secret.name().unwrap());
            let versions = versions.include_deprecated(true).send().await.unwrap();
            counted.versions += versions.versions().len();
        }
        let events = clients.events();
        counted.parts = [
            events.list_connections().send().await.unwrap().connections().len(),
            events.list_api_destinations().send().await.unwrap().api_destinations().len(),
            events.list_rules().send().await.unwrap().rules().len(),
            clients.queues().list_queues().send().await.unwrap().queue_urls().len(),
            clients.roles().list_roles().send().await.unwrap().roles().len(),
        ];
        counted
    })
}

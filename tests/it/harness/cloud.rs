//! What is in a session's local cloud, as the SDK's own clients see it.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudformation::types::ExecutionStatus;
use evbridge_momento::aws::Clients;
use evbridge_momento::local::clock::Pace;
use evbridge_momento::local::{Handle, open};

use super::Session;

/// An open local cloud; commands wait until it is dropped, as they do for one another.
pub(crate) struct Cloud {
    clients: Clients,
    // Dropped before the runtime, and so is all of its work.
    handle: Handle,
    runtime: tokio::runtime::Runtime,
}

/// All that deploys leave in a region.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// The stacks that are not deleted, with their status.
    pub(crate) stacks: Vec<(String, String)>,
    /// How many events the stack has had.
    pub(crate) events: usize,
    /// The names of the change sets that are not executed.
    pub(crate) change_sets: Vec<String>,
    /// The resources' logical ids with their status.
    pub(crate) resources: Vec<(String, String)>,
    /// The secrets with their versions.
    pub(crate) secrets: Vec<(String, Vec<String>)>,
}

impl Cloud {
    /// Opens the local cloud in a session's working directory, or finds the server that has it open.
    pub(crate) fn open(session: &Session, region: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let directory = session.directory().join(".evbridge-momento");
        let handle = runtime.block_on(open(&directory, Pace::Virtual)).unwrap();
        let credentials = Credentials::new("test", "test", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(handle.http_client())
            .endpoint_url(handle.endpoint_url())
            .build();
        Self { clients: Clients::new(config), handle, runtime }
    }

    /// Runs calls of the SDK's clients.
    pub(crate) fn ask<T>(&self, work: impl AsyncFnOnce(&Clients) -> T) -> T {
        self.runtime.block_on(work(&self.clients))
    }

    /// Does one of the local cloud's own actions.
    pub(crate) fn control(&self, action: &str, input: serde_json::Value) -> serde_json::Value {
        self.runtime.block_on(self.handle.call("us-east-1", action, input)).unwrap()
    }

    /// Looks at all that deploys of a stack leave.
    pub(crate) fn footprint(&self, stack: &str) -> Footprint {
        self.ask(async |clients| {
            let cloudformation = clients.cloudformation();
            let stacks = cloudformation.describe_stacks().send().await.unwrap();
            let stacks: Vec<(String, String)> = stacks
                .stacks()
                .iter()
                .map(|stack| (text(stack.stack_name()), stack.stack_status().unwrap().to_string()))
                .collect();
            let (mut events, mut change_sets, mut resources) = (0, Vec::new(), Vec::new());
            if stacks.iter().any(|(name, _)| name == stack) {
                let pages = cloudformation.describe_stack_events().stack_name(stack).into_paginator().send();
                events =
                    pages.try_collect().await.unwrap().iter().map(|page| page.stack_events().len()).sum();
                let listed = cloudformation.list_change_sets().stack_name(stack).send().await.unwrap();
                let waiting = listed
                    .summaries()
                    .iter()
                    .filter(|summary| summary.execution_status() != Some(&ExecutionStatus::ExecuteComplete));
                change_sets = waiting.map(|summary| text(summary.change_set_name())).collect();
                let listed =
                    cloudformation.describe_stack_resources().stack_name(stack).send().await.unwrap();
                let described = listed.stack_resources().iter().map(|resource| {
                    (text(resource.logical_resource_id()), resource.resource_status().unwrap().to_string())
                });
                resources = described.collect();
                resources.sort();
            }
            let mut secrets = Vec::new();
            for secret in clients.secrets().list_secrets().send().await.unwrap().secret_list() {
                let versions = clients.secrets().list_secret_version_ids().secret_id(text(secret.name()));
                let versions = versions.include_deprecated(true).send().await.unwrap();
                let ids = versions.versions().iter().map(|version| text(version.version_id()));
                secrets.push((text(secret.name()), ids.collect()));
            }
            Footprint { stacks, events, change_sets, resources, secrets }
        })
    }
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

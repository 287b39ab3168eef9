//! The AWS adapters: the real SDK clients, on AWS and on the local cloud alike.

pub mod change_sets;
mod changes;
pub mod cloudformation;
pub mod connections;
pub mod dead_letters;
pub mod deployed;
pub mod drift;
pub mod error;
pub mod events;
pub mod failures;
pub mod follow;
pub mod identity;
pub mod monitoring;
pub mod operations;
pub mod parts;
pub mod queues;
pub mod quotas;
pub mod role_credentials;
pub mod roles;
pub mod rules;
pub mod secrets;
pub mod simulation;

use std::sync::OnceLock;

use aws_config::SdkConfig;

/// The clients of one region, built when first used.
#[derive(Debug)]
pub struct Clients {
    config: SdkConfig,
    region: String,
    cloudformation: OnceLock<aws_sdk_cloudformation::Client>,
    events: OnceLock<aws_sdk_eventbridge::Client>,
    queues: OnceLock<aws_sdk_sqs::Client>,
    secrets: OnceLock<aws_sdk_secretsmanager::Client>,
    identity: OnceLock<aws_sdk_sts::Client>,
    monitoring: OnceLock<aws_sdk_cloudwatch::Client>,
    roles: OnceLock<aws_sdk_iam::Client>,
}

impl Clients {
    /// Makes the clients of a configuration whose region is set.
    pub fn new(config: SdkConfig) -> Self {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        Self {
            config,
            region,
            cloudformation: OnceLock::new(),
            events: OnceLock::new(),
            queues: OnceLock::new(),
            secrets: OnceLock::new(),
            identity: OnceLock::new(),
            monitoring: OnceLock::new(),
            roles: OnceLock::new(),
        }
    }

    /// Returns the region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the CloudFormation client.
    pub fn cloudformation(&self) -> &aws_sdk_cloudformation::Client {
        self.cloudformation.get_or_init(|| aws_sdk_cloudformation::Client::new(&self.config))
    }

    /// Returns the EventBridge client.
    pub fn events(&self) -> &aws_sdk_eventbridge::Client {
        self.events.get_or_init(|| aws_sdk_eventbridge::Client::new(&self.config))
    }

    /// Returns the SQS client.
    pub fn queues(&self) -> &aws_sdk_sqs::Client {
        self.queues.get_or_init(|| aws_sdk_sqs::Client::new(&self.config))
    }

    /// Returns the Secrets Manager client.
    pub fn secrets(&self) -> &aws_sdk_secretsmanager::Client {
        self.secrets.get_or_init(|| aws_sdk_secretsmanager::Client::new(&self.config))
    }

    /// Returns the STS client.
    pub fn identity(&self) -> &aws_sdk_sts::Client {
        self.identity.get_or_init(|| aws_sdk_sts::Client::new(&self.config))
    }

    /// Returns the CloudWatch client.
    pub fn monitoring(&self) -> &aws_sdk_cloudwatch::Client {
        self.monitoring.get_or_init(|| aws_sdk_cloudwatch::Client::new(&self.config))
    }

    /// Returns the IAM client.
    pub fn roles(&self) -> &aws_sdk_iam::Client {
        self.roles.get_or_init(|| aws_sdk_iam::Client::new(&self.config))
    }
}

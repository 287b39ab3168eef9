//! The local cloud put together: its services over one state, and what drives them.

use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;

use super::clock::{Clock, Pace};
use super::cloudformation::CloudFormation;
use super::eventbridge::EventBridge;
use super::iam::Iam;
use super::momento::Momento;
use super::secretsmanager::SecretsManager;
use super::sqs::Sqs;
use super::store::{Store, StoreError};
use super::sts::Sts;
use super::wire::{Answer, ApiError, Service, Services};

/// An open local cloud.
pub struct Cloud {
    pub(super) momento: Arc<Momento>,
    pub(super) events: EventBridge,
    cloudformation: CloudFormation,
    secretsmanager: SecretsManager,
    sqs: Sqs,
    iam: Iam,
    sts: Sts,
    store: Arc<Store>,
    work: Notify,
    driving: tokio::sync::Mutex<()>,
}

impl Cloud {
    /// Opens the cloud of a directory and goes on with what was under way; needs a running `tokio`.
    pub fn open(directory: &Path, pace: Pace) -> Result<Arc<Self>, StoreError> {
        let cloud = Self::over(Store::open(directory)?, pace)?;
        tokio::spawn(drive(Arc::downgrade(&cloud)));
        Ok(cloud)
    }

    /// Returns the directory of the state, or nothing for one in memory.
    pub fn directory(&self) -> Option<&Path> {
        self.store.directory()
    }

    /// Answers one API action, waiting where the action itself waits (long polling).
    pub async fn answer(&self, service: &str, region: &str, action: &str, input: &Value) -> Answer {
        let answer = match (service, action) {
            ("sqs", "ReceiveMessage") => self.sqs.receive(region, input).await,
            _ => self.call(service, region, action, input),
        };
        self.work.notify_one();
        answer
    }

    /// Drives all that is under way to its end: stack operations and deliveries.
    pub async fn settle(&self) -> Result<(), ApiError> {
        while self.step().await? {}
        Ok(())
    }

    fn over(store: Store, pace: Pace) -> Result<Arc<Self>, StoreError> {
        todo!()
    }

    /// Does the next piece of work; returns whether there was any.
    async fn step(&self) -> Result<bool, ApiError> {
        let _driving = self.driving.lock().await;
        let advanced = self.cloudformation.advance()?;
        let delivered = self.events.deliver().await?;
        Ok(advanced || delivered)
    }
}

impl Services for Cloud {
    fn call(&self, service: &str, region: &str, action: &str, input: &Value) -> Answer {
        let service: &dyn Service = match service {
            "cloudformation" => &self.cloudformation,
            "events" => &self.events,
            "iam" => &self.iam,
            "secretsmanager" => &self.secretsmanager,
            "sqs" => &self.sqs,
            "sts" => &self.sts,
            other => {
                let message = format!("the local cloud has no service {other}");
                return Err(ApiError::client("UnknownServiceException", message));
            }
        };
        service.call(region, action, input)
    }
}

/// Does work as it comes, until the cloud is closed.
async fn drive(cloud: Weak<Cloud>) {
    while let Some(cloud) = cloud.upgrade() {
        match cloud.step().await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => {
                // A notice that came meanwhile is kept; the pause is for work that time brings.
                let _ = tokio::time::timeout(Duration::from_millis(250), cloud.work.notified()).await;
            }
            Err(error) => {
                tracing::error!(%error, "the local cloud cannot go on with its work");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cloud").field("directory", &self.directory()).finish_non_exhaustive()
    }
}

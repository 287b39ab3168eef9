//! The local cloud put together: its services over one state, and what drives them.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::clock::{Clock, Pace};
use super::cloudformation::CloudFormation;
use super::eventbridge::{EventBridge, World};
use super::iam::Iam;
use super::momento::Momento;
use super::secretsmanager::SecretsManager;
use super::sqs::Sqs;
use super::store::{Store, StoreError};
use super::sts::Sts;
use super::transport::Wire;
use super::wire::{Answer, ApiError, Service, Services};

/// An open local cloud. Its work stops when it is dropped, and goes on when the state is opened again.
pub struct Cloud {
    apis: Arc<Apis>,
    store: Arc<Store>,
    world: Arc<World<Wire>>,
    workers: [JoinHandle<()>; 2],
}

/// The services by their names.
struct Apis {
    cloudformation: CloudFormation,
    events: Arc<EventBridge>,
    iam: Arc<Iam>,
    momento: Arc<Momento>,
    secretsmanager: SecretsManager,
    sqs: Sqs,
    sts: Sts,
    /// Tells that a stack operation may have begun.
    begun: Notify,
}

impl Cloud {
    /// Opens the cloud of a directory and goes on with what was under way; needs a running `tokio`.
    ///
    /// The URLs of queues begin with the base, such as `http://localhost:4566`.
    pub fn open(directory: &Path, pace: Pace, base: &str) -> Result<Self, StoreError> {
        let store = Arc::new(Store::open(directory)?);
        let clock = Arc::new(Clock::new(pace));
        let both = || (Arc::clone(&store), Arc::clone(&clock));
        let momento = Arc::new(Momento::new(both().0, both().1)?);
        let iam = Arc::new(Iam::new(both().0, both().1));
        let apis = Arc::new(Apis {
            cloudformation: CloudFormation::new(both().0, both().1)?,
            events: Arc::new(EventBridge::open(both().0, both().1)?),
            iam: Arc::clone(&iam),
            momento: Arc::clone(&momento),
            secretsmanager: SecretsManager::new(both().0, both().1),
            sqs: Sqs::new(both().0, both().1, base)?,
            sts: Sts::new(iam, both().1),
            begun: Notify::new(),
        });
        let services: Arc<dyn Services> = Arc::clone(&apis) as Arc<dyn Services>;
        let world = Arc::new(World { transport: Wire::new(momento), services });
        let workers = [
            tokio::spawn(advance(Arc::clone(&apis))),
            tokio::spawn(deliver(Arc::clone(&apis), Arc::clone(&world))),
        ];
        Ok(Self { apis, store, world, workers })
    }

    /// Returns the directory of the state, or nothing for one in memory.
    pub fn directory(&self) -> Option<&Path> {
        self.store.directory()
    }

    /// Returns the Momento stand-in.
    pub fn momento(&self) -> &Momento {
        &self.apis.momento
    }

    /// Returns the local `EventBridge`.
    pub fn events(&self) -> &EventBridge {
        &self.apis.events
    }

    /// Answers one API action, waiting where the action itself waits (long polling).
    pub async fn answer(&self, service: &str, region: &str, action: &str, input: &Value) -> Answer {
        super::calls::log(service, region, action, input, None);
        match (service, action) {
            ("sqs", "ReceiveMessage") => self.apis.sqs.receive(region, input).await,
            _ => self.apis.call(service, region, action, input),
        }
    }

    /// Drives all that is under way to its end: stack operations and deliveries.
    pub async fn settle(&self) -> Result<(), ApiError> {
        while self.apis.cloudformation.advance(&OnBehalf(&self.apis))? {}
        self.apis.events.settle(&self.world).await
    }
}

impl Services for Apis {
    fn call(&self, service: &str, region: &str, action: &str, input: &Value) -> Answer {
        let called: &dyn Service = match service {
            "cloudformation" => &self.cloudformation,
            "events" => &*self.events,
            "iam" => &*self.iam,
            "secretsmanager" => &self.secretsmanager,
            "sqs" => &self.sqs,
            "sts" => &self.sts,
            other => {
                let message = format!("the local cloud has no service {other}");
                return Err(ApiError::client("UnknownServiceException", message));
            }
        };
        let answer = called.call(region, action, input);
        if service == "cloudformation" {
            self.begun.notify_one();
        }
        answer
    }
}

/// The services as CloudFormation calls them, with the permissions of its user.
struct OnBehalf<'a>(&'a Apis);

impl Services for OnBehalf<'_> {
    fn call(&self, service: &str, region: &str, action: &str, input: &Value) -> Answer {
        super::calls::log(service, region, action, input, Some("cloudformation"));
        self.0.call(service, region, action, input)
    }
}

/// Advances stack operations as they begin.
async fn advance(apis: Arc<Apis>) {
    loop {
        match apis.cloudformation.advance(&OnBehalf(&apis)) {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => apis.begun.notified().await,
            Err(error) => pause("stack operations", &error).await,
        }
    }
}

/// Delivers events as they are put.
async fn deliver(apis: Arc<Apis>, world: Arc<World<Wire>>) {
    loop {
        if let Err(error) = apis.events.run(&world).await {
            pause("deliveries", &error).await;
        }
    }
}

async fn pause(work: &str, error: &ApiError) {
    tracing::error!(%error, "the local cloud cannot go on with its {work}");
    tokio::time::sleep(Duration::from_secs(1)).await;
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.workers.iter().for_each(JoinHandle::abort);
    }
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cloud").field("directory", &self.directory()).finish_non_exhaustive()
    }
}

//! The local cloud put together: its services over one state, and what drives them.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::callers;
use super::clock::{Clock, Pace};
use super::cloudformation::CloudFormation;
use super::eventbridge::{EventBridge, World};
use super::fault::{self, Effect};
use super::iam::Iam;
use super::logs::Logs;
use super::momento::Momento;
use super::monitoring::CloudWatch;
use super::secretsmanager::SecretsManager;
use super::sns::Sns;
use super::sqs::Sqs;
use super::store::{Store, StoreError};
use super::sts::Sts;
use super::transport::Wire;
use super::wire::{ACCOUNT, Answer, ApiError, Service, Services};

/// How long the answer to a stack's action waits for what it began.
const LINGER: Duration = Duration::from_secs(2);

/// An open local cloud. Its work stops when it is dropped, and goes on when the state is opened again.
pub struct Cloud {
    apis: Arc<Apis>,
    store: Arc<Store>,
    world: Arc<World<Wire>>,
    /// Whether clients come by the network.
    served: AtomicBool,
    workers: [JoinHandle<()>; 2],
}

/// How long a call that a fault leaves without an answer is kept.
const SILENCE: Duration = Duration::from_mins(15);

/// How long a stack operation that a fault makes late is left alone.
const HELD: Duration = Duration::from_millis(20);

/// The services by their names.
struct Apis {
    clock: Arc<Clock>,
    cloudformation: CloudFormation,
    events: Arc<EventBridge>,
    iam: Arc<Iam>,
    logs: Logs,
    momento: Arc<Momento>,
    monitoring: CloudWatch,
    secretsmanager: SecretsManager,
    sns: Sns,
    sqs: Arc<Sqs>,
    sts: Sts,
    /// Tells that a stack operation may have begun.
    begun: Notify,
}

impl Cloud {
    /// Opens the cloud of a directory and goes on with what was under way; needs a running `tokio`.
    ///
    /// The URLs of queues begin with the base, such as `http://localhost:4566`.
    pub fn open(directory: &Path, pace: Pace, base: &str) -> Result<Self, StoreError> {
        Self::over(Store::open(directory)?, pace, base)
    }

    /// Opens an empty cloud in memory, which is gone when it is dropped; needs a running `tokio`.
    pub fn in_memory(pace: Pace, base: &str) -> Result<Self, StoreError> {
        Self::over(Store::in_memory()?, pace, base)
    }

    fn over(store: Store, pace: Pace, base: &str) -> Result<Self, StoreError> {
        let store = Arc::new(store);
        let clock = Arc::new(Clock::new(pace));
        let both = || (Arc::clone(&store), Arc::clone(&clock));
        let momento = Arc::new(Momento::new(both().0, both().1)?);
        let iam = Arc::new(Iam::new(both().0, both().1));
        let sqs = Arc::new(Sqs::new(both().0, both().1, base)?);
        let events = Arc::new(EventBridge::open(both().0, both().1)?);
        let apis = Arc::new(Apis {
            clock: both().1,
            cloudformation: CloudFormation::new(both().0, both().1)?,
            events: Arc::clone(&events),
            iam: Arc::clone(&iam),
            logs: Logs::new(both().0, both().1)?,
            momento: Arc::clone(&momento),
            monitoring: CloudWatch::new(both().0, both().1, events),
            secretsmanager: SecretsManager::new(both().0, both().1),
            sns: Sns::new(both().0, both().1, Arc::clone(&sqs), base),
            sqs,
            sts: Sts::new(iam, both().0, both().1),
            begun: Notify::new(),
        });
        let services: Arc<dyn Services> = Arc::clone(&apis) as Arc<dyn Services>;
        let world = Arc::new(World { transport: Wire::new(momento), services });
        let workers = [
            tokio::spawn(advance(Arc::clone(&apis))),
            tokio::spawn(deliver(Arc::clone(&apis), Arc::clone(&world))),
        ];
        Ok(Self { apis, store, world, served: AtomicBool::new(false), workers })
    }

    /// Returns the directory of the state, or nothing for one in memory.
    pub fn directory(&self) -> Option<&Path> {
        self.store.directory()
    }

    /// Returns the state.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Returns how time passes.
    pub fn pace(&self) -> Pace {
        self.apis.events.pace()
    }

    /// Moves the clock ahead, for tests of what comes later.
    pub fn pass(&self, time: SignedDuration) {
        self.apis.clock.advance(time);
    }

    /// Returns the Momento stand-in.
    pub fn momento(&self) -> &Momento {
        &self.apis.momento
    }

    /// Returns the local `EventBridge`.
    pub fn events(&self) -> &EventBridge {
        &self.apis.events
    }

    /// Returns the local CloudFormation.
    pub(super) fn stacks(&self) -> &CloudFormation {
        &self.apis.cloudformation
    }

    /// Tells the cloud that it is reached at a URL, which the URLs of queues begin with from now on.
    pub fn serve_at(&self, base: &str) {
        self.apis.sqs.serve_at(base);
        self.served.store(true, Ordering::Relaxed);
    }

    /// Answers one API action, waiting where the action itself waits: for messages, for a write that
    /// other calls share.
    ///
    /// A fault that was asked for happens here: to those who call the cloud, not between its own services.
    pub async fn answer(&self, service: &str, region: &str, action: &str, input: &Value) -> Answer {
        self.answer_to("", service, region, action, input).await
    }

    /// Answers one API action to whoever has an access key: see [`callers`].
    pub async fn answer_to(
        &self,
        key: &str,
        service: &str,
        region: &str,
        action: &str,
        input: &Value,
    ) -> Answer {
        let calls = super::calls::of(service, region, action, input);
        super::calls::log_all(&calls);
        if let Some(caller) = callers::find(&self.store, key, self.apis.clock.now())? {
            callers::check(&self.apis.iam, &caller, service, &calls)?;
            if (service, action) == ("sts", "GetCallerIdentity") {
                return Ok(json!({ "UserId": caller.id, "Account": ACCOUNT, "Arn": caller.arn }));
            }
        }
        let effect = fault::at_action(&self.store, region, (service, action))?;
        match effect {
            Some(Effect::Throttle) => return Err(ApiError::client("ThrottlingException", "Rate exceeded")),
            Some(Effect::Status(status) | Effect::Pause(status, _)) => {
                let (code, message) = ("InternalFailure", "A fault was asked for (local fault)");
                return Err(ApiError { status, code: code.to_owned(), message: message.to_owned() });
            }
            Some(Effect::Drop) => return Err(dropped()),
            Some(Effect::Expire) => return Err(expired(service)),
            Some(Effect::Hang) => {
                tokio::time::sleep(SILENCE).await;
                return Err(dropped());
            }
            _ => {}
        }
        let answer = match (service, action) {
            ("events", "PutEvents") => self.apis.events.put_events_together(region, input).await,
            ("sqs", "ReceiveMessage") => self.apis.sqs.receive(region, input).await,
            _ => self.apis.call(service, region, action, input),
        };
        // The waiters of the SDKs look at once and then every 30 s: what an action began is over, if it is
        // quick, before a client of the server can look. A command in this process shows each step instead.
        if service == "cloudformation" && answer.is_ok() && self.served.load(Ordering::Relaxed) {
            self.linger().await;
        }
        if effect == Some(Effect::LoseAnswer) { Err(dropped()) } else { answer }
    }

    /// Drives stack operations to their end, but not for long.
    async fn linger(&self) {
        let begun = Instant::now();
        // What goes wrong here goes wrong in the worker too, which says so.
        while begun.elapsed() < LINGER
            && self.apis.cloudformation.advance(&OnBehalf(&self.apis)).unwrap_or(false)
        {
            tokio::task::yield_now().await;
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
        if (service, action) == ("cloudformation", "DetectStackResourceDrift") {
            return self.cloudformation.detect_resource(region, input, &OnBehalf(self));
        }
        let called: &dyn Service = match service {
            "cloudformation" => &self.cloudformation,
            "events" => &*self.events,
            "iam" => &*self.iam,
            "logs" => &self.logs,
            "monitoring" => &self.monitoring,
            "secretsmanager" => &self.secretsmanager,
            "sns" => &self.sns,
            "sqs" => &*self.sqs,
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

/// The answer of a broken connection, which has no status.
fn dropped() -> ApiError {
    ApiError { status: 0, code: String::new(), message: String::new() }
}

/// The answer to credentials that have expired, as the two protocols have it.
fn expired(service: &str) -> ApiError {
    let (status, code) = match service {
        "cloudformation" | "iam" | "sns" | "sts" => (403, "ExpiredToken"),
        _ => (400, "ExpiredTokenException"),
    };
    let message = "The security token included in the request is expired".to_owned();
    ApiError { status, code: code.to_owned(), message }
}

/// Advances stack operations as they begin.
async fn advance(apis: Arc<Apis>) {
    loop {
        match apis.cloudformation.advance(&OnBehalf(&apis)) {
            Ok(true) => tokio::task::yield_now().await,
            // What a fault makes late is looked at again soon; else the next thing to do is told.
            Ok(false) if apis.cloudformation.is_held() => tokio::time::sleep(HELD).await,
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

#[cfg(test)]
mod tests;

//! What a command works with: the printer, the settings, and clients built when first needed.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use crate::aws::{Clients, role_credentials};
use crate::cli::Global;
use crate::deployments::{Deployments, Place};
use crate::error::{Error, Result};
use crate::local;
use crate::local::clock::Pace;
use crate::local::store::{Store, StoreError};
use crate::settings::Environment;
use crate::ui::{Printer, Question, Questions, Side, prompt};

/// The region of the local cloud when nothing names one.
const DEFAULT_LOCAL_REGION: &str = "us-east-1";

/// How long a connection may take: long enough for a lost packet to be sent again twice (after 1 s and 3 s).
const CONNECTING: Duration = Duration::from_secs(5);

/// The first pause before a call of the local cloud is made again; AWS gets the SDK's own second.
const LOCAL_BACKOFF: Duration = Duration::from_millis(50);

/// What every command works with. Nothing is read, connected or started before a command asks for it.
#[derive(Debug)]
pub struct Context {
    /// Where and how to write.
    pub printer: Printer,
    /// The flags of every command.
    pub global: Global,
    /// What the environment says.
    pub environment: Environment,
    /// The region, when the flags name one.
    pub region: Option<String>,
    /// The questions of the same command in several regions, when it runs so.
    questions: Option<Questions>,
    /// The local cloud, once it is open.
    cloud: Arc<OnceCell<local::Handle>>,
}

/// A region of AWS or of the local cloud, with its clients.
pub struct Session {
    /// The SDK's clients.
    pub clients: Clients,
    /// The local cloud, when it is the one that is used.
    pub local: Option<local::Handle>,
}

impl Session {
    /// Returns the region.
    pub fn region(&self) -> &str {
        self.clients.region()
    }

    /// Returns the local cloud, or says that the command is for it alone.
    pub fn local(&self) -> Result<&local::Handle> {
        self.local
            .as_ref()
            .ok_or_else(|| Error::usage("this works on the local cloud only").hint("add `--local`"))
    }
}

impl Context {
    /// Puts together what a command works with.
    pub fn new(printer: Printer, global: Global, environment: Environment) -> Self {
        let region = match &global.places.regions()[..] {
            [only] => Some(only.clone()),
            _ => None,
        };
        Self { printer, global, environment, region, questions: None, cloud: Arc::default() }
    }

    /// Makes the same context again, with the local cloud that is open.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            printer: self.printer.clone(),
            global: self.global.clone(),
            environment: self.environment.clone(),
            region: self.region.clone(),
            questions: self.questions.clone(),
            cloud: self.cloud.clone(),
        }
    }

    /// Makes the same context for one of several regions in which a command runs at once.
    #[must_use]
    pub fn in_region(&self, region: &str, side: Side, questions: &Questions) -> Self {
        let printer = Printer { side: Some(side), ..self.printer.clone() };
        Self { printer, region: Some(region.to_owned()), questions: Some(questions.clone()), ..self.again() }
    }

    /// Returns the profile, when the flags name one.
    pub fn profile(&self) -> Option<&str> {
        self.global.places.profile(self.region.as_deref())
    }

    /// Returns whether the same command runs in other regions at the same time.
    pub fn is_one_of_many(&self) -> bool {
        self.questions.is_some()
    }

    /// Asks the person who is there; in several regions at once, all of them ask together.
    pub async fn ask(&self, question: Question) -> bool {
        match &self.questions {
            Some(questions) => questions.ask(question).await,
            None => question.put(),
        }
    }

    /// Returns which cloud the command is for.
    pub fn place(&self) -> Place {
        if self.global.local { Place::Local } else { Place::Aws }
    }

    /// Returns the current time.
    #[expect(clippy::disallowed_methods, reason = "this is where commands get the time")]
    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Returns whether a person is there to answer a question.
    pub fn can_ask(&self) -> bool {
        !self.environment.unattended && prompt::possible()
    }

    /// Returns the stacks that were deployed from this directory.
    pub fn deployments(&self) -> Deployments {
        Deployments::read(&self.global.local_dir)
    }

    /// Returns whether there is a state of the local cloud, which a command can look at without making one.
    pub fn has_local_cloud(&self) -> bool {
        Store::is_in(&self.global.local_dir)
    }

    /// Opens the region in which a stack is, or is to be.
    ///
    /// In order: `--region`, where this stack was deployed from this directory, the environment, the profile.
    pub async fn session(&self, stack: &str) -> Result<Session> {
        let region = self.chosen_region(self.place(), stack)?;
        match self.place() {
            Place::Local => self.local_session(region).await,
            // The SDK's loading is large, and every command would carry its size.
            Place::Aws => Box::pin(self.aws_session(region)).await,
        }
    }

    /// Opens the local cloud in the region in which a stack is, for commands that know no other cloud.
    pub async fn local_cloud(&self, stack: &str) -> Result<Session> {
        self.local_session(self.chosen_region(Place::Local, stack)?).await
    }

    /// Returns the region that a command for a stack takes by itself, without `--region`; none where it cannot know.
    pub fn usual_region(&self, stack: &str) -> Option<String> {
        let deployments = self.deployments();
        let known: Vec<&str> =
            deployments.of(self.place(), stack).map(|known| known.region.as_str()).collect();
        let environment = self.environment.region.as_deref();
        let usual = match known[..] {
            [] if self.place() == Place::Local => environment.or(Some(DEFAULT_LOCAL_REGION)),
            [] => environment,
            [region] => Some(region),
            _ => environment.filter(|environment| known.contains(environment)),
        };
        usual.map(str::to_owned)
    }

    /// Opens the local cloud in any region, for what is the same in all of them.
    pub async fn local_cloud_anywhere(&self) -> Result<Session> {
        self.local_session(self.region.clone()).await
    }

    /// Returns the region in which a stack is, as `session` finds it; none where the AWS profile says it.
    pub fn region_of(&self, stack: &str) -> Result<Option<String>> {
        self.chosen_region(self.place(), stack)
    }

    fn chosen_region(&self, place: Place, stack: &str) -> Result<Option<String>> {
        if let Some(region) = &self.region {
            return Ok(Some(region.clone()));
        }
        let deployments = self.deployments();
        let known: Vec<&str> = deployments.of(place, stack).map(|known| known.region.as_str()).collect();
        let environment = self.environment.region.as_deref();
        match known[..] {
            [] => Ok(environment.map(str::to_owned)),
            [region] => {
                if environment.is_some_and(|environment| environment != region) {
                    self.printer.warn(&format!(
                        "the stack {stack} was deployed from here to {region}: that region is used, not AWS_REGION"
                    ));
                }
                Ok(Some(region.to_owned()))
            }
            _ if environment.is_some_and(|environment| known.contains(&environment)) => {
                Ok(environment.map(str::to_owned))
            }
            _ => Err(Error::usage(format!(
                "the stack {stack} was deployed from here to {}",
                known.join(" and ")
            ))
            .hint("say which one is meant with `--region`")),
        }
    }

    /// Returns how long one attempt of a call may take; the SDK makes three, unless `AWS_MAX_ATTEMPTS` says another number.
    ///
    /// Without it a call that is never answered would hang the command: the SDK limits connecting alone.
    fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(CONNECTING)
            .operation_attempt_timeout(self.global.call_timeout)
            .build()
    }

    async fn local_session(&self, region: Option<String>) -> Result<Session> {
        let pace = self.global.local_clock.into();
        let open = async || {
            let handle = local::open(&self.global.local_dir, pace).await?;
            if pace == Pace::Real && handle.pace() != pace {
                self.printer.warn(
                    "--local-clock has no effect: the server that has the local cloud open runs a virtual clock",
                );
            }
            Ok::<_, StoreError>(handle)
        };
        let handle = self.cloud.get_or_try_init(open).await?.clone();
        let region = region.unwrap_or_else(|| DEFAULT_LOCAL_REGION.to_owned());
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(
                // The local cloud checks no signature: any credentials do, and those of an assumed role name it.
                Credentials::new(
                    self.environment.local_key.as_deref().unwrap_or("local"),
                    "local",
                    None,
                    None,
                    "local",
                ),
            ))
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
                aws_smithy_async::rt::sleep::TokioSleep::new(),
            ))
            .time_source(aws_smithy_async::time::SystemTimeSource::new())
            .retry_config(RetryConfig::standard().with_initial_backoff(LOCAL_BACKOFF))
            .timeout_config(self.timeouts())
            .http_client(handle.http_client())
            .endpoint_url(handle.endpoint_url())
            .build();
        Ok(Session { clients: Clients::new(config), local: Some(handle) })
    }

    async fn aws_session(&self, region: Option<String>) -> Result<Session> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(self.timeouts());
        if let Some(region) = &region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = self.global.places.profile(region.as_deref()) {
            known_profile(profile).await?;
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &self.global.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let config = loader.load().await;
        if config.region().is_none() {
            return Err(Error::settings("no AWS region was given")
                .hint("add `--region`, for example `--region us-east-1`, or set AWS_REGION or a region in the profile")
                .hint("to work without an AWS account, add `--local`"));
        }
        let config = match self.global.places.role(config.region().map(Region::as_ref)) {
            Some(role) => role_credentials::assuming(role, config).await?,
            None => config,
        };
        Ok(Session { clients: Clients::new(config), local: None })
    }
}

/// Refuses a profile that AWS's files do not have; files that cannot be read are the SDK's to complain about.
#[expect(clippy::default_trait_access, reason = "the SDK hides the types of its own arguments")]
async fn known_profile(name: &str) -> Result<()> {
    let (files, system, environment) = (&Default::default(), &Default::default(), &Default::default());
    let read = aws_config::profile::load(system, environment, files, None).await;
    let Ok(profiles) = read else { return Ok(()) };
    if profiles.get_profile(name).is_some() {
        return Ok(());
    }
    let mut known: Vec<&str> = profiles.profiles().collect();
    known.sort_unstable();
    let error = Error::settings(format!("there is no AWS profile {name}"));
    Err(if known.is_empty() {
        error.hint("make it with `aws configure sso` or `aws configure`: ~/.aws/config has no profile")
    } else {
        error.hint(format!("the profiles of ~/.aws/config and ~/.aws/credentials are {}", known.join(", ")))
    })
}

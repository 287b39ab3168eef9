//! `token set` and `token rotate`: another token for a deployed stack, without losing an event.
//!
//! The order makes it safe: the new token is tried on Momento before anything changes; it is stored as a
//! pending version, so that nobody takes it for the current one; CloudFormation gives it to the connection,
//! which changes at once from a token that works to a token that works; an event goes the whole way; only then
//! the new version becomes the current one. Whatever fails before that, the stack gets its version back.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use secrecy::{ExposeSecret as _, SecretString};

use super::check::deployed_version;
use super::current::{changeable, stored};
use super::interrupts::Interrupts;
use super::keys::{self, Others};
use super::report::{Changed, Outcome};
use super::rotation::Rotation;
use super::source::{Given, Origin, SourceArgs};
use super::trial::{accepted, checked};
use crate::aws::deployed::{self, DeployedStack};
use crate::aws::identity;
use crate::aws::secrets::{self, Versions};
use crate::commands::stack::{StackArg, load, secret_name};
use crate::context::{Context, Session};
use crate::error::Result;
use crate::local::handle::SAMPLE_CACHE;
use crate::model::definition::{Definition, StackName};
use crate::model::token::minted::Purpose;
use crate::ui::prompt;

/// The arguments of `token set`, and what `token rotate` shares with it.
#[derive(Args, Debug)]
pub struct ChangeArgs {
    #[command(flatten)]
    pub(super) stack: StackArg,
    /// Name of the CloudFormation stack
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME")]
    pub(super) stack_name: Option<StackName>,
    #[command(flatten)]
    pub(super) source: SourceArgs,
    /// Cache that the probe event goes to
    #[arg(long, value_name = "CACHE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) cache: Option<String>,
    /// Send no probe event: the token is tried on Momento only
    #[arg(long)]
    pub(super) no_probe: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,
}

/// A change of a stack's token, before the new one is known.
pub(super) struct Change<'a> {
    context: &'a Context,
    args: &'a ChangeArgs,
    definition: Definition,
    name: String,
    session: Session,
    stack: DeployedStack,
    secret: String,
    /// The labels of the secret's versions.
    labels: Versions,
    /// The version that the stack uses.
    before: String,
    /// The token in it.
    old: SecretString,
    /// That token's id at Momento, where it is known.
    old_key_id: Option<String>,
}

/// A token that is to be the stack's.
pub(super) struct New<'a> {
    /// The token.
    pub(super) given: &'a Given,
    /// The id of its version.
    pub(super) version: &'a str,
    /// Its id at Momento, where that is known.
    pub(super) key_id: Option<&'a str>,
}

/// Gives the stack another token; where none is named, and `issue` says so, one that the local cloud makes.
pub async fn run(context: &Context, args: &ChangeArgs, issue: bool) -> Result<Changed> {
    let change = Change::open(context, args).await?;
    let given = match (args.source.flagged(context, change.session.region())?, &change.session.local) {
        (Some(given), _) => given,
        // The local cloud's Momento makes keys itself.
        (None, Some(local)) if issue => {
            let text = local.issue_key(change.session.region()).await?;
            Given { origin: Origin::Other("the local cloud".to_owned()), text }
        }
        (None, _) => args.source.given(context, change.session.region())?,
    };
    change.set(&given).await
}

impl<'a> Change<'a> {
    /// Finds the stack and its token, or says why the token cannot be changed.
    pub(super) async fn open(context: &'a Context, args: &'a ChangeArgs) -> Result<Self> {
        let definition = load(&args.stack)?;
        let name = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
        let session = context.session(&name).await?;
        let (stack, before) = changeable(context, &session, &name).await?;
        let secret = secret_name(&name);
        let (old, old_key_id) = stored(&session, &secret, &before).await?;
        let labels = secrets::versions(&session.clients, &secret).await?;
        let change =
            Self { context, args, definition, name, session, stack, secret, labels, before, old, old_key_id };
        Ok(change)
    }

    /// Returns the region with its clients.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Returns what keys are made for that the stack is to use.
    pub(super) fn purpose(&self) -> Purpose<'_> {
        // An ARN is `arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/ID`.
        let account = self.stack.id.split(':').nth(4).unwrap_or_default();
        Purpose { stack: &self.name, region: self.session.region(), account }
    }

    /// Returns the secret's name.
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// Returns the old token's id at Momento, where it is known.
    pub(super) fn old_key_id(&self) -> Option<&str> {
        self.old_key_id.as_deref()
    }

    /// Returns the keys that the secret knows: from before the change.
    pub(super) fn others(&self) -> Others {
        Others::stored(&self.labels, self.old_key_id())
    }

    /// Reads the labels as they are now.
    pub(super) async fn labels(&self) -> Result<Versions> {
        secrets::versions(&self.session.clients, &self.secret).await
    }

    /// Returns whether neither the stack uses a version, nor the next deploy would.
    pub(super) async fn is_unused(&self, version: &str) -> bool {
        let stack = deployed::find(&self.session.clients, &self.stack.id).await;
        let Ok(Some(stack)) = stack else { return false };
        let is_settled = !stack.status.is_in_progress() && !stack.status.is_failure();
        let is_other = deployed_version(Some(&stack)).is_some_and(|now| now != version);
        let Ok(labels) = self.labels().await else { return false };
        // Whoever tries another version now may go back to this one.
        let is_wanted = labels.with(secrets::PENDING).is_some_and(|tried| tried != version);
        is_settled && is_other && !is_wanted && labels.with(secrets::CURRENT) != Some(version)
    }

    /// Returns whether the stack uses a version for good: it rests, and nobody tries another one.
    pub(super) async fn is_settled_on(&self, version: &str) -> bool {
        let stack = deployed::find(&self.session.clients, &self.stack.id).await;
        let Ok(Some(stack)) = stack else { return false };
        let is_ours =
            !stack.status.is_in_progress() && deployed_version(Some(&stack)).as_deref() == Some(version);
        let is_tried = |labels: Versions| labels.with(secrets::PENDING).is_some_and(|tried| tried != version);
        is_ours && self.labels().await.is_ok_and(|labels| !is_tried(labels))
    }

    /// Returns the answer of a change that the person did not want.
    pub(super) fn declined(&self) -> Changed {
        Changed { outcome: Outcome::Declined, ..self.unchanged() }
    }

    fn unchanged(&self) -> Changed {
        Changed::new(&self.name, self.session.region(), &self.secret, &self.before)
    }

    /// Tries a token that was given and gives it to the stack, after asking.
    async fn set(&self, given: &Given) -> Result<Changed> {
        let Some((token, cache)) = self.tried(given).await? else { return Ok(self.unchanged()) };
        if !self.agreed().await? {
            return Ok(self.declined());
        }
        let interrupts = Interrupts::listen(self.context.printer.clone());
        let version = uuid::Uuid::new_v4().to_string();
        let key_id = self.known(&token).await?;
        let new = New { given, version: &version, key_id: key_id.as_deref() };
        // The steps and the SDK's calls in them are large.
        let changed = Box::pin(self.rotate(&new, &token, cache.as_deref(), &interrupts));
        let mut changed = interrupts.guard(&self.secret, changed).await?;
        let reason = "Momento revokes it for a management key only, which this command does not have";
        self.others().keep(key_id.as_deref(), &mut changed, reason, &keys::again());
        Ok(changed)
    }

    /// Tries a key that was made for this, and gives it to the stack.
    pub(super) async fn give(&self, new: &New<'_>, interrupts: &Interrupts) -> Result<Changed> {
        match interrupts.or(self.tried(new.given)).await? {
            Some((token, cache)) => self.rotate(new, &token, cache.as_deref(), interrupts).await,
            None => Ok(self.unchanged()),
        }
    }

    /// Checks a token and tries it on Momento; returns it with the cache that the probe event goes to, if one can.
    ///
    /// Nothing where the stack has this token already.
    async fn tried(&self, given: &Given) -> Result<Option<(SecretString, Option<String>)>> {
        let base_url = self.base_url();
        let token = checked(self.context, given, base_url)?;
        if self.old.expose_secret() == token.expose_secret() {
            return Ok(None);
        }
        let cache = self.args.cache.as_deref().unwrap_or(SAMPLE_CACHE);
        let with_event =
            !self.args.no_probe && self.definition.events.iter().any(|event| event.as_str() == "cacheSet");
        let needs_cache = self.args.cache.is_some() || with_event;
        let can_read = accepted(&self.session, base_url, cache, &token, needs_cache).await?;
        Ok(Some((token, (with_event && can_read).then(|| cache.to_owned()))))
    }

    /// Returns the id of a token that `--mint` made and that is still stored: of one that is gone back to.
    async fn known(&self, token: &SecretString) -> Result<Option<String>> {
        for (id, version) in self.labels.keys() {
            let stored = secrets::version_of(&self.session.clients, &self.secret, version).await?;
            let stored = stored.and_then(|stored| stored.token);
            if stored.is_some_and(|stored| stored.expose_secret() == token.expose_secret()) {
                return Ok(Some(id.to_owned()));
            }
        }
        Ok(None)
    }

    fn base_url(&self) -> &str {
        self.stack.outputs.get("MomentoEndpoint").map_or("", String::as_str)
    }

    async fn rotate(
        &self,
        new: &New<'_>,
        token: &SecretString,
        cache: Option<&str>,
        interrupts: &Interrupts,
    ) -> Result<Changed> {
        let rotation = Rotation {
            context: self.context,
            session: &self.session,
            stack: &self.stack,
            secret: &self.secret,
            before: &self.before,
            labels: &self.labels,
            version: new.version,
            base_url: self.base_url(),
            token,
            key_id: new.key_id,
            cache,
            source: self.definition.source.first().map_or("evbridge-momento", |source| source.as_str()),
            interrupts,
        };
        let probe = Box::pin(rotation.run()).await?;
        let version = new.version.to_owned();
        Ok(Changed { outcome: Outcome::Changed, version, probe, ..self.unchanged() })
    }

    /// Asks the person who is there.
    pub(super) async fn agreed(&self) -> Result<bool> {
        let Self { context, session, name, .. } = self;
        if self.args.yes || session.local.is_some() || !context.can_ask() {
            return Ok(true);
        }
        let account = identity::caller(&session.clients).await?.account;
        let region = session.region();
        Ok(prompt::confirm(&format!("Give the stack {name} in {region} of account {account} another token?")))
    }
}

//! `token set` and `token rotate`: another token for a deployed stack, without losing an event.
//!
//! The order makes it safe: the new token is tried on Momento before anything changes; it is stored as a
//! pending version, so that nobody takes it for the current one; CloudFormation gives it to the connection,
//! which changes at once from a token that works to a token that works; an event goes the whole way; only then
//! the new version becomes the current one. Whatever fails before that, the stack gets its version back.

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use super::check::deployed_version;
use super::probe::probe;
use super::report::{Changed, Outcome};
use super::rotation::Rotation;
use super::source::{Given, SourceArgs};
use crate::aws::deployed::{self, DeployedStack};
use crate::aws::identity;
use crate::aws::secrets::{self, Lookup, Stored};
use crate::commands::stack::{StackArg, load, secret_name};
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::local::handle::SAMPLE_CACHE;
use crate::model::definition::{Definition, StackName};
use crate::model::doctor::{Verdict, token as checks};
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
    #[arg(long, value_name = "CACHE")]
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
    /// The version that the stack uses.
    before: String,
    /// The token in it.
    old: SecretString,
    /// That token's id at Momento, where it is known.
    old_key_id: Option<String>,
}

/// Gives the stack another token; where none is named, and `issue` says so, one that the local cloud makes.
pub async fn run(context: &Context, args: &ChangeArgs, issue: bool) -> Result<Changed> {
    let change = Change::open(context, args).await?;
    let given = match (args.source.flagged(context, change.session.region())?, &change.session.local) {
        (Some(given), _) => given,
        // The local cloud's Momento makes keys itself.
        (None, Some(local)) if issue => {
            let text = local.issue_key(change.session.region()).await?;
            Given { origin: "the local cloud".to_owned(), text }
        }
        (None, _) => args.source.given(context, change.session.region())?,
    };
    change.give(&given, None).await
}

impl<'a> Change<'a> {
    /// Finds the stack and its token, or says why the token cannot be changed.
    pub(super) async fn open(context: &'a Context, args: &'a ChangeArgs) -> Result<Self> {
        let definition = load(&args.stack)?;
        let name = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
        let session = context.session(&name).await?;
        let (stack, before) = changeable(&session, &name).await?;
        let secret = secret_name(&name);
        let (old, old_key_id) = stored(&session, &secret, &before).await?;
        Ok(Self { context, args, definition, name, session, stack, secret, before, old, old_key_id })
    }

    /// Returns the region with its clients.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Returns the stack's name.
    pub(super) fn stack_name(&self) -> &str {
        &self.name
    }

    /// Returns the old token's id at Momento, where it is known.
    pub(super) fn old_key_id(&self) -> Option<&str> {
        self.old_key_id.as_deref()
    }

    /// Returns whether a stack uses the version that it used before the change.
    pub(super) fn is_on_old_version(&self, stack: &DeployedStack) -> bool {
        deployed_version(Some(stack)).as_deref() == Some(self.before.as_str())
    }

    /// Returns the answer of a change that the person did not want.
    pub(super) fn declined(&self) -> Changed {
        Changed { outcome: Outcome::Declined, ..self.unchanged() }
    }

    fn unchanged(&self) -> Changed {
        Changed::new(&self.name, self.session.region(), &self.secret, &self.before)
    }

    /// Tries a token and gives it to the stack, after asking; a key that was made for this needs no question.
    pub(super) async fn give(&self, given: &Given, key_id: Option<&str>) -> Result<Changed> {
        let Self { context, args, session, .. } = self;
        let base_url = self.stack.outputs.get("MomentoEndpoint").cloned().unwrap_or_default();
        let token = checked(context, given, &base_url)?;
        let mut changed = self.unchanged();
        if self.old.expose_secret() == token.expose_secret() {
            return Ok(changed);
        }
        let cache = args.cache.as_deref().unwrap_or(SAMPLE_CACHE);
        let with_event =
            !args.no_probe && self.definition.events.iter().any(|event| event.as_str() == "cacheSet");
        let can_read =
            accepted(session, &base_url, cache, &token, args.cache.is_some() || with_event).await?;
        if key_id.is_none() && !self.agreed().await? {
            return Ok(self.declined());
        }
        let rotation = Rotation {
            context,
            session,
            stack: &self.stack,
            secret: &self.secret,
            before: &self.before,
            base_url: &base_url,
            token: &token,
            key_id,
            cache: (with_event && can_read).then_some(cache),
            source: self.definition.source.first().map_or("evbridge-momento", |source| source.as_str()),
        };
        changed.probe = rotation.run(&mut changed.version).await?;
        changed.outcome = Outcome::Changed;
        Ok(changed)
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

/// Finds the stack and the version of the secret that it uses, or says why its token cannot be changed.
async fn changeable(session: &Session, name: &str) -> Result<(DeployedStack, String)> {
    let region = session.region();
    let Some(stack) = deployed::find(&session.clients, name).await? else {
        return Err(Error::settings(format!("there is no stack {name} in {region}"))
            .hint("deploy it first with `evbridge-momento deploy`, or say where it is with `--region`"));
    };
    let settled = stack.status.is_deployed() || stack.status.as_str() == "UPDATE_ROLLBACK_COMPLETE";
    if !settled {
        return Err(Error::new(
            Kind::Remote,
            format!("the stack {name} is in {}, in which it cannot be updated", stack.status),
        )
        .hint("run `evbridge-momento deploy`, which says what to do"));
    }
    match deployed_version(Some(&stack)) {
        Some(version) => Ok((stack, version)),
        None => Err(Error::settings(format!("the stack {name} was not deployed by this tool"))
            .cause("it has no parameter MomentoTokenVersion")
            .hint("deploy it again with `evbridge-momento deploy`, or change its parameter MomentoToken")),
    }
}

/// Returns the token that the stack uses, and its id at Momento where that is known.
async fn stored(session: &Session, secret: &str, version: &str) -> Result<(SecretString, Option<String>)> {
    match secrets::find(&session.clients, secret).await? {
        Lookup::Found(Stored { token: Some(token), key_id, version: current }) if current == version => {
            Ok((token, key_id))
        }
        Lookup::Found(_) => match secrets::version_of(&session.clients, secret, version).await? {
            Some(Stored { token: Some(token), key_id, .. }) => Ok((token, key_id)),
            _ => Err(Error::new(Kind::Remote, format!("version {version} of the secret {secret} is gone"))
                .cause("the stack could not go back to it if the new token failed")
                .hint("run `evbridge-momento deploy` with the new token instead")),
        },
        Lookup::Missing | Lookup::ScheduledForDeletion => {
            Err(Error::settings(format!("there is no secret {secret}"))
                .hint("run `evbridge-momento deploy`, which makes it"))
        }
    }
}

fn checked(context: &Context, given: &Given, base_url: &str) -> Result<SecretString> {
    let checked = given.checked(context, base_url)?;
    if let Some(warning) = checked.warning() {
        context.printer.warn(&warning.to_string());
    }
    Ok(checked.inner().clone())
}

/// Tries the token on Momento and returns whether it may read the cache; an error where it cannot be used.
async fn accepted(
    session: &Session,
    base_url: &str,
    cache: &str,
    token: &SecretString,
    needs_cache: bool,
) -> Result<bool> {
    let probed = probe(session, base_url, cache, token).await;
    for check in checks::reception(&probed.reception, base_url, cache, needs_cache) {
        if check.verdict == Verdict::Fail {
            let error = Error::new(Kind::Remote, "the new token cannot be used; nothing was changed")
                .cause(check.evidence);
            let error = if check.name == "cache" {
                error.hint("or send no probe event with `--no-probe`")
            } else {
                error
            };
            return Err(check.treatment.into_iter().fold(error, Error::hint));
        }
    }
    Ok(matches!(
        probed.reception,
        checks::Reception::Accepted { allowed: checks::Allowed { read: Some(true), .. }, .. }
    ))
}

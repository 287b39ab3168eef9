//! `token check`: what a token is, whether the deployed stack uses it, and what Momento lets it do.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use jiff::Timestamp;
use schemars::JsonSchema;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::probe::probe;
use super::source::{Given, Origin, SourceArgs, environment};
use crate::aws::deployed::{self, DeployedStack};
use crate::aws::secrets::{self, Lookup};
use crate::commands::again::Again;
use crate::commands::doctor::findings;
use crate::commands::stack::{StackArg, load, momento_base_url, secret_name};
use crate::context::{Context, Session};
use crate::error::{Error, Result};
use crate::local::handle::SAMPLE_CACHE;
use crate::model::definition::StackName;
use crate::model::doctor::{Check, token as checks};
use crate::model::token::{Endpoint, MAX_LENGTH, Token};
use crate::ui::{Page, Report};

/// The arguments of `token check`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento token check
  evbridge-momento token check --cache shop
  evbridge-momento token check --token-file new-key.txt
  evbridge-momento token check --from-command 'vault kv get -field=key secret/momento'

Without a flag it is the token that the deployed stack uses, or the stored one where no stack is deployed. \
Momento is asked for an item that does not exist, and to delete one: nothing is changed. Exit code 5 when \
something is wrong with the token. A token is checked in one region at a time: give `--region` once.")]
pub struct CheckArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Name of the CloudFormation stack
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME")]
    stack_name: Option<StackName>,
    #[command(flatten)]
    source: SourceArgs,
    /// Cache to try the token on
    #[arg(long, value_name = "CACHE", value_parser = NonEmptyStringValueParser::new())]
    cache: Option<String>,
}

/// What a token is good for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Checked {
    /// The stack's name.
    pub stack: String,
    /// The region of the stack.
    pub region: String,
    /// Where the token came from.
    pub origin: String,
    /// What the token says about itself.
    pub token: Option<Description>,
    /// The base URL that was asked.
    pub momento_endpoint: String,
    /// The version of the secret that is current.
    pub stored_version: Option<String>,
    /// The version of the secret that the deployed stack uses.
    pub deployed_version: Option<String>,
    /// What was looked at.
    pub checks: Vec<Check>,
}

/// What a token says about itself.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Description {
    /// Its form.
    pub kind: String,
    /// The Momento cell that it is for; nothing where it is good in all, or does not say.
    pub cell: Option<String>,
    /// The region of that cell.
    pub region: Option<String>,
    /// When it ends, where it says so.
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
    /// How many characters a connection has to hold.
    pub length: usize,
    /// How many it can hold.
    pub limit: usize,
}

/// Checks the token.
pub async fn run(context: &Context, args: CheckArgs) -> Result<Checked> {
    let definition = load(&args.stack)?;
    let stack = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let session = context.session(&stack).await?;
    let flagged = args.source.flagged(context, session.region())?;
    let deployed = deployed::find(&session.clients, &stack).await?;
    let secret = secret_name(&stack);
    let stored = secrets::find(&session.clients, &secret).await?;
    let base_url = match deployed.as_ref().and_then(|stack| stack.outputs.get("MomentoEndpoint")) {
        Some(url) => url.clone(),
        None => momento_base_url(&definition.momento.endpoint, session.region())?,
    };
    let deployed_version = deployed_version(deployed.as_ref());
    let stored_version = match &stored {
        Lookup::Found(stored) => Some(stored.version.clone()),
        Lookup::Missing | Lookup::ScheduledForDeletion => None,
    };
    let is_stored = flagged.is_none();
    let Given { origin, text } = match flagged {
        Some(given) => given,
        None => stored_token(context, &session, &secret, &stored, deployed_version.as_deref()).await?,
    };
    let again = {
        let (argument, bus) = (args.stack.stack.as_deref(), definition.bus.name.as_str());
        Again::new(context, argument, &definition, &stack, bus, session.region())
    };
    let mut checked = Checked {
        stack,
        region: session.region().to_owned(),
        origin: origin.to_string(),
        token: None,
        momento_endpoint: base_url,
        stored_version,
        deployed_version,
        checks: Vec::new(),
    };
    let inner = checked.describe(&origin, &text, context.now());
    if is_stored && let Some(stored) = &checked.stored_version {
        checked.checks.push(checks::version(stored, Ok(checked.deployed_version.as_deref())));
    }
    if let Some(key) = inner {
        let cache = args.cache.as_deref().unwrap_or(SAMPLE_CACHE);
        let probed = probe(&session, &checked.momento_endpoint, cache, &key).await;
        let named = args.cache.is_some();
        checked.checks.extend(checks::reception(&probed.reception, &checked.momento_endpoint, cache, named));
    }
    checked.checks = findings::about(checked.checks, &again);
    Ok(checked)
}

impl Checked {
    /// Reads the token, notes what it says about itself, and returns the key that is sent.
    fn describe(&mut self, origin: &Origin, text: &SecretString, now: Timestamp) -> Option<SecretString> {
        let endpoint = Endpoint::new(&self.momento_endpoint);
        match Token::parse(text.expose_secret()) {
            Err(invalid) => {
                self.checks.push(Check::fail("token", invalid.to_string()).treat(origin.hint(invalid)));
                None
            }
            Ok(token) => {
                self.token = Some(Description {
                    kind: token.kind().to_string(),
                    cell: token.endpoint().and_then(Endpoint::cell).map(str::to_owned),
                    region: token.endpoint().and_then(Endpoint::region).map(str::to_owned),
                    expires_at: token.expires_at(),
                    length: token.length(),
                    limit: MAX_LENGTH,
                });
                self.checks.push(checks::form(&token, &endpoint, now));
                Some(token.inner().clone())
            }
        }
    }
}

/// Returns the version of the secret that a stack gives to its connection.
pub(super) fn deployed_version(stack: Option<&DeployedStack>) -> Option<String> {
    stack?.parameters.get("MomentoTokenVersion").cloned()
}

/// Returns the token that the stack uses; where there is none, the stored one, or the environment's.
async fn stored_token(
    context: &Context,
    session: &Session,
    secret: &str,
    stored: &Lookup,
    deployed: Option<&str>,
) -> Result<Given> {
    let in_use = match deployed {
        Some(version) => secrets::version_of(&session.clients, secret, version).await?,
        None => None,
    };
    let in_use = in_use.and_then(|stored| stored.token);
    let current = match stored {
        Lookup::Found(stored) => stored.token.clone(),
        Lookup::Missing | Lookup::ScheduledForDeletion => None,
    };
    if let Some(text) = in_use.or(current) {
        return Ok(Given { origin: Origin::Other(format!("the secret {secret}")), text });
    }
    match environment(context, session.region()) {
        Some(given) => Ok(given),
        None => Err(Error::settings(format!(
            "there is no token to check: the secret {secret} does not exist in {}",
            session.region()
        ))
        .hint(
            "name one with `--token-file`, `--token-stdin` or `--from-command`, or deploy the stack first",
        )),
    }
}

impl Report for Checked {
    const SCHEMA: &'static str = "token-check/1";

    fn text(&self, page: &mut Page) {
        page.note(format_args!("the token from {}", self.origin));
        findings::show(page, &self.checks);
    }

    fn exit_code(&self) -> u8 {
        findings::exit_code(&self.checks)
    }
}

//! `token rotate --mint`: a new key from Momento, given to the stack, and the old one revoked.
//!
//! From a key its id cannot be told. So the id is stored with it, and the key's description names the stack: the next
//! rotation knows what to revoke. What was made and is not used is revoked again.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use jiff::{Span, SpanRelativeTo, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::change::{Change, ChangeArgs, New};
use super::interrupts::Interrupts;
use super::keys::{self, Others};
use super::registry::Registry;
use super::report::Changed;
use super::source::{self, Given, Origin};
use super::way_back::because;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::model::token::Token;
use crate::momento::registry::Order;
use crate::ui::inline;

/// The arguments of a key that Momento is to make.
#[derive(Args, Debug)]
pub struct MintArgs {
    /// Let Momento make the new key, and revoke the old one if `--mint` made it
    #[arg(long, conflicts_with_all = ["token_file", "token_stdin", "from_command"], requires = "role")]
    pub(super) mint: bool,
    /// Role of the new key, by its id in the Momento account
    #[arg(long, value_name = "ROLE", requires = "mint")]
    pub(super) role: Option<String>,
    /// How long the new key lasts, such as 90d, or `never`
    #[arg(long, value_name = "DURATION", requires = "mint", default_value = "90d", value_parser = expiry)]
    pub(super) expires: Expiry,
    #[arg(
        long,
        value_name = "FILE",
        requires = "mint",
        help = "File with the key that manages keys; without it MOMENTO_MANAGEMENT_KEY"
    )]
    pub(super) management_key_file: Option<PathBuf>,
    /// Momento's API of keys, when it is not Momento's own
    #[arg(long, env = "EVBRIDGE_MOMENTO_REGISTRY", value_name = "URL", value_parser = registry_url)]
    pub(super) momento_registry: Option<String>,
}

/// What to do about a key that manages keys and is none.
const MANAGER: &str = "make a key that grants auth management at https://console.gomomento.com, and put it alone into \
                       the file of `--management-key-file`, or into MOMENTO_MANAGEMENT_KEY";

/// How long a key lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    /// For ever.
    Never,
    /// For so many seconds.
    After(i64),
}

/// Makes a key and gives it to the stack.
pub(super) async fn run(context: &Context, change: &ChangeArgs, args: &MintArgs) -> Result<Changed> {
    let change = Change::open(context, change).await?;
    let manager = management_key(context, &change, args).await?;
    let registry = Registry::open(change.session(), args.momento_registry.as_deref(), manager)?;
    if !change.agreed().await? {
        return Ok(change.declined());
    }
    let mut others = change.others();
    // Before the new key is made, which is then not among them.
    let listed = registry.made_for(&change.purpose()).await.map(|listed| others.add_listed(listed));
    let interrupts = Interrupts::listen(context.printer.clone());
    let work = Box::pin(made(context, &change, &registry, args, &others, &interrupts));
    let changed = interrupts.guard(change.secret(), work).await?;
    if let Err(error) = listed {
        context.printer.warn(&format!("{}: one that was made and never stored stays", error.message));
    }
    Ok(changed)
}

async fn made(
    context: &Context,
    change: &Change<'_>,
    registry: &Registry,
    args: &MintArgs,
    others: &Others,
    interrupts: &Interrupts,
) -> Result<Changed> {
    // The version's id is known before the key is: it is in the key's description.
    let version = uuid::Uuid::new_v4().to_string();
    let description = change.purpose().description(&version);
    let order = Order {
        role: args.role.as_deref().unwrap_or_default(),
        description: &description,
        expires_at: args.expires.from(context.now()),
    };
    let minted = registry.mint(&order).await?;
    interrupts.made_key(&minted.id);
    context.printer.status(&format!("Momento made the key {}", inline(&minted.id)));
    let given = Given { origin: Origin::Other("Momento".to_owned()), text: minted.key.clone() };
    let new = New { given: &given, version: &version, key_id: Some(&minted.id) };
    match change.give(&new, interrupts).await {
        Ok(mut changed) => {
            changed.key_id = Some(minted.id);
            changed.expires_at = minted.expires_at;
            let is_settled = change.is_settled_on(&version).await;
            if changed.probe.is_some() && is_settled {
                others.revoke(context, change, registry, &mut changed).await;
            } else {
                let reason = if is_settled {
                    "no event was sent to see that the new token works"
                } else {
                    "the stack is being changed by somebody else, and may go back to another token"
                };
                others.keep(changed.key_id.clone().as_deref(), &mut changed, reason, &keys::again());
            }
            Ok(changed)
        }
        Err(error) => Err(clear(context, change, registry, &new, interrupts, error).await),
    }
}

/// Revokes the new key that a failed rotation leaves over, unless the stack may still use it.
async fn clear(
    context: &Context,
    change: &Change<'_>,
    registry: &Registry,
    new: &New<'_>,
    interrupts: &Interrupts,
    error: Error,
) -> Error {
    let id = new.key_id.unwrap_or_default();
    let may_be_used = interrupts.has_version() && !change.is_unused(new.version).await;
    if error.kind == Kind::Detached || may_be_used {
        return error
            .cause(format!("the new key {id} was not revoked, as the stack may use it"))
            .hint(format!("if the stack does not use it in the end, {}", keys::again()));
    }
    match registry.revoke(id).await {
        Ok(_) => {
            interrupts.settled();
            keys::forget(context, change, id).await;
            error.cause(format!("the new key {id} was revoked again"))
        }
        Err(second) => {
            because(error.cause(format!("and the new key {id} is alive")), &second).hint(keys::again())
        }
    }
}

async fn management_key(context: &Context, change: &Change<'_>, args: &MintArgs) -> Result<SecretString> {
    let given = match (&args.management_key_file, &context.environment.management_key) {
        (Some(path), _) => source::file("management key", path)?,
        (None, Some(text)) => {
            Given { origin: Origin::Other("MOMENTO_MANAGEMENT_KEY".to_owned()), text: text.clone() }
        }
        (None, None) => match &change.session().local {
            Some(local) => return Ok(local.issue_management_key(change.session().region()).await?),
            None => {
                return Err(Error::settings("no key that manages Momento's keys was given")
                    .hint("name its file with `--management-key-file`, or set MOMENTO_MANAGEMENT_KEY")
                    .hint("make one that grants auth management at https://console.gomomento.com"));
            }
        },
    };
    let parsed = Token::parse(given.text.expose_secret()).map_err(|invalid| {
        Error::settings(format!("the management key from {} is refused", given.origin))
            .cause(invalid.to_string())
            .hint(MANAGER)
    })?;
    Ok(parsed.inner().clone())
}

impl Expiry {
    /// Returns when a key ends that is made now.
    fn from(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::After(seconds) => Timestamp::from_second(now.as_second().saturating_add(seconds)).ok(),
        }
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::After(seconds) if seconds % 86_400 == 0 => write!(f, "{}d", seconds / 86_400),
            Self::After(seconds) => write!(f, "{seconds}s"),
        }
    }
}

/// Reads `90d`, `36h` or `never`. A key of at most 25 hours counts as disposable, and a connection needs one that lasts.
fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry::Never);
    }
    let span: Option<Span> = text.parse().ok();
    let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    match duration.map(|duration| duration.as_secs()) {
        Some(seconds) if seconds > 25 * 3600 && seconds <= 100 * 366 * 86_400 => Ok(Expiry::After(seconds)),
        Some(_) => Err("a key for a connection lasts more than 25 hours, and less than 100 years".to_owned()),
        None => Err("expected a duration such as 90d or 36h, or `never`".to_owned()),
    }
}

/// Takes `https://`, and `http://` for this computer alone: the key travels there.
fn registry_url(text: &str) -> Result<String, String> {
    let uri: http::Uri = text.parse().map_err(|_| "expected a URL".to_owned())?;
    // A name before an `@` is a user's, and what follows is the host.
    let is_plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    let is_local = matches!(uri.host(), Some("127.0.0.1" | "localhost"));
    if is_plain && (uri.scheme_str() == Some("https") || uri.scheme_str() == Some("http") && is_local) {
        Ok(text.to_owned())
    } else {
        Err("expected an https:// URL: the management key is sent there".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_travels_in_the_clear_on_this_computer_alone() {
        for url in ["https://keys.example", "http://127.0.0.1:4566", "http://localhost:4566/"] {
            assert_eq!(registry_url(url).as_deref(), Ok(url));
        }
        let refused = [
            "http://keys.example",
            "http://localhost:1@keys.example",
            "https://a@keys.example",
            "localhost",
            "",
        ];
        for url in refused {
            assert!(registry_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_expiry_lasts_longer_than_a_disposable_token() {
        assert_eq!(expiry("90d"), Ok(Expiry::After(90 * 86_400)));
        assert_eq!(expiry("26h"), Ok(Expiry::After(26 * 3600)));
        assert_eq!(expiry("never"), Ok(Expiry::Never));
        for wrong in ["", "25h", "-90d", "1h", "soon", "90", "9999999d", "3mo"] {
            assert!(expiry(wrong).is_err(), "{wrong}");
        }
        assert!(registry_url("http://evil.example").is_err());
        assert!(registry_url("http://127.0.0.1:4566").is_ok());
    }
}

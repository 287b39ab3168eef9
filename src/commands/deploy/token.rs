//! Where `deploy` gets the token from: a flag, the environment, the secret that is there, a hidden question.

use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::aws::secrets::{self, Deletion, Lookup};
use crate::context::{Context, Session};
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::token::{Checked, Endpoint, MAX_LENGTH, Token};
use crate::ui::prompt;

/// The longest token that is read, in bytes; a real one is far shorter.
const LONGEST: u64 = 64 * 1024;

/// The flags that give the token; never the token itself, which the process list would show.
#[derive(Args, Clone, Debug, Default)]
pub struct TokenArgs {
    /// Read the Momento token from a file
    #[arg(long, value_name = "FILE", conflicts_with = "token_stdin")]
    token_file: Option<PathBuf>,
    /// Read the Momento token from standard input
    #[arg(long)]
    token_stdin: bool,
}

/// Where the token is stored.
pub struct Stored {
    /// The id of the version that holds it.
    pub version: String,
    /// What takes the secret back, where it was not there before.
    pub undo: Option<Deletion>,
}

/// Finds the token and writes it to its secret.
///
/// A token that the secret holds already is not written again, so that nothing changes.
pub async fn store(
    context: &Context,
    session: &Session,
    args: &TokenArgs,
    secret: &str,
    endpoint: &str,
    tags: &[(String, String)],
) -> Result<Stored> {
    let found = secrets::find(&session.clients, secret).await?;
    let stored = match &found {
        Lookup::Found(stored) => stored.token.as_ref().map(|token| (token, &stored.version)),
        Lookup::Missing | Lookup::ScheduledForDeletion => None,
    };
    let Some(Given { origin, text, is_new }) =
        given(context, session, args, stored.map(|(token, _)| token)).await?
    else {
        return Err(missing(context));
    };
    let token = checked(&text, &origin, endpoint, context)?;
    if is_new && let Some(warning) = token.warning() {
        context.printer.warn(&warning.to_string());
    }
    let token = token.inner();
    if let Some((stored, version)) = stored
        && stored.expose_secret() == token.expose_secret()
    {
        return Ok(Stored { version: version.clone(), undo: None });
    }
    let version = secrets::write(&session.clients, secret, token, &found, tags).await?;
    let undo = match found {
        Lookup::Found(_) => None,
        Lookup::Missing => Some(Deletion::Purge),
        Lookup::ScheduledForDeletion => Some(Deletion::Scheduled),
    };
    Ok(Stored { version, undo })
}

/// A token's text and where it came from.
struct Given {
    origin: String,
    text: SecretString,
    is_new: bool,
}

/// Returns the token's text and where it came from, or nothing.
async fn given(
    context: &Context,
    session: &Session,
    args: &TokenArgs,
    stored: Option<&SecretString>,
) -> Result<Option<Given>> {
    let new = |origin: String, text| Ok(Some(Given { origin, text, is_new: true }));
    if let Some(path) = &args.token_file {
        let file = std::fs::File::open(path)
            .context(Kind::Settings, || format!("the token file {} cannot be opened", path.display()))?;
        return new(format!("the file {}", path.display()), read(file)?);
    }
    if args.token_stdin {
        return new("standard input".to_owned(), read(std::io::stdin().lock())?);
    }
    if let Some(token) = &context.environment.token {
        return new("MOMENTO_API_KEY".to_owned(), token.clone());
    }
    if let Some(token) = stored {
        return Ok(Some(Given {
            origin: "the secret that is there".to_owned(),
            text: token.clone(),
            is_new: false,
        }));
    }
    if let Some(local) = &session.local {
        let key = local.issue_key(session.region()).await?;
        return Ok(Some(Given { origin: "the local cloud".to_owned(), text: key, is_new: false }));
    }
    if !context.can_ask() {
        return Ok(None);
    }
    let answer = prompt::hidden("Momento API key (from https://console.gomomento.com, not shown):");
    Ok(answer.map(|text| Given { origin: "the question".to_owned(), text, is_new: true }))
}

fn read(source: impl std::io::Read) -> Result<SecretString> {
    let mut text = Zeroizing::new(String::new());
    source
        .take(LONGEST)
        .read_to_string(&mut text)
        .context(Kind::Settings, || "the token cannot be read as text".to_owned())?;
    Ok(SecretString::from(text.as_str()))
}

fn checked(text: &SecretString, origin: &str, endpoint: &str, context: &Context) -> Result<Checked> {
    let refused = |message: String, hint: String| {
        Error::new(Kind::Settings, format!("the token from {origin} is refused")).cause(message).hint(hint)
    };
    Token::parse(text.expose_secret())
        .map_err(|error| refused(error.to_string(), error.hint().to_owned()))?
        .check(Some(&Endpoint::new(endpoint)), context.now(), MAX_LENGTH)
        .map_err(|error| refused(error.to_string(), error.hint()))
}

fn missing(context: &Context) -> Error {
    let error = Error::settings("no Momento token was given").hint(
        "set MOMENTO_API_KEY, or pipe the token in with `--token-stdin`, or name a file with `--token-file`",
    );
    if context.global.local { error } else { error.hint("to work without a Momento account, add `--local`") }
}

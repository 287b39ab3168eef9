//! Where a token comes from: a file, standard input, a command of a vault, the environment, a question.

use std::fmt;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::token::{Checked, Endpoint, Invalid, MAX_LENGTH, Token};
use crate::redaction;
use crate::ui::prompt;

/// The longest token that is read, in bytes; a real one is far shorter.
const LONGEST: u64 = 64 * 1024;

/// What stands for the region in the name of a file or in a command.
const REGION: &str = "{region}";

/// What a command is to do that `--from-command` names.
const ALONE: &str = "run the command of `--from-command` by itself: it must print the token and nothing else";

/// The flags that give a token; never the token itself, which the process list would show.
#[derive(Args, Clone, Debug, Default)]
pub struct SourceArgs {
    /// Read the token from a file; {region} in its name stands for the region
    #[arg(long, value_name = "FILE", group = "source")]
    token_file: Option<PathBuf>,
    /// Read the token from standard input
    #[arg(long, group = "source")]
    token_stdin: bool,
    /// Run a command and read the token from what it prints, for vaults; {region} stands for the region
    #[arg(long, value_name = "COMMAND", group = "source")]
    from_command: Option<String>,
}

/// A token's text and where it came from.
pub struct Given {
    /// Where it came from.
    pub origin: Origin,
    /// The text, as it was given.
    pub text: SecretString,
}

/// Where a token came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// What `--from-command` printed.
    Command,
    /// The file with this name.
    File(String),
    /// Standard input, with `--token-stdin`.
    Stdin,
    /// What no flag names, in words.
    Other(String),
}

impl Origin {
    /// Returns what to do about a text that is no token, in the words of where it came from.
    pub fn hint(&self, invalid: Invalid) -> String {
        match (self, invalid) {
            (Self::Command, _) => ALONE.to_owned(),
            (Self::File(name), Invalid::Empty) => format!("put the token into {name}, or name another file"),
            (Self::File(name), Invalid::Path) => format!("{name} must hold the token itself"),
            (Self::Stdin, Invalid::Empty) => "pipe the token in: `--token-stdin < key.txt`".to_owned(),
            _ => invalid.hint().to_owned(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command => f.write_str("the command of `--from-command`"),
            Self::File(name) => write!(f, "the file {name}"),
            Self::Stdin => f.write_str("standard input"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl SourceArgs {
    /// Reads the token from where a flag says, or returns nothing where no flag says it.
    pub fn flagged(&self, context: &Context, region: &str) -> Result<Option<Given>> {
        if let Some(path) = &self.token_file {
            let path = path.to_str().map_or_else(|| path.clone(), |path| path.replace(REGION, region).into());
            return file("token", &path).map(Some);
        }
        if self.token_stdin {
            if context.is_one_of_many() {
                return Err(Error::usage("standard input is read once, and there are several regions")
                    .hint("name a file for each: `--token-file 'keys/{region}'`")
                    .hint(
                        "or set MOMENTO_API_KEY, or one for each region, such as MOMENTO_API_KEY_US_EAST_1",
                    ));
            }
            let text = read(std::io::stdin().lock())?;
            return Ok(Some(Given { origin: Origin::Stdin, text }));
        }
        match &self.from_command {
            Some(command) => {
                let text = run(&command.replace(REGION, region))?;
                Ok(Some(Given { origin: Origin::Command, text }))
            }
            None => Ok(None),
        }
    }

    /// Returns the command that prints the token, where one is named.
    pub fn command(&self) -> Option<&str> {
        self.from_command.as_deref()
    }

    /// Returns whether a flag says where the token is.
    pub fn is_flagged(&self) -> bool {
        self.token_file.is_some() || self.token_stdin || self.from_command.is_some()
    }

    /// Reads the token from where a flag says, from `MOMENTO_API_KEY`, or asks for it.
    pub fn given(&self, context: &Context, region: &str) -> Result<Given> {
        if let Some(given) = self.flagged(context, region)? {
            return Ok(given);
        }
        if let Some(given) = environment(context, region) {
            return Ok(given);
        }
        let question = "New Momento API key (from https://console.gomomento.com, not shown):";
        asked(context, question).ok_or_else(|| {
            Error::settings("no new token was given").hint(
                "name where it is: `--token-file`, `--token-stdin`, `--from-command`, or MOMENTO_API_KEY",
            )
        })
    }
}

impl Given {
    /// Reads the token and checks it against the Momento that it is for; one that a connection cannot use is refused.
    pub fn checked(&self, context: &Context, base_url: &str) -> Result<Checked> {
        let origin = &self.origin;
        let refused = |message: String, hint: String| {
            Error::settings(format!("the token from {origin} is refused")).cause(message).hint(hint)
        };
        Token::parse(self.text.expose_secret())
            .map_err(|error| refused(error.to_string(), origin.hint(error)))?
            .check(Some(&Endpoint::new(base_url)), context.now(), MAX_LENGTH)
            .map_err(|error| refused(error.to_string(), error.hint()))
    }
}

/// Reads a token, or another key, from a file.
pub fn file(what: &str, path: &std::path::Path) -> Result<Given> {
    let file = std::fs::File::open(path)
        .context(Kind::Settings, || format!("the {what} file {} cannot be opened", path.display()))?;
    Ok(Given { origin: Origin::File(path.display().to_string()), text: read(file)? })
}

/// Returns the token of `MOMENTO_API_KEY`, or of the region's own variable, where it is set.
pub fn environment(context: &Context, region: &str) -> Option<Given> {
    let (origin, text) = context.environment.token_of(region)?;
    Some(Given { origin: Origin::Other(origin), text: text.clone() })
}

/// Asks the person who is there for a token, without showing it.
pub fn asked(context: &Context, question: &str) -> Option<Given> {
    let asked = if context.can_ask() { prompt::hidden(question) } else { None };
    asked.map(|text| Given { origin: Origin::Other("the question".to_owned()), text })
}

/// Runs a command in the shell and returns what it prints; what it says on stderr is the user's to see.
fn run(command: &str) -> Result<SecretString> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut child = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context(Kind::Settings, || "the command of `--from-command` cannot be started".to_owned())?;
    let text = child.stdout.take().map(read).transpose()?;
    let status = child
        .wait()
        .context(Kind::Settings, || "the command of `--from-command` cannot be waited for".to_owned())?;
    match text {
        Some(text) if status.success() => Ok(text),
        _ => {
            let error = Error::settings(format!("the command of `--from-command` failed: {status}"));
            // What a POSIX shell says of a command that it does not find.
            let error = if status.code() == Some(127) {
                error.cause("the shell finds no such command")
            } else {
                error
            };
            Err(error.hint(ALONE))
        }
    }
}

fn read(source: impl std::io::Read) -> Result<SecretString> {
    let mut text = Zeroizing::new(String::new());
    source
        .take(LONGEST)
        .read_to_string(&mut text)
        .context(Kind::Settings, || "the token cannot be read as text".to_owned())?;
    Ok(redaction::secret(&text))
}

//! The token of a deploy: a flag's, the environment's, the stored one, or the answer to a question.

use std::cell::RefCell;

use secrecy::{ExposeSecret as _, SecretString};

use super::target::Target;
use crate::aws::secrets::{self, Deletion, Lookup, Move};
use crate::commands::token::source::{Given, Origin, SourceArgs, asked, environment};
use crate::context::{Context, Session};
use crate::error::{Error, Result};
use crate::model::definition::KmsKey;
use crate::model::permissions::{SECRET, Work};

/// The token that is deployed, before it is stored.
pub struct Chosen {
    /// The key that calls carry.
    pub key: SecretString,
    /// The secret as it is.
    found: Lookup,
    /// The version that holds this token already.
    version: Option<String>,
}

/// Where the token is stored.
pub struct Stored {
    /// The id of the version that holds it.
    pub version: String,
    /// What takes the secret back, where it was not there before.
    pub undo: Option<Deletion>,
    /// The version that counts until a person has agreed, where this one is a pending version.
    before: RefCell<Option<String>>,
    /// The secret's name.
    secret: String,
}

impl Stored {
    /// Makes a pending version the current one: the deploy was agreed to.
    pub async fn count(&self, session: &Session) -> Result<()> {
        let Some(before) = self.before.take() else { return Ok(()) };
        let (clients, secret) = (&session.clients, &self.secret);
        let done = secrets::promote(clients, secret, &self.version, Some(&before)).await;
        // A label too many harms nobody.
        let _ = self.drop_label(session).await;
        done
    }

    /// Takes the label off a pending version: it never counts.
    pub async fn forget(&self, session: &Session) -> Result<()> {
        match self.before.take() {
            Some(_) => self.drop_label(session).await,
            None => Ok(()),
        }
    }

    async fn drop_label(&self, session: &Session) -> Result<()> {
        let label = Move { label: secrets::PENDING, from: Some(&self.version), to: None };
        secrets::move_label(&session.clients, &self.secret, &label).await
    }
}

/// Finds the token and checks it; nothing is written yet.
pub async fn choose(
    context: &Context,
    session: &Session,
    args: &SourceArgs,
    secret: &str,
    base_url: &str,
) -> Result<Chosen> {
    let found = secrets::find(&session.clients, secret).await?;
    let stored = match &found {
        Lookup::Found(stored) => stored.token.as_ref().map(|token| (token, &stored.version)),
        Lookup::Missing | Lookup::ScheduledForDeletion => None,
    };
    let (given, is_new) = given(context, session, args, stored.map(|(token, _)| token)).await?;
    let is_from_environment = !args.is_flagged() && is_new;
    let token = given.checked(context, base_url)?;
    if is_new && let Some(warning) = token.warning() {
        context.printer.warn(&warning.to_string());
    }
    let key = token.inner().clone();
    let is_stored = |stored: &SecretString| stored.expose_secret() == key.expose_secret();
    let version = stored.filter(|(stored, _)| is_stored(stored)).map(|(_, version)| version.clone());
    if is_from_environment
        && version.is_none()
        && stored.is_some()
        && let Some(before) = secrets::previous(&session.clients, secret).await?
        && is_stored(&before)
    {
        context.printer.warn(&format!(
            "{} holds the token from before the last rotation, and the stack goes back to it: unset it to keep \
             the newer one",
            given.origin
        ));
    }
    Ok(Chosen { key, found, version })
}

impl Chosen {
    /// Adds to the work of a deploy what is done to the secret; returns whether that is something.
    pub fn adds_to(&self, work: &mut Work) -> bool {
        match (&self.version, &self.found) {
            (Some(_), _) => return false,
            (None, Lookup::Missing) => work.made.insert(SECRET),
            (None, Lookup::Found(_) | Lookup::ScheduledForDeletion) => work.changed.insert(SECRET),
        };
        true
    }

    /// Writes the token to its secret and returns the id of the version that holds it.
    ///
    /// A token that the secret holds already is not written again, so that nothing changes. Where a person is
    /// asked first, a new version of a secret that is there waits as a pending one for the answer.
    pub async fn store(self, session: &Session, target: &Target, asks: bool) -> Result<Stored> {
        let (clients, secret) = (&session.clients, target.secret());
        let key = target.definition.kms_key.as_ref().map(KmsKey::as_str);
        let mut before = None;
        let (version, undo) = match self.version {
            Some(version) => (version, None),
            None if asks && let Lookup::Found(found) = &self.found => {
                before = Some(found.version.clone());
                let version = uuid::Uuid::new_v4().to_string();
                secrets::write_pending(clients, &secret, &version, &self.key, None).await?;
                (version, None)
            }
            None => (
                secrets::write(clients, &secret, &self.key, &self.found, &target.tags, key).await?,
                undo(&self.found),
            ),
        };
        // A new secret has its key from the start.
        if let Some(key) = key
            && !matches!(self.found, Lookup::Missing)
        {
            secrets::encrypt(clients, &secret, key).await?;
        }
        Ok(Stored { version, undo, before: RefCell::new(before), secret })
    }
}

/// Returns what takes a secret back that a deploy has made.
fn undo(before: &Lookup) -> Option<Deletion> {
    match before {
        Lookup::Found(_) => None,
        Lookup::Missing => Some(Deletion::Purge),
        Lookup::ScheduledForDeletion => Some(Deletion::Scheduled),
    }
}

/// Returns the token and whether it is a new one, which deserves a warning where it has faults.
async fn given(
    context: &Context,
    session: &Session,
    args: &SourceArgs,
    stored: Option<&SecretString>,
) -> Result<(Given, bool)> {
    if let Some(given) = args.flagged(context, session.region())? {
        return Ok((given, true));
    }
    if let Some(given) = environment(context, session.region()) {
        return Ok((given, true));
    }
    if let Some(token) = stored {
        return Ok((
            Given { origin: Origin::Other("the secret that is there".to_owned()), text: token.clone() },
            false,
        ));
    }
    if let Some(local) = &session.local {
        let text = local.issue_key(session.region()).await?;
        return Ok((Given { origin: Origin::Other("the local cloud".to_owned()), text }, false));
    }
    let region = session.region();
    let question = format!("Momento API key for {region} (from https://console.gomomento.com, not shown):");
    let answer = asked(context, &question);
    answer.map(|given| (given, true)).ok_or_else(missing)
}

fn missing() -> Error {
    Error::settings("no Momento token was given")
        .hint("set MOMENTO_API_KEY, or pipe the token in with `--token-stdin`, or name a file with `--token-file`")
        .hint("to work without a Momento account, add `--local`")
}

//! The token of a deploy: a flag's, the environment's, the stored one, or the answer to a question.

use std::cell::RefCell;

use secrecy::{ExposeSecret as _, SecretString};

use super::target::Target;
use crate::aws::secrets::{self, Deletion, Lookup, Move};
use crate::commands::token::source::{Given, Origin, SourceArgs, asked, environment};
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::definition::KmsKey;
use crate::model::permissions::{SECRET, Work};

/// The token that is deployed, before it is stored.
pub struct Chosen {
    /// The key that calls carry.
    pub key: SecretString,
    /// The secret as it is.
    found: Lookup,
    /// The version that holds this token already.
    version: Option<Held>,
}

/// A version that holds the token already.
enum Held {
    /// The one that counts.
    Current(String),
    /// One that an earlier deploy wrote, which never counted.
    Pending(String),
}

/// Where the token is stored.
pub struct Stored {
    /// The id of the version that holds it.
    pub version: String,
    /// What takes the secret back, where it was not there before.
    pub undo: Option<Deletion>,
    /// The version that counts until the deploy goes ahead, where this one is a pending version.
    before: RefCell<Option<String>>,
    /// The secret's name.
    secret: String,
    /// The key of KMS that it is to have, where it was there before.
    key: Option<String>,
}

impl Stored {
    /// Finds the version that an earlier step has stored for the change set that it prepared.
    pub async fn prepared(session: &Session, target: &Target, version: Option<String>) -> Result<Self> {
        let (clients, secret) = (&session.clients, target.secret());
        let pending = secrets::labelled(clients, &secret, secrets::PENDING).await?;
        let is_pending = pending.is_some_and(|pending| Some(&pending.version) == version.as_ref());
        let before = match secrets::find(clients, &secret).await? {
            Lookup::Found(current) if is_pending => Some(current.version),
            _ => None,
        };
        let key = target.definition.kms_key.as_ref().map(|key| key.as_str().to_owned());
        let version = version.unwrap_or_default();
        Ok(Self { version, undo: None, before: RefCell::new(before), secret, key })
    }

    /// As [`count`](Self::count), where the stack is about to be given the version: it must not be an old one by now.
    pub async fn count_now(&self, session: &Session) -> Result<()> {
        if self.before.borrow().is_none()
            && self.undo.is_none()
            && let Lookup::Found(current) = secrets::find(&session.clients, &self.secret).await?
            && current.version != self.version
        {
            return Err(overtaken());
        }
        self.count(session).await
    }

    /// Makes a pending version the current one, and gives the secret its key: the deploy goes ahead.
    pub async fn count(&self, session: &Session) -> Result<()> {
        let (clients, secret) = (&session.clients, &self.secret);
        if let Some(key) = &self.key {
            secrets::encrypt(clients, secret, key).await?;
        }
        let Some(before) = self.before.take() else { return Ok(()) };
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

fn overtaken() -> Error {
    Error::new(Kind::Remote, "the token was changed since this deploy was begun; nothing was changed")
        .cause("another version of the secret counts now, and the key of this one may be revoked")
        .hint("run the same command again; a change set that was prepared before has to be prepared again")
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
    let version = match stored.filter(|(stored, _)| is_stored(stored)) {
        Some((_, version)) => Some(Held::Current(version.clone())),
        None if stored.is_some() => {
            let pending = secrets::labelled(&session.clients, secret, secrets::PENDING).await?;
            let pending = pending.filter(|pending| pending.token.as_ref().is_some_and(is_stored));
            pending.map(|pending| Held::Pending(pending.version))
        }
        None => None,
    };
    if is_from_environment
        && version.is_none()
        && stored.is_some()
        && let Some(before) = secrets::labelled(&session.clients, secret, secrets::PREVIOUS).await?
        && before.token.as_ref().is_some_and(is_stored)
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
            (Some(Held::Current(_)), _) => return false,
            (None, Lookup::Missing) => work.made.insert(SECRET),
            _ => work.changed.insert(SECRET),
        };
        true
    }

    /// Writes the token to its secret and returns the version that holds it.
    ///
    /// A token that the secret holds already is not written again, so that nothing changes. A new version of a
    /// secret that is there waits as a pending one until the deploy goes ahead: what stops it changes nothing.
    pub async fn store(self, session: &Session, target: &Target) -> Result<Stored> {
        let (clients, secret) = (&session.clients, target.secret());
        let key = target.definition.kms_key.as_ref().map(KmsKey::as_str);
        let before = match (&self.version, &self.found) {
            (None | Some(Held::Pending(_)), Lookup::Found(found)) => Some(found.version.clone()),
            _ => None,
        };
        let mut undone = None;
        let version = match self.version {
            Some(Held::Current(version) | Held::Pending(version)) => version,
            None if before.is_some() => {
                let version = uuid::Uuid::new_v4().to_string();
                secrets::write_pending(clients, &secret, &version, &self.key, None).await?;
                version
            }
            None => {
                undone = undo(&self.found);
                secrets::write(clients, &secret, &self.key, &self.found, &target.tags, key).await?
            }
        };
        // A new secret has its key from the start.
        let key = key.filter(|_| !matches!(self.found, Lookup::Missing)).map(str::to_owned);
        Ok(Stored { version, undo: undone, before: RefCell::new(before), secret, key })
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

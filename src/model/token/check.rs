//! Whether a connection of `EventBridge` can use a token.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use crate::model::token::{Endpoint, Kind, Token};

/// The most characters of a connection's `ApiKeyValue` (`EventBridge` API reference).
pub const MAX_LENGTH: usize = 512;

/// The longest life of a disposable token (Momento, "Auth limits": 25 hours).
///
/// Nothing in a disposable token tells it from a key but how short it lives.
const DISPOSABLE: SignedDuration = SignedDuration::from_hours(25);

/// How long before its end a key is worth a warning.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A token that a connection can use: only such a token is stored.
#[derive(Clone)]
pub struct Checked {
    token: Token,
    warning: Option<Warning>,
}

/// What is not wrong yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// The key ends within a week.
    #[error("the token expires at {0}: make a new one before that, or every delivery fails with 401")]
    ExpiresSoon(Timestamp),
    /// Nothing tells which region the key is for.
    #[error("the token names no endpoint, so its region cannot be checked here")]
    NoEndpoint,
}

/// Why a connection cannot use a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A character that the header of a connection cannot hold.
    #[error("the token contains {} at position {position}, which an EventBridge connection cannot send", describe(*.character))]
    Character {
        /// The character.
        character: char,
        /// Where it stands in the inner key, from 1.
        position: usize,
    },
    /// A disposable token: it would soon end, and each event would be retried with 401.
    #[error("the token is disposable: it expires at {expires_at}, and a connection needs a key that lasts")]
    Disposable {
        /// When it ends.
        expires_at: Timestamp,
    },
    /// The token has ended.
    #[error("the token expired at {expires_at}")]
    Expired {
        /// When it ended.
        expires_at: Timestamp,
    },
    /// The token is for another region or cell.
    #[error("the token belongs to {token}, and the stack calls {stack}")]
    OtherRegion {
        /// Where the token is good.
        token: Endpoint,
        /// What the stack calls.
        stack: Endpoint,
    },
    /// More characters than a connection can hold, even unwrapped.
    #[error("the token has {length} characters, and an EventBridge connection holds at most {limit}")]
    TooLong {
        /// How many it has, unwrapped.
        length: usize,
        /// How many fit.
        limit: usize,
    },
}

impl Refused {
    /// Returns what to do about it.
    pub fn hint(&self) -> String {
        const MAKE: &str = "make a key at https://console.gomomento.com";
        match self {
            Self::Character { .. } => "copy the whole key again, as one piece".to_owned(),
            Self::Disposable { .. } => {
                format!(
                    "{MAKE}: one that never expires, or in some months (disposable tokens last 25 hours at most)"
                )
            }
            Self::Expired { .. } => MAKE.to_owned(),
            Self::OtherRegion { token, stack } => match (token.region(), stack.region()) {
                (Some(token), Some(stack)) if token != stack => {
                    format!("deploy with --region {token}, or {MAKE} for {stack}")
                }
                _ => format!("give the token's own endpoint with --momento-endpoint, or {MAKE} for this one"),
            },
            Self::TooLong { .. } => format!("{MAKE} with fewer permissions, or a v2 key: those are short"),
        }
    }
}

impl Token {
    /// Holds the token against the endpoint that the stack calls, the time, and a connection's limits.
    ///
    /// `limit` is [`MAX_LENGTH`] for a connection. Without an endpoint, as for a stand-in for Momento, the
    /// region is not compared.
    pub fn check(
        self,
        endpoint: Option<&Endpoint>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Checked, Refused> {
        self.refuse_characters(limit)?;
        self.refuse_time(now)?;
        if let (Some(token), Some(stack)) = (&self.endpoint, endpoint)
            && token != stack
        {
            return Err(Refused::OtherRegion { token: token.clone(), stack: stack.clone() });
        }
        let soon = self.expires_at.filter(|end| end.duration_since(now) <= SOON).map(Warning::ExpiresSoon);
        let warning = soon.or_else(|| (self.kind == Kind::Inner).then_some(Warning::NoEndpoint));
        Ok(Checked { token: self, warning })
    }

    fn refuse_characters(&self, limit: usize) -> Result<(), Refused> {
        let text = self.inner.expose_secret();
        let foreign = |(_, character): &(usize, char)| *character == ':' || !character.is_ascii_graphic();
        if let Some((at, character)) = text.chars().enumerate().find(foreign) {
            return Err(Refused::Character { character, position: at + 1 });
        }
        let length = text.len();
        if length > limit { Err(Refused::TooLong { length, limit }) } else { Ok(()) }
    }

    /// Refuses a token that has ended, and one that was made to end within a day.
    ///
    /// A token that does not say when it was made, and ends within 25 hours, is refused too: whatever it is,
    /// it does not outlast the day.
    fn refuse_time(&self, now: Timestamp) -> Result<(), Refused> {
        let Some(expires_at) = self.expires_at else { return Ok(()) };
        if expires_at <= now {
            return Err(Refused::Expired { expires_at });
        }
        let life = expires_at.duration_since(self.issued_at.unwrap_or(now));
        if life <= DISPOSABLE { Err(Refused::Disposable { expires_at }) } else { Ok(()) }
    }
}

impl Checked {
    /// Returns the secret that is stored and sent: the inner key.
    pub fn inner(&self) -> &SecretString {
        self.token.inner()
    }

    /// Returns the token that was checked.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Returns what is not wrong yet, or nothing.
    pub fn warning(&self) -> Option<Warning> {
        self.warning
    }
}

/// Shows everything but the secret.
impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked").field("token", &self.token).field("warning", &self.warning).finish()
    }
}

fn describe(character: char) -> String {
    if character.is_ascii_graphic() {
        format!("`{character}`")
    } else {
        format!("the character U+{:04X}", u32::from(character))
    }
}

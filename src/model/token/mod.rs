//! A Momento token: what it is, which region it belongs to, and whether a connection can use it.
//!
//! What Momento hands out comes in three forms (its SDKs' credential providers read the same):
//!
//! | form | text | what is sent |
//! | --- | --- | --- |
//! | v1 key, disposable token | base64 of `{"endpoint": …, "api_key": …}` | the inner `api_key` |
//! | v2 key | JWT with the claim `t: "g"`, good in every region | the text |
//! | legacy key | JWT with the endpoints as claims `c` and `cp` | the text |
//!
//! The secret is a [`SecretString`] from the first moment: nothing here shows it, errors included.

mod check;
mod claims;
mod endpoint;
pub mod minted;
mod parse;
pub mod shape;

use std::fmt;

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

pub use check::{Checked, MAX_LENGTH, Refused, Warning};
pub use endpoint::Endpoint;
pub use parse::Invalid;

/// A token that was read, not yet held against a region, the time and the limits of a connection.
#[derive(Clone)]
pub struct Token {
    inner: SecretString,
    kind: Kind,
    endpoint: Option<Endpoint>,
    issued_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
}

/// The form of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A JWT without an endpoint that is no v2 key: the inner part of a v1 key.
    Inner,
    /// A JWT that carries its endpoints.
    Legacy,
    /// An endpoint and an inner key in base64: a v1 key or a disposable token.
    V1,
    /// A JWT that is good in every region.
    V2,
}

impl Token {
    /// Reads a token as it was pasted, piped or stored; white space round it is dropped.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        parse::parse(text)
    }

    /// Returns the secret that is stored and sent: the inner key.
    pub fn inner(&self) -> &SecretString {
        &self.inner
    }

    /// Returns how many characters the inner key has, all of which a connection must hold.
    pub fn length(&self) -> usize {
        self.inner.expose_secret().chars().count()
    }

    /// Returns the form of the token.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the endpoint that the token names, or nothing.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.endpoint.as_ref()
    }

    /// Returns when the token ends, or nothing where it does not say so.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

/// Shows everything but the secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("kind", &self.kind)
            .field("endpoint", &self.endpoint)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inner => "inner key without an endpoint",
            Self::Legacy => "legacy key",
            Self::V1 => "v1 key",
            Self::V2 => "v2 key",
        })
    }
}

#[cfg(test)]
mod tests;

//! A token from what somebody pasted, piped or stored, and what it looks like when it is none.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;

use secrecy::SecretString;
use secrecy::zeroize::Zeroize;
use serde::Deserialize;

use crate::model::token::claims::{self, Claims};
use crate::model::token::{Endpoint, Kind, Token};

/// Why a text is not a token. The text itself is never shown: it may be a secret all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// `NAME=token`
    #[error("the token starts with a variable's name and `=`")]
    Assignment,
    /// `Bearer token`, or another scheme of the Authorization header.
    #[error("the token starts with `Bearer`")]
    Bearer,
    /// A character that no token has.
    #[error("the token contains a control character at position {0}")]
    Control(usize),
    /// Nothing but white space.
    #[error("the token is empty")]
    Empty,
    /// JSON, such as the file that Momento's console offers.
    #[error("this is a JSON document, not a token")]
    Json,
    /// Base64 of JSON that lacks something.
    #[error("the token holds no `{0}`: it is not whole, or not a Momento token")]
    Lacks(&'static str),
    /// The name of a file.
    #[error("this looks like the path of a file, not like a token")]
    Path,
    /// Quotes round the token.
    #[error("the token has quotes round it")]
    Quoted,
    /// White space inside.
    #[error("the token has white space or a line break inside, at position {0}")]
    Space(usize),
    /// Neither base64 of JSON nor a JWT.
    #[error("this is not a Momento token: neither a v1 key (base64 of JSON) nor a v2 key (a JWT)")]
    Unknown,
}

impl Invalid {
    /// Returns what to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Assignment => "give only what stands after the `=`",
            Self::Bearer => "give only the token: Momento takes it without a scheme",
            Self::Control(_) | Self::Space(_) => "copy the token again, as one piece",
            Self::Empty => {
                "set MOMENTO_API_KEY, or give --token-file or --token-stdin; keys are made at https://console.gomomento.com"
            }
            Self::Json => "give only the value of its `apiKey` field",
            Self::Path => "give a file with --token-file",
            Self::Quoted => "remove the quotes",
            Self::Lacks(_) | Self::Unknown => {
                "copy the whole key from https://console.gomomento.com, or make a new one there"
            }
        }
    }
}

/// What the base64 of a v1 key or a disposable token holds.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    #[serde(borrow)]
    api_key: Option<Text<'a>>,
}

/// A string that is read in place, in the buffer that is wiped, where it has no escapes.
///
/// The type of its own is needed: serde does not borrow inside `Option<Cow<str>>`.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    fn trimmed(&self) -> Option<&str> {
        Some(self.0.trim()).filter(|text| !text.is_empty())
    }
}

impl Drop for Text<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            text.zeroize();
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Token, Invalid> {
    // A byte order mark is what Windows editors put before a text.
    let text = text.trim_start_matches('\u{feff}').trim();
    refuse_what_is_no_token(text)?;
    if let Some(claims) = Claims::read(text) {
        let kind = match &claims.cache {
            _ if claims.global => Kind::V2,
            Some(_) => Kind::Legacy,
            None => Kind::Inner,
        };
        let endpoint = claims.cache.as_deref().filter(|_| kind == Kind::Legacy).map(Endpoint::new);
        return Ok(token(text, kind, endpoint, &claims));
    }
    let json = claims::decode(text).ok_or(Invalid::Unknown)?;
    let wrapped: Wrapped<'_> = serde_json::from_slice(&json).map_err(|_| Invalid::Unknown)?;
    let inner = wrapped.api_key.as_ref().and_then(Text::trimmed).ok_or(Invalid::Lacks("api_key"))?;
    let endpoint = wrapped.endpoint.as_ref().and_then(Text::trimmed).ok_or(Invalid::Lacks("endpoint"))?;
    let claims = Claims::read(inner).unwrap_or_default();
    Ok(token(inner, Kind::V1, Some(Endpoint::new(endpoint)), &claims))
}

fn token(inner: &str, kind: Kind, endpoint: Option<Endpoint>, claims: &Claims) -> Token {
    let inner = SecretString::from(inner);
    Token { inner, kind, endpoint, issued_at: claims.issued_at, expires_at: claims.expires_at }
}

/// Recognises the slips that people make, so that each gets its own answer.
fn refuse_what_is_no_token(text: &str) -> Result<(), Invalid> {
    let quotes = ['"', '\'', '`', '“', '”', '‘', '’'];
    let position = |found: fn(char) -> bool| text.chars().position(found).map(|at| at + 1);
    let starts =
        |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let variable = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    };
    let file = |text: &str| {
        let extension = Path::new(text).extension().and_then(OsStr::to_str);
        extension.is_some_and(|extension| matches!(extension, "env" | "json" | "key" | "txt" | "token"))
    };
    if text.is_empty() {
        Err(Invalid::Empty)
    } else if text.starts_with(['{', '[']) {
        Err(Invalid::Json)
    } else if starts("export ")
        || text
            .split_once('=')
            .is_some_and(|(name, rest)| variable(name) && name.contains('_') && !rest.is_empty())
    {
        Err(Invalid::Assignment)
    } else if text.starts_with(quotes) || text.ends_with(quotes) {
        Err(Invalid::Quoted)
    } else if starts("bearer ") || starts("authorization:") {
        Err(Invalid::Bearer)
    } else if text.starts_with(['/', '~', '.', '@']) || text.contains('\\') || file(text) {
        Err(Invalid::Path)
    } else if let Some(at) = position(char::is_whitespace) {
        Err(Invalid::Space(at))
    } else if let Some(at) = position(char::is_control) {
        Err(Invalid::Control(at))
    } else {
        Ok(())
    }
}

//! Momento's API-keys HTTP API: what is sent, and what an answer says.
//!
//! Source: Momento's "HTTP API Reference for Momento API Keys". A key is shown once, when it is made.

use jiff::Timestamp;
use percent_encoding::utf8_percent_encode;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::call::RESERVED;
use crate::redaction;

/// Where the API is: one place for all accounts and regions.
pub const REGISTRY: &str = "https://mga.registry.prod.a.momentohq.com";

/// The path of the keys.
pub const KEYS: &str = "/api-keys";

/// A key that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The id of its role, which says what it may do.
    pub role: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// When it ends; nothing for never.
    pub expires_at: Option<Timestamp>,
}

/// A key that was made.
#[derive(Debug)]
pub struct Minted {
    /// The key, which nobody shows again.
    pub key: SecretString,
    /// Its id, to revoke it by.
    pub id: String,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// Why Momento did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status} {words}")]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// Momento's own words: the code and the message.
    pub words: String,
}

impl Order<'_> {
    /// Writes the body of the request.
    pub fn body(&self) -> String {
        let expiry = self.expires_at.map_or_else(|| json!("never"), |at| json!(at.as_second()));
        json!({ "role_id": self.role, "description": self.description, "expiry": expiry }).to_string()
    }
}

/// Returns the path of one key.
pub fn path_of(id: &str) -> String {
    format!("{KEYS}/{}", utf8_percent_encode(id, RESERVED))
}

/// Reads the answer to an order.
pub fn minted(status: u16, body: &[u8]) -> Result<Minted, Refused> {
    #[derive(Deserialize)]
    struct Answer {
        api_key: String,
        key_info: Info,
    }
    #[derive(Deserialize)]
    struct Info {
        key_id: String,
        expires_at_epoch_seconds: Option<i64>,
    }
    done(status, body)?;
    let answer: Answer = serde_json::from_slice(body).map_err(|error| undocumented(status, &error))?;
    let expires_at = answer.key_info.expires_at_epoch_seconds;
    Ok(Minted {
        key: redaction::secret(&Zeroizing::new(answer.api_key)),
        id: answer.key_info.key_id,
        expires_at: expires_at.and_then(|seconds| Timestamp::from_second(seconds).ok()),
    })
}

/// A key that the account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// What it is for, in the words of whoever made it.
    pub description: String,
}

/// Some of the account's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The keys.
    pub keys: Vec<Listed>,
    /// Where the next page begins, where there is one.
    pub next: Option<String>,
}

/// Returns the path of the page of keys that begins somewhere.
pub fn page_of(next: Option<&str>) -> String {
    next.map_or_else(
        || KEYS.to_owned(),
        |next| format!("{KEYS}?next_token={}", utf8_percent_encode(next, RESERVED)),
    )
}

/// Reads a page of keys.
pub fn listed(status: u16, body: &[u8]) -> Result<Page, Refused> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        key_info: Vec<Info>,
        next_token: Option<String>,
    }
    #[derive(Deserialize)]
    struct Info {
        key_id: String,
        #[serde(default)]
        description: Option<String>,
    }
    done(status, body)?;
    let answer: Answer = serde_json::from_slice(body).map_err(|error| undocumented(status, &error))?;
    let listed = |info: Info| Listed { id: info.key_id, description: info.description.unwrap_or_default() };
    let next = answer.next_token.filter(|next| !next.is_empty());
    Ok(Page { keys: answer.key_info.into_iter().map(listed).collect(), next })
}

/// Words an answer that cannot be read; the error of the parser names a place, never a value.
fn undocumented(status: u16, error: &serde_json::Error) -> Refused {
    Refused { status, words: format!("with an answer that is not documented, at column {}", error.column()) }
}

/// Reads an answer of which only the success matters.
pub fn done(status: u16, body: &[u8]) -> Result<(), Refused> {
    #[derive(Default, Deserialize)]
    struct Problem {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    if (200..300).contains(&status) {
        return Ok(());
    }
    let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
    let words = [problem.code, problem.message];
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    Err(Refused { status, words: words.join(": ") })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn what_is_sent_and_answered_is_as_documented() {
        let order = |expires_at| Order { role: "r", description: "d", expires_at }.body();
        assert_eq!(order(None), r#"{"role_id":"r","description":"d","expiry":"never"}"#);
        let at = Timestamp::from_second(1_719_363_600).unwrap();
        assert_eq!(order(Some(at)), r#"{"role_id":"r","description":"d","expiry":1719363600}"#);
        let body = br#"{"api_key":"k","key_info":{"key_id":"i","account_id":"a","description":"d","role_id":"r","expires_at_epoch_seconds":1719363600,"issued_at_epoch_seconds":1719360000}}"#;
        let made = minted(200, body).unwrap();
        assert_eq!((made.key.expose_secret(), made.id.as_str(), made.expires_at), ("k", "i", Some(at)));
        assert_eq!(path_of("a-/b"), "/api-keys/a-%2Fb");
        let refused = minted(404, br#"{"code":"NotFound","message":"no role"}"#).unwrap_err();
        assert_eq!(refused.to_string(), "404 NotFound: no role");
        assert_eq!(minted(200, br#"{"api_key":"secret"}"#).unwrap_err().status, 200);
        let page =
            listed(200, br#"{"key_info":[{"key_id":"i","description":"d"}],"next_token":"n/1"}"#).unwrap();
        assert_eq!(page.keys, [Listed { id: "i".to_owned(), description: "d".to_owned() }]);
        assert_eq!(page_of(page.next.as_deref()), "/api-keys?next_token=n%2F1");
        assert_eq!(listed(200, b"{}").unwrap(), Page { keys: Vec::new(), next: None });
        assert_eq!(listed(401, b"{}").unwrap_err().status, 401);
        assert_eq!(done(502, b"<html>").unwrap_err().words, "");
        assert_eq!(done(200, b"{}"), Ok(()));
    }
}

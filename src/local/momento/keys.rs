//! API keys: which are accepted, and what they allow.
//!
//! A key is accepted when it is a JWT that has not expired, or was issued or accepted here; and was not
//! revoked. A v1 token (base64 of `{"endpoint", "api_key"}`) stands for its inner key, as the HTTP API
//! takes the console's token verbatim. Keys are never kept, only their hashes.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::answer::Refusal;
use crate::local::store::{Document, Store, StoreError};

/// How many tokens are remembered.
const KNOWN: usize = 1024;

/// The region key of what is the same in all regions.
const EVERYWHERE: &str = "global";

/// What a key allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The kinds of calls.
    pub access: Access,
    /// The only cache, or all when there is none.
    pub cache: Option<String>,
}

/// The kinds of calls that a key allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// To make and revoke keys, and nothing with caches.
    Management,
    /// To get items and to subscribe.
    ReadOnly,
    /// Everything.
    #[default]
    ReadWrite,
    /// To set and delete items and to publish.
    WriteOnly,
}

/// What a call does, for the check of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Read,
    Write,
}

impl Scope {
    /// Everything, in every cache.
    pub fn all() -> Self {
        Self::default()
    }

    /// Refuses a call that the scope does not allow.
    pub(super) fn check(&self, action: Action, cache: &str) -> Result<(), Refusal> {
        let kind = match self.access {
            Access::Management => false,
            Access::ReadWrite => true,
            Access::ReadOnly => action == Action::Read,
            Access::WriteOnly => action == Action::Write,
        };
        let place = self.cache.as_deref().is_none_or(|only| only == cache);
        if kind && place { Ok(()) } else { Err(Refusal::forbidden()) }
    }
}

/// What is known of a key, under the hash of the key.
#[derive(Serialize, Deserialize)]
struct Record {
    scope: Scope,
    revoked: bool,
}

impl Document for Record {
    const KIND: &'static str = "momento:key";
    const SECRET: bool = true;
}

/// Makes a key.
pub(super) fn issue(
    store: &Store,
    scope: &Scope,
    now: Timestamp,
    expires_at: Option<Timestamp>,
) -> Result<String, StoreError> {
    let mut claims = json!({
        "iss": "evbridge-momento-local",
        "t": "g",
        "jti": Uuid::new_v4().to_string(),
        "iat": now.as_second(),
    });
    if let Some(expires_at) = expires_at {
        claims["exp"] = expires_at.as_second().into();
    }
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    // The key is known by its hash, so that a signature has nothing to prove: random bytes do.
    let signature = URL_SAFE_NO_PAD.encode([*Uuid::new_v4().as_bytes(), *Uuid::new_v4().as_bytes()].concat());
    let key = format!("{header}.{payload}.{signature}");
    accept(store, &key, scope)?;
    Ok(key)
}

/// Records a key with a scope.
pub(super) fn accept(store: &Store, key: &str, scope: &Scope) -> Result<(), StoreError> {
    store.put(
        EVERYWHERE,
        &hash(inner(key).as_deref().unwrap_or(key)),
        &Record { scope: scope.clone(), revoked: false },
    )
}

/// Refuses a key for ever.
pub(super) fn revoke(store: &Store, key: &str) -> Result<(), StoreError> {
    revoke_hash(store, &hash(inner(key).as_deref().unwrap_or(key)))
}

/// Refuses the key with a hash for ever.
pub(super) fn revoke_hash(store: &Store, hash: &str) -> Result<(), StoreError> {
    store.put(EVERYWHERE, hash, &Record { scope: Scope::all(), revoked: true })
}

/// What tokens were found to allow, and until when, by their hashes: every request asks for it.
#[derive(Default)]
pub(super) struct Known(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    /// How often a key has changed.
    changes: u64,
    scopes: HashMap<[u8; 32], (Scope, Option<i64>)>,
}

impl Known {
    /// Forgets everything, because a key has changed.
    pub(super) fn forget(&self) {
        let mut memory = self.0.lock();
        memory.changes += 1;
        memory.scopes.clear();
    }

    /// Returns what a token allows, or refuses it.
    pub(super) fn authenticate(&self, store: &Store, token: &str, now: Timestamp) -> Result<Scope, Refusal> {
        let hash: [u8; 32] = Sha256::digest(token).into();
        let (changes, known) = {
            let memory = self.0.lock();
            (memory.changes, memory.scopes.get(&hash).cloned())
        };
        if let Some((scope, expiry)) = known
            && expiry.is_none_or(|expiry| expiry > now.as_second())
        {
            return Ok(scope);
        }
        let (scope, expiry) = authenticate(store, token, now)?;
        let mut memory = self.0.lock();
        // A key that changed meanwhile may be this one.
        if memory.changes == changes {
            if memory.scopes.len() >= KNOWN {
                memory.scopes.clear();
            }
            memory.scopes.insert(hash, (scope.clone(), expiry));
        }
        Ok(scope)
    }
}

/// Returns what a token allows and when it expires, or refuses it.
fn authenticate(store: &Store, token: &str, now: Timestamp) -> Result<(Scope, Option<i64>), Refusal> {
    let unwrapped = inner(token);
    let key = unwrapped.as_deref().unwrap_or(token);
    let record: Option<Record> = store.get(EVERYWHERE, &hash(key))?;
    if record.as_ref().is_some_and(|record| record.revoked) {
        return Err(Refusal::unauthorized("Unauthorized", "The token has been revoked."));
    }
    let claims = claims(key);
    let expiry = claims.as_ref().and_then(|claims| claims.get("exp")).and_then(seconds);
    if expiry.is_some_and(|expiry| expiry <= now.as_second()) {
        return Err(Refusal::unauthorized("Unauthorized", "The token has expired."));
    }
    match (record, claims) {
        (Some(record), _) => Ok((record.scope, expiry)),
        (None, Some(_)) => Ok((Scope::all(), expiry)),
        (None, None) => Err(Refusal::unauthorized("Unauthorized", "The token is malformed.")),
    }
}

/// Returns the key inside a v1 token, or nothing when it is not one.
fn inner(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Version1 {
        #[expect(dead_code, reason = "its presence tells a v1 token from other base64")]
        endpoint: String,
        api_key: String,
    }
    let bytes = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|engine| engine.decode(token).ok())?;
    serde_json::from_slice::<Version1>(&bytes).ok().map(|token| token.api_key)
}

/// Returns the claims of a JWT, or nothing when the key is not one.
fn claims(key: &str) -> Option<Value> {
    let mut parts = key.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || header.is_empty() || signature.is_empty() {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&payload).ok().filter(Value::is_object)
}

/// Reads a JWT's `NumericDate`: seconds, perhaps with a fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a conversion of floats saturates, and seconds are enough"
)]
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

pub(super) fn hash(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(key))
}

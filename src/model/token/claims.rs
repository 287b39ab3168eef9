//! The claims of a JWT, read without its signature: only Momento can verify that.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde_json::Value;

/// What a JWT of Momento says about itself.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Claims {
    pub(super) expires_at: Option<Timestamp>,
    pub(super) issued_at: Option<Timestamp>,
    /// The endpoint of the caches, in legacy keys.
    pub(super) cache: Option<String>,
    /// Whether the key is good in every region: a v2 key.
    pub(super) global: bool,
}

/// The claims as they are written; every value may be of any type in a text that anybody can make.
#[derive(Deserialize)]
struct Raw {
    exp: Option<Value>,
    iat: Option<Value>,
    c: Option<Value>,
    t: Option<Value>,
}

impl Claims {
    /// Reads the claims of a JWT, or nothing where the text is none.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        // A header that is no JSON object is no JWT, whatever follows.
        serde_json::from_slice::<serde_json::Map<String, Value>>(&decode(header)?).ok()?;
        let raw: Raw = serde_json::from_slice(&decode(claims)?).ok()?;
        Some(Self {
            expires_at: raw.exp.as_ref().and_then(seconds),
            issued_at: raw.iat.as_ref().and_then(seconds),
            cache: raw.c.as_ref().and_then(Value::as_str).map(str::to_owned),
            global: raw.t.as_ref().and_then(Value::as_str) == Some("g"),
        })
    }
}

/// Decodes base64 of either alphabet, padded or not.
pub(super) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    const URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
    let engine = if text.contains(['-', '_']) { URL } else { STANDARD };
    engine.decode(text).ok().map(Zeroizing::new)
}

/// Reads a `NumericDate` (RFC 7519): seconds, perhaps with a fraction; what is no time is no claim.
fn seconds(value: &Value) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates; jiff checks the range")]
    let whole = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    Timestamp::from_second(whole).ok()
}

//! Momento tokens, made up.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Makes a JWT with claims and a signature that a test can look for.
pub(crate) fn jwt(claims: &str, signature: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{signature}", part(r#"{"alg":"HS512"}"#), part(claims))
}

/// Makes a key that is good in every region and never ends.
pub(crate) fn global(signature: &str) -> String {
    jwt(r#"{"t":"g","jti":"a-test"}"#, signature)
}

/// Makes a v1 key: an inner key with the endpoint of a cell.
pub(crate) fn wrapped(cell: &str, inner: &str) -> String {
    STANDARD.encode(format!(r#"{{"endpoint":"{cell}.prod.a.momentohq.com","api_key":"{inner}"}}"#))
}

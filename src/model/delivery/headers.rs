//! The headers of a request to an API destination.

use super::Guarded;
use super::connection::Connection;
use super::parameters::{HttpParameters, ParameterError};
use crate::model::json::Json;

/// The headers that AWS removes from targets and connections (user guide, "API destinations").
pub const STRIPPED: [&str; 33] = [
    "a-im",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authorization",
    "range",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "warning",
];

/// Returns all headers in the order in which they are sent: AWS's own, the authorization, the connection's,
/// the target's. AWS's order is not known.
pub(super) fn headers(
    host: &str,
    content_length: usize,
    connection: &Connection,
    parameters: &HttpParameters,
    event: &Json,
) -> Result<Vec<(String, Guarded)>, ParameterError> {
    let mut set: Vec<(String, Guarded)> = vec![connection.authorization.header()];
    let ours = parameters.header.iter().map(|(name, value)| (name, Guarded::open(value.or_empty(event))));
    let theirs = connection.parameters.header.iter().map(|(name, value)| (name, value.clone()));
    for (name, value) in theirs.chain(ours) {
        // The authorization wins over the connection's parameters, and those win over the target's.
        if set.iter().all(|(other, _)| !other.eq_ignore_ascii_case(name)) {
            set.push((name.clone(), value));
        }
    }
    set.retain(|(name, _)| !is_stripped(name));
    if let Some((name, _)) = set.iter().find(|(name, value)| !is_name(name) || !is_value(value.expose())) {
        return Err(ParameterError::Header { name: name.clone() });
    }
    let own = |name: &str, value: &str| (name.to_owned(), Guarded::open(value));
    let mut headers = vec![
        own("Host", host),
        own("User-Agent", "Amazon/EventBridge/ApiDestinations"),
        own("Range", "bytes=0-1048575"),
        own("Accept-Encoding", "gzip,deflate"),
        own("Connection", "close"),
        own("Content-Length", &content_length.to_string()),
    ];
    if set.iter().all(|(name, _)| !name.eq_ignore_ascii_case("content-type")) {
        headers.push(own("Content-Type", "application/json; charset=utf-8"));
    }
    headers.append(&mut set);
    Ok(headers)
}

fn is_stripped(name: &str) -> bool {
    STRIPPED.iter().any(|stripped| stripped.eq_ignore_ascii_case(name))
}

/// A token of RFC 9110.
fn is_name(name: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(valid)
}

/// Printable ASCII and tabs: what AWS lets a header parameter hold as configured, asked of the value from
/// the event too. No line break can smuggle a second header in.
fn is_value(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'))
}

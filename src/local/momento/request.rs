//! Reads a request of the HTTP API into a call that cannot contradict itself.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use jiff::SignedDuration;
use percent_encoding::percent_decode_str;

use super::answer::Refusal;
use super::topics::Position;

/// The largest item, key and value together, in bytes. Source: Momento Cache's limits.
pub(super) const LARGEST_ITEM: usize = 5_000_000;
/// The largest message, in bytes. Source: Momento Topics' limits (4 KB; read as 4096).
pub(super) const LARGEST_MESSAGE: usize = 4096;
/// The longest time to live, in seconds. Source: Momento Cache's limits (24 hours on demand).
const LONGEST_TTL: i64 = 86_400;

/// The thing that a path names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Path {
    Cache(String),
    Topic { cache: String, topic: String },
}

/// How a message is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessageKind {
    Binary,
    Text,
}

/// The parameters of a request's query.
pub(super) struct Query(Vec<(String, String)>);

impl Path {
    pub(super) fn parse(path: &str) -> Result<Self, Refusal> {
        let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').map(|segment| {
            percent_decode_str(segment).decode_utf8().map(Cow::into_owned).unwrap_or_default()
        });
        let (kind, first, second) = (segments.next(), segments.next(), segments.next());
        match (kind.as_deref(), first, second, segments.next()) {
            (Some("cache"), Some(cache), None, None) if !cache.is_empty() => Ok(Self::Cache(cache)),
            (Some("topics"), Some(cache), Some(topic), None) if !cache.is_empty() && !topic.is_empty() => {
                Ok(Self::Topic { cache, topic })
            }
            _ => Err(Refusal::no_such_path()),
        }
    }
}

impl Query {
    /// Reads a query: `+` is a space and `%XX` a byte, as in a form.
    pub(super) fn parse(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(name), decode(value))
                })
                .collect(),
        )
    }

    /// Returns the item's key: exactly one of `key` and `key_base64`.
    ///
    /// A parameter that is there but empty counts as given, so that `key=a&key_base64=` names two keys.
    pub(super) fn key(&self) -> Result<Vec<u8>, Refusal> {
        let key = match (self.only("key")?, self.only("key_base64")?) {
            (Some(_), Some(_)) => {
                return Err(Refusal::invalid(
                    "Multiple Keys Specified",
                    "You must specify either 'key' or 'key_base64', not both.",
                ));
            }
            (Some(text), None) => text.as_bytes().to_vec(),
            (None, Some(encoded)) => {
                URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('=')).map_err(|error| {
                    Refusal::invalid("Invalid Key", format!("'key_base64' is not base64url: {error}"))
                })?
            }
            (None, None) => Vec::new(),
        };
        if key.is_empty() {
            return Err(Refusal::invalid(
                "No Key Specified",
                "You must specify either 'key' or 'key_base64'.",
            ));
        }
        Ok(key)
    }

    /// Returns the time to live, 1 to 86400 seconds.
    pub(super) fn ttl(&self) -> Result<SignedDuration, Refusal> {
        let refusal = |what: &str| Refusal::invalid("Invalid TTL", format!("'ttl_seconds' {what}"));
        let text = self.only("ttl_seconds")?.ok_or_else(|| refusal("is required"))?;
        let seconds: i64 = text.parse().map_err(|_| refusal(&format!("must be an integer, not {text:?}")))?;
        if !(1..=LONGEST_TTL).contains(&seconds) {
            return Err(refusal(&format!("must be from 1 to {LONGEST_TTL}, not {seconds}")));
        }
        Ok(SignedDuration::from_secs(seconds))
    }

    /// Returns where a subscriber wants to go on; what is not given is 0.
    pub(super) fn position(&self) -> Result<Position, Refusal> {
        let number = |name: &str| {
            let text = self.only(name)?.unwrap_or("0");
            text.parse().ok().filter(|number| *number >= 0).ok_or_else(|| {
                let description = format!("'{name}' must be a whole number from 0, not {text:?}");
                Refusal::invalid("Invalid Sequence", description)
            })
        };
        Ok(Position { page: number("sequence_page")?, number: number("sequence_number")? })
    }

    /// Returns a parameter that may come once.
    pub(super) fn only(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.0.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Refusal::invalid(
                "Duplicate Parameter",
                format!("'{name}' is given more than once."),
            ));
        }
        Ok(first)
    }
}

/// Returns the request's token, from the `Authorization` header or the `token` parameter.
pub(super) fn token(headers: &HeaderMap, query: &Query) -> Result<String, Refusal> {
    let mut headers = headers.get_all(header::AUTHORIZATION).iter();
    let (header, second) = (headers.next(), headers.next());
    let parameter = query.only("token")?;
    let token = match (header, parameter) {
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid(
                "Multiple Auth Tokens Specified",
                "You must specify the token either in the 'Authorization' header or in the 'token' parameter, not both.",
            ));
        }
        (Some(header), None) => {
            let text = header.to_str().ok().map(str::trim).filter(|text| !text.contains(char::is_whitespace));
            match text {
                Some(text) if second.is_none() => text,
                _ => {
                    return Err(Refusal::unauthorized(
                        "Invalid authorization header format",
                        "The 'Authorization' header must hold the token and nothing else.",
                    ));
                }
            }
        }
        (None, parameter) => parameter.unwrap_or_default(),
    };
    if token.is_empty() {
        return Err(Refusal::unauthorized(
            "No Auth Token Provided",
            "You must specify a token in the 'Authorization' header or in the 'token' parameter.",
        ));
    }
    Ok(token.to_owned())
}

/// Returns how the message is to be read, by the request's content type.
pub(super) fn message_kind(headers: &HeaderMap) -> Result<MessageKind, Refusal> {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media_type.as_str() {
        "text/plain" => Ok(MessageKind::Text),
        "application/octet-stream" => Ok(MessageKind::Binary),
        _ => Err(Refusal::invalid(
            "Invalid Content Type",
            format!("'Content-Type' must be text/plain or application/octet-stream, not {content_type:?}"),
        )),
    }
}

/// Whether a request is a long poll for messages, which may take a while to answer.
pub(super) fn is_poll(request: &Request<Bytes>) -> bool {
    request.method() == Method::GET && matches!(Path::parse(request.uri().path()), Ok(Path::Topic { .. }))
}

fn decode(text: &str) -> String {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

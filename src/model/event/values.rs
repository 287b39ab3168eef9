//! What the fields of an event hold: keys, messages and times to live.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::model::event::Field;
use crate::model::json::Json;

/// The key of an item: text, or bytes that travel as base64.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Bytes; in JSON they are `key_base64`, in base64url without padding.
    Base64(Vec<u8>),
    /// Text; in JSON it is `key`.
    Text(String),
}

/// Why a text is not a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// No character, or no byte.
    #[error("a key cannot be empty")]
    Empty,
    /// Not base64url, nor standard base64.
    #[error("a base64 key is written in base64url, such as `ZXhhbXBsZV9rZXk`, and this text is not: {0}")]
    Base64(base64::DecodeError),
}

/// The value of an item or the message to a topic: any JSON value but `null`.
///
/// What reaches Momento is the JSON text: a string arrives in quotes, because `EventBridge` sends it so.
#[derive(Clone, Debug, PartialEq)]
pub struct Message(Json);

/// Why a value is not a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMessage {
    /// `null`, which `EventBridge` turns into `{}`.
    #[error("a message cannot be null: EventBridge would send {{}} in its place")]
    Null,
    /// More than a topic takes.
    #[error(
        "a topic message has at most {limit} bytes as JSON, and this one has {0}: shorten it, or store it with cacheSet and publish its key",
        limit = Message::MAX_TOPIC_BYTES
    )]
    Long(usize),
    /// Bytes that are not text.
    #[error("a message is UTF-8 text, and byte {0} is not: encode the value first, for example in base64")]
    Utf8(usize),
}

/// How long an item lives: 1 to 86,400 whole seconds.
///
/// Momento's limit for a cache on demand is 24 hours; zero would store nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ttl(u32);

/// Why a text or number is not a time to live.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTtl {
    /// Not a whole number.
    #[error("a ttl is a whole number of seconds, such as 300")]
    Number,
    /// Zero, negative, or more than a day.
    #[error("a ttl is 1 to 86400 seconds (24 hours)")]
    Range,
}

/// Base64url, padded or not.
const URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
/// Standard base64, padded or not.
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

impl Key {
    /// Makes a key of text.
    pub fn from_text(text: &str) -> Result<Self, InvalidKey> {
        if text.is_empty() { Err(InvalidKey::Empty) } else { Ok(Self::Text(text.to_owned())) }
    }

    /// Makes a key of bytes written in base64.
    ///
    /// Takes base64url, which Momento documents, and the standard alphabet, which most tools write; with or
    /// without padding. What is sent is always base64url without padding.
    pub fn from_base64(text: &str) -> Result<Self, InvalidKey> {
        let engine = if text.contains(['+', '/']) { &STANDARD } else { &URL };
        let bytes = engine.decode(text).map_err(InvalidKey::Base64)?;
        if bytes.is_empty() { Err(InvalidKey::Empty) } else { Ok(Self::Base64(bytes)) }
    }

    /// Returns the field that holds the key: `key` or `key_base64`.
    pub fn field(&self) -> Field {
        match self {
            Self::Base64(_) => Field::KeyBase64,
            Self::Text(_) => Field::Key,
        }
    }

    /// Returns what the field holds: the text, or base64url without padding.
    pub fn text(&self) -> String {
        match self {
            Self::Base64(bytes) => URL.encode(bytes),
            Self::Text(text) => text.clone(),
        }
    }

    /// Returns the bytes that Momento stores the item under.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Base64(bytes) => bytes,
            Self::Text(text) => text.as_bytes(),
        }
    }

    /// Returns the key of the documented example.
    pub fn sample() -> Self {
        Self::Text("test-key".to_owned())
    }
}

impl Message {
    /// The most bytes of a topic message (Momento, "Topics limits": 4 KB).
    pub const MAX_TOPIC_BYTES: usize = 4 * 1024;

    /// Makes a message of plain text: a JSON string.
    pub fn from_text(text: &str) -> Self {
        Self(Json::String(text.to_owned()))
    }

    /// Makes a message of a file's bytes, which must be UTF-8 text.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidMessage> {
        match str::from_utf8(bytes) {
            Ok(text) => Ok(Self::from_text(text)),
            Err(error) => Err(InvalidMessage::Utf8(error.valid_up_to())),
        }
    }

    /// Makes a message of a JSON value.
    pub fn from_json(json: Json) -> Result<Self, InvalidMessage> {
        if json == Json::Null { Err(InvalidMessage::Null) } else { Ok(Self(json)) }
    }

    /// Returns the message as JSON, which is what is delivered.
    pub fn json(&self) -> &Json {
        &self.0
    }

    /// Holds the message against the limit of a topic.
    pub fn for_topic(self) -> Result<Self, InvalidMessage> {
        let length = json_length(&self.0);
        if length > Self::MAX_TOPIC_BYTES { Err(InvalidMessage::Long(length)) } else { Ok(self) }
    }

    /// Returns the message of the documented example.
    pub fn sample() -> Self {
        Self::from_text("hello world!")
    }
}

impl Ttl {
    /// The time to live of the documented example: five minutes.
    pub const SAMPLE: Self = Self(300);
    /// The longest: 24 hours.
    pub const MAX: Self = Self(86_400);

    /// Makes a time to live of seconds.
    pub fn from_seconds(seconds: u64) -> Result<Self, InvalidTtl> {
        match u32::try_from(seconds) {
            Ok(seconds) if (1..=Self::MAX.0).contains(&seconds) => Ok(Self(seconds)),
            _ => Err(InvalidTtl::Range),
        }
    }

    /// Returns the time to live in seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Ttl {
    type Err = InvalidTtl;

    fn from_str(text: &str) -> Result<Self, InvalidTtl> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidTtl::Number);
        }
        // What is all digits and yet no u64 is negative or far too long.
        text.parse().map_or(Err(InvalidTtl::Range), Self::from_seconds)
    }
}

/// Counts the bytes of compact JSON without building a second copy of it.
fn json_length(value: &Json) -> usize {
    struct Counter(usize);
    impl fmt::Write for Counter {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // The counter never fails, so neither does the writing.
    let _ = fmt::Write::write_fmt(&mut counter, format_args!("{value}"));
    counter.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base64_key_comes_in_every_spelling_and_goes_in_one() {
        for text in ["-_8", "-_8=", "+/8", "+/8="] {
            let key = Key::from_base64(text).unwrap();
            assert_eq!((key.bytes(), key.text().as_str()), ([0xfb, 0xff].as_slice(), "-_8"));
        }
        assert_eq!(Key::from_base64("ZXhhbXBsZV9rZXk").unwrap().bytes(), b"example_key");
    }

    #[test]
    fn says_why_a_key_is_refused() {
        assert_eq!(Key::from_text("").unwrap_err().to_string(), "a key cannot be empty");
        assert_eq!(Key::from_base64("").unwrap_err().to_string(), "a key cannot be empty");
        assert_eq!(
            Key::from_base64("a b").unwrap_err().to_string(),
            "a base64 key is written in base64url, such as `ZXhhbXBsZV9rZXk`, and this text is not: \
             Invalid symbol 32, offset 1."
        );
        for text in ["a", "-/8", "ab\u{e9}", "ZR=="] {
            assert!(Key::from_base64(text).is_err(), "{text}");
        }
    }

    #[test]
    fn says_why_a_ttl_is_refused() {
        assert_eq!("300".parse::<Ttl>().unwrap().seconds(), 300);
        assert_eq!("86400".parse::<Ttl>().unwrap(), Ttl::MAX);
        for text in ["0", "86401", "-1", "99999999999999999999999"] {
            let message = text.parse::<Ttl>().unwrap_err().to_string();
            assert_eq!(message, "a ttl is 1 to 86400 seconds (24 hours)", "{text}");
        }
        for text in ["", "-", "5m", "300.0", "+3", " 3", "1e2", "٣"] {
            let message = text.parse::<Ttl>().unwrap_err().to_string();
            assert_eq!(message, "a ttl is a whole number of seconds, such as 300", "{text}");
        }
    }

    #[test]
    fn a_topic_message_is_measured_as_it_is_sent() {
        let fits = "é".repeat(2047);
        assert!(Message::from_text(&fits).for_topic().is_ok());
        let error = Message::from_text(&"\"".repeat(2048)).for_topic().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a topic message has at most 4096 bytes as JSON, and this one has 4098: shorten it, or store it \
             with cacheSet and publish its key"
        );
    }

    #[test]
    fn says_why_a_message_is_refused() {
        assert_eq!(
            Message::from_bytes(b"ab\xff").unwrap_err().to_string(),
            "a message is UTF-8 text, and byte 2 is not: encode the value first, for example in base64"
        );
        assert_eq!(
            Message::from_json(Json::Null).unwrap_err().to_string(),
            "a message cannot be null: EventBridge would send {} in its place"
        );
    }
}

//! One entry of a PutEvents request: what it carries and how large AWS counts it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::model::event::Event;

/// The size from which an entry or a request may be refused: 256 KB.
///
/// AWS's API reference allows 1 MB, its service model and older guides 256 KB.
pub const SOFT_LIMIT_BYTES: usize = 256 * 1024;

/// The size above which AWS takes no request: 1 MB.
pub const HARD_LIMIT_BYTES: usize = 1024 * 1024;

/// The `Source` of an event: who put it on the bus.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source(String);

/// Why a text is not a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSource {
    /// `""`
    #[error("a source cannot be empty: name the application that puts the event, such as `demo`")]
    Empty,
    /// More than 256 characters.
    #[error("a source has at most 256 characters, and this one has {0}: shorten it")]
    Long(usize),
    /// Starts with `aws.`.
    #[error("a source cannot start with `aws.`: only AWS puts such events; choose another, such as `demo`")]
    Reserved,
    /// A control character.
    #[error("a source cannot contain the control character U+{:04X}: remove it", u32::from(*.0))]
    Control(char),
}

/// One entry of a PutEvents request, without its bus.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Who puts the event.
    pub source: Source,
    /// The detail-type.
    pub detail_type: String,
    /// The detail: JSON text of an object.
    pub detail: String,
    /// The ARNs that the event is about.
    pub resources: Vec<String>,
    /// When it happened; AWS takes the time of the call where it is missing.
    pub time: Option<Timestamp>,
}

/// How the size of an entry stands to the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Every account takes it.
    Fits(usize),
    /// Above [`SOFT_LIMIT_BYTES`]: where the older limit is in force AWS refuses it.
    Doubtful(usize),
}

/// An entry that is too large for AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event has {0} bytes, and EventBridge takes at most {HARD_LIMIT_BYTES} (1 MB): shorten the message"
)]
pub struct TooLarge(pub usize);

impl Entry {
    /// Makes an entry of an event, without resources and time.
    pub fn new(source: Source, event: &Event) -> Self {
        Self {
            source,
            detail_type: event.detail_type().to_owned(),
            detail: event.detail().to_string(),
            resources: Vec::new(),
            time: None,
        }
    }

    /// Counts the bytes as AWS does ("Calculating `EventBridge` PutEvents event entry size").
    ///
    /// 14 for a time, and the UTF-8 bytes of source, detail-type, detail and each resource.
    pub fn bytes(&self) -> usize {
        let time = if self.time.is_some() { 14 } else { 0 };
        let resources: usize = self.resources.iter().map(String::len).sum();
        time + self.source.0.len() + self.detail_type.len() + self.detail.len() + resources
    }

    /// Holds the size against the limits.
    pub fn size(&self) -> Result<Size, TooLarge> {
        match self.bytes() {
            bytes if bytes <= SOFT_LIMIT_BYTES => Ok(Size::Fits(bytes)),
            bytes if bytes <= HARD_LIMIT_BYTES => Ok(Size::Doubtful(bytes)),
            bytes => Err(TooLarge(bytes)),
        }
    }
}

impl Source {
    /// Returns the source as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Source {
    /// `demo`, the source of the documented example.
    fn default() -> Self {
        Self("demo".to_owned())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Source {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        let length = text.chars().count();
        if text.trim().is_empty() {
            Err(InvalidSource::Empty)
        } else if length > 256 {
            Err(InvalidSource::Long(length))
        } else if let Some(control) = text.chars().find(|character| character.is_control()) {
            Err(InvalidSource::Control(control))
        } else if text.starts_with("aws.") {
            Err(InvalidSource::Reserved)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Kind;

    #[test]
    fn counts_as_aws_documents_it() {
        let mut entry = Entry::new(Source::default(), &Event::sample(Kind::CacheDelete));
        let plain = "demo".len() + "cacheDelete".len() + r#"{"cacheName":"my-cache","key":"test-key"}"#.len();
        assert_eq!(entry.size(), Ok(Size::Fits(plain)));
        entry.time = Some(Timestamp::UNIX_EPOCH);
        entry.resources = vec!["é".to_owned(), "abc".to_owned()];
        assert_eq!(entry.bytes(), plain + 14 + 5);
    }

    #[test]
    fn warns_above_one_limit_and_refuses_above_the_other() {
        let mut entry = Entry::new(Source::default(), &Event::sample(Kind::CacheSet));
        let rest = entry.bytes() - entry.detail.len();
        let mut sized = |bytes: usize| {
            entry.detail = "x".repeat(bytes - rest);
            entry.size()
        };
        assert_eq!(sized(262_144), Ok(Size::Fits(262_144)));
        assert_eq!(sized(262_145), Ok(Size::Doubtful(262_145)));
        assert_eq!(sized(1_048_576), Ok(Size::Doubtful(1_048_576)));
        assert_eq!(
            sized(1_048_577).unwrap_err().to_string(),
            "the event has 1048577 bytes, and EventBridge takes at most 1048576 (1 MB): shorten the message"
        );
    }

    #[test]
    fn says_why_a_source_is_refused() {
        assert_eq!("my.shop".parse::<Source>().unwrap().as_str(), "my.shop");
        assert_eq!("awsome".parse::<Source>().unwrap().to_string(), "awsome");
        let rows = [
            ("", "a source cannot be empty: name the application that puts the event, such as `demo`"),
            (&"s".repeat(257), "a source has at most 256 characters, and this one has 257: shorten it"),
            (
                "aws.events",
                "a source cannot start with `aws.`: only AWS puts such events; choose another, such as `demo`",
            ),
            ("a\tb", "a source cannot contain the control character U+0009: remove it"),
        ];
        for (text, message) in rows {
            assert_eq!(text.parse::<Source>().unwrap_err().to_string(), message);
        }
    }
}

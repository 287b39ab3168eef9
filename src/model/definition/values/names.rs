//! Names: of stacks, buses, sources and events.

use std::str::FromStr;

use super::InvalidValue;
use crate::model::problem::{did_you_mean, shown};

/// The name of a CloudFormation stack: a letter, then letters, digits and hyphens, 128 at most
/// (CloudFormation API reference, `CreateStack`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackName(String);

/// The name of an event bus: 1 to 256 letters, digits and `/ . - _`
/// (EventBridge API reference, `CreateEventBus`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusName(String);

/// A source whose events are accepted: an event's `source`, exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(String);

/// A detail-type that this integration delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// Writes a cache item.
    CacheSet,
    /// Deletes a cache item.
    CacheDelete,
    /// Publishes a message to a topic.
    TopicPublish,
}

impl StackName {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StackName {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let starts = text.starts_with(|first: char| first.is_ascii_alphabetic());
        if starts
            && text.len() <= 128
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidValue::new(
            format!("`{}` cannot name a CloudFormation stack", shown(text)),
            "a stack name has a letter first, then letters, digits and hyphens, 128 characters at most",
        ))
    }
}

impl BusName {
    /// The bus that every account has.
    pub const DEFAULT: &'static str = "default";

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether this is the bus that every account has.
    pub fn is_default(&self) -> bool {
        self.0 == Self::DEFAULT
    }

    /// Refuses a name that a new bus cannot have: `default`, and names of partner buses, which hold a `/`.
    pub fn creatable(self) -> Result<Self, InvalidValue> {
        if self.is_default() {
            return Err(InvalidValue::new(
                "the bus `default` cannot be created: every account has it",
                "leave `create` out, or give the new bus another name",
            ));
        }
        if self.0.contains('/') {
            return Err(InvalidValue::new(
                format!(
                    "a bus named `{}` cannot be created: only partner buses have a `/` in their name",
                    self.0
                ),
                "use letters, digits and the characters . - _",
            ));
        }
        Ok(self)
    }
}

impl Default for BusName {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

impl FromStr for BusName {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte);
        if (1..=256).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        let hint = if text.starts_with("arn:") {
            "give the name of a bus in the stack's own account and region: what follows `event-bus/` in its ARN"
        } else {
            "a bus name has 1 to 256 letters, digits, and the characters / . - _"
        };
        Err(InvalidValue::new(format!("`{}` cannot name an event bus", shown(text)), hint))
    }
}

impl SourceName {
    /// Returns the source as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SourceName {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if (1..=256).contains(&text.len()) && !text.chars().any(char::is_control) {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidValue::new(
            format!("`{}` cannot be the source of an event", shown(text)),
            "a source has 1 to 256 bytes and no control characters",
        ))
    }
}

impl EventType {
    /// All of them, in the order in which they are documented and rendered.
    pub const ALL: [Self; 3] = [Self::CacheSet, Self::CacheDelete, Self::TopicPublish];

    /// Returns [`Self::ALL`] as a list.
    pub(in crate::model::definition) fn all() -> Vec<Self> {
        Self::ALL.to_vec()
    }

    /// Returns the detail-type of the event.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CacheSet => "cacheSet",
            Self::CacheDelete => "cacheDelete",
            Self::TopicPublish => "topicPublish",
        }
    }
}

impl FromStr for EventType {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if let Some(event) = Self::ALL.into_iter().find(|event| event.as_str() == text) {
            return Ok(event);
        }
        let names = Self::ALL.map(Self::as_str);
        let hint = did_you_mean(text, names).map_or_else(
            || format!("the events are {}", names.join(", ")),
            |name| format!("did you mean `{name}`?"),
        );
        Err(InvalidValue::new(format!("unknown event `{}`", shown(text)), hint))
    }
}

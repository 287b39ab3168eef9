//! The three events of the integration, as types that cannot hold a contradiction.
//!
//! | detail-type | detail |
//! | --- | --- |
//! | `cacheSet` | `cacheName`, `key` or `key_base64`, `message`, `ttl` |
//! | `cacheDelete` | `cacheName`, `key` or `key_base64` |
//! | `topicPublish` | `cacheName`, `topicName`, `message` |
//!
//! Source: Momento's page "Amazon `EventBridge`" in its documentation. [`Fields`] reads an event from flags,
//! [`Event::from_detail`] from the JSON of a detail; [`entry`] and [`batch`] make PutEvents requests of it.

pub mod batch;
mod detail;
pub mod entry;
mod fields;
mod values;

use std::fmt;
use std::str::FromStr;

pub use detail::InvalidDetail;
pub use entry::{Entry, Size, Source, TooLarge};
pub use fields::{Field, Fields, InvalidFields};
pub use values::{InvalidKey, InvalidMessage, InvalidTtl, Key, Message, Ttl};

use crate::model::json::Json;
use crate::model::names::{CacheName, TopicName};

/// One event of the integration.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Removes an item from a cache.
    CacheDelete {
        /// The cache.
        cache: CacheName,
        /// The item's key.
        key: Key,
    },
    /// Stores an item in a cache.
    CacheSet {
        /// The cache.
        cache: CacheName,
        /// The item's key.
        key: Key,
        /// The item's value.
        message: Message,
        /// How long the item lives.
        ttl: Ttl,
    },
    /// Publishes a message to a topic.
    TopicPublish {
        /// The cache that the topic belongs to.
        cache: CacheName,
        /// The topic.
        topic: TopicName,
        /// The message, at most [`Message::MAX_TOPIC_BYTES`].
        message: Message,
    },
}

/// What an event asks for: its detail-type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `cacheSet`
    CacheSet,
    /// `cacheDelete`
    CacheDelete,
    /// `topicPublish`
    TopicPublish,
}

/// Why a text is not one of the three detail-types.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an event that Momento takes: write cacheSet, cacheDelete or topicPublish", .0.escape_debug())]
pub struct InvalidKind(String);

impl Event {
    /// Returns what the event asks for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::CacheDelete { .. } => Kind::CacheDelete,
            Self::CacheSet { .. } => Kind::CacheSet,
            Self::TopicPublish { .. } => Kind::TopicPublish,
        }
    }

    /// Returns the `DetailType` of the event, such as `cacheSet`.
    pub fn detail_type(&self) -> &'static str {
        self.kind().detail_type()
    }

    /// Returns the `Detail` of the event: a JSON object with the documented fields in the documented order.
    pub fn detail(&self) -> Json {
        let mut members = vec![(Field::Cache.name().to_owned(), Json::String(self.cache().to_string()))];
        let mut add = |field: Field, value: Json| members.push((field.name().to_owned(), value));
        match self {
            Self::CacheDelete { key, .. } => add(key.field(), Json::String(key.text())),
            Self::CacheSet { key, message, ttl, .. } => {
                add(key.field(), Json::String(key.text()));
                add(Field::Message, message.json().clone());
                add(Field::Ttl, Json::Number(ttl.to_string().into()));
            }
            Self::TopicPublish { topic, message, .. } => {
                add(Field::Topic, Json::String(topic.to_string()));
                add(Field::Message, message.json().clone());
            }
        }
        Json::Object(members)
    }

    /// Reads an event from the JSON text of its detail.
    pub fn from_detail(kind: Kind, text: &str) -> Result<Self, InvalidDetail> {
        detail::parse(kind, text)
    }

    /// Returns the documented example of an event.
    pub fn sample(kind: Kind) -> Self {
        let cache = CacheName::sample();
        let key = Key::sample();
        match kind {
            Kind::CacheDelete => Self::CacheDelete { cache, key },
            Kind::CacheSet => Self::CacheSet { cache, key, message: Message::sample(), ttl: Ttl::SAMPLE },
            Kind::TopicPublish => {
                Self::TopicPublish { cache, topic: TopicName::sample(), message: Message::sample() }
            }
        }
    }

    /// Returns the cache that the event is for.
    pub fn cache(&self) -> &CacheName {
        match self {
            Self::CacheDelete { cache, .. }
            | Self::CacheSet { cache, .. }
            | Self::TopicPublish { cache, .. } => cache,
        }
    }

    /// Returns the key that the event is for, or nothing for a topic.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::CacheDelete { key, .. } | Self::CacheSet { key, .. } => Some(key),
            Self::TopicPublish { .. } => None,
        }
    }
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::CacheSet, Self::CacheDelete, Self::TopicPublish];

    /// Returns the `DetailType`, such as `cacheSet`.
    pub fn detail_type(self) -> &'static str {
        match self {
            Self::CacheDelete => "cacheDelete",
            Self::CacheSet => "cacheSet",
            Self::TopicPublish => "topicPublish",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail_type())
    }
}

impl FromStr for Kind {
    type Err = InvalidKind;

    fn from_str(text: &str) -> Result<Self, InvalidKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.detail_type() == text)
            .ok_or_else(|| InvalidKind(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_are_the_documented_ones() {
        let details = Kind::ALL.map(|kind| Event::sample(kind).detail().to_string());
        assert_eq!(
            details,
            [
                r#"{"cacheName":"my-cache","key":"test-key","message":"hello world!","ttl":300}"#,
                r#"{"cacheName":"my-cache","key":"test-key"}"#,
                r#"{"cacheName":"my-cache","topicName":"my-topic","message":"hello world!"}"#,
            ]
        );
    }

    #[test]
    fn an_event_is_read_back_as_it_was_written() {
        for kind in Kind::ALL {
            let event = Event::sample(kind);
            assert_eq!(event.kind(), kind);
            assert_eq!(event.detail_type().parse::<Kind>().unwrap(), kind);
            assert_eq!(Event::from_detail(kind, &event.detail().to_string()).unwrap(), event);
        }
    }

    #[test]
    fn a_foreign_detail_type_is_refused() {
        let message = "CacheSet\u{1b}[2J".parse::<Kind>().unwrap_err().to_string();
        assert_eq!(
            message,
            r"`CacheSet\u{1b}[2J` is not an event that Momento takes: write cacheSet, cacheDelete or topicPublish"
        );
    }
}

//! An event from flags: some fields, each already of its type, in no order.

use crate::model::event::{Event, InvalidMessage, Key, Kind, Message, Ttl};
use crate::model::names::{CacheName, TopicName};

/// One field of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `cacheName`
    Cache,
    /// `key`
    Key,
    /// `key_base64`
    KeyBase64,
    /// `message`
    Message,
    /// `topicName`
    Topic,
    /// `ttl`
    Ttl,
}

/// The fields of an event that somebody gave, not yet held against what its kind needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    /// `--cache`
    pub cache: Option<CacheName>,
    /// `--key`
    pub key: Option<Key>,
    /// `--key-base64`
    pub key_base64: Option<Key>,
    /// `--value` or `--value-file` of `cacheSet`, `--message` of `topicPublish`.
    pub message: Option<Message>,
    /// `--topic`
    pub topic: Option<TopicName>,
    /// `--ttl`
    pub ttl: Option<Ttl>,
}

/// Why fields do not make an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFields {
    /// Both forms of the key.
    #[error("--key and --key-base64 are two forms of one key: leave one out")]
    BothKeys,
    /// The message does not fit.
    #[error("--message: {0}")]
    Message(InvalidMessage),
    /// Fields that the event needs.
    #[error("{kind} needs {}: add what is missing", list(*.kind, .fields))]
    Missing {
        /// The event.
        kind: Kind,
        /// What is not there; [`Field::Key`] stands for either form of the key.
        fields: Vec<Field>,
    },
    /// A field that the event does not have.
    #[error("{kind} has no {}: leave it out", .field.flag(*.kind))]
    Unused {
        /// The event.
        kind: Kind,
        /// What it does not have.
        field: Field,
    },
}

impl Field {
    /// Every field, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::Cache, Self::Key, Self::KeyBase64, Self::Topic, Self::Message, Self::Ttl];

    /// Returns the field's name in the detail, such as `cacheName`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cache => "cacheName",
            Self::Key => "key",
            Self::KeyBase64 => "key_base64",
            Self::Message => "message",
            Self::Topic => "topicName",
            Self::Ttl => "ttl",
        }
    }

    /// Returns the field's flag for an event of a kind, such as `--cache`.
    pub fn flag(self, kind: Kind) -> &'static str {
        match self {
            Self::Cache => "--cache",
            Self::Key => "--key",
            Self::KeyBase64 => "--key-base64",
            Self::Message if kind == Kind::CacheSet => "--value",
            Self::Message => "--message",
            Self::Topic => "--topic",
            Self::Ttl => "--ttl",
        }
    }
}

impl Kind {
    /// Returns the fields of such an event, in the order of the documentation, both forms of the key.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::CacheDelete => &[Field::Cache, Field::Key, Field::KeyBase64],
            Self::CacheSet => &[Field::Cache, Field::Key, Field::KeyBase64, Field::Message, Field::Ttl],
            Self::TopicPublish => &[Field::Cache, Field::Topic, Field::Message],
        }
    }
}

impl Fields {
    /// Returns whether nothing was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns what an event of a kind still needs; [`Field::Key`] stands for either form of the key.
    pub fn missing(&self, kind: Kind) -> Vec<Field> {
        let keyed = self.has(Field::Key) || self.has(Field::KeyBase64);
        let wanted = |field: &&Field| match field {
            Field::Key => !keyed,
            Field::KeyBase64 => false,
            field => !self.has(**field),
        };
        kind.fields().iter().filter(wanted).copied().collect()
    }

    /// Makes an event of the fields.
    pub fn event(self, kind: Kind) -> Result<Event, InvalidFields> {
        let unused = |field: &Field| self.has(*field) && !kind.fields().contains(field);
        if let Some(field) = Field::ALL.into_iter().find(unused) {
            return Err(InvalidFields::Unused { kind, field });
        }
        let fields = self.missing(kind);
        let missing = || InvalidFields::Missing { kind, fields };
        let key = match (self.key, self.key_base64) {
            (Some(_), Some(_)) => return Err(InvalidFields::BothKeys),
            (key, None) | (None, key) => key,
        };
        match (kind, self.cache, key, self.topic, self.message, self.ttl) {
            (Kind::CacheSet, Some(cache), Some(key), _, Some(message), Some(ttl)) => {
                Ok(Event::CacheSet { cache, key, message, ttl })
            }
            (Kind::CacheDelete, Some(cache), Some(key), ..) => Ok(Event::CacheDelete { cache, key }),
            (Kind::TopicPublish, Some(cache), _, Some(topic), Some(message), _) => {
                let message = message.for_topic().map_err(InvalidFields::Message)?;
                Ok(Event::TopicPublish { cache, topic, message })
            }
            _ => Err(missing()),
        }
    }

    fn has(&self, field: Field) -> bool {
        match field {
            Field::Cache => self.cache.is_some(),
            Field::Key => self.key.is_some(),
            Field::KeyBase64 => self.key_base64.is_some(),
            Field::Message => self.message.is_some(),
            Field::Topic => self.topic.is_some(),
            Field::Ttl => self.ttl.is_some(),
        }
    }
}

/// Lists flags as a sentence does: `--key or --key-base64, --value and --ttl`.
fn list(kind: Kind, fields: &[Field]) -> String {
    let name = |field: &Field| match field {
        Field::Key => "--key or --key-base64",
        field => field.flag(kind),
    };
    match fields {
        [] => String::new(),
        [only] => name(only).to_owned(),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(name).collect();
            format!("{} and {}", first.join(", "), name(last))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Fields {
        Fields {
            cache: Some(CacheName::sample()),
            key: Some(Key::sample()),
            message: Some(Message::sample()),
            ttl: Some(Ttl::SAMPLE),
            ..Fields::default()
        }
    }

    fn message(fields: Fields, kind: Kind) -> String {
        fields.event(kind).unwrap_err().to_string()
    }

    #[test]
    fn makes_each_event() {
        assert_eq!(all().event(Kind::CacheSet).unwrap(), Event::sample(Kind::CacheSet));
        let delete = Fields { message: None, ttl: None, ..all() };
        assert_eq!(delete.event(Kind::CacheDelete).unwrap(), Event::sample(Kind::CacheDelete));
        let publish = Fields { key: None, ttl: None, topic: Some(TopicName::sample()), ..all() };
        assert_eq!(publish.event(Kind::TopicPublish).unwrap(), Event::sample(Kind::TopicPublish));
        let bytes = Fields { key: None, key_base64: Some(Key::Base64(vec![0xff])), ..all() };
        let detail = bytes.event(Kind::CacheSet).unwrap().detail().to_string();
        assert_eq!(
            detail,
            r#"{"cacheName":"my-cache","key_base64":"_w","message":"hello world!","ttl":300}"#
        );
    }

    #[test]
    fn names_everything_that_is_missing() {
        assert!(Fields::default().is_empty());
        assert_eq!(
            message(Fields::default(), Kind::CacheSet),
            "cacheSet needs --cache, --key or --key-base64, --value and --ttl: add what is missing"
        );
        assert_eq!(
            message(Fields { ttl: None, ..all() }, Kind::CacheSet),
            "cacheSet needs --ttl: add what is missing"
        );
        assert_eq!(
            message(Fields { cache: None, key: None, ttl: None, ..all() }, Kind::TopicPublish),
            "topicPublish needs --cache and --topic: add what is missing"
        );
    }

    #[test]
    fn refuses_what_contradicts_itself() {
        let both = Fields { key_base64: Some(Key::sample()), ..all() };
        assert_eq!(
            message(both, Kind::CacheSet),
            "--key and --key-base64 are two forms of one key: leave one out"
        );
        assert_eq!(message(all(), Kind::CacheDelete), "cacheDelete has no --message: leave it out");
        assert_eq!(message(all(), Kind::TopicPublish), "topicPublish has no --key: leave it out");
        let long = Message::from_text(&"x".repeat(5000));
        let publish =
            Fields { key: None, ttl: None, topic: Some(TopicName::sample()), message: Some(long), ..all() };
        assert_eq!(
            message(publish, Kind::TopicPublish),
            "--message: a topic message has at most 4096 bytes as JSON, and this one has 5002: shorten it, \
             or store it with cacheSet and publish its key"
        );
    }
}

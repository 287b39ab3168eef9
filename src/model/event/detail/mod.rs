//! An event from the JSON of its detail, with a refusal that names the field and what to do.

use strsim::jaro_winkler;

use crate::model::event::{Event, Field, InvalidKey, InvalidMessage, InvalidTtl, Key, Kind, Message, Ttl};
use crate::model::json::{self, Json, Loss, Place};
use crate::model::names::InvalidName;

/// Why a text is not the detail of an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDetail {
    /// Both forms of the key; Momento answers 400 to them.
    #[error("the detail has `key` and `key_base64`, two forms of one key: leave one out")]
    BothKeys,
    /// A whole event where its detail was asked for.
    #[error("this is a whole event: give only what is in its `detail`")]
    Envelope,
    /// Half of a character; who reads the text makes something else of it.
    #[error(
        "the escape `{escape}` at line {} column {} is half of a character: write both halves, such as `\\ud83d\\ude00`, or leave it out",
        .at.line, .at.column
    )]
    HalfCharacter {
        /// The escape as it is written.
        escape: String,
        /// Where it stands.
        at: Place,
    },
    /// A key that is none.
    #[error("`{}`: {problem}", .field.name())]
    Key {
        /// Which form of the key.
        field: Field,
        /// What is wrong.
        problem: InvalidKey,
    },
    /// Not JSON at all.
    #[error("the detail is not JSON: {0}")]
    Json(#[from] json::Invalid),
    /// A message that cannot be sent.
    #[error("`message`: {0}")]
    Message(InvalidMessage),
    /// Fields that the event needs.
    #[error("the detail of {kind} needs {}: add what is missing", list(.fields))]
    Missing {
        /// The event.
        kind: Kind,
        /// What is not there; [`Field::Key`] stands for either form of the key.
        fields: Vec<Field>,
    },
    /// A name of a cache or topic that is none.
    #[error("`{}`: {problem}", .field.name())]
    Name {
        /// The field.
        field: Field,
        /// What is wrong.
        problem: InvalidName,
    },
    /// JSON, but not an object.
    #[error("the detail is {0}, and EventBridge takes an object: write {{\"cacheName\": …}}")]
    Object(&'static str),
    /// A field that stands there twice.
    #[error(
        "the detail has `{field}` twice, at line {} column {} and at line {} column {}: leave one out",
        .first.line, .first.column, .at.line, .at.column
    )]
    Repeated {
        /// The field as written, without control characters, shortened.
        field: String,
        /// Where it stands first.
        first: Place,
        /// Where it stands again.
        at: Place,
    },
    /// A time to live that is none.
    #[error("`ttl` is {found}: {problem}")]
    Ttl {
        /// What was found, shortened.
        found: String,
        /// What is wrong.
        problem: InvalidTtl,
    },
    /// A field of another type.
    #[error("`{}` is {found}: write {}", .field.name(), example(*.field))]
    Type {
        /// The field.
        field: Field,
        /// What was found, such as `a number`.
        found: &'static str,
    },
    /// A field that the event does not have.
    #[error("the detail of {kind} has no field `{field}`: {}", advice(*.kind, *.suggestion))]
    Unknown {
        /// The event.
        kind: Kind,
        /// The field as written, without control characters, shortened.
        field: String,
        /// The field that was probably meant.
        suggestion: Option<Field>,
    },
}

/// Reads an event of a kind from the JSON text of its detail.
pub(super) fn parse(kind: Kind, text: &str) -> Result<Event, InvalidDetail> {
    let (value, loss) = Json::parse_with_loss(text)?;
    let members = match value {
        Json::Object(members) => members,
        other => return Err(InvalidDetail::Object(type_name(&other))),
    };
    match loss {
        None => {}
        Some(Loss::HalfCharacter { escape, at }) => return Err(InvalidDetail::HalfCharacter { escape, at }),
        Some(Loss::Repeated { name, first, at }) => {
            return Err(InvalidDetail::Repeated { field: shorten(&name), first, at });
        }
    }
    let mut detail = Detail { kind, members };
    detail.refuse_unknown()?;
    detail.refuse_missing()?;
    let cache = detail.name(Field::Cache)?;
    match kind {
        Kind::CacheDelete => Ok(Event::CacheDelete { cache, key: detail.key()? }),
        Kind::CacheSet => {
            Ok(Event::CacheSet { cache, key: detail.key()?, ttl: detail.ttl()?, message: detail.message()? })
        }
        Kind::TopicPublish => {
            let topic = detail.name(Field::Topic)?;
            let message = detail.message()?.for_topic().map_err(InvalidDetail::Message)?;
            Ok(Event::TopicPublish { cache, topic, message })
        }
    }
}

/// An object that is being read as the detail of an event.
struct Detail {
    kind: Kind,
    members: Vec<(String, Json)>,
}

impl Detail {
    fn refuse_unknown(&self) -> Result<(), InvalidDetail> {
        if self.has("detail") && (self.has("detail-type") || self.has("DetailType") || self.has("source")) {
            return Err(InvalidDetail::Envelope);
        }
        let known = |name: &str| self.kind.fields().iter().any(|field| field.name() == name);
        match self.members.iter().find(|(name, _)| !known(name)) {
            None => Ok(()),
            Some((name, _)) => Err(InvalidDetail::Unknown {
                kind: self.kind,
                field: shorten(name),
                suggestion: suggest(self.kind, name),
            }),
        }
    }

    fn refuse_missing(&self) -> Result<(), InvalidDetail> {
        let keys = (self.has(Field::Key.name()), self.has(Field::KeyBase64.name()));
        if keys == (true, true) {
            return Err(InvalidDetail::BothKeys);
        }
        let missing = |field: &&Field| match field {
            Field::Key => keys == (false, false),
            Field::KeyBase64 => false,
            field => !self.has(field.name()),
        };
        let fields: Vec<_> = self.kind.fields().iter().filter(missing).copied().collect();
        if fields.is_empty() { Ok(()) } else { Err(InvalidDetail::Missing { kind: self.kind, fields }) }
    }

    fn name<Name: std::str::FromStr<Err = InvalidName>>(
        &mut self,
        field: Field,
    ) -> Result<Name, InvalidDetail> {
        self.text(field)?.parse().map_err(|problem| InvalidDetail::Name { field, problem })
    }

    fn key(&mut self) -> Result<Key, InvalidDetail> {
        let (field, read): (_, fn(&str) -> _) = if self.has(Field::Key.name()) {
            (Field::Key, Key::from_text)
        } else {
            (Field::KeyBase64, Key::from_base64)
        };
        read(&self.text(field)?).map_err(|problem| InvalidDetail::Key { field, problem })
    }

    fn message(&mut self) -> Result<Message, InvalidDetail> {
        Message::from_json(self.take(Field::Message)).map_err(InvalidDetail::Message)
    }

    fn ttl(&mut self) -> Result<Ttl, InvalidDetail> {
        match self.take(Field::Ttl) {
            Json::Number(digits) => {
                digits.parse().map_err(|problem| InvalidDetail::Ttl { found: shorten(&digits), problem })
            }
            other => Err(InvalidDetail::Type { field: Field::Ttl, found: type_name(&other) }),
        }
    }

    fn text(&mut self, field: Field) -> Result<String, InvalidDetail> {
        match self.take(field) {
            Json::String(text) => Ok(text),
            other => Err(InvalidDetail::Type { field, found: type_name(&other) }),
        }
    }

    /// Takes a field out, leaving `null`; what is missing has been refused before.
    fn take(&mut self, field: Field) -> Json {
        let member = self.members.iter_mut().find(|(name, _)| name == field.name());
        member.map_or(Json::Null, |(_, value)| std::mem::replace(value, Json::Null))
    }

    fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(member, _)| member == name)
    }
}

/// Finds the field that a misspelled or foreign name stands for.
fn suggest(kind: Kind, name: &str) -> Option<Field> {
    const OTHER_NAMES: [(&str, Field); 8] = [
        ("cache", Field::Cache),
        ("name", Field::Cache),
        ("body", Field::Message),
        ("payload", Field::Message),
        ("value", Field::Message),
        ("topic", Field::Topic),
        ("expires", Field::Ttl),
        ("ttlseconds", Field::Ttl),
    ];
    // Longer than any field by far: not a slip, and not worth the comparison.
    if name.len() > 40 {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', ' '], "");
    let wanted = plain(name);
    let fields = kind.fields().iter().copied();
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == wanted).map(|(_, field)| *field);
    if let Some(field) = other {
        return fields.into_iter().find(|candidate| *candidate == field);
    }
    let near = |field: Field| (jaro_winkler(&plain(field.name()), &wanted), field);
    let best = fields.map(near).max_by(|one, two| one.0.total_cmp(&two.0));
    best.filter(|(score, _)| *score > 0.8).map(|(_, field)| field)
}

fn advice(kind: Kind, suggestion: Option<Field>) -> String {
    if let Some(field) = suggestion {
        return format!("did you mean `{}`?", field.name());
    }
    let names: Vec<_> = kind.fields().iter().map(|field| format!("`{}`", field.name())).collect();
    format!("it has {}", names.join(", "))
}

/// Shows foreign text in one line, without control characters.
fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Array(_) => "an array",
        Json::Bool(_) => "a boolean",
        Json::Null => "null",
        Json::Number(_) => "a number",
        Json::Object(_) => "an object",
        Json::String(_) => "a string",
    }
}

fn example(field: Field) -> &'static str {
    match field {
        Field::Cache => "the cache's name as a string, such as \"my-cache\"",
        Field::Key => "the key as a string, such as \"test-key\"",
        Field::KeyBase64 => "the key's bytes as a base64url string, such as \"ZXhhbXBsZV9rZXk\"",
        Field::Message => "any JSON value but null",
        Field::Topic => "the topic's name as a string, such as \"my-topic\"",
        Field::Ttl => "the seconds as a number without quotes, such as 300",
    }
}

fn list(fields: &[Field]) -> String {
    let name = |field: &Field| match field {
        Field::Key => "`key` (or `key_base64`)".to_owned(),
        field => format!("`{}`", field.name()),
    };
    match fields {
        [] => String::new(),
        [only] => name(only),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(name).collect();
            format!("{} and {}", first.join(", "), name(last))
        }
    }
}

#[cfg(test)]
mod tests;

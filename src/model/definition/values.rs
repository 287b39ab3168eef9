//! The values of a stack definition: types that cannot hold what AWS or Momento would refuse.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::model::problem::{did_you_mean, shown};

/// Why a value is refused, and what would be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidValue {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What would be taken.
    pub hint: String,
}

impl InvalidValue {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

/// The name of a CloudFormation stack: a letter, then letters, digits and hyphens, 128 at most
/// (CloudFormation API reference, CreateStack).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackName(String);

/// The name of an event bus: 1 to 256 letters, digits and `/ . - _`
/// (EventBridge API reference, CreateEventBus).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusName(String);

/// A source whose events are accepted: an event's `source`, exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(String);

/// Where Momento is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub enum Endpoint {
    /// The base URL of the stack's region.
    #[default]
    Auto,
    /// This base URL: `https://`, a host, and no slash at the end.
    Url(String),
}

/// How long a failing call is retried: 60 seconds to 24 hours, written as `90s`, `15m` or `1h30m`
/// (EventBridge API reference, RetryPolicy).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxAge(u32);

/// How often a failing call is retried: 0 to 185 times (EventBridge API reference, RetryPolicy).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Retries(u32);

/// The most calls per second to one API destination, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u32);

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

impl Endpoint {
    /// Returns the text of the `MomentoEndpoint` parameter: `auto` or the URL.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Auto => "auto",
            Self::Url(url) => url,
        }
    }
}

impl FromStr for Endpoint {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let refuse = |hint: &str| Err(InvalidValue::new(format!("`{}` cannot be called", shown(text)), hint));
        let Some(rest) = text.strip_prefix("https://") else {
            return refuse("write `auto`, or a base URL that starts with https://");
        };
        if text.len() > 1024 {
            return refuse("a base URL has at most 1,024 characters");
        }
        if text.ends_with('/') {
            return refuse(
                "leave out the slash at the end: paths such as /cache/* are added to the base URL",
            );
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        let label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !host.split('.').all(label) || !port.parse::<u16>().is_ok_and(|port| port > 0) {
            return refuse(
                "a base URL has a host, such as https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com",
            );
        }
        let segment = |segment: &str| {
            !segment.is_empty()
                && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        };
        if !path.is_empty() && !path.split('/').all(segment) {
            return refuse("a base URL has no query, no fragment, no `*`, and nothing percent-encoded");
        }
        Ok(Self::Url(text.to_owned()))
    }
}

impl MaxAge {
    /// Returns the age in seconds, 60 to 86,400.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

/// One hour: a cache write that is later is a wrong one.
impl Default for MaxAge {
    fn default() -> Self {
        Self(3600)
    }
}

impl FromStr for MaxAge {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let hint = "write 60 seconds to 24 hours as `90s`, `15m`, `1h` or `1h30m`";
        let Some(seconds) = seconds(text) else {
            return Err(InvalidValue::new(format!("`{}` is not a duration", shown(text)), hint));
        };
        match u32::try_from(seconds) {
            Ok(seconds @ 60..=86_400) => Ok(Self(seconds)),
            _ => Err(InvalidValue::new(format!("EventBridge cannot retry for `{}`", shown(text)), hint)),
        }
    }
}

/// Written as its largest units: `1h30m`.
impl fmt::Display for MaxAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (amount, unit) in [(self.0 / 3600, 'h'), (self.0 / 60 % 60, 'm'), (self.0 % 60, 's')] {
            if amount > 0 {
                write!(f, "{amount}{unit}")?;
            }
        }
        Ok(())
    }
}

impl Retries {
    /// Returns the number of retries.
    pub fn count(self) -> u32 {
        self.0
    }
}

/// Twenty: about what backing off leaves room for in an hour.
impl Default for Retries {
    fn default() -> Self {
        Self(20)
    }
}

impl FromStr for Retries {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match digits(text) {
            Some(count @ 0..=185) => Ok(Self(count)),
            _ => Err(InvalidValue::new(
                format!("`{}` is not a number of retries", shown(text)),
                "EventBridge retries a call 0 to 185 times",
            )),
        }
    }
}

impl Rate {
    /// EventBridge's quota for one API destination, unless AWS raised it for the account.
    pub const QUOTA: u32 = 300;

    /// Returns Momento's limit for cache calls, unless raised.
    pub fn cache() -> Self {
        Self(100)
    }

    /// Returns Momento's limit for topic calls, unless raised.
    pub fn topic() -> Self {
        Self(10)
    }

    /// Returns the calls per second.
    pub fn per_second(self) -> u32 {
        self.0
    }
}

impl FromStr for Rate {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match digits(text) {
            Some(rate @ 1..=1_000_000) => Ok(Self(rate)),
            _ => Err(InvalidValue::new(
                format!("`{}` is not a rate", shown(text)),
                "write calls per second, at least 1",
            )),
        }
    }
}

impl EventType {
    /// All of them, in the order in which they are documented and rendered.
    pub const ALL: [Self; 3] = [Self::CacheSet, Self::CacheDelete, Self::TopicPublish];

    /// Returns [`Self::ALL`] as a list.
    pub(super) fn all() -> Vec<Self> {
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

macro_rules! display {
    ($($type:ident),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
display!(StackName, BusName, SourceName, Endpoint, EventType);

macro_rules! serialize {
    ($($type:ident: $value:expr),* $(,)?) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let value: fn(&Self) -> _ = $value;
                serde::Serialize::serialize(&value(self), serializer)
            }
        }
    )*};
}
serialize! {
    StackName: |name| name.to_string(),
    BusName: |name| name.to_string(),
    SourceName: |name| name.to_string(),
    Endpoint: |endpoint| endpoint.to_string(),
    EventType: |event| event.as_str(),
    MaxAge: |age| age.to_string(),
    Retries: |retries| retries.count(),
    Rate: |rate| rate.per_second(),
}

fn digits(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Reads `1h30m`: amounts with units, the largest first, each at most once.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0_u64;
    for (unit, length) in [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)] {
        if let Some((amount, after)) = rest.split_once(unit) {
            total = total.checked_add(u64::from(digits(amount)?) * length)?;
            rest = after;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(total)
}

macro_rules! schema {
    ($type:ident, $($json:tt)+) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($($json)+)
            }
        }
    };
}
schema!(StackName, {"type": "string", "pattern": "^[a-zA-Z][-a-zA-Z0-9]{0,127}$"});
schema!(BusName, {"type": "string", "pattern": "^[-/._A-Za-z0-9]{1,256}$"});
schema!(SourceName, {"type": "string", "minLength": 1, "maxLength": 256});
schema!(Endpoint, {"type": "string", "pattern": "^(auto|https://[-A-Za-z0-9.]+(:[0-9]{1,5})?(/[-A-Za-z0-9._~]+)*)$"});
schema!(MaxAge, {"type": "string", "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"});
schema!(Retries, {"type": "integer", "minimum": 0, "maximum": 185});
schema!(Rate, {"type": "integer", "minimum": 1, "maximum": 1_000_000});
schema!(EventType, {"type": "string", "enum": ["cacheSet", "cacheDelete", "topicPublish"]});

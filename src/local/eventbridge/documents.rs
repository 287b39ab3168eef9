//! What the control plane keeps.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::local::store::{Document, Store, StoreError};

use super::names::DEFAULT;

/// An event bus; the default one need not be kept to exist.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Bus {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) kms_key: Option<String>,
    pub(super) dead_letter: Option<Value>,
    pub(super) log: Option<Value>,
    /// The statements of the bus's policy.
    pub(super) policy: Vec<Value>,
    pub(super) tags: Vec<Tag>,
    pub(super) created: Option<Timestamp>,
    pub(super) modified: Option<Timestamp>,
}

impl Document for Bus {
    const KIND: &'static str = "events:bus";
}

impl Bus {
    /// Reads a bus; the default one is always there.
    pub(super) fn read(store: &Store, region: &str, name: &str) -> Result<Option<Self>, StoreError> {
        let bus = store.get(region, name)?;
        Ok(bus.or_else(|| (name == DEFAULT).then(|| Self { name: name.to_owned(), ..Self::default() })))
    }
}

/// A rule with its targets.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) bus: String,
    pub(super) pattern: Option<String>,
    pub(super) schedule: Option<String>,
    pub(super) state: String,
    pub(super) description: Option<String>,
    pub(super) role: Option<String>,
    pub(super) tags: Vec<Tag>,
    /// The targets as they were put, in order.
    pub(super) targets: Vec<Value>,
}

impl Document for Rule {
    const KIND: &'static str = "events:rule";
}

impl Rule {
    /// Returns the id under which a rule is kept; `|` is in no name.
    pub(super) fn id(bus: &str, name: &str) -> String {
        format!("{bus}|{name}")
    }

    /// Reads the rules of a bus, oldest first.
    pub(super) fn all(store: &Store, region: &str, bus: &str) -> Result<Vec<Self>, StoreError> {
        let rules = store.list::<Self>(region)?;
        Ok(rules.into_iter().map(|(_, rule)| rule).filter(|rule| rule.bus == bus).collect())
    }
}

/// A tag of a bus or a rule.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) value: String,
}

/// A connection without its secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Connection {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) secret_arn: Option<String>,
    pub(super) description: Option<String>,
    pub(super) kms_key: Option<String>,
    pub(super) authorization: String,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    /// The parameters as `DescribeConnection` shows them.
    pub(super) public: Value,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) authorized: Option<Timestamp>,
}

impl Document for Connection {
    const KIND: &'static str = "events:connection";
}

/// A connection's parameters with the secret: in the secret store only, and never shown.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct ConnectionSecret(pub(super) Value);

impl Document for ConnectionSecret {
    const KIND: &'static str = "events:connection-secret";
    const SECRET: bool = true;
}

/// An API destination.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct ApiDestination {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) description: Option<String>,
    /// The connection's ARN; deleting the connection clears it.
    pub(super) connection: Option<String>,
    pub(super) endpoint: String,
    pub(super) method: String,
    /// Invocations per second.
    pub(super) rate: u32,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
}

impl Document for ApiDestination {
    const KIND: &'static str = "events:api-destination";
}

/// An archive of a bus's events.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Archive {
    pub(super) name: String,
    pub(super) bus: String,
    pub(super) description: Option<String>,
    pub(super) pattern: Option<String>,
    /// Days; 0 is for ever.
    pub(super) retention: i64,
    pub(super) kms_key: Option<String>,
    pub(super) created: Timestamp,
}

impl Document for Archive {
    const KIND: &'static str = "events:archive";
}

/// A replay of an archive, kept as `DescribeReplay` shows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Replay(pub(super) Value);

impl Document for Replay {
    const KIND: &'static str = "events:replay";
}

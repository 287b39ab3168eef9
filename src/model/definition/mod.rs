//! The stack definition: what to deploy, as data (`stacks/*.yaml`).
//!
//! A definition is read into types that hold only what can be deployed. Every problem of a file is
//! reported at once, each with its place and what to do. The JSON Schema for editors comes from the
//! same types (`docs/stack.schema.json`).

mod read;
#[cfg(test)]
mod tests;
mod values;

use schemars::JsonSchema;

pub use self::values::{
    BusName, Endpoint, EventType, InvalidValue, KmsKey, MaxAge, Rate, Retries, SourceName, StackName,
};
use crate::model::problem::Problem;

/// The definition of the default stack: Momento's published integration, made right.
pub const DEFAULT: &str = include_str!("../../../stacks/momento.yaml");

/// A stack of evbridge-momento: which events of which bus reach Momento, and how.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(title = "evbridge-momento stack definition", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Definition {
    /// The name of the CloudFormation stack.
    pub name: StackName,
    /// The event bus whose events are delivered: its name, or `{ name, create: true }` for a bus that the
    /// stack makes.
    #[schemars(with = "BusKey", default, extend("default" = BusName::DEFAULT))]
    pub bus: Bus,
    /// How Momento is called.
    #[schemars(default)]
    pub momento: Momento,
    /// The events that are delivered, by detail-type; all three if left out.
    #[schemars(length(min = 1), extend("uniqueItems" = true), default = "EventType::all")]
    pub events: Vec<EventType>,
    /// The sources whose events are delivered. Empty: all sources.
    #[schemars(extend("uniqueItems" = true), default)]
    pub source: Vec<SourceName>,
    /// How long, how often and how fast Momento is called.
    #[schemars(default)]
    pub delivery: Delivery,
    /// The customer's own KMS key, by ARN, for the secret, the dead-letter queue and the connection. Left out: AWS's
    /// own keys encrypt them.
    #[schemars(with = "KmsKey", default, transform = without_default)]
    pub kms_key: Option<KmsKey>,
    /// Other events that become Momento calls. Not supported in this version: leave it empty.
    #[schemars(length(max = 0), default)]
    pub routes: Vec<Route>,
}

/// The event bus of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Bus {
    /// Its name.
    pub name: BusName,
    /// Whether the stack makes it; otherwise it must exist.
    pub create: bool,
}

/// How Momento is called.
#[derive(Clone, Debug, PartialEq, Eq, Default, JsonSchema, serde::Serialize)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Momento {
    /// The base URL of the Momento HTTP API, or `auto` for the one of the stack's region.
    #[schemars(default)]
    pub endpoint: Endpoint,
}

/// How long, how often and how fast Momento is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Delivery {
    /// How long a failing call is retried, such as `90s`, `15m` or `1h30m`: 60 seconds to 24 hours.
    #[schemars(default = "MaxAge::default")]
    pub max_age: MaxAge,
    /// How often a failing call is retried.
    #[schemars(default = "Retries::default")]
    pub retries: Retries,
    /// The most cache calls per second, for sets and for deletes each. Momento's limit is 100 unless raised.
    #[schemars(default = "Rate::cache")]
    pub cache_rate: Rate,
    /// The most topic calls per second. Momento's limit is 10 unless raised.
    #[schemars(default = "Rate::topic")]
    pub topic_rate: Rate,
}

/// A route from any event to a Momento call: not supported yet, so there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, serde::Serialize)]
pub enum Route {}

impl Definition {
    /// Reads a definition; `file` is the name that problems carry.
    ///
    /// Every problem is reported, in the order of the text.
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<Problem>> {
        read::definition(text, file)
    }

    /// Returns what can be deployed and yet deserves a word: rates above EventBridge's quota.
    pub fn warnings(&self) -> Vec<String> {
        let rates = [("cache-rate", self.delivery.cache_rate), ("topic-rate", self.delivery.topic_rate)];
        rates
            .into_iter()
            .filter(|(_, rate)| rate.per_second() > Rate::QUOTA)
            .map(|(key, rate)| {
                format!(
                    "delivery.{key} is {}, and EventBridge's quota is {} calls per second for one API destination: \
                     ask AWS to raise it, or lower the rate",
                    rate.per_second(),
                    Rate::QUOTA
                )
            })
            .collect()
    }

    /// Returns the JSON Schema of a definition, as text that ends with a line feed.
    pub fn schema() -> String {
        format!("{:#}\n", schemars::schema_for!(Self).to_value())
    }
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            max_age: MaxAge::default(),
            retries: Retries::default(),
            cache_rate: Rate::cache(),
            topic_rate: Rate::topic(),
        }
    }
}

/// A key that may be left out and has no value then: an editor need not offer one.
fn without_default(schema: &mut schemars::Schema) {
    schema.remove("default");
}

/// What stands behind the key `bus`.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its JSON Schema is used")]
enum BusKey {
    /// The name of a bus that exists.
    Name(BusName),
    /// A bus in full.
    Full(BusInFull),
}

/// A bus in full.
#[derive(JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
#[expect(dead_code, reason = "only its JSON Schema is used")]
struct BusInFull {
    /// The name of the bus.
    name: BusName,
    /// Whether the stack makes the bus. Otherwise it must exist.
    #[schemars(default)]
    create: bool,
}

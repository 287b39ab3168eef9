//! The checks on the path of an event: connection, destinations, rules, role, dead-letter queue.
//!
//! Each part is held against what it must be for an event to arrive and for nobody else to use it, and against
//! what the deployed template says of it.

mod connection;
mod destination;
mod queue;
mod role;
mod rule;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use connection::connection;
pub use destination::destination;
pub use queue::{queue, queue_policy, taken_away};
pub use role::role;
pub use rule::{is_only_disabled, rule};

use super::Check;
use super::declared::Declared;
use super::parts::{Look, Other};

/// What brings a part back that was deleted or changed behind CloudFormation's back.
const REVERT: &str = "something changed it outside the stack: `evbridge-momento drift` shows what, and \
                      `evbridge-momento drift --revert` changes it back";

/// The service that delivers.
const EVENTS: &str = "events.amazonaws.com";

/// What the stack says its parts should be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The account.
    pub account: &'a str,
    /// The base URL of Momento.
    pub base_url: &'a str,
    /// The ARN of the connection.
    pub connection_arn: Option<&'a str>,
    /// When CloudFormation was last done with the connection.
    pub connection_changed: Option<Timestamp>,
    /// The API destinations besides the stack's that use the connection.
    pub others: &'a [Other],
    /// The ARNs of the API destinations.
    pub destination_arns: &'a [String],
    /// The ARN of the dead-letter queue.
    pub queue_arn: Option<&'a str>,
    /// The ARN of the role.
    pub role_arn: Option<&'a str>,
    /// What the deployed template declares; nothing where it could not be read.
    pub declared: Option<&'a Declared>,
}

impl Expected<'_> {
    /// Returns what the template declares of a resource.
    fn of(&self, logical_id: &str) -> Option<&Map<String, Value>> {
        self.declared.and_then(|declared| declared.of(logical_id))
    }

    /// Returns a property that the template declares, as text.
    fn text(&self, logical_id: &str, property: &str) -> Option<String> {
        match self.of(logical_id)?.get(property)? {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Object(_) | Value::Array(_) | Value::Null => None,
            number @ Value::Number(_) => Some(number.to_string()),
        }
    }
}

/// Checks a part that is there; says so where it is not, or could not be looked at.
fn with<T>(look: &Look<T>, name: &str, check: impl FnOnce(&T) -> Check) -> Check {
    match look {
        Ok(Some(part)) => check(part),
        Ok(None) => Check::fail(name, "it is gone").treat(REVERT),
        Err(reason) => Check::unknown(name, reason.clone()),
    }
}

/// An account that is nobody's here: what it may do, every other may do.
const STRANGER: &str = "999999999999";

/// Returns whether two names are of one key: a service may answer an ARN with the key's id, or the other way round.
pub(super) fn is_same_key(one: &str, other: &str) -> bool {
    one == other || one.rsplit(":key/").next() == other.rsplit(":key/").next()
}

/// Returns the name in the ARN of a connection or an API destination.
fn name_in(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}

#[cfg(test)]
mod tests;

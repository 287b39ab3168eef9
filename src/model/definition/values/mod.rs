//! The values of a stack definition: types that cannot hold what AWS or Momento would refuse.

mod delivery;
mod endpoint;
mod key;
mod names;
mod written;

pub use self::delivery::{MaxAge, Rate, Retries};
pub use self::endpoint::Endpoint;
pub use self::key::KmsKey;
pub use self::names::{BusName, EventType, SourceName, StackName};

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

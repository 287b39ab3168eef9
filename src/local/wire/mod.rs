//! What the local cloud's services take and give: API actions as JSON, and their HTTP forms.

pub mod cbor;
pub mod query;
pub mod times;

use serde_json::Value;

use super::store::StoreError;

/// The account of the local cloud, in every region.
pub const ACCOUNT: &str = "000000000000";

/// An API action's answer: the members of its output shape, or an API error.
pub type Answer = Result<Value, ApiError>;

/// An error as an AWS API returns it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The code, such as `ResourceNotFoundException`.
    pub code: String,
    /// The message, in AWS's words.
    pub message: String,
}

impl ApiError {
    /// A client's mistake, with status 400.
    pub fn client(code: &str, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.to_owned(), message: message.into() }
    }
}

/// The state's failure is the service's failure.
impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Self { status: 500, code: "InternalFailure".to_owned(), message: format!("{error}{cause}") }
    }
}

/// A local service: answers the actions of one AWS API in one region.
///
/// The input and output are the JSON shapes of the API's model (timestamps as seconds, blobs as base64).
/// A call does not block for long; whatever takes time (deliveries, stack operations) runs on its own.
pub trait Service: Send + Sync {
    /// Answers one action.
    fn call(&self, region: &str, action: &str, input: &Value) -> Answer;
}

/// The services of one cloud: lets one service call another, as CloudFormation does.
pub trait Services: Send + Sync {
    /// Answers one action of a service, named as in a SigV4 credential scope (`events`, `sqs`, `iam`).
    fn call(&self, service: &str, region: &str, action: &str, input: &Value) -> Answer;
}

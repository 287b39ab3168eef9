//! The errors of the EventBridge API, in AWS's words.

use crate::local::wire::ApiError;

/// `ValidationException`.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("ValidationException", message)
}

/// `ResourceNotFoundException`.
pub(super) fn missing(message: impl Into<String>) -> ApiError {
    ApiError::client("ResourceNotFoundException", message)
}

/// `ResourceNotFoundException` of an event bus.
pub(super) fn no_bus(name: &str) -> ApiError {
    missing(format!("Event bus {name} does not exist."))
}

/// `ResourceNotFoundException` of a rule.
pub(super) fn no_rule(bus: &str, name: &str) -> ApiError {
    missing(format!("Rule {name} does not exist on EventBus {bus}."))
}

/// `ResourceAlreadyExistsException`.
pub(super) fn exists(message: impl Into<String>) -> ApiError {
    ApiError::client("ResourceAlreadyExistsException", message)
}

/// `LimitExceededException`.
pub(super) fn limit() -> ApiError {
    ApiError::client("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
}

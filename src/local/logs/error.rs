//! The errors of CloudWatch Logs, in AWS's words.

use crate::local::wire::ApiError;

/// `InvalidParameterException`.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterException", message)
}

/// `InvalidParameterException` of one member that breaks a rule of the API's model.
pub(super) fn violation(value: &str, member: &str, rule: &str) -> ApiError {
    invalid(format!(
        "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {rule}"
    ))
}

/// `InvalidParameterException` of a member that is not there.
pub(super) fn missing(member: &str) -> ApiError {
    violation("null", member, "Member must not be null")
}

/// `ResourceNotFoundException`.
pub(super) fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::client("ResourceNotFoundException", message)
}

/// `ResourceNotFoundException` of a log group.
pub(super) fn no_group() -> ApiError {
    not_found("The specified log group does not exist.")
}

/// `ResourceNotFoundException` of a log stream.
pub(super) fn no_stream() -> ApiError {
    not_found("The specified log stream does not exist.")
}

/// `ResourceAlreadyExistsException` of a log group or stream.
pub(super) fn exists(what: &str) -> ApiError {
    ApiError::client("ResourceAlreadyExistsException", format!("The specified {what} already exists"))
}

/// `LimitExceededException`.
pub(super) fn limit() -> ApiError {
    ApiError::client("LimitExceededException", "Resource limit exceeded.")
}

//! The errors of CloudWatch, in AWS's words.

use crate::local::wire::ApiError;

/// The names that errors have in the Query protocol, where they differ from those of their shapes.
const QUERY: [(&str, &str); 6] = [
    ("InvalidParameterCombinationException", "InvalidParameterCombination"),
    ("InvalidParameterValueException", "InvalidParameterValue"),
    ("MissingRequiredParameterException", "MissingParameter"),
    ("InvalidFormatFault", "InvalidFormat"),
    ("LimitExceededFault", "LimitExceeded"),
    ("InternalServiceFault", "InternalServiceError"),
];

/// Returns the name that an error has in the Query protocol.
pub fn query_error(code: &str) -> &str {
    QUERY.iter().find(|(shape, _)| *shape == code).map_or(code, |(_, query)| query)
}

/// `ValidationError` of one member that breaks a rule of the API's model.
pub(super) fn violation(value: &str, member: &str, rule: &str) -> ApiError {
    ApiError::client(
        "ValidationError",
        format!(
            "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {rule}"
        ),
    )
}

/// `ValidationError` of a member that is not there.
pub(super) fn missing(member: &str) -> ApiError {
    violation("null", member, "Member must not be null")
}

/// `InvalidParameterValue`.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterValueException", message)
}

/// `InvalidParameterCombination`.
pub(super) fn combination(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterCombinationException", message)
}

/// `InvalidNextToken`.
pub(super) fn token() -> ApiError {
    ApiError::client("InvalidNextToken", "The service does not recognize the token")
}

/// `ResourceNotFound` of an alarm.
pub(super) fn no_alarm() -> ApiError {
    ApiError { status: 404, code: "ResourceNotFound".to_owned(), message: "Unknown alarm".to_owned() }
}

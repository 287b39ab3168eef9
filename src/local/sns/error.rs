//! The errors of SNS, in AWS's words.

use crate::local::wire::ApiError;

/// `InvalidParameter`, with what is wrong.
pub(super) fn invalid(what: impl std::fmt::Display) -> ApiError {
    ApiError::client("InvalidParameter", format!("Invalid parameter: {what}"))
}

/// `ParameterValueInvalid`, of a message attribute.
pub(super) fn invalid_value(message: impl Into<String>) -> ApiError {
    ApiError::client("ParameterValueInvalid", message)
}

/// `NotFound` of a topic.
pub(super) fn no_topic() -> ApiError {
    not_found("NotFound", "Topic does not exist")
}

/// `NotFound` of a subscription.
pub(super) fn no_subscription() -> ApiError {
    not_found("NotFound", "Subscription does not exist")
}

/// `ResourceNotFound`, of the actions on tags.
pub(super) fn no_resource() -> ApiError {
    not_found("ResourceNotFound", "Resource does not exist")
}

/// `ValidationError` of a parameter that is not there.
pub(super) fn missing(parameter: &str) -> ApiError {
    let mut name = parameter.to_owned();
    if let Some(first) = name.get_mut(0..1) {
        first.make_ascii_lowercase();
    }
    ApiError::client(
        "ValidationError",
        format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        ),
    )
}

fn not_found(code: &str, message: &str) -> ApiError {
    ApiError { status: 404, code: code.to_owned(), message: message.to_owned() }
}

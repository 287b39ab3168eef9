//! The errors of SQS, in AWS's words.

use crate::local::wire::ApiError;

/// Returns the value of the header `x-amzn-query-error` for an error's code.
///
/// SQS once spoke the Query protocol; SDKs take the old code from this header
/// (Smithy's `awsQueryCompatible` trait).
pub fn query_error(code: &str) -> String {
    let old = match code {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
        "QueueNameExists" => "QueueAlreadyExists",
        "BatchEntryIdsNotDistinct"
        | "BatchRequestTooLong"
        | "EmptyBatchRequest"
        | "InvalidBatchEntryId"
        | "MessageNotInflight"
        | "PurgeQueueInProgress"
        | "TooManyEntriesInBatchRequest"
        | "UnsupportedOperation" => return format!("AWS.SimpleQueueService.{code};Sender"),
        "InternalFailure" => return "InternalFailure;Receiver".to_owned(),
        other => other,
    };
    format!("{old};Sender")
}

pub(super) fn no_queue() -> ApiError {
    ApiError::client("QueueDoesNotExist", "The specified queue does not exist.")
}

pub(super) fn missing(parameter: &str) -> ApiError {
    let message = format!("The request must contain the parameter {parameter}.");
    ApiError::client("MissingParameter", message)
}

pub(super) fn invalid_value(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterValue", message)
}

pub(super) fn invalid_attribute(name: &str) -> ApiError {
    ApiError::client("InvalidAttributeValue", format!("Invalid value for the parameter {name}."))
}

pub(super) fn unknown_attribute(name: &str) -> ApiError {
    ApiError::client("InvalidAttributeName", format!("Unknown Attribute {name}."))
}

pub(super) fn invalid_receipt(handle: &str) -> ApiError {
    let message = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
    ApiError::client("ReceiptHandleIsInvalid", message)
}

/// Returns a number that lies in the range of its parameter.
pub(super) fn between(parameter: &str, value: i64, least: i64, most: i64) -> Result<i64, ApiError> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let range = if parameter == "MaxNumberOfMessages" {
        format!("between {least} and {most}")
    } else {
        format!(">= {least} and <= {most}")
    };
    Err(invalid_value(format!(
        "Value {value} for parameter {parameter} is invalid. Reason: Must be {range}, if provided."
    )))
}

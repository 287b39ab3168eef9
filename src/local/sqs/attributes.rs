//! The attributes of queues: names, ranges and defaults.
//!
//! Source: the service model's documentation of `SetQueueAttributes`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::error;
use super::queue::{Address, Queue};
use super::rows::Counts;
use crate::local::wire::ApiError;

/// The numeric attributes that can be set: name, least, most, default.
const NUMBERS: [(&str, i64, i64, i64); 6] = [
    ("DelaySeconds", 0, 900, 0),
    ("KmsDataKeyReusePeriodSeconds", 60, 86_400, 300),
    ("MaximumMessageSize", 1024, 1_048_576, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("VisibilityTimeout", 0, 43_200, 30),
];

/// The attributes with JSON documents; an empty text takes one away.
const DOCUMENTS: [&str; 3] = ["Policy", "RedriveAllowPolicy", "RedrivePolicy"];

/// The attributes that can only be read.
const READ_ONLY: [&str; 6] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
];

/// The attributes of FIFO queues, which may be asked for and are never there.
const FIFO: [&str; 4] =
    ["ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"];

/// Where the messages go that were received too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Redrive {
    pub(super) dead_letter_target_arn: String,
    pub(super) max_receive_count: i64,
}

/// Returns the default of a numeric attribute.
pub(super) fn default(name: &str) -> Option<i64> {
    NUMBERS.iter().find(|(known, ..)| *known == name).map(|(.., default)| *default)
}

/// Whether an attribute exists.
pub(super) fn is_known(name: &str) -> bool {
    is_settable(name) || READ_ONLY.contains(&name) || FIFO.contains(&name)
}

/// Checks attributes that are to be set.
pub(super) fn checked(attributes: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, ApiError> {
    for (name, value) in &attributes {
        if FIFO.contains(&name.as_str()) {
            return Err(ApiError::client("UnsupportedOperation", "The local SQS has no FIFO queues."));
        }
        if !is_settable(name) {
            return Err(error::unknown_attribute(name));
        }
        check_value(name, value)?;
    }
    let managed = attributes.get("SqsManagedSseEnabled").is_some_and(|value| value == "true");
    if managed && attributes.get("KmsMasterKeyId").is_some_and(|key| !key.is_empty()) {
        return Err(ApiError::client(
            "InvalidAttributeValue",
            "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
        ));
    }
    Ok(attributes)
}

/// Sets attributes; an empty text takes an attribute away, and one kind of encryption the other.
pub(super) fn merge(attributes: &mut BTreeMap<String, String>, new: BTreeMap<String, String>) {
    if new.get("SqsManagedSseEnabled").is_some_and(|value| value == "true") {
        attributes.remove("KmsMasterKeyId");
    }
    if new.get("KmsMasterKeyId").is_some_and(|key| !key.is_empty()) {
        attributes.remove("SqsManagedSseEnabled");
    }
    attributes.extend(new);
    attributes.retain(|_, value| !value.is_empty());
}

/// Returns all attributes of a queue, as `GetQueueAttributes` does.
pub(super) fn describe<'a>(address: &Address, queue: &'a Queue, counts: Counts) -> BTreeMap<&'a str, String> {
    let mut all: BTreeMap<&str, String> =
        NUMBERS.iter().map(|(name, .., default)| (*name, default.to_string())).collect();
    let encrypted = queue.attributes.get("KmsMasterKeyId").is_some_and(|key| !key.is_empty());
    if !encrypted {
        all.remove("KmsDataKeyReusePeriodSeconds");
    }
    all.insert("SqsManagedSseEnabled", (!encrypted).to_string());
    let set = queue.attributes.iter().filter(|(_, value)| !value.is_empty());
    all.extend(set.map(|(name, value)| (name.as_str(), value.clone())));
    all.insert("ApproximateNumberOfMessages", counts.visible.to_string());
    all.insert("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string());
    all.insert("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string());
    all.insert("CreatedTimestamp", queue.created_at.as_second().to_string());
    all.insert("LastModifiedTimestamp", queue.modified_at.as_second().to_string());
    all.insert("QueueArn", address.arn());
    all
}

/// Returns a queue's redrive policy, if it has one.
pub(super) fn redrive(queue: &Queue) -> Option<Redrive> {
    parse_redrive(queue.attributes.get("RedrivePolicy")?)
}

fn is_settable(name: &str) -> bool {
    default(name).is_some()
        || DOCUMENTS.contains(&name)
        || matches!(name, "KmsMasterKeyId" | "SqsManagedSseEnabled")
}

fn check_value(name: &str, value: &str) -> Result<(), ApiError> {
    let valid = match name {
        "KmsMasterKeyId" => true,
        "SqsManagedSseEnabled" => matches!(value, "true" | "false"),
        "RedrivePolicy" => {
            if !value.is_empty() && parse_redrive(value).is_none() {
                return Err(error::invalid_value(format!(
                    "Value {value} for parameter RedrivePolicy is invalid. Reason: It must be a JSON object with \
                     deadLetterTargetArn, the ARN of a queue, and maxReceiveCount, a number from 1 to 1000."
                )));
            }
            true
        }
        document if DOCUMENTS.contains(&document) => {
            value.is_empty() || serde_json::from_str::<Value>(value).is_ok_and(|value| value.is_object())
        }
        number => NUMBERS.iter().any(|(known, least, most, _)| {
            *known == number && value.parse().is_ok_and(|value: i64| (*least..=*most).contains(&value))
        }),
    };
    if valid { Ok(()) } else { Err(error::invalid_attribute(name)) }
}

fn parse_redrive(text: &str) -> Option<Redrive> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Policy {
        dead_letter_target_arn: String,
        max_receive_count: Option<Value>,
    }
    let policy: Policy = serde_json::from_str(text).ok()?;
    // The console and some SDKs write the count as a string.
    let max_receive_count = match policy.max_receive_count {
        None => 10,
        Some(Value::String(text)) => text.parse().ok()?,
        Some(value) => value.as_i64()?,
    };
    let valid = (1..=1000).contains(&max_receive_count)
        && Address::from_arn(&policy.dead_letter_target_arn).is_some();
    valid.then_some(Redrive { dead_letter_target_arn: policy.dead_letter_target_arn, max_receive_count })
}

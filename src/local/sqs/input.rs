//! The inputs of the actions, in the API's shapes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::message::AttributeValue;
use crate::local::wire::ApiError;

/// Reads an action's input.
pub(super) fn read<'a, T: Deserialize<'a>>(input: &'a Value) -> Result<T, ApiError> {
    T::deserialize(input).map_err(|error| ApiError::client("SerializationException", error.to_string()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateQueue {
    pub(super) queue_name: Option<String>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    #[serde(default, rename = "tags", alias = "Tags")]
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueName {
    pub(super) queue_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueUrl {
    pub(super) queue_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueAttributes {
    pub(super) queue_url: Option<String>,
    #[serde(default)]
    pub(super) attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetQueueAttributes {
    pub(super) queue_url: Option<String>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    pub(super) queue_url: Option<String>,
    #[serde(default)]
    pub(super) queue_name_prefix: String,
    pub(super) max_results: Option<usize>,
    pub(super) next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagQueue {
    pub(super) queue_url: Option<String>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagQueue {
    pub(super) queue_url: Option<String>,
    #[serde(default)]
    pub(super) tag_keys: Vec<String>,
}

/// A message to send: of `SendMessage`, and an entry of `SendMessageBatch`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessage {
    #[serde(default)]
    pub(super) id: String,
    pub(super) queue_url: Option<String>,
    pub(super) message_body: Option<String>,
    pub(super) delay_seconds: Option<i64>,
    #[serde(default)]
    pub(super) message_attributes: BTreeMap<String, AttributeValue>,
    #[serde(default)]
    pub(super) message_system_attributes: BTreeMap<String, AttributeValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReceiveMessage {
    pub(super) queue_url: Option<String>,
    #[serde(default)]
    pub(super) attribute_names: Vec<String>,
    #[serde(default)]
    pub(super) message_system_attribute_names: Vec<String>,
    #[serde(default)]
    pub(super) message_attribute_names: Vec<String>,
    pub(super) max_number_of_messages: Option<i64>,
    pub(super) visibility_timeout: Option<i64>,
    pub(super) wait_time_seconds: Option<i64>,
}

/// A received message to delete or hide: of the single actions, and an entry of the batches.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Received {
    #[serde(default)]
    pub(super) id: String,
    pub(super) queue_url: Option<String>,
    pub(super) receipt_handle: Option<String>,
    pub(super) visibility_timeout: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", bound = "T: Deserialize<'de>")]
pub(super) struct Batch<T> {
    pub(super) queue_url: Option<String>,
    #[serde(default = "Vec::new")]
    pub(super) entries: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MoveTask {
    pub(super) source_arn: Option<String>,
    pub(super) destination_arn: Option<String>,
    pub(super) max_number_of_messages_per_second: Option<i64>,
    pub(super) max_results: Option<usize>,
}

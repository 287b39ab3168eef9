//! Publishing to a topic.

use serde_json::{Value, json};
use uuid::Uuid;

use super::input::{items, required, text};
use super::message::{LIMIT, Message};
use super::topic::Topic;
use super::{Sns, error};
use crate::local::wire::{Answer, ApiError};

impl Sns {
    pub(super) fn publish(&self, region: &str, input: &Value) -> Answer {
        let topic = self.published(region, input)?;
        let message = Message::parse(input)?;
        let id = Uuid::new_v4().to_string();
        self.deliver(region, &topic.name, &id, &message)?;
        Ok(json!({ "MessageId": id }))
    }

    /// Publishes up to ten messages; each fails alone, but for its attributes, which fail all (captured).
    pub(super) fn publish_batch(&self, region: &str, input: &Value) -> Answer {
        let topic = self.topic(region, input)?;
        let entries = items(input, "PublishBatchRequestEntries");
        check(entries)?;
        let messages: Vec<_> = entries.iter().map(|entry| (entry, Message::parse(entry))).collect();
        if let Some((_, Err(error))) = messages
            .iter()
            .find(|(_, message)| message.as_ref().is_err_and(|error| error.code == "ParameterValueInvalid"))
        {
            return Err(error.clone());
        }
        let size: usize = messages.iter().filter_map(|(_, message)| Some(message.as_ref().ok()?.size)).sum();
        if size > LIMIT {
            return Err(ApiError::client(
                "BatchRequestTooLong",
                "The length of all the batch messages put together is more than the limit.",
            ));
        }
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for (entry, message) in messages {
            let name = required(entry, "Id")?;
            match message {
                Ok(message) => {
                    let id = Uuid::new_v4().to_string();
                    self.deliver(region, &topic.name, &id, &message)?;
                    successful.push(json!({ "Id": name, "MessageId": id }));
                }
                Err(error) => failed.push(json!({
                    "Id": name, "Code": error.code, "Message": error.message, "SenderFault": true,
                })),
            }
        }
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }

    /// Returns the topic of `Publish`, which has two names for it.
    fn published(&self, region: &str, input: &Value) -> Result<Topic, ApiError> {
        match text(input, "TopicArn").or_else(|| text(input, "TargetArn")) {
            Some(arn) => self.topic(region, &json!({ "TopicArn": arn })),
            None if text(input, "PhoneNumber").is_some() => {
                Err(error::invalid("PhoneNumber Reason: The local SNS sends no text messages"))
            }
            None => Err(error::invalid("TopicArn or TargetArn Reason: no value for required parameter")),
        }
    }
}

fn check(entries: &[Value]) -> Result<(), ApiError> {
    let refused = |code: &str, message: &str| Err(ApiError::client(code, message));
    if entries.is_empty() {
        return refused("EmptyBatchRequest", "The batch request doesn't contain any entries.");
    }
    if entries.len() > 10 {
        return refused(
            "TooManyEntriesInBatchRequest",
            "The batch request contains more entries than permissible.",
        );
    }
    let mut seen = Vec::with_capacity(entries.len());
    for entry in entries {
        let id = required(entry, "Id")?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if id.is_empty() || id.len() > 80 || !id.bytes().all(allowed) {
            return refused(
                "InvalidBatchEntryId",
                "The Id of a batch entry in a batch request doesn't abide by the specification.",
            );
        }
        if seen.contains(&id) {
            return refused(
                "BatchEntryIdsNotDistinct",
                "Two or more batch entries in the request have the same Id.",
            );
        }
        seen.push(id);
    }
    Ok(())
}

//! The actions on messages, one by one and in batches.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::input::{Batch, ReceiveMessage, Received, SendMessage};
use super::message::{self, md5_of_attributes, md5_of_text};
use super::queue::{Address, Queue};
use super::rows::{self, Message};
use super::{Sqs, attributes, error};
use crate::local::iam::USER_ID;
use crate::local::wire::{Answer, ApiError};

/// The largest batch of messages, in bytes.
const LARGEST_BATCH: usize = 1_048_576;

impl Sqs {
    pub(super) fn send_message(&self, region: &str, input: SendMessage) -> Answer {
        let (address, queue) = self.open(region, input.queue_url.as_deref())?;
        self.send(&address, &queue, input)
    }

    pub(super) fn send_message_batch(&self, region: &str, input: Batch<SendMessage>) -> Answer {
        let (address, queue) = self.open(region, input.queue_url.as_deref())?;
        check_batch("SendMessage", input.entries.iter().map(|entry| entry.id.as_str()))?;
        let size: usize = input.entries.iter().map(size).sum();
        if size > LARGEST_BATCH {
            return Err(ApiError::client(
                "BatchRequestTooLong",
                format!(
                    "Batch requests cannot be longer than {LARGEST_BATCH} bytes. You have sent {size} bytes."
                ),
            ));
        }
        batch(input.entries, |entry| entry.id.clone(), |entry| self.send(&address, &queue, entry))
    }

    pub(super) fn receive_message(&self, region: &str, input: &ReceiveMessage) -> Answer {
        let (address, queue) = self.open(region, input.queue_url.as_deref())?;
        let limit = error::between("MaxNumberOfMessages", input.max_number_of_messages.unwrap_or(1), 1, 10)?;
        error::between("WaitTimeSeconds", input.wait_time_seconds.unwrap_or(0), 0, 20)?;
        let hidden = input.visibility_timeout.unwrap_or_else(|| queue.number("VisibilityTimeout"));
        error::between("VisibilityTimeout", hidden, 0, 43_200)?;
        let now = self.clock.now();
        rows::expire(&self.store, &address, &queue, now)?;
        let target = attributes::redrive(&queue).and_then(|policy| {
            Some((Address::from_arn(&policy.dead_letter_target_arn)?, policy.max_receive_count))
        });
        // A queue that is its own dead-letter queue would hand its messages to itself for ever.
        let target = match target {
            Some((target, most))
                if target != address && self.store.get::<Queue>(&target.region, &target.name)?.is_some() =>
            {
                Some((target, most))
            }
            _ => None,
        };
        let mut received = Vec::new();
        while received.is_empty() {
            let messages = rows::visible(&self.store, &address, now, limit)?;
            if messages.is_empty() {
                return Ok(json!({}));
            }
            for message in messages {
                match &target {
                    Some((target, most)) if message.receives >= *most => {
                        rows::bury(&self.store, &message, &address, target, now)?;
                    }
                    _ => {
                        let receipt = Uuid::new_v4().to_string();
                        let visible_at = now.as_millisecond() + hidden * 1000;
                        rows::hide(&self.store, &message, &receipt, now, visible_at)?;
                        received.push(show(message, &receipt, input, now.as_millisecond()));
                    }
                }
            }
        }
        Ok(json!({"Messages": received}))
    }

    pub(super) fn delete_message(&self, region: &str, input: &Received) -> Answer {
        let (address, _) = self.open(region, input.queue_url.as_deref())?;
        self.delete(&address, input)
    }

    pub(super) fn delete_message_batch(&self, region: &str, input: &Batch<Received>) -> Answer {
        let (address, _) = self.open(region, input.queue_url.as_deref())?;
        check_batch("DeleteMessage", input.entries.iter().map(|entry| entry.id.as_str()))?;
        batch(input.entries.iter(), |entry| entry.id.clone(), |entry| self.delete(&address, entry))
    }

    pub(super) fn change_message_visibility(&self, region: &str, input: &Received) -> Answer {
        let (address, _) = self.open(region, input.queue_url.as_deref())?;
        self.change_visibility(&address, input)
    }

    pub(super) fn change_message_visibility_batch(&self, region: &str, input: &Batch<Received>) -> Answer {
        let (address, _) = self.open(region, input.queue_url.as_deref())?;
        check_batch("ChangeMessageVisibility", input.entries.iter().map(|entry| entry.id.as_str()))?;
        batch(input.entries.iter(), |entry| entry.id.clone(), |entry| self.change_visibility(&address, entry))
    }

    fn send(&self, address: &Address, queue: &Queue, input: SendMessage) -> Answer {
        let body = input.message_body.ok_or_else(|| error::missing("MessageBody"))?;
        message::check(&body, &input.message_attributes, queue.number("MaximumMessageSize"))?;
        let delay = input.delay_seconds.unwrap_or_else(|| queue.number("DelaySeconds"));
        if !(0..=900).contains(&delay) {
            return Err(error::invalid_value(format!(
                "Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
            )));
        }
        if let Some(name) = input.message_system_attributes.keys().find(|name| *name != "AWSTraceHeader") {
            return Err(error::invalid_value(format!(
                "Message system attribute name '{name}' is invalid. Valid value is AWSTraceHeader."
            )));
        }
        let mut answer =
            json!({"MessageId": Uuid::new_v4().to_string(), "MD5OfMessageBody": md5_of_text(&body)});
        let sums = [
            ("MD5OfMessageAttributes", &input.message_attributes),
            ("MD5OfMessageSystemAttributes", &input.message_system_attributes),
        ];
        for (name, attributes) in sums {
            if let Some(sum) = md5_of_attributes(attributes) {
                answer[name] = sum.into();
            }
        }
        let trace = input.message_system_attributes.into_iter().find_map(|(_, value)| value.string_value);
        let sent_at = self.clock.now().as_millisecond();
        let message = Message {
            number: 0,
            id: answer["MessageId"].as_str().unwrap_or_default().to_owned(),
            body,
            attributes: input.message_attributes,
            trace,
            source: None,
            sent_at,
            receives: 0,
            first_received_at: None,
        };
        rows::insert(&self.store, address, &message, sent_at + delay * 1000)?;
        Ok(answer)
    }

    fn delete(&self, address: &Address, input: &Received) -> Answer {
        let (number, receipt) = parse_receipt(input)?;
        rows::delete(&self.store, address, number, &receipt)?;
        Ok(json!({}))
    }

    fn change_visibility(&self, address: &Address, input: &Received) -> Answer {
        let hidden = input.visibility_timeout.ok_or_else(|| error::missing("VisibilityTimeout"))?;
        error::between("VisibilityTimeout", hidden, 0, 43_200)?;
        let (number, receipt) = parse_receipt(input)?;
        let now = self.clock.now();
        let visible_at = now.as_millisecond() + hidden * 1000;
        if rows::show_at(&self.store, address, (number, &receipt), now, visible_at)? {
            return Ok(json!({}));
        }
        let handle = input.receipt_handle.as_deref().unwrap_or_default();
        Err(error::invalid_value(format!(
            "Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not \
             available for visibility timeout change."
        )))
    }
}

/// Runs a batch: each entry succeeds or fails on its own.
fn batch<T>(
    entries: impl IntoIterator<Item = T>,
    id: impl Fn(&T) -> String,
    run: impl Fn(T) -> Answer,
) -> Answer {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = id(&entry);
        match run(entry) {
            Ok(mut answer) => {
                answer["Id"] = id.into();
                successful.push(answer);
            }
            // The state's failure fails the call: what was answered must have been written.
            Err(error) if error.status >= 500 => return Err(error),
            Err(error) => failed
                .push(json!({"Id": id, "SenderFault": true, "Code": error.code, "Message": error.message})),
        }
    }
    Ok(json!({"Successful": successful, "Failed": failed}))
}

/// Checks the ids of a batch: 1 to 10 of them, well-formed and distinct.
fn check_batch<'a>(action: &str, ids: impl ExactSizeIterator<Item = &'a str>) -> Result<(), ApiError> {
    let refuse = |code: &str, message: String| Err(ApiError::client(code, message));
    let count = ids.len();
    if count == 0 {
        let message = format!("There should be at least one {action}BatchRequestEntry in the request.");
        return refuse("EmptyBatchRequest", message);
    }
    if count > 10 {
        let message = format!("Maximum number of entries per request are 10. You have sent {count}.");
        return refuse("TooManyEntriesInBatchRequest", message);
    }
    let mut seen = HashSet::new();
    for id in ids {
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if id.is_empty() || id.len() > 80 || !id.bytes().all(valid) {
            let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                           It can be at most 80 letters long.";
            return refuse("InvalidBatchEntryId", message.to_owned());
        }
        if !seen.insert(id) {
            return refuse("BatchEntryIdsNotDistinct", format!("Id {id} repeated."));
        }
    }
    Ok(())
}

/// Returns a message in the API's shape, as it is received.
fn show(message: Message, receipt: &str, input: &ReceiveMessage, now: i64) -> Value {
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": STANDARD.encode(format!("{}/{receipt}", message.number)),
        "MD5OfBody": md5_of_text(&message.body),
        "Body": message.body,
    });
    let names = || input.attribute_names.iter().chain(&input.message_system_attribute_names);
    let system: Map<String, Value> = [
        ("SenderId", Some(USER_ID.to_owned())),
        ("ApproximateFirstReceiveTimestamp", Some(message.first_received_at.unwrap_or(now).to_string())),
        ("ApproximateReceiveCount", Some((message.receives + 1).to_string())),
        ("SentTimestamp", Some(message.sent_at.to_string())),
        ("AWSTraceHeader", message.trace),
        ("DeadLetterQueueSourceArn", message.source),
    ]
    .into_iter()
    .filter(|(name, _)| names().any(|wanted| wanted == "All" || wanted == name))
    .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
    .collect();
    if !system.is_empty() {
        shown["Attributes"] = system.into();
    }
    let attributes = message::filter(message.attributes, &input.message_attribute_names);
    if let Some(sum) = md5_of_attributes(&attributes) {
        shown["MD5OfMessageAttributes"] = sum.into();
        shown["MessageAttributes"] = json!(attributes);
    }
    shown
}

fn parse_receipt(input: &Received) -> Result<(i64, String), ApiError> {
    let handle = input.receipt_handle.as_deref().ok_or_else(|| error::missing("ReceiptHandle"))?;
    let parse = || {
        let text = String::from_utf8(STANDARD.decode(handle).ok()?).ok()?;
        let (number, receipt) = text.split_once('/')?;
        Some((number.parse().ok()?, receipt.to_owned()))
    };
    parse().ok_or_else(|| error::invalid_receipt(handle))
}

fn size(entry: &SendMessage) -> usize {
    let attributes = entry.message_attributes.iter().map(|(name, value)| {
        let text = value.string_value.as_deref().map_or(0, str::len);
        let binary = value.binary_value.as_deref().map_or(0, |encoded| encoded.len() / 4 * 3);
        name.len() + value.data_type.len() + text + binary
    });
    entry.message_body.as_deref().map_or(0, str::len) + attributes.sum::<usize>()
}

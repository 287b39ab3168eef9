//! Message move tasks: from a dead-letter queue back to where the messages came from.
//!
//! As on AWS only the dead-letter queues of other queues are taken, not those of `EventBridge` rules.
//! A task is finished when `StartMessageMoveTask` answers, whatever rate was asked for.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::input::MoveTask;
use super::queue::{Address, Queue};
use super::rows::{self, Message};
use super::{Sqs, error};
use crate::local::store::Document;
use crate::local::wire::{Answer, ApiError};

/// How many tasks are remembered for a queue.
const KEPT: usize = 10;

/// The last tasks of a queue as the API lists them, newest first, under the queue's ARN.
#[derive(Default, Serialize, Deserialize)]
struct Tasks(Vec<Value>);

impl Document for Tasks {
    const KIND: &'static str = "sqs:move-tasks";
}

impl Sqs {
    pub(super) fn start_message_move_task(&self, region: &str, input: MoveTask) -> Answer {
        let source_arn = input.source_arn.ok_or_else(|| error::missing("SourceArn"))?;
        let source = self.by_arn(region, &source_arn, "SourceArn")?;
        if self.sources(&source)?.is_empty() {
            return Err(error::invalid_value("Source queue must be configured as a Dead Letter Queue."));
        }
        if let Some(rate) = input.max_number_of_messages_per_second {
            error::between("MaxNumberOfMessagesPerSecond", rate, 1, 500)?;
        }
        let destination_arn = input.destination_arn.as_deref();
        let destination =
            destination_arn.map(|arn| self.by_arn(region, arn, "DestinationArn")).transpose()?;
        if destination.as_ref() == Some(&source) {
            return Err(error::invalid_value(
                "The source queue and the destination queue must not be the same.",
            ));
        }
        let now = self.clock.now();
        let (mut moved, mut total, mut last) = (0, 0, 0);
        loop {
            let messages = rows::after(&self.store, &source, last, 100)?;
            let Some(newest) = messages.last() else { break };
            last = newest.number;
            for message in messages {
                total += 1;
                let origin = message.source.as_deref().and_then(Address::from_arn);
                let Some(target) = destination.clone().or(origin) else { continue };
                if self.store.get::<Queue>(&target.region, &target.name)?.is_none() {
                    continue;
                }
                rows::remove(&self.store, message.number)?;
                // A moved message is a new one: with its own id and age, and never received.
                let sent_at = now.as_millisecond();
                let message = Message { id: Uuid::new_v4().to_string(), sent_at, source: None, ..message };
                rows::insert(&self.store, &target, &message, sent_at)?;
                moved += 1;
            }
        }
        let mut task = json!({
            "Status": if moved == total { "COMPLETED" } else { "FAILED" },
            "SourceArn": source_arn,
            "ApproximateNumberOfMessagesMoved": moved,
            "ApproximateNumberOfMessagesToMove": total,
            "StartedTimestamp": now.as_millisecond(),
        });
        if moved < total {
            task["FailureReason"] = "CouldNotDetermineMessageSource".into();
        }
        if let Some(arn) = destination_arn {
            task["DestinationArn"] = arn.into();
        }
        if let Some(rate) = input.max_number_of_messages_per_second {
            task["MaxNumberOfMessagesPerSecond"] = rate.into();
        }
        let mut tasks: Tasks = self.store.get(region, &source_arn)?.unwrap_or_default();
        tasks.0.insert(0, task);
        tasks.0.truncate(KEPT);
        self.store.put(region, &source_arn, &tasks)?;
        Ok(json!({"TaskHandle": Uuid::new_v4().to_string()}))
    }

    pub(super) fn list_message_move_tasks(&self, region: &str, input: &MoveTask) -> Answer {
        let source_arn = input.source_arn.as_deref().ok_or_else(|| error::missing("SourceArn"))?;
        self.by_arn(region, source_arn, "SourceArn")?;
        let tasks: Tasks = self.store.get(region, source_arn)?.unwrap_or_default();
        let results: Vec<Value> =
            tasks.0.into_iter().take(input.max_results.unwrap_or(1).clamp(1, KEPT)).collect();
        Ok(json!({"Results": results}))
    }

    fn by_arn(&self, region: &str, arn: &str, parameter: &str) -> Result<Address, ApiError> {
        let invalid = || {
            let message = format!(
                "You must use this format to specify the {parameter}: arn:aws:sqs:REGION:ACCOUNT:NAME"
            );
            error::invalid_value(message)
        };
        let address =
            Address::from_arn(arn).filter(|address| address.region == region).ok_or_else(invalid)?;
        match self.store.get::<Queue>(&address.region, &address.name)? {
            Some(_) => Ok(address),
            None => Err(ApiError::client(
                "ResourceNotFoundException",
                format!("The resource that you specified for the {parameter} parameter doesn't exist."),
            )),
        }
    }
}

/// Answers `CancelMessageMoveTask`: no task runs any more when its handle is known.
pub(super) fn cancel() -> Answer {
    Err(ApiError::client("ResourceNotFoundException", "Task does not exist."))
}

//! SQS: standard queues whose messages are rows in the store.
//!
//! Source: the API reference of SQS and its service model (2012-11-05, JSON protocol). The backend trait of
//! `winterbaume-sqs` carries neither `AWSTraceHeader` nor a wait, and its receive has no attribute filters
//! and no MD5 of attributes; a backend of ours would have replaced all but its parsing.
//! FIFO queues are refused: no target of a rule here needs one.

mod attributes;
mod batch;
mod error;
mod input;
mod message;
mod queue;
mod redrive;
mod rows;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;

use self::queue::{Address, Queue};
use super::clock::Clock;
use super::store::{Store, StoreError};
use super::wire::{ACCOUNT, Answer, ApiError, Service};

pub use error::query_error;

/// How often a long poll looks for messages that become visible by the clock.
const LOOK: Duration = Duration::from_millis(200);

/// The SQS of one local cloud.
///
/// A [`Service::call`] of `ReceiveMessage` never waits; [`Sqs::receive`] does.
pub struct Sqs {
    store: Arc<Store>,
    clock: Arc<Clock>,
    base: RwLock<String>,
    sent: Notify,
}

impl Sqs {
    /// Opens SQS over the store; `base` is the start of queue URLs, such as `http://localhost:4566`.
    pub fn new(store: Arc<Store>, clock: Arc<Clock>, base: &str) -> Result<Self, StoreError> {
        store.with(|connection| connection.execute_batch(rows::TABLES))?;
        let base = RwLock::new(base.trim_end_matches('/').to_owned());
        Ok(Self { store, clock, base, sent: Notify::new() })
    }

    /// Begins the URLs of queues with another base from now on; every URL stays valid.
    pub fn serve_at(&self, base: &str) {
        base.trim_end_matches('/').clone_into(&mut self.base.write());
    }

    /// Answers `ReceiveMessage`, waiting for a message for as long as the input or the queue says.
    ///
    /// Waiting is real time, whatever the clock's pace: messages come from others. Needs tokio's timer.
    pub async fn receive(&self, region: &str, input: &Value) -> Answer {
        let request: input::ReceiveMessage = input::read(input)?;
        let wait = self.store.atomically(|| self.wait_time(region, &request))?;
        let deadline = Instant::now() + wait;
        loop {
            // Listening starts before the look, so that nothing sent in between is missed.
            let mut sent = std::pin::pin!(self.sent.notified());
            sent.as_mut().enable();
            let answer = self.call(region, "ReceiveMessage", input)?;
            let now = Instant::now();
            if answer.get("Messages").is_some() || now >= deadline {
                return Ok(answer);
            }
            let _ = tokio::time::timeout_at(deadline.min(now + LOOK), sent).await;
        }
    }

    /// Returns a queue's policy document, or nothing when it has none; the queue is named by its ARN.
    pub fn queue_policy(&self, region: &str, arn: &str) -> Result<Option<String>, ApiError> {
        let address = Address::from_arn(arn).filter(|address| address.region == region);
        let address = address.ok_or_else(error::no_queue)?;
        Ok(self.load(&address)?.attributes.get("Policy").cloned())
    }

    fn dispatch(&self, region: &str, action: &str, input: &Value) -> Answer {
        match action {
            "CancelMessageMoveTask" => redrive::cancel(),
            "ChangeMessageVisibility" => self.change_message_visibility(region, &input::read(input)?),
            "ChangeMessageVisibilityBatch" => {
                self.change_message_visibility_batch(region, &input::read(input)?)
            }
            "CreateQueue" => self.create_queue(region, input::read(input)?),
            "DeleteMessage" => self.delete_message(region, &input::read(input)?),
            "DeleteMessageBatch" => self.delete_message_batch(region, &input::read(input)?),
            "DeleteQueue" => self.delete_queue(region, &input::read(input)?),
            "GetQueueAttributes" => self.queue_attributes(region, &input::read(input)?),
            "GetQueueUrl" => self.queue_url(region, &input::read(input)?),
            "ListDeadLetterSourceQueues" => self.list_dead_letter_source_queues(region, &input::read(input)?),
            "ListMessageMoveTasks" => self.list_message_move_tasks(region, &input::read(input)?),
            "ListQueueTags" => self.list_queue_tags(region, &input::read(input)?),
            "ListQueues" => self.list_queues(region, &input::read(input)?),
            "PurgeQueue" => self.purge_queue(region, &input::read(input)?),
            "ReceiveMessage" => self.receive_message(region, &input::read(input)?),
            "SendMessage" => self.send_message(region, input::read(input)?),
            "SendMessageBatch" => self.send_message_batch(region, input::read(input)?),
            "SetQueueAttributes" => self.set_queue_attributes(region, input::read(input)?),
            "StartMessageMoveTask" => self.start_message_move_task(region, input::read(input)?),
            "TagQueue" => self.tag_queue(region, input::read(input)?),
            "UntagQueue" => self.untag_queue(region, &input::read(input)?),
            other => Err(ApiError::client(
                "UnknownOperationException",
                format!("The local SQS has no action {other}."),
            )),
        }
    }

    fn wait_time(&self, region: &str, request: &input::ReceiveMessage) -> Result<Duration, ApiError> {
        let (_, queue) = self.open(region, request.queue_url.as_deref())?;
        let seconds = match request.wait_time_seconds {
            Some(seconds) => error::between("WaitTimeSeconds", seconds, 0, 20)?,
            None => queue.number("ReceiveMessageWaitTimeSeconds"),
        };
        Ok(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    }

    /// Returns the queue that a URL names.
    fn open(&self, region: &str, url: Option<&str>) -> Result<(Address, Queue), ApiError> {
        let url = url.ok_or_else(|| error::missing("QueueUrl"))?;
        let address = Address::from_url(region, url)?;
        let queue = self.load(&address)?;
        Ok((address, queue))
    }

    fn load(&self, address: &Address) -> Result<Queue, ApiError> {
        self.store.get(&address.region, &address.name)?.ok_or_else(error::no_queue)
    }

    fn url(&self, name: &str) -> String {
        format!("{}/{ACCOUNT}/{name}", self.base.read())
    }
}

impl Service for Sqs {
    fn call(&self, region: &str, action: &str, input: &Value) -> Answer {
        let answer = self.store.atomically(|| self.dispatch(region, action, input))?;
        if matches!(action, "SendMessage" | "SendMessageBatch" | "StartMessageMoveTask" | "DeleteQueue") {
            self.sent.notify_waiters();
        }
        Ok(answer)
    }
}

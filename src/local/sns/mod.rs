//! SNS: standard topics, and their subscriptions by SQS queues.
//!
//! Source: the API reference of SNS and its service model (2010-03-31, Query protocol); the wording of
//! errors and the form of notifications are captured on AWS. `winterbaume-sns` takes a message and drops it:
//! its state has no delivery, no policy is asked, and it is one snapshot to be written whole at every change.
//! FIFO topics, filter policies and subscribers other than queues are refused.

mod delivery;
mod error;
mod input;
mod message;
mod notification;
mod publish;
mod subscription;
mod topic;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use super::clock::Clock;
use super::sqs::Sqs;
use super::store::Store;
use super::wire::{Answer, ApiError, Service};

/// The SNS of one local cloud.
///
/// A message is with its subscribers when Publish answers, in one transaction.
pub struct Sns {
    store: Arc<Store>,
    clock: Arc<Clock>,
    sqs: Arc<Sqs>,
    base: String,
}

impl Sns {
    /// Opens SNS beside SQS; `base` is the start of the URLs in notifications, such as `http://localhost:4566`.
    pub fn new(store: Arc<Store>, clock: Arc<Clock>, sqs: Arc<Sqs>, base: &str) -> Self {
        Self { store, clock, sqs, base: base.trim_end_matches('/').to_owned() }
    }

    fn dispatch(&self, region: &str, action: &str, input: &Value) -> Answer {
        match action {
            "CreateTopic" => self.create_topic(region, input),
            "DeleteTopic" => self.delete_topic(region, input),
            "GetSubscriptionAttributes" => self.subscription_attributes(region, input),
            "GetTopicAttributes" => self.topic_attributes(region, input),
            "ListSubscriptions" => self.list_subscriptions(region, input, None),
            "ListSubscriptionsByTopic" => {
                let topic = self.topic(region, input)?;
                self.list_subscriptions(region, input, Some(&topic.name))
            }
            "ListTagsForResource" => self.list_tags(region, input),
            "ListTopics" => self.list_topics(region, input),
            "Publish" => self.publish(region, input),
            "PublishBatch" => self.publish_batch(region, input),
            "SetSubscriptionAttributes" => self.set_subscription_attributes(region, input),
            "SetTopicAttributes" => self.set_topic_attributes(region, input),
            "Subscribe" => self.subscribe(region, input),
            "TagResource" => self.tag(region, input),
            "Unsubscribe" => self.unsubscribe(region, input),
            "UntagResource" => self.untag(region, input),
            other => Err(ApiError::client(
                "InvalidAction",
                format!("Could not find operation {other} for version 2010-03-31"),
            )),
        }
    }
}

impl Service for Sns {
    fn call(&self, region: &str, action: &str, input: &Value) -> Answer {
        self.store.atomically(|| self.dispatch(region, action, input))
    }
}

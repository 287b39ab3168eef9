//! From a topic to the queues that subscribe to it.

use serde_json::{Value, json};

use super::Sns;
use super::message::Message;
use super::notification::Notification;
use super::subscription::Subscription;
use super::topic::topic_arn;
use crate::local::wire::{ACCOUNT, ApiError, Service as _};
use crate::model::policy::{Caller, Decision, Policy, Request};

/// The service's principal.
const PRINCIPAL: &str = "sns.amazonaws.com";

impl Sns {
    /// Brings a message to all subscribers of a topic.
    ///
    /// A queue that is gone, does not let the topic send, or does not take the message is a client's mistake,
    /// which AWS does not retry: the message goes to the subscription's dead-letter queue, or is lost.
    pub(super) fn deliver(
        &self,
        region: &str,
        topic: &str,
        id: &str,
        message: &Message,
    ) -> Result<(), ApiError> {
        let source = topic_arn(region, topic);
        for (subscription_id, subscription) in self.subscriptions(region, Some(topic))? {
            let subscription_arn = topic_arn(region, &subscription_id);
            let notification = Notification {
                id,
                topic_arn: &source,
                subscription_arn: &subscription_arn,
                message,
                time: self.clock.now(),
                base: &self.base,
            };
            let Err(refused) = self.send(&subscription.endpoint, &subscription, &notification) else {
                continue;
            };
            let buried = match subscription.dead_letter() {
                Some(queue) => self.send(&queue, &subscription, &notification),
                None => Err(refused),
            };
            if let Err(refused) = buried {
                if refused.status >= 500 {
                    return Err(refused);
                }
                tracing::warn!(%subscription_arn, error = %refused, "a notification is lost");
            }
        }
        Ok(())
    }

    fn send(
        &self,
        queue: &str,
        subscription: &Subscription,
        notification: &Notification<'_>,
    ) -> Result<(), ApiError> {
        let parts: Vec<&str> = queue.split(':').collect();
        let [_, _, _, region, ACCOUNT, name] = parts.as_slice() else {
            return Err(ApiError::client("QueueDoesNotExist", "the queue is not of this account"));
        };
        let found = self.sqs.call(region, "GetQueueUrl", &json!({ "QueueName": name }))?;
        let policy = self.sqs.queue_policy(region, queue)?.unwrap_or_default();
        let context = [
            ("aws:SourceArn", notification.topic_arn),
            ("aws:SourceAccount", ACCOUNT),
            ("aws:PrincipalIsAWSService", "true"),
            ("aws:PrincipalServiceName", PRINCIPAL),
            ("aws:SecureTransport", "true"),
        ];
        let request = Request {
            caller: Caller::Service(PRINCIPAL),
            action: "sqs:SendMessage",
            resource: queue,
            context: &context,
        };
        if Policy::parse(&policy).map(|policy| policy.decide(&request)) != Ok(Decision::Allowed) {
            return Err(ApiError {
                status: 403,
                code: "AccessDenied".to_owned(),
                message: format!("the policy of {queue} does not let the topic send messages"),
            });
        }
        let mut input = json!({ "QueueUrl": found.get("QueueUrl") });
        if subscription.is_raw() {
            input["MessageBody"] = json!(notification.message.body);
            input["MessageAttributes"] = Value::Object(notification.message.attributes.clone());
        } else {
            input["MessageBody"] = json!(notification.wrap());
        }
        self.sqs.call(region, "SendMessage", &input).map(|_| ())
    }
}

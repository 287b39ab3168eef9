//! Subscriptions of queues to topics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::input::{map, page, required, text};
use super::topic::{is_fifo, topic_arn};
use super::{Sns, error};
use crate::local::store::Document;
use crate::local::wire::{ACCOUNT, Answer, ApiError};

/// A subscription, under `TOPIC:ID`; the region is the topic's.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Subscription {
    pub(super) topic: String,
    /// The queue's ARN.
    pub(super) endpoint: String,
    /// The attributes that were set.
    pub(super) attributes: BTreeMap<String, String>,
}

impl Document for Subscription {
    const KIND: &'static str = "sns:subscription";
}

impl Subscription {
    /// Whether the queue gets the message itself, without SNS's envelope.
    pub(super) fn is_raw(&self) -> bool {
        self.attributes.get("RawMessageDelivery").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Returns the ARN of the queue for messages that the endpoint does not take.
    pub(super) fn dead_letter(&self) -> Option<String> {
        redrive_target(self.attributes.get("RedrivePolicy")?)
    }
}

impl Sns {
    /// Subscribes a queue; it is confirmed at once, as a queue of the same account is on AWS.
    pub(super) fn subscribe(&self, region: &str, input: &Value) -> Answer {
        let topic = self.topic(region, input)?.name;
        let protocol = required(input, "Protocol")?;
        if protocol != "sqs" {
            return Err(error::invalid(format!(
                "Protocol Reason: The local SNS delivers to sqs, not to {protocol}"
            )));
        }
        let endpoint = text(input, "Endpoint").unwrap_or_default();
        check_endpoint(endpoint)?;
        let attributes = map(input, "Attributes");
        for (name, value) in &attributes {
            check_attribute(name, value)?;
        }
        let attributes: BTreeMap<_, _> =
            attributes.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let known = self.subscriptions(region, Some(&topic))?;
        if let Some((id, known)) = known.into_iter().find(|(_, known)| known.endpoint == endpoint) {
            if attributes.iter().any(|(name, value)| known.attributes.get(name) != Some(value)) {
                return Err(error::invalid(
                    "Attributes Reason: Subscription already exists with different attributes",
                ));
            }
            return Ok(json!({ "SubscriptionArn": topic_arn(region, &id) }));
        }
        let id = format!("{topic}:{}", Uuid::new_v4());
        self.store.put(region, &id, &Subscription { topic, endpoint: endpoint.to_owned(), attributes })?;
        Ok(json!({ "SubscriptionArn": topic_arn(region, &id) }))
    }

    /// Ends a subscription; one that is not there has ended already.
    pub(super) fn unsubscribe(&self, region: &str, input: &Value) -> Answer {
        let id = id(region, required(input, "SubscriptionArn")?)?;
        self.forget_subscription(region, &id)?;
        Ok(json!({}))
    }

    pub(super) fn list_subscriptions(&self, region: &str, input: &Value, topic: Option<&str>) -> Answer {
        let subscriptions = self.subscriptions(region, topic)?.into_iter();
        let rows = subscriptions.map(|(id, subscription)| {
            let row = json!({
                "SubscriptionArn": topic_arn(region, &id),
                "Owner": ACCOUNT,
                "Protocol": "sqs",
                "Endpoint": subscription.endpoint,
                "TopicArn": topic_arn(region, &subscription.topic),
            });
            (id, row)
        });
        page(input, "Subscriptions", rows.collect())
    }

    pub(super) fn subscription_attributes(&self, region: &str, input: &Value) -> Answer {
        let (id, subscription) = self.subscription(region, input)?;
        let text = |text: &str| Value::String(text.to_owned());
        let mut shown = Map::from_iter([
            ("SubscriptionPrincipal".to_owned(), json!(format!("arn:aws:iam::{ACCOUNT}:user/local"))),
            ("Owner".to_owned(), text(ACCOUNT)),
            ("RawMessageDelivery".to_owned(), text("false")),
            ("TopicArn".to_owned(), json!(topic_arn(region, &subscription.topic))),
            ("Endpoint".to_owned(), text(&subscription.endpoint)),
            ("Protocol".to_owned(), text("sqs")),
            ("PendingConfirmation".to_owned(), text("false")),
            ("ConfirmationWasAuthenticated".to_owned(), text("true")),
            ("SubscriptionArn".to_owned(), json!(topic_arn(region, &id))),
        ]);
        shown.extend(subscription.attributes.iter().map(|(name, value)| (name.clone(), text(value))));
        Ok(json!({ "Attributes": shown }))
    }

    pub(super) fn set_subscription_attributes(&self, region: &str, input: &Value) -> Answer {
        let (id, mut subscription) = self.subscription(region, input)?;
        let name = required(input, "AttributeName")?;
        let value = text(input, "AttributeValue").unwrap_or_default();
        check_attribute(name, value)?;
        if value.is_empty() {
            subscription.attributes.remove(name);
        } else {
            subscription.attributes.insert(name.to_owned(), value.to_owned());
        }
        self.store.put(region, &id, &subscription)?;
        Ok(json!({}))
    }

    /// Returns the subscriptions of a region, or of a topic, oldest first.
    pub(super) fn subscriptions(
        &self,
        region: &str,
        topic: Option<&str>,
    ) -> Result<Vec<(String, Subscription)>, ApiError> {
        let mut all = self.store.list::<Subscription>(region)?;
        all.retain(|(_, subscription)| topic.is_none_or(|topic| subscription.topic == topic));
        Ok(all)
    }

    pub(super) fn forget_subscription(&self, region: &str, id: &str) -> Result<(), ApiError> {
        self.store.remove::<Subscription>(region, id)?;
        Ok(())
    }

    fn subscription(&self, region: &str, input: &Value) -> Result<(String, Subscription), ApiError> {
        let id = id(region, required(input, "SubscriptionArn")?)?;
        let found = self.store.get(region, &id)?;
        found.map(|subscription| (id, subscription)).ok_or_else(error::no_subscription)
    }
}

/// Returns the `TOPIC:ID` of a subscription's ARN.
fn id(region: &str, arn: &str) -> Result<String, ApiError> {
    let id = arn.strip_prefix(&topic_arn(region, ""));
    match id {
        Some(id) if id.contains(':') => Ok(id.to_owned()),
        _ if arn.split(':').count() < 6 => Err(error::invalid(format!(
            "SubscriptionArn Reason: An ARN must have at least 6 elements, not {}",
            arn.split(':').count()
        ))),
        _ => Err(error::invalid("SubscriptionId")),
    }
}

fn check_endpoint(endpoint: &str) -> Result<(), ApiError> {
    let parts: Vec<&str> = endpoint.split(':').collect();
    match parts.as_slice() {
        ["arn", "aws", "sqs", region, account, name]
            if !region.is_empty() && !account.is_empty() && !name.is_empty() =>
        {
            if is_fifo(name) {
                return Err(error::invalid(
                    "Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
                ));
            }
            Ok(())
        }
        _ => Err(error::invalid("SQS endpoint ARN")),
    }
}

fn check_attribute(name: &str, value: &str) -> Result<(), ApiError> {
    match name {
        "RawMessageDelivery" if !["", "true", "false"].contains(&value.to_ascii_lowercase().as_str()) => {
            Err(error::invalid(format!(
                "Attributes Reason: RawMessageDelivery: Invalid value [{value}]. Must be true or false."
            )))
        }
        "RedrivePolicy" if !value.is_empty() && redrive_target(value).is_none() => {
            Err(error::invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn"))
        }
        // Taking it and delivering everything would be a lie.
        "FilterPolicy" | "FilterPolicyScope" if !["", "{}"].contains(&value) => {
            Err(error::invalid("Attributes Reason: The local SNS has no filter policies"))
        }
        "DeliveryPolicy"
        | "FilterPolicy"
        | "FilterPolicyScope"
        | "RawMessageDelivery"
        | "RedrivePolicy"
        | "SubscriptionRoleArn" => Ok(()),
        _ => Err(error::invalid("AttributeName")),
    }
}

fn redrive_target(policy: &str) -> Option<String> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let arn = policy.get("deadLetterTargetArn")?.as_str()?;
    check_endpoint(arn).is_ok().then(|| arn.to_owned())
}

//! `AWS::SNS::Subscription`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape};
use super::{Caller, Made, Refusal, Request, ResourceType, document, gone};

/// The type.
pub(super) struct Subscription;

const PROPERTIES: [Property; 8] = [
    Property::text("TopicArn").required().create_only(),
    Property::text("Protocol").required().create_only(),
    Property::text("Endpoint").create_only(),
    Property::of("DeliveryPolicy", Shape::Document),
    Property::of("FilterPolicy", Shape::Document),
    Property::text("FilterPolicyScope"),
    Property::of("RawMessageDelivery", Shape::Boolean),
    Property::of("RedrivePolicy", Shape::Document),
];

/// The properties that are attributes of the subscription, and what they are without.
const ATTRIBUTES: [(&str, &str); 5] = [
    ("DeliveryPolicy", ""),
    ("FilterPolicy", ""),
    ("FilterPolicyScope", ""),
    ("RawMessageDelivery", "false"),
    ("RedrivePolicy", ""),
];

impl ResourceType for Subscription {
    fn name(&self) -> &'static str {
        "AWS::SNS::Subscription"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let mut input = request.pick(&["TopicArn", "Protocol", "Endpoint"]);
        input.insert("Attributes".to_owned(), Value::Object(attributes(request)));
        let answer = caller.sns("Subscribe", &Value::Object(input))?;
        Ok(made(answer["SubscriptionArn"].as_str().unwrap_or_default()))
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        arn: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let (old, new) = (attributes(before), attributes(request));
        for (name, default) in ATTRIBUTES.into_iter().filter(|(name, _)| old.get(*name) != new.get(*name)) {
            let value = new.get(name).cloned().unwrap_or_else(|| json!(default));
            let input = json!({"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value});
            caller.sns("SetSubscriptionAttributes", &input)?;
        }
        Ok(made(arn))
    }

    fn delete(&self, caller: &Caller<'_>, arn: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.sns("Unsubscribe", &json!({"SubscriptionArn": arn})))
    }
}

/// SNS takes every attribute as text.
fn attributes(request: &Request) -> Map<String, Value> {
    let given = request.pick(&ATTRIBUTES.map(|(name, _)| name));
    given.into_iter().map(|(name, value)| (name, Value::String(document(&value)))).collect()
}

fn made(arn: &str) -> Made {
    let attributes = Map::from_iter([("Arn".to_owned(), json!(arn))]);
    Made { physical_id: arn.to_owned(), attributes }
}

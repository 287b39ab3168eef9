//! `AWS::SNS::Topic`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape, TAGS};
use super::{Caller, Made, Refusal, Request, ResourceType, document, gone, tag_list};

/// The type.
pub(super) struct Topic;

const SUBSCRIPTIONS: Shape = Shape::List(&Shape::Object(&[
    Property::text("Endpoint").required(),
    Property::text("Protocol").required(),
]));

const PROPERTIES: [Property; 8] = [
    Property::text("TopicName").create_only(),
    Property::of("FifoTopic", Shape::Boolean).create_only(),
    Property::text("DisplayName"),
    Property::text("KmsMasterKeyId"),
    Property::text("SignatureVersion"),
    Property::of("Subscription", SUBSCRIPTIONS),
    Property::text("TracingConfig"),
    Property::of("Tags", TAGS),
];

/// The properties that are attributes of the topic.
const ATTRIBUTES: [&str; 4] = ["DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig"];

impl ResourceType for Topic {
    fn name(&self) -> &'static str {
        "AWS::SNS::Topic"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["TopicArn", "TopicName"]
    }

    fn is_taggable(&self) -> bool {
        true
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let name = request.physical_name("TopicName", 256);
        let mut attributes = request.pick(&ATTRIBUTES);
        if let Some(fifo) = request.properties.get("FifoTopic") {
            attributes.insert("FifoTopic".to_owned(), json!(document(fifo)));
        }
        let input = json!({"Name": name, "Attributes": attributes, "Tags": request.tag_list()});
        let answer = caller.sns("CreateTopic", &input)?;
        let arn = answer["TopicArn"].as_str().unwrap_or_default();
        for subscription in subscriptions(request) {
            subscribe(caller, arn, subscription)?;
        }
        Ok(made(arn))
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        arn: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let (old, new) = (before.pick(&ATTRIBUTES), request.pick(&ATTRIBUTES));
        for name in ATTRIBUTES.into_iter().filter(|name| old.get(*name) != new.get(*name)) {
            let value = new.get(name).cloned().unwrap_or_else(|| json!(""));
            let input = json!({"TopicArn": arn, "AttributeName": name, "AttributeValue": value});
            caller.sns("SetTopicAttributes", &input)?;
        }
        let (old, new) = (subscriptions(before), subscriptions(request));
        for subscription in new.iter().filter(|one| !old.contains(one)) {
            subscribe(caller, arn, subscription)?;
        }
        for subscription in old.iter().filter(|one| !new.contains(one)) {
            unsubscribe(caller, arn, subscription)?;
        }
        let (tags, untag) = request.tag_changes(before);
        if !tags.is_empty() {
            caller.sns("TagResource", &json!({"ResourceArn": arn, "Tags": tag_list(&tags)}))?;
        }
        if !untag.is_empty() {
            caller.sns("UntagResource", &json!({"ResourceArn": arn, "TagKeys": untag}))?;
        }
        Ok(made(arn))
    }

    fn delete(&self, caller: &Caller<'_>, arn: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.sns("DeleteTopic", &json!({"TopicArn": arn})))
    }
}

fn subscriptions(request: &Request) -> Vec<&Value> {
    request.properties.get("Subscription").and_then(Value::as_array).into_iter().flatten().collect()
}

fn subscribe(caller: &Caller<'_>, topic: &str, subscription: &Value) -> Result<(), Refusal> {
    let input = json!({"TopicArn": topic, "Protocol": subscription["Protocol"], "Endpoint": subscription["Endpoint"]});
    caller.sns("Subscribe", &input).map(|_| ())
}

fn unsubscribe(caller: &Caller<'_>, topic: &str, subscription: &Value) -> Result<(), Refusal> {
    let listed = caller.sns("ListSubscriptionsByTopic", &json!({"TopicArn": topic}))?;
    let listed = listed["Subscriptions"].as_array().into_iter().flatten();
    for one in listed.filter(|one| one["Endpoint"] == subscription["Endpoint"]) {
        gone(caller.sns("Unsubscribe", &json!({"SubscriptionArn": one["SubscriptionArn"]})))?;
    }
    Ok(())
}

fn made(arn: &str) -> Made {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let attributes = [("TopicArn".to_owned(), json!(arn)), ("TopicName".to_owned(), json!(name))];
    Made { physical_id: arn.to_owned(), attributes: Map::from_iter(attributes) }
}

//! `AWS::SNS::TopicPolicy`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape};
use super::{Caller, Made, Refusal, Request, ResourceType, document, gone};

/// The type.
pub(super) struct TopicPolicy;

const PROPERTIES: [Property; 2] = [
    Property::of("PolicyDocument", Shape::Document).required(),
    Property::of("Topics", Shape::List(&Shape::Text)).required(),
];

impl ResourceType for TopicPolicy {
    fn name(&self) -> &'static str {
        "AWS::SNS::TopicPolicy"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Id"]
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        put(caller, request)?;
        Ok(made(&request.physical_name("", 255)))
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        physical_id: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        put(caller, request)?;
        let kept = topics(request);
        for topic in topics(before).into_iter().filter(|topic| !kept.contains(topic)) {
            gone(set(caller, topic, ""))?;
        }
        Ok(made(physical_id))
    }

    /// Gives the topics the policy back that they had when they were new.
    fn delete(&self, caller: &Caller<'_>, _: &str, before: &Request) -> Result<(), Refusal> {
        topics(before).into_iter().try_for_each(|topic| gone(set(caller, topic, "")))
    }
}

fn topics(request: &Request) -> Vec<&str> {
    let topics = request.properties.get("Topics").and_then(Value::as_array);
    topics.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn put(caller: &Caller<'_>, request: &Request) -> Result<(), Refusal> {
    let policy = request.properties.get("PolicyDocument").map(document).unwrap_or_default();
    topics(request).into_iter().try_for_each(|topic| set(caller, topic, &policy).map(|_| ()))
}

fn set(caller: &Caller<'_>, topic: &str, policy: &str) -> Result<Value, Refusal> {
    let input = json!({"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy});
    caller.sns("SetTopicAttributes", &input)
}

fn made(physical_id: &str) -> Made {
    let attributes = Map::from_iter([("Id".to_owned(), json!(physical_id))]);
    Made { physical_id: physical_id.to_owned(), attributes }
}

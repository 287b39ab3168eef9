//! `AWS::SQS::QueuePolicy` and `AWS::SNS::TopicPolicy`: a policy that is put on what the stack names.

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape};
use super::{Caller, Made, Refusal, Request, ResourceType, document, gone};

/// A type whose resource is the policy of others.
pub(super) struct AttachedPolicy {
    name: &'static str,
    properties: &'static [Property],
    /// The property that names what has the policy.
    holders: &'static str,
    /// Gives one of them a policy; an empty one brings back what it had when it was new.
    set: fn(&Caller<'_>, &str, &str) -> Result<Value, Refusal>,
}

/// The policy of queues.
pub(super) const QUEUE_POLICY: AttachedPolicy = AttachedPolicy {
    name: "AWS::SQS::QueuePolicy",
    properties: &[
        Property::of("PolicyDocument", Shape::Document).required(),
        Property::of("Queues", Shape::List(&Shape::Text)).required(),
    ],
    holders: "Queues",
    set: |caller, queue, policy| {
        caller.sqs("SetQueueAttributes", &json!({"QueueUrl": queue, "Attributes": {"Policy": policy}}))
    },
};

/// The policy of topics.
pub(super) const TOPIC_POLICY: AttachedPolicy = AttachedPolicy {
    name: "AWS::SNS::TopicPolicy",
    properties: &[
        Property::of("PolicyDocument", Shape::Document).required(),
        Property::of("Topics", Shape::List(&Shape::Text)).required(),
    ],
    holders: "Topics",
    set: |caller, topic, policy| {
        let input = json!({"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy});
        caller.sns("SetTopicAttributes", &input)
    },
};

impl ResourceType for AttachedPolicy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn properties(&self) -> &'static [Property] {
        self.properties
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Id"]
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        self.put(caller, request)?;
        Ok(made(&request.physical_name("", 255)))
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        physical_id: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        self.put(caller, request)?;
        let kept = self.holders(request);
        for holder in self.holders(before).into_iter().filter(|holder| !kept.contains(holder)) {
            gone((self.set)(caller, holder, ""))?;
        }
        Ok(made(physical_id))
    }

    fn delete(&self, caller: &Caller<'_>, _: &str, before: &Request) -> Result<(), Refusal> {
        self.holders(before).into_iter().try_for_each(|holder| gone((self.set)(caller, holder, "")))
    }
}

impl AttachedPolicy {
    fn holders<'a>(&self, request: &'a Request) -> Vec<&'a str> {
        let holders = request.properties.get(self.holders).and_then(Value::as_array);
        holders.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn put(&self, caller: &Caller<'_>, request: &Request) -> Result<(), Refusal> {
        let policy = request.properties.get("PolicyDocument").map(document).unwrap_or_default();
        self.holders(request).into_iter().try_for_each(|holder| (self.set)(caller, holder, &policy).map(drop))
    }
}

fn made(physical_id: &str) -> Made {
    let attributes = Map::from_iter([("Id".to_owned(), json!(physical_id))]);
    Made { physical_id: physical_id.to_owned(), attributes }
}

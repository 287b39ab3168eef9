//! `AWS::SQS::QueuePolicy`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape};
use super::{Caller, Made, Refusal, Request, ResourceType, document, gone};

/// The type.
pub(super) struct QueuePolicy;

const PROPERTIES: [Property; 2] = [
    Property::of("PolicyDocument", Shape::Document).required(),
    Property::of("Queues", Shape::List(&Shape::Text)).required(),
];

impl ResourceType for QueuePolicy {
    fn name(&self) -> &'static str {
        "AWS::SQS::QueuePolicy"
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
        let kept = queues(request);
        for queue in queues(before).into_iter().filter(|queue| !kept.contains(queue)) {
            clear(caller, queue)?;
        }
        Ok(made(physical_id))
    }

    fn delete(&self, caller: &Caller<'_>, _: &str, before: &Request) -> Result<(), Refusal> {
        queues(before).into_iter().try_for_each(|queue| clear(caller, queue))
    }
}

fn queues(request: &Request) -> Vec<&str> {
    let queues = request.properties.get("Queues").and_then(Value::as_array);
    queues.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn put(caller: &Caller<'_>, request: &Request) -> Result<(), Refusal> {
    let policy = request.properties.get("PolicyDocument").map(document).unwrap_or_default();
    for queue in queues(request) {
        let input = json!({"QueueUrl": queue, "Attributes": {"Policy": policy}});
        caller.sqs("SetQueueAttributes", &input)?;
    }
    Ok(())
}

fn clear(caller: &Caller<'_>, queue: &str) -> Result<(), Refusal> {
    gone(caller.sqs("SetQueueAttributes", &json!({"QueueUrl": queue, "Attributes": {"Policy": ""}})))
}

fn made(physical_id: &str) -> Made {
    let attributes = Map::from_iter([("Id".to_owned(), json!(physical_id))]);
    Made { physical_id: physical_id.to_owned(), attributes }
}

//! `AWS::SQS::Queue`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape, TAGS};
use super::{Caller, Made, Refusal, Request, ResourceType, document, gone, members};

/// The type.
pub(super) struct Queue;

const PROPERTIES: [Property; 16] = [
    Property::text("QueueName").create_only(),
    Property::of("FifoQueue", Shape::Boolean).create_only(),
    Property::of("ContentBasedDeduplication", Shape::Boolean),
    Property::text("DeduplicationScope"),
    Property::of("DelaySeconds", Shape::Integer),
    Property::text("FifoThroughputLimit"),
    Property::of("KmsDataKeyReusePeriodSeconds", Shape::Integer),
    Property::text("KmsMasterKeyId"),
    Property::of("MaximumMessageSize", Shape::Integer),
    Property::of("MessageRetentionPeriod", Shape::Integer),
    Property::of("ReceiveMessageWaitTimeSeconds", Shape::Integer),
    Property::of("RedriveAllowPolicy", Shape::Document),
    Property::of("RedrivePolicy", Shape::Document),
    Property::of("SqsManagedSseEnabled", Shape::Boolean),
    Property::of("VisibilityTimeout", Shape::Integer),
    Property::of("Tags", TAGS),
];

/// What an attribute is when the template no longer has it. Source: the SQS API reference, `SetQueueAttributes`.
const DEFAULTS: [(&str, &str); 10] = [
    ("ContentBasedDeduplication", "false"),
    ("DelaySeconds", "0"),
    ("KmsDataKeyReusePeriodSeconds", "300"),
    ("KmsMasterKeyId", ""),
    ("MessageRetentionPeriod", "345600"),
    ("ReceiveMessageWaitTimeSeconds", "0"),
    ("RedriveAllowPolicy", ""),
    ("RedrivePolicy", ""),
    ("SqsManagedSseEnabled", "true"),
    ("VisibilityTimeout", "30"),
];

impl ResourceType for Queue {
    fn name(&self) -> &'static str {
        "AWS::SQS::Queue"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "QueueName", "QueueUrl"]
    }

    fn is_taggable(&self) -> bool {
        true
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let mut attributes = attributes(request);
        let is_fifo = request.properties.get("FifoQueue") == Some(&Value::Bool(true));
        let mut name = request.physical_name("QueueName", if is_fifo { 75 } else { 80 });
        if is_fifo {
            attributes.insert("FifoQueue".to_owned(), json!("true"));
            if request.text("QueueName").is_none() {
                name.push_str(".fifo");
            }
        }
        let input = json!({"QueueName": name, "Attributes": attributes, "tags": request.tags()});
        let answer = caller.sqs("CreateQueue", &input)?;
        made(caller, answer["QueueUrl"].as_str().unwrap_or_default())
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        url: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let (old, mut new) = (attributes(before), attributes(request));
        for (name, default) in DEFAULTS {
            if old.contains_key(name) && !new.contains_key(name) {
                new.insert(name.to_owned(), json!(default));
            }
        }
        new.retain(|name, value| old.get(name) != Some(value));
        if !new.is_empty() {
            caller.sqs("SetQueueAttributes", &json!({"QueueUrl": url, "Attributes": new}))?;
        }
        let (tags, untag) = request.tag_changes(before);
        if !tags.is_empty() {
            caller.sqs("TagQueue", &json!({"QueueUrl": url, "Tags": tags}))?;
        }
        if !untag.is_empty() {
            caller.sqs("UntagQueue", &json!({"QueueUrl": url, "TagKeys": untag}))?;
        }
        made(caller, url)
    }

    fn delete(&self, caller: &Caller<'_>, url: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.sqs("DeleteQueue", &json!({"QueueUrl": url})))
    }

    fn read(
        &self,
        caller: &Caller<'_>,
        url: &str,
        _: &Request,
    ) -> Result<Option<Map<String, Value>>, Refusal> {
        let all = json!({"QueueUrl": url, "AttributeNames": ["All"]});
        let answer = caller.sqs("GetQueueAttributes", &all)?;
        let parts = PROPERTIES.map(|property| property.name);
        let mut live = members(&answer["Attributes"], &parts);
        live.insert("QueueName".to_owned(), json!(url.rsplit('/').next()));
        let tags = caller.sqs("ListQueueTags", &json!({"QueueUrl": url}))?;
        let tags = tags["Tags"].as_object().into_iter().flatten();
        live.insert(
            "Tags".to_owned(),
            tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect(),
        );
        Ok(Some(live))
    }
}

/// SQS takes every attribute as text.
fn attributes(request: &Request) -> Map<String, Value> {
    let not_attributes = ["QueueName", "FifoQueue", "Tags"];
    let attributes = request.properties.iter().filter(|(name, _)| !not_attributes.contains(&name.as_str()));
    attributes.map(|(name, value)| (name.clone(), Value::String(document(value)))).collect()
}

fn made(caller: &Caller<'_>, url: &str) -> Result<Made, Refusal> {
    let answer =
        caller.sqs("GetQueueAttributes", &json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]}))?;
    let name = url.rsplit('/').next().unwrap_or(url);
    let arn = &answer["Attributes"]["QueueArn"];
    let Value::Object(attributes) = json!({"Arn": arn, "QueueName": name, "QueueUrl": url}) else {
        return Ok(Made { physical_id: url.to_owned(), attributes: Map::new() });
    };
    Ok(Made { physical_id: url.to_owned(), attributes })
}

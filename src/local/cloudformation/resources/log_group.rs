//! `AWS::Logs::LogGroup`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape, TAGS};
use super::{Caller, Made, Refusal, Request, ResourceType, gone};
use crate::local::wire::ACCOUNT;

/// The type.
pub(super) struct LogGroup;

const PROPERTIES: [Property; 5] = [
    Property::text("LogGroupName").create_only(),
    Property::text("KmsKeyId"),
    Property::text("LogGroupClass").create_only(),
    Property::of("RetentionInDays", Shape::Integer),
    Property::of("Tags", TAGS),
];

impl ResourceType for LogGroup {
    fn name(&self) -> &'static str {
        "AWS::Logs::LogGroup"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn is_taggable(&self) -> bool {
        true
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let name = request.physical_name("LogGroupName", 512);
        let mut input = json!({"logGroupName": name, "tags": request.tags()});
        for (property, member) in [("KmsKeyId", "kmsKeyId"), ("LogGroupClass", "logGroupClass")] {
            if let Some(value) = request.properties.get(property) {
                input[member] = value.clone();
            }
        }
        caller.logs("CreateLogGroup", &input)?;
        if request.properties.contains_key("RetentionInDays") {
            retain(caller, &name, request)?;
        }
        Ok(made(caller, &name))
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        name: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let days = |request: &Request| request.properties.get("RetentionInDays").cloned();
        if days(before) != days(request) {
            retain(caller, name, request)?;
        }
        let (tags, untag) = request.tag_changes(before);
        let made = made(caller, name);
        let arn = made.attributes.get("Arn");
        if !tags.is_empty() {
            caller.logs("TagResource", &json!({"resourceArn": arn, "tags": tags}))?;
        }
        if !untag.is_empty() {
            caller.logs("UntagResource", &json!({"resourceArn": arn, "tagKeys": untag}))?;
        }
        Ok(made)
    }

    fn delete(&self, caller: &Caller<'_>, name: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.logs("DeleteLogGroup", &json!({"logGroupName": name})))
    }
}

fn retain(caller: &Caller<'_>, name: &str, request: &Request) -> Result<(), Refusal> {
    let answer = match request.properties.get("RetentionInDays") {
        Some(days) => {
            caller.logs("PutRetentionPolicy", &json!({"logGroupName": name, "retentionInDays": days}))
        }
        None => caller.logs("DeleteRetentionPolicy", &json!({"logGroupName": name})),
    };
    answer.map(|_| ())
}

fn made(caller: &Caller<'_>, name: &str) -> Made {
    // The attribute ends with `:*`, on AWS too; a rule with it as its target never reaches the group.
    let arn = format!("arn:aws:logs:{}:{ACCOUNT}:log-group:{name}:*", caller.region);
    Made {
        physical_id: name.to_owned(),
        attributes: Map::from_iter([("Arn".to_owned(), Value::String(arn))]),
    }
}

//! `AWS::Events::EventBus`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape, TAGS};
use super::{Caller, Made, Refusal, Request, ResourceType, attributes_of, document, gone, members, tag_list};

/// The type.
pub(super) struct EventBus;

const PROPERTIES: [Property; 8] = [
    Property::text("Name").required().create_only(),
    Property::text("EventSourceName"),
    Property::text("Description"),
    Property::text("KmsKeyIdentifier"),
    Property::of("DeadLetterConfig", Shape::Object(&[Property::text("Arn")])),
    Property::of("LogConfig", Shape::Object(&[Property::text("IncludeDetail"), Property::text("Level")])),
    Property::of("Policy", Shape::Document),
    Property::of("Tags", TAGS),
];

impl ResourceType for EventBus {
    fn name(&self) -> &'static str {
        "AWS::Events::EventBus"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "Name"]
    }

    fn is_taggable(&self) -> bool {
        true
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let mut input = request.pick(&[
            "Name",
            "EventSourceName",
            "Description",
            "KmsKeyIdentifier",
            "DeadLetterConfig",
            "LogConfig",
        ]);
        input.insert("Tags".to_owned(), request.tag_list());
        let answer = caller.events("CreateEventBus", &Value::Object(input))?;
        let name = request.text("Name").unwrap_or_default();
        if let Some(policy) = request.properties.get("Policy") {
            caller.events("PutPermission", &json!({"EventBusName": name, "Policy": document(policy)}))?;
        }
        Ok(made(name, &answer, "EventBusArn"))
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        name: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let parts = ["Name", "Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig"];
        let input = request.pick(&parts);
        if input != before.pick(&parts) {
            caller.events("UpdateEventBus", &Value::Object(input))?;
        }
        match (before.properties.get("Policy"), request.properties.get("Policy")) {
            (old, Some(policy)) if old != Some(policy) => {
                caller.events("PutPermission", &json!({"EventBusName": name, "Policy": document(policy)}))?;
            }
            (Some(_), None) => {
                caller.events(
                    "RemovePermission",
                    &json!({"EventBusName": name, "RemoveAllPermissions": true}),
                )?;
            }
            _ => {}
        }
        let answer = caller.events("DescribeEventBus", &json!({"Name": name}))?;
        let (tags, untag) = request.tag_changes(before);
        if !tags.is_empty() {
            caller.events("TagResource", &json!({"ResourceARN": answer["Arn"], "Tags": tag_list(&tags)}))?;
        }
        if !untag.is_empty() {
            caller.events("UntagResource", &json!({"ResourceARN": answer["Arn"], "TagKeys": untag}))?;
        }
        Ok(made(name, &answer, "Arn"))
    }

    fn delete(&self, caller: &Caller<'_>, name: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.events("DeleteEventBus", &json!({"Name": name})))
    }

    fn read(
        &self,
        caller: &Caller<'_>,
        name: &str,
        _: &Request,
    ) -> Result<Option<Map<String, Value>>, Refusal> {
        let answer = caller.events("DescribeEventBus", &json!({"Name": name}))?;
        let parts = PROPERTIES.map(|property| property.name);
        let mut live = members(&answer, &parts);
        let tags = caller.events("ListTagsForResource", &json!({"ResourceARN": answer["Arn"]}))?;
        live.extend(members(&tags, &["Tags"]));
        Ok(Some(live))
    }
}

fn made(name: &str, answer: &Value, arn: &str) -> Made {
    let mut attributes: Map<String, Value> = attributes_of(answer, &[("Arn", arn)]);
    attributes.insert("Name".to_owned(), json!(name));
    Made { physical_id: name.to_owned(), attributes }
}

//! `AWS::Events::Archive`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape};
use super::{Caller, Made, Refusal, Request, ResourceType, attributes_of, document, gone, members};

/// The type.
pub(super) struct Archive;

const PROPERTIES: [Property; 6] = [
    Property::text("ArchiveName").create_only(),
    Property::text("SourceArn").required().create_only(),
    Property::text("Description"),
    Property::of("EventPattern", Shape::Document),
    Property::text("KmsKeyIdentifier"),
    Property::of("RetentionDays", Shape::Integer),
];

impl ResourceType for Archive {
    fn name(&self) -> &'static str {
        "AWS::Events::Archive"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let name = request.physical_name("ArchiveName", 48);
        let mut input = settings(request);
        input.insert("ArchiveName".to_owned(), json!(name));
        input.insert("EventSourceArn".to_owned(), json!(request.text("SourceArn")));
        let answer = caller.events("CreateArchive", &Value::Object(input))?;
        Ok(made(&name, &answer))
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        name: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let mut input = settings(request);
        // What the template no longer has is as it was when the archive was new.
        for (property, default) in
            [("Description", json!("")), ("EventPattern", json!("")), ("RetentionDays", json!(0))]
        {
            if before.properties.contains_key(property) && !input.contains_key(property) {
                input.insert(property.to_owned(), default);
            }
        }
        input.insert("ArchiveName".to_owned(), json!(name));
        let answer = caller.events("UpdateArchive", &Value::Object(input))?;
        Ok(made(name, &answer))
    }

    fn delete(&self, caller: &Caller<'_>, name: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.events("DeleteArchive", &json!({"ArchiveName": name})))
    }

    fn read(
        &self,
        caller: &Caller<'_>,
        name: &str,
        _: &Request,
    ) -> Result<Option<Map<String, Value>>, Refusal> {
        let answer = caller.events("DescribeArchive", &json!({"ArchiveName": name}))?;
        let mut live = members(&answer, &["ArchiveName", "Description", "EventPattern", "KmsKeyIdentifier"]);
        live.insert("SourceArn".to_owned(), answer["EventSourceArn"].clone());
        live.insert("RetentionDays".to_owned(), answer["RetentionDays"].clone());
        Ok(Some(live))
    }
}

fn settings(request: &Request) -> Map<String, Value> {
    let mut settings = request.pick(&["Description", "KmsKeyIdentifier", "RetentionDays"]);
    if let Some(pattern) = request.properties.get("EventPattern") {
        settings.insert("EventPattern".to_owned(), json!(document(pattern)));
    }
    settings
}

fn made(name: &str, answer: &Value) -> Made {
    Made { physical_id: name.to_owned(), attributes: attributes_of(answer, &[("Arn", "ArchiveArn")]) }
}

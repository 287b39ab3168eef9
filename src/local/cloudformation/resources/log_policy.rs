//! `AWS::Logs::ResourcePolicy`

use serde_json::{Map, json};

use super::shape::Property;
use super::{Caller, Made, Refusal, Request, ResourceType, gone};

/// The type.
pub(super) struct LogPolicy;

/// The document is text, unlike that of other policies.
const PROPERTIES: [Property; 2] =
    [Property::text("PolicyName").required().create_only(), Property::text("PolicyDocument").required()];

impl ResourceType for LogPolicy {
    fn name(&self) -> &'static str {
        "AWS::Logs::ResourcePolicy"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        put(caller, request)
    }

    fn update(&self, caller: &Caller<'_>, _: &str, _: &Request, request: &Request) -> Result<Made, Refusal> {
        put(caller, request)
    }

    fn delete(&self, caller: &Caller<'_>, name: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.logs("DeleteResourcePolicy", &json!({"policyName": name})))
    }
}

fn put(caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
    let name = request.properties.get("PolicyName").cloned().unwrap_or_default();
    let document = request.properties.get("PolicyDocument");
    caller.logs("PutResourcePolicy", &json!({"policyName": name, "policyDocument": document}))?;
    Ok(Made { physical_id: name.as_str().unwrap_or_default().to_owned(), attributes: Map::new() })
}

//! `AWS::Events::ApiDestination`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape};
use super::{Caller, Made, Refusal, Request, ResourceType, gone, members};

/// The type.
pub(super) struct ApiDestination;

const PROPERTIES: [Property; 6] = [
    Property::text("Name").create_only(),
    Property::text("Description"),
    Property::text("ConnectionArn").required(),
    Property::text("InvocationEndpoint").required(),
    Property::text("HttpMethod").required(),
    Property::of("InvocationRateLimitPerSecond", Shape::Integer),
];

impl ResourceType for ApiDestination {
    fn name(&self) -> &'static str {
        "AWS::Events::ApiDestination"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "ArnForPolicy"]
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let name = request.physical_name("Name", 64);
        let answer = caller.events("CreateApiDestination", &input(&name, request))?;
        Ok(Made { physical_id: name, attributes: arns(&answer, "ApiDestinationArn") })
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        name: &str,
        _: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let answer = caller.events("UpdateApiDestination", &input(name, request))?;
        Ok(Made { physical_id: name.to_owned(), attributes: arns(&answer, "ApiDestinationArn") })
    }

    fn delete(&self, caller: &Caller<'_>, name: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.events("DeleteApiDestination", &json!({"Name": name})))
    }

    fn read(
        &self,
        caller: &Caller<'_>,
        name: &str,
        _: &Request,
    ) -> Result<Option<Map<String, Value>>, Refusal> {
        let answer = caller.events("DescribeApiDestination", &json!({"Name": name}))?;
        let parts = PROPERTIES.map(|property| property.name);
        Ok(Some(members(&answer, &parts)))
    }
}

/// Makes `Arn` and `ArnForPolicy`, which lacks the id at its end.
pub(super) fn arns(answer: &Value, member: &str) -> Map<String, Value> {
    let Some(arn) = answer.get(member).and_then(Value::as_str) else { return Map::new() };
    let short = arn.rsplit_once('/').map_or(arn, |(short, _)| short);
    Map::from_iter([("Arn".to_owned(), json!(arn)), ("ArnForPolicy".to_owned(), json!(short))])
}

fn input(name: &str, request: &Request) -> Value {
    let mut input = request.properties.clone();
    input.insert("Name".to_owned(), json!(name));
    Value::Object(input)
}

//! What the names in a template stand for before the stack is made: ARNs that read like the real ones.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::stack::Place;
use crate::model::cloudformation::{Declared, Found, Scope, TemplateError};

/// The resources of a template that other resources refer to.
pub(super) struct Names<'a> {
    place: &'a Place<'a>,
    resources: BTreeMap<&'a str, &'a Declared>,
}

impl<'a> Names<'a> {
    pub(super) fn new(place: &'a Place<'a>, resources: &'a [Declared]) -> Self {
        let resources = resources.iter().map(|resource| (resource.logical_id.as_str(), resource));
        Self { place, resources: resources.collect() }
    }

    /// Returns the name that CloudFormation gives a resource, without the random end.
    pub(super) fn physical(&self, logical_id: &str) -> String {
        let named = self.resources.get(logical_id).and_then(|resource| {
            ["Name", "QueueName", "RoleName"].iter().find_map(|name| resource.properties.get(*name)?.as_str())
        });
        named.map_or_else(|| format!("{}-{logical_id}", self.place.stack_name), str::to_owned)
    }

    /// Returns the ARN of a resource.
    pub(super) fn arn(&self, logical_id: &str) -> String {
        let Place { region, account, .. } = *self.place;
        let name = self.physical(logical_id);
        let resource = self.resources.get(logical_id);
        let kind = resource.map_or("", |resource| resource.kind.as_str());
        let in_events = |kind: &str| format!("arn:aws:events:{region}:{account}:{kind}/{name}");
        match kind {
            "AWS::Events::ApiDestination" => in_events("api-destination"),
            "AWS::Events::Connection" => in_events("connection"),
            "AWS::Events::EventBus" => in_events("event-bus"),
            "AWS::Events::Rule" => match resource.map_or("default", |rule| self.bus(&rule.properties)) {
                "default" => in_events("rule"),
                bus => in_events(&format!("rule/{bus}")),
            },
            "AWS::IAM::Role" => format!("arn:aws:iam::{account}:role/{name}"),
            "AWS::SNS::Topic" => format!("arn:aws:sns:{region}:{account}:{name}"),
            "AWS::SQS::Queue" => format!("arn:aws:sqs:{region}:{account}:{name}"),
            other => {
                let service = other.split("::").nth(1).unwrap_or("cloudformation").to_ascii_lowercase();
                format!("arn:aws:{service}:{region}:{account}:{name}")
            }
        }
    }

    /// Returns the name of a rule's bus.
    fn bus<'b>(&'b self, rule: &'b Map<String, Value>) -> &'b str {
        let name = match rule.get("EventBusName") {
            None => return "default",
            Some(Value::String(name)) => name.as_str(),
            Some(reference) => {
                let bus = reference.get("Ref").and_then(Value::as_str).unwrap_or_default();
                let bus = self.resources.get(bus).and_then(|bus| bus.properties.get("Name"));
                bus.and_then(Value::as_str).unwrap_or("default")
            }
        };
        name.rsplit('/').next().unwrap_or(name)
    }
}

impl Scope for Names<'_> {
    fn reference(&self, name: &str) -> Result<Found, TemplateError> {
        Ok(Found::Value(Value::String(self.physical(name))))
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<Found, TemplateError> {
        let value = match attribute {
            "Arn" | "ArnForPolicy" => self.arn(resource),
            "Name" | "QueueName" => self.physical(resource),
            other => format!("{}.{other}", self.physical(resource)),
        };
        Ok(Found::Value(Value::String(value)))
    }

    /// Mappings are looked up before resources are there.
    fn mapping(&self, _: &str, _: &str, _: &str) -> Result<Option<Value>, TemplateError> {
        Ok(None)
    }

    /// Conditions are decided before resources are there.
    fn condition(&self, _: &str) -> Result<bool, TemplateError> {
        Ok(false)
    }
}

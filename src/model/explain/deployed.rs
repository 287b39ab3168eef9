//! The rules that are on a bus, whoever made them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::stack::{InvalidStack, Named, Reader, Stack, dead_letter};
use super::target::{ApiDestination, Broken, Callee};
use crate::model::cloudformation::Template;
use crate::model::delivery::{Connection, Destination, Endpoint, UnknownMethod};

/// What is on a bus, as the local cloud tells it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deployed {
    rules: Vec<DeployedRule>,
    destinations: Vec<DeployedDestination>,
    /// The resources of the stack whose names are shown.
    resources: Option<Vec<Resource>>,
    /// The stack's template, whose order is that of its rules.
    template: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeployedRule {
    name: String,
    arn: String,
    state: String,
    /// Nothing where it runs by a schedule.
    event_pattern: Option<String>,
    targets: Vec<Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeployedDestination {
    name: String,
    arn: String,
    endpoint: Option<String>,
    method: Option<String>,
    /// The connection's parameters without their secrets.
    connection: Option<Value>,
    /// Why it cannot be called.
    failure: Option<Broken>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    logical_resource_id: String,
    physical_resource_id: Option<String>,
    #[serde(rename = "ResourceType")]
    kind: String,
}

impl Deployed {
    /// Returns whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Reads the rules: those of the stack first, by their names in its template.
    pub fn stack(&self) -> Result<Stack, InvalidStack> {
        let of_kind = |kind: &'static str| {
            let resources = self.resources.iter().flatten();
            resources.filter(move |resource| resource.kind == kind).filter_map(|resource| {
                Some((resource.physical_resource_id.as_deref()?, resource.logical_resource_id.as_str()))
            })
        };
        let template = self.template.as_deref().and_then(|text| Template::parse(text).ok());
        let written = template.as_ref().map(|template| template.resources.as_slice()).unwrap_or_default();
        let place = |id: &str| written.iter().position(|resource| resource.logical_id == id);
        let destinations: BTreeMap<&str, _> = of_kind("AWS::Events::ApiDestination").collect();
        // A queue's id is its URL, which ends as its ARN does.
        let queues: BTreeMap<&str, _> =
            of_kind("AWS::SQS::Queue").filter_map(|(url, id)| Some((url.rsplit('/').next()?, id))).collect();
        let rules: BTreeMap<&str, _> = of_kind("AWS::Events::Rule").collect();
        let targets = self.rules.iter().flat_map(|rule| &rule.targets);
        let letters = targets.clone().filter_map(dead_letter);
        let arns = targets.filter_map(|target| target.get("Arn")?.as_str().map(str::to_owned));
        let queue = |arn: String| {
            let name = arn.contains(":sqs:").then(|| arn.rsplit(':').next()).flatten()?;
            queues.get(name).map(|id| (arn.clone(), (*id).to_owned()))
        };
        let reader = Reader {
            destinations: self
                .destinations
                .iter()
                .map(|one| {
                    let label = destinations.get(one.name.as_str()).copied().unwrap_or(&one.name);
                    Ok((one.arn.clone(), one.read(label)?))
                })
                .collect::<Result<_, InvalidStack>>()?,
            queues: arns.chain(letters.clone()).filter_map(queue).collect(),
            dead_letters: letters.collect(),
        };
        let mut read = Vec::new();
        for rule in &self.rules {
            let Some(pattern) = &rule.event_pattern else { continue };
            let id = rules.get(rule.name.as_str()).copied();
            let index = id.map_or(usize::MAX, |id| place(id).unwrap_or(usize::MAX));
            let label = id.unwrap_or(&rule.name);
            let named = Named { label: label.to_owned(), name: rule.name.clone(), arn: rule.arn.clone() };
            let enabled = rule.state != "DISABLED";
            read.push((index, reader.rule(named, pattern, enabled, rule.targets.iter())?));
        }
        read.sort_by(|(index, rule), (other, another)| (index, &rule.name).cmp(&(other, &another.name)));
        Ok(Stack { rules: read.into_iter().map(|(_, rule)| rule).collect() })
    }
}

impl DeployedDestination {
    fn read(&self, label: &str) -> Result<Callee, InvalidStack> {
        let label = label.to_owned();
        let refused = |reason: String| InvalidStack::Destination { destination: label.clone(), reason };
        if let Some(broken) = &self.failure {
            return Ok(Callee::Broken(label, broken.clone()));
        }
        let endpoint = Endpoint::parse(self.endpoint.as_deref().unwrap_or_default())
            .map_err(|error| refused(error.to_string()))?;
        let method = self.method.as_deref().unwrap_or_default();
        let method = method.parse().map_err(|error: UnknownMethod| refused(error.to_string()))?;
        Ok(Callee::Ready(Box::new(ApiDestination {
            logical_id: label,
            destination: Destination { endpoint, method },
            connection: Connection::read(self.connection.as_ref().unwrap_or(&Value::Null)),
        })))
    }
}

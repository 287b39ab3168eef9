//! The rules that a rendered template comes to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::names::Names;
use super::target::{ApiDestination, Callee, Kind, Target};
use crate::model::cloudformation::{Declared, Pseudo, Template, TemplateError, evaluate};
use crate::model::delivery::{Connection, Destination, Endpoint, HttpParameters};
use crate::model::pattern::{Invalid, Pattern};
use crate::model::template::attributes;
use crate::model::transform::{Refused, TargetInput};

/// Where a stack is, or would be.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The region.
    pub region: &'a str,
    /// The account id.
    pub account: &'a str,
    /// The stack's name.
    pub stack_name: &'a str,
}

/// The rules of a stack.
#[derive(Clone, Debug)]
pub struct Stack {
    pub(super) rules: Vec<Rule>,
}

/// A rule that looks at events.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The rule's logical id, or its name.
    pub(super) label: String,
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) enabled: bool,
    pub(super) pattern: Pattern,
    pub(super) targets: Vec<Target>,
}

/// Why a template has no rules that could be explained.
#[derive(Debug, thiserror::Error)]
pub enum InvalidStack {
    /// The template itself is wrong.
    #[error(transparent)]
    Template(#[from] InvalidTemplate),
    /// A rule's pattern is refused.
    #[error("the pattern of the rule {rule} is refused: {reason}")]
    Pattern {
        /// The rule's logical id.
        rule: String,
        /// Why, in AWS's words.
        reason: Invalid,
    },
    /// A target's input settings are refused.
    #[error("a target of the rule {rule} is refused: {reason}")]
    Target {
        /// The rule's logical id.
        rule: String,
        /// Why, in AWS's words.
        reason: Refused,
    },
    /// An API destination cannot be called.
    #[error("the API destination {destination} cannot be called: {reason}")]
    Destination {
        /// The destination's logical id.
        destination: String,
        /// Why.
        reason: String,
    },
}

/// Why CloudFormation would refuse a template, in its words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct InvalidTemplate(TemplateError);

impl Stack {
    /// Reads the rules of a template: YAML or JSON.
    ///
    /// `parameters` are the values that differ from the defaults. A parameter that has neither stands for
    /// itself: it is a name or a version of the token's secret, which no request shows.
    pub fn read(
        template: &str,
        place: &Place<'_>,
        parameters: &BTreeMap<String, String>,
    ) -> Result<Self, InvalidStack> {
        let resources = resources(template, place, parameters).map_err(InvalidTemplate)?;
        let names = Names::new(place, &resources);
        let of_kind = |kind: &'static str| resources.iter().filter(move |resource| resource.kind == kind);
        let evaluated = |resource: &Declared| -> Result<Map<String, Value>, InvalidTemplate> {
            match evaluate(&Value::Object(resource.properties.clone()), &names).map_err(InvalidTemplate)? {
                Some(Value::Object(properties)) => Ok(properties),
                _ => Ok(Map::new()),
            }
        };
        let mut connections = BTreeMap::new();
        for resource in of_kind("AWS::Events::Connection") {
            let properties = evaluated(resource)?;
            let parameters = properties.get("AuthParameters").unwrap_or(&Value::Null);
            connections.insert(names.arn(&resource.logical_id), Connection::read(parameters));
        }
        let mut destinations = BTreeMap::new();
        for resource in of_kind("AWS::Events::ApiDestination") {
            let destination = destination(&resource.logical_id, &evaluated(resource)?, &connections)?;
            let destination = Callee::Ready(Box::new(destination));
            destinations.insert(names.arn(&resource.logical_id), destination);
        }
        let rules: Vec<(&Declared, Map<String, Value>)> = of_kind("AWS::Events::Rule")
            .map(|resource| Ok((resource, evaluated(resource)?)))
            .collect::<Result<_, InvalidTemplate>>()?;
        let queues =
            of_kind("AWS::SQS::Queue").map(|queue| (names.arn(&queue.logical_id), &queue.logical_id));
        let reader = Reader {
            destinations,
            queues: queues.map(|(arn, id)| (arn, id.clone())).collect(),
            dead_letters: rules.iter().flat_map(|(_, rule)| targets(rule)).filter_map(dead_letter).collect(),
        };
        let rules = rules.iter().filter_map(|(resource, rule)| {
            let pattern = rule.get("EventPattern")?;
            let pattern = pattern.as_str().map_or_else(|| pattern.to_string(), str::to_owned);
            let called = Named {
                label: resource.logical_id.clone(),
                name: names.physical(&resource.logical_id),
                arn: names.arn(&resource.logical_id),
            };
            let enabled = rule.get("State").and_then(Value::as_str) != Some("DISABLED");
            Some(reader.rule(called, &pattern, enabled, targets(rule)))
        });
        Ok(Self { rules: rules.collect::<Result<_, _>>()? })
    }
}

/// What a rule is called.
pub(super) struct Named {
    pub(super) label: String,
    pub(super) name: String,
    pub(super) arn: String,
}

/// What targets refer to.
pub(super) struct Reader {
    /// The API destinations by ARN.
    pub(super) destinations: BTreeMap<String, Callee>,
    /// The queues' logical ids by ARN.
    pub(super) queues: BTreeMap<String, String>,
    /// The ARNs of the queues that a target has as its dead-letter queue.
    pub(super) dead_letters: BTreeSet<String>,
}

impl Reader {
    pub(super) fn rule<'a>(
        &self,
        Named { label, name, arn }: Named,
        pattern: &str,
        enabled: bool,
        targets: impl Iterator<Item = &'a Value>,
    ) -> Result<Rule, InvalidStack> {
        let pattern = Pattern::parse(pattern)
            .map_err(|reason| InvalidStack::Pattern { rule: label.clone(), reason })?;
        let targets: Result<_, _> =
            targets.enumerate().map(|(index, target)| self.target(target, index + 1)).collect();
        let targets = targets.map_err(|reason| InvalidStack::Target { rule: label.clone(), reason })?;
        Ok(Rule { label, name, arn, enabled, pattern, targets })
    }

    fn target(&self, target: &Value, position: usize) -> Result<Target, Refused> {
        let text = |name: &str| target.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let arn = text("Arn");
        let queue = |arn: &str| self.queues.get(arn).map_or(arn, String::as_str).to_owned();
        let kind = match self.destinations.get(&arn) {
            Some(callee) => Kind::ApiDestination(callee.clone()),
            None if self.dead_letters.contains(&arn) => Kind::DeadLetterQueue(queue(&arn)),
            None if arn.contains(":sqs:") => Kind::Queue(queue(&arn)),
            None => Kind::Other,
        };
        Ok(Target {
            id: text("Id"),
            arn,
            kind,
            input: TargetInput::read(target, position)?,
            parameters: target
                .get("HttpParameters")
                .map_or_else(HttpParameters::default, HttpParameters::read),
            dead_letter: dead_letter(target).map(|arn| queue(&arn)),
        })
    }
}

/// Returns the resources of a template; what refers to other resources is still open.
fn resources(
    text: &str,
    place: &Place<'_>,
    given: &BTreeMap<String, String>,
) -> Result<Vec<Declared>, TemplateError> {
    let template = Template::parse(text)?;
    let values = template.parameters.iter().map(|parameter| {
        let value = given.get(&parameter.name).or(parameter.default.as_ref()).unwrap_or(&parameter.name);
        (parameter.name.clone(), value.clone())
    });
    let values: BTreeMap<String, String> = values.collect();
    let pseudo = Pseudo {
        region: place.region,
        account: place.account,
        stack_name: place.stack_name,
        stack_id: place.stack_name,
    };
    Ok(template.plan(&values, &values, &pseudo, attributes)?.resources)
}

fn destination(
    logical_id: &str,
    properties: &Map<String, Value>,
    connections: &BTreeMap<String, Connection>,
) -> Result<ApiDestination, InvalidStack> {
    let text = |name: &str| properties.get(name).and_then(Value::as_str).unwrap_or_default();
    let refused = |reason: String| InvalidStack::Destination { destination: logical_id.to_owned(), reason };
    let connection = connections.get(text("ConnectionArn"));
    Ok(ApiDestination {
        logical_id: logical_id.to_owned(),
        destination: Destination {
            endpoint: Endpoint::parse(text("InvocationEndpoint"))
                .map_err(|error| refused(error.to_string()))?,
            method: text("HttpMethod")
                .parse()
                .map_err(|error: crate::model::delivery::UnknownMethod| refused(error.to_string()))?,
        },
        connection: connection
            .ok_or_else(|| refused("its connection is not in the template".to_owned()))?
            .clone(),
    })
}

fn targets(rule: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    rule.get("Targets").and_then(Value::as_array).into_iter().flatten()
}

/// Returns the ARN of a target's dead-letter queue.
pub(super) fn dead_letter(target: &Value) -> Option<String> {
    target.get("DeadLetterConfig")?.get("Arn")?.as_str().map(str::to_owned)
}

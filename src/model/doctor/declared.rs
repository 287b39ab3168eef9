//! What the deployed template says of the stack's resources: what the parts are held against.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::parts::Resource;
use crate::model::cloudformation::{Found, Pseudo, Scope, Template, TemplateError, evaluate};
use crate::model::template::attributes;

/// A stack as CloudFormation tells it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The region.
    pub region: &'a str,
    /// The account id.
    pub account: &'a str,
    /// The stack's name.
    pub name: &'a str,
    /// The stack's ARN.
    pub id: &'a str,
    /// The values of its parameters.
    pub parameters: &'a BTreeMap<String, String>,
    /// Its outputs.
    pub outputs: &'a BTreeMap<String, String>,
    /// Its resources.
    pub resources: &'a [Resource],
}

/// The properties of the resources, as the deployed template declares them.
///
/// Names and ARNs of resources are filled in; what nobody tells stays a function, such as `{"Ref": …}`.
#[derive(Clone, Debug, Default)]
pub struct Declared(BTreeMap<String, Map<String, Value>>);

/// Why a deployed template could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(TemplateError);

impl Declared {
    /// Reads a deployed template, YAML or JSON.
    pub fn read(template: &str, stack: &Told<'_>) -> Result<Self, Unreadable> {
        Self::evaluate(template, stack).map_err(Unreadable)
    }

    /// Returns what is declared of a resource.
    pub fn of(&self, logical_id: &str) -> Option<&Map<String, Value>> {
        self.0.get(logical_id)
    }

    fn evaluate(template: &str, stack: &Told<'_>) -> Result<Self, TemplateError> {
        let template = Template::parse(template)?;
        let pseudo = Pseudo {
            region: stack.region,
            account: stack.account,
            stack_name: stack.name,
            stack_id: stack.id,
        };
        let plan = template.plan(stack.parameters, stack.parameters, &pseudo, attributes)?;
        let mut all = BTreeMap::new();
        for resource in plan.resources {
            if let Some(Value::Object(properties)) = evaluate(&Value::Object(resource.properties), stack)? {
                all.insert(resource.logical_id, properties);
            }
        }
        Ok(Self(all))
    }
}

impl Told<'_> {
    fn resource(&self, logical_id: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.logical_id == logical_id)
    }
}

fn known(value: Option<&String>) -> Found {
    value.map_or(Found::Later, |value| Found::Value(Value::String(value.clone())))
}

impl Scope for Told<'_> {
    fn reference(&self, name: &str) -> Result<Found, TemplateError> {
        Ok(known(self.resource(name).map(|resource| &resource.physical_id)))
    }

    /// The outputs have the ARN of each part that others refer to.
    fn attribute(&self, resource: &str, attribute: &str) -> Result<Found, TemplateError> {
        let is_connection = self.resource(resource).is_some_and(|one| one.kind == "AWS::Events::Connection");
        Ok(match attribute {
            "Arn" if is_connection => known(self.outputs.get("ConnectionArn")),
            "Arn" => known(self.outputs.get(&format!("{resource}Arn"))),
            _ => Found::Later,
        })
    }

    /// Mappings are looked up before the names of resources are.
    fn mapping(&self, _: &str, _: &str, _: &str) -> Result<Option<Value>, TemplateError> {
        Ok(None)
    }

    /// Conditions are decided before the names of resources are filled in.
    fn condition(&self, _: &str) -> Result<bool, TemplateError> {
        Ok(false)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::definition::{DEFAULT, Definition};
    use crate::model::template::{Variant, render};

    /// Reads the template of the default stack as if it were deployed, every ARN being `arn:` and the logical id.
    pub(in crate::model::doctor) fn default() -> Declared {
        deployed(Variant::Managed)
    }

    fn deployed(variant: Variant) -> Declared {
        let definition = Definition::parse(DEFAULT, "momento.yaml").unwrap();
        let template = render(&definition, variant).unwrap();
        let declared = Template::parse(&template).unwrap();
        let resources: Vec<Resource> = declared
            .resources
            .iter()
            .map(|one| Resource {
                logical_id: one.logical_id.clone(),
                kind: one.kind.clone(),
                physical_id: format!("s-{}", one.logical_id),
                changed: None,
            })
            .collect();
        let arns =
            resources.iter().map(|one| (format!("{}Arn", one.logical_id), format!("arn:{}", one.logical_id)));
        let mut outputs: BTreeMap<String, String> = arns.collect();
        outputs.insert("ConnectionArn".into(), "arn:MomentoConnection".into());
        let parameters = declared.parameters.iter().map(|parameter| {
            (parameter.name.clone(), parameter.default.clone().unwrap_or_else(|| "x".into()))
        });
        let parameters = parameters.collect();
        let stack = Told {
            region: "us-east-1",
            account: "1",
            name: "s",
            id: "arn:s",
            parameters: &parameters,
            outputs: &outputs,
            resources: &resources,
        };
        Declared::read(&template, &stack).unwrap()
    }

    #[test]
    fn a_stack_of_the_console_is_read_too() {
        let declared = deployed(Variant::Standalone);
        assert_eq!(declared.of("CacheSetDestination"), default().of("CacheSetDestination"));
    }

    #[test]
    fn the_deployed_template_says_what_each_part_is() {
        let declared = default();
        let destination = declared.of("CacheSetDestination").unwrap();
        assert_eq!(
            destination["InvocationEndpoint"],
            "https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/cache/*"
        );
        assert_eq!(destination["ConnectionArn"], "arn:MomentoConnection");
        let rule = declared.of("CacheSetByKeyRule").unwrap();
        assert_eq!(rule["Targets"][0]["DeadLetterConfig"]["Arn"], "arn:DeadLetterQueue");
        assert_eq!(rule["Targets"][0]["RetryPolicy"]["MaximumEventAgeInSeconds"], "3600");
    }
}

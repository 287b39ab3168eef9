//! What a template comes to with its parameters: the resources in order, and the outputs.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::conditions::Conditions;
use super::evaluate::{Found, Scope, evaluate};
use super::graph::{Reference, order, references};
use super::names::{circular, unresolved_in};
use super::parameters::{self, Given};
use super::{Policy, Template, TemplateError, format, function, rules};

/// The names that every template may use.
pub(crate) struct Pseudo<'a> {
    /// `AWS::Region`
    pub(crate) region: &'a str,
    /// `AWS::AccountId`
    pub(crate) account: &'a str,
    /// `AWS::StackName`
    pub(crate) stack_name: &'a str,
    /// `AWS::StackId`
    pub(crate) stack_id: &'a str,
}

/// Returns the attributes that a resource type has, or nothing for an unknown type.
pub(crate) type TypeAttributes = fn(&str) -> Option<&'static [&'static str]>;

/// A template with its values: only what depends on other resources is left open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The resources, each after those it needs.
    pub(crate) resources: Vec<Declared>,
    /// The outputs.
    pub(crate) outputs: Vec<OutputPlan>,
}

/// A resource that the stack is to have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Declared {
    /// Its name in the template.
    pub(crate) logical_id: String,
    /// Its type.
    pub(crate) kind: String,
    /// Its properties; references to resources are still there.
    pub(crate) properties: Map<String, Value>,
    /// The resources it needs, by reference or `DependsOn`.
    pub(crate) depends_on: Vec<String>,
    /// What happens when the stack no longer has it.
    pub(crate) deletion_policy: Policy,
    /// What happens to the old one when it is replaced.
    pub(crate) update_replace_policy: Policy,
    /// Its metadata.
    pub(crate) metadata: Option<Value>,
}

/// An output that the stack is to have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OutputPlan {
    /// The key.
    pub(crate) key: String,
    /// The value; references to resources are still there.
    pub(crate) value: Value,
    /// The description.
    pub(crate) description: Option<String>,
    /// The name of the export; kept, but nothing can import it.
    pub(crate) export: Option<Value>,
}

impl Template {
    /// Gives the parameters their values: a request's, the stack's own, or the defaults.
    pub(crate) fn values(
        &self,
        given: &BTreeMap<String, Given>,
        previous: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, TemplateError> {
        parameters::values(&self.parameters, given, previous)
    }

    /// Evaluates the template.
    ///
    /// `values` has every parameter; `shown` has what stands in properties instead of a hidden value.
    pub(crate) fn plan(
        &self,
        values: &BTreeMap<String, String>,
        shown: &BTreeMap<String, String>,
        pseudo: &Pseudo<'_>,
        attributes: TypeAttributes,
    ) -> Result<Plan, TemplateError> {
        self.check_types(attributes)?;
        self.check_names(attributes)?;
        let conditions = Conditions::new(&self.conditions)?;
        let plain = Names { template: self, values, pseudo, conditions: &conditions };
        rules::check(&self.rules, &plain)?;
        conditions.evaluate(&plain)?;
        let scope = Names { values: shown, ..plain };
        let mut kept = Vec::new();
        for resource in &self.resources {
            if let Some(condition) = &resource.condition
                && !scope.condition(condition)?
            {
                continue;
            }
            let properties = match evaluate(&resource.properties, &scope)? {
                Some(Value::Object(properties)) => properties,
                _ => Map::new(),
            };
            let metadata =
                resource.metadata.as_ref().map(|value| evaluate(value, &scope)).transpose()?.flatten();
            kept.push(Declared {
                logical_id: resource.logical_id.clone(),
                kind: resource.kind.clone(),
                properties,
                depends_on: resource.depends_on.clone(),
                deletion_policy: resource.deletion_policy,
                update_replace_policy: resource.update_replace_policy,
                metadata,
            });
        }
        let outputs = self.plan_outputs(&scope)?;
        let resources = ordered(kept)?;
        let names: BTreeSet<&str> = resources.iter().map(|resource| resource.logical_id.as_str()).collect();
        let values = outputs.iter().map(|output| &output.value);
        absent(values.flat_map(references), &names, "Outputs")?;
        Ok(Plan { resources, outputs })
    }

    fn plan_outputs(&self, scope: &Names<'_>) -> Result<Vec<OutputPlan>, TemplateError> {
        let mut outputs = Vec::new();
        for (key, body) in &self.outputs {
            let condition = body.get("Condition").and_then(Value::as_str);
            if let Some(condition) = condition
                && !scope.condition(condition)?
            {
                continue;
            }
            let value = body.get("Value").map(|value| evaluate(value, scope)).transpose()?.flatten();
            let value = value
                .ok_or_else(|| format(format!("Output {key} is malformed. The Value must be a string")))?;
            let export = body.get("Export").and_then(|export| export.get("Name"));
            outputs.push(OutputPlan {
                key: key.clone(),
                value,
                description: body.get("Description").and_then(Value::as_str).map(str::to_owned),
                export: export.map(|name| evaluate(name, scope)).transpose()?.flatten(),
            });
        }
        Ok(outputs)
    }
}

/// Completes the dependencies and orders the resources.
fn ordered(mut resources: Vec<Declared>) -> Result<Vec<Declared>, TemplateError> {
    let names: BTreeSet<String> = resources.iter().map(|resource| resource.logical_id.clone()).collect();
    let known: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    for resource in &mut resources {
        let properties = Value::Object(std::mem::take(&mut resource.properties));
        let found = references(&properties);
        if let Value::Object(properties) = properties {
            resource.properties = properties;
        }
        absent(found.iter().cloned(), &known, "Resources")?;
        let mut needs: BTreeSet<String> =
            resource.depends_on.drain(..).filter(|name| known.contains(name.as_str())).collect();
        needs.extend(found.into_iter().filter_map(|reference| match reference {
            Reference::Name(name) | Reference::Attribute(name, _) => Some(name),
            Reference::Condition(_) => None,
        }));
        resource.depends_on = needs.into_iter().collect();
    }
    let needs: BTreeMap<&str, Vec<&str>> = resources
        .iter()
        .map(|one| (one.logical_id.as_str(), one.depends_on.iter().map(String::as_str).collect()))
        .collect();
    let list: Vec<&str> = resources.iter().map(|resource| resource.logical_id.as_str()).collect();
    let positions = order(&needs, &list).map_err(|cycle| circular(&cycle))?;
    let mut slots: Vec<Option<Declared>> = resources.into_iter().map(Some).collect();
    Ok(positions.into_iter().filter_map(|at| slots.get_mut(at).and_then(Option::take)).collect())
}

/// Refuses references to resources whose condition does not hold.
fn absent(
    found: impl Iterator<Item = Reference>,
    kept: &BTreeSet<&str>,
    block: &str,
) -> Result<(), TemplateError> {
    let gone: BTreeSet<String> = found
        .filter_map(|reference| match reference {
            Reference::Name(name) | Reference::Attribute(name, _) => Some(name),
            Reference::Condition(_) => None,
        })
        .filter(|name| !kept.contains(name.as_str()))
        .collect();
    if gone.is_empty() { Ok(()) } else { Err(unresolved_in(&gone, block)) }
}

/// The names of a template that do not need a resource.
struct Names<'a> {
    template: &'a Template,
    values: &'a BTreeMap<String, String>,
    pseudo: &'a Pseudo<'a>,
    conditions: &'a Conditions<'a>,
}

impl Scope for Names<'_> {
    fn reference(&self, name: &str) -> Result<Found, TemplateError> {
        let text = |text: &str| Ok(Found::Value(Value::String(text.to_owned())));
        match name {
            "AWS::NoValue" => return Ok(Found::Nothing),
            "AWS::Region" => return text(self.pseudo.region),
            "AWS::AccountId" => return text(self.pseudo.account),
            "AWS::StackName" => return text(self.pseudo.stack_name),
            "AWS::StackId" => return text(self.pseudo.stack_id),
            "AWS::Partition" => return text("aws"),
            "AWS::URLSuffix" => return text("amazonaws.com"),
            "AWS::NotificationARNs" => return Ok(Found::Value(Value::Array(Vec::new()))),
            _ => {}
        }
        let Some(value) = self.values.get(name) else { return Ok(Found::Later) };
        let parameter = self.template.parameters.iter().find(|parameter| parameter.name == name);
        if parameter.is_some_and(|parameter| parameter.kind.is_list() && !parameter.no_echo) {
            return Ok(Found::Value(value.split(',').map(str::trim).collect()));
        }
        text(value)
    }

    fn attribute(&self, _: &str, _: &str) -> Result<Found, TemplateError> {
        Ok(Found::Later)
    }

    fn mapping(&self, map: &str, first: &str, second: &str) -> Result<Option<Value>, TemplateError> {
        let map = self.template.mappings.get(map).ok_or_else(|| {
            function(format!("Mapping named '{map}' is not present in the 'Mappings' section of template."))
        })?;
        Ok(map.get(first).and_then(|keys| keys.get(second)).cloned())
    }

    fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        self.conditions.named(name)
    }
}

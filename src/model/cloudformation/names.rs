//! Whether every name in a template is declared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::graph::{Reference, order, references};
use super::plan::TypeAttributes;
use super::{Template, TemplateError, format, function, refused};

impl Template {
    /// Checks what can be checked without values: types, names, and that nothing needs itself.
    pub(crate) fn check(&self, attributes: TypeAttributes) -> Result<(), TemplateError> {
        self.check_types(attributes)?;
        self.check_names(attributes)?;
        let found: Vec<BTreeSet<Reference>> =
            self.resources.iter().map(|resource| references(&resource.properties)).collect();
        let mut needs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (resource, found) in self.resources.iter().zip(&found) {
            let names = found.iter().filter_map(|reference| match reference {
                Reference::Name(name) | Reference::Attribute(name, _) => Some(name.as_str()),
                Reference::Condition(_) => None,
            });
            let depends_on = resource.depends_on.iter().map(String::as_str);
            needs.insert(&resource.logical_id, names.chain(depends_on).collect());
        }
        let names: Vec<&str> = self.resources.iter().map(|resource| resource.logical_id.as_str()).collect();
        order(&needs, &names).map(|_| ()).map_err(|cycle| circular(&cycle))
    }

    /// Refuses types that are not known.
    pub(super) fn check_types(&self, attributes: TypeAttributes) -> Result<(), TemplateError> {
        let unknown: BTreeSet<&str> = self
            .resources
            .iter()
            .map(|resource| resource.kind.as_str())
            .filter(|kind| attributes(kind).is_none())
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let unknown: Vec<&str> = unknown.into_iter().collect();
        Err(format(format!("Unrecognized resource types: [{}]", unknown.join(", "))))
    }

    /// Every name must be declared, also in the branches that these parameters do not take.
    pub(super) fn check_names(&self, attributes: TypeAttributes) -> Result<(), TemplateError> {
        let resources: BTreeMap<&str, &str> =
            self.resources.iter().map(|one| (one.logical_id.as_str(), one.kind.as_str())).collect();
        let parameters: BTreeSet<&str> = self.parameters.iter().map(|one| one.name.as_str()).collect();
        if let Some(both) = resources.keys().find(|name| parameters.contains(*name)) {
            return Err(format(format!("Duplicate logical name {both} in Parameters and Resources.")));
        }
        let in_resources = self.resources.iter().flat_map(|resource| {
            let depends =
                resource.depends_on.iter().map(|name| Reference::Attribute(name.clone(), String::new()));
            let condition = resource.condition.iter().map(|name| Reference::Condition(name.clone()));
            references(&resource.properties).into_iter().chain(depends).chain(condition)
        });
        let in_outputs = self.outputs.iter().flat_map(|(_, body)| {
            let condition = body.get("Condition").and_then(Value::as_str);
            let condition = condition.map(|name| Reference::Condition(name.to_owned()));
            body.get("Value").map(references).unwrap_or_default().into_iter().chain(condition)
        });
        let known = Known { resources, parameters, conditions: &self.conditions, attributes };
        known.check(in_resources, "Resources")?;
        known.check(in_outputs, "Outputs")
    }
}

struct Known<'a> {
    resources: BTreeMap<&'a str, &'a str>,
    parameters: BTreeSet<&'a str>,
    conditions: &'a Map<String, Value>,
    attributes: TypeAttributes,
}

impl Known<'_> {
    fn check(&self, names: impl Iterator<Item = Reference>, block: &str) -> Result<(), TemplateError> {
        let mut unresolved = BTreeSet::new();
        for reference in names {
            match reference {
                Reference::Name(name) => {
                    let known = self.resources.contains_key(name.as_str())
                        || self.parameters.contains(name.as_str())
                        || PSEUDO.contains(&name.as_str());
                    if !known {
                        unresolved.insert(name);
                    }
                }
                Reference::Attribute(resource, attribute) => match self.resources.get(resource.as_str()) {
                    None if attribute.is_empty() => {
                        unresolved.insert(resource);
                    }
                    None => {
                        return Err(function(format!(
                            "instance of Fn::GetAtt references undefined resource {resource}"
                        )));
                    }
                    Some(kind) => {
                        let has = (self.attributes)(kind).unwrap_or_default();
                        if !attribute.is_empty() && !has.contains(&attribute.as_str()) {
                            return Err(function(format!(
                                "resource {resource} does not support attribute type {attribute} in Fn::GetAtt"
                            )));
                        }
                    }
                },
                Reference::Condition(name) => {
                    if !self.conditions.contains_key(&name) {
                        return Err(format(format!(
                            "Unresolved condition dependency {name} in the {block} block of the template"
                        )));
                    }
                }
            }
        }
        if unresolved.is_empty() { Ok(()) } else { Err(unresolved_in(&unresolved, block)) }
    }
}

const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// The refusal of resources that need each other.
pub(super) fn circular(cycle: &[String]) -> TemplateError {
    refused(format!("Circular dependency between resources: [{}]", cycle.join(", ")))
}

/// The refusal of names that are not declared.
pub(super) fn unresolved_in(names: &BTreeSet<String>, block: &str) -> TemplateError {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let names = names.join(", ");
    format(format!("Unresolved resource dependencies [{names}] in the {block} block of the template"))
}

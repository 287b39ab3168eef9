//! CloudFormation templates evaluated: what a text declares, and what that comes to with parameters.
//!
//! `model::template` renders a template and checks its text; this is what CloudFormation makes of one.

mod conditions;
mod evaluate;
mod functions;
mod graph;
mod names;
mod parameters;
mod plan;
mod rules;
mod source;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use evaluate::{Found, Scope, evaluate};
pub(crate) use graph::{Reference, references};
pub(crate) use parameters::{Given, Parameter};
pub(crate) use plan::{Declared, Plan, Pseudo};

/// The most bytes that a template in a request may have.
pub(crate) const MAX_BODY: usize = 51_200;

/// Why a template is refused, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TemplateError {
    /// The template does not have the form that it should.
    #[error("Template format error: {0}")]
    Format(String),
    /// An intrinsic function is used wrongly.
    #[error("Template error: {0}")]
    Function(String),
    /// A rule's assertion does not hold, or a parameter is refused.
    #[error("{0}")]
    Refused(String),
}

/// What happens to a physical resource that the stack no longer needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Policy {
    /// It is deleted.
    #[default]
    Delete,
    /// It is left as it is.
    Retain,
    /// It is left as it is, except when the stack's creation is rolled back.
    RetainExceptOnCreate,
}

/// A template's sections, each member in its order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    /// The description.
    pub(crate) description: Option<String>,
    /// The metadata as it was written.
    pub(crate) metadata: Option<Value>,
    /// The parameters.
    pub(crate) parameters: Vec<Parameter>,
    mappings: Map<String, Value>,
    conditions: Map<String, Value>,
    rules: Map<String, Value>,
    /// The resources.
    pub(crate) resources: Vec<Resource>,
    outputs: Vec<Output>,
}

/// An output's key and body.
type Output = (String, Map<String, Value>);

/// A resource as the template declares it.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// Its name in the template.
    pub(crate) logical_id: String,
    /// Its type, such as `AWS::SQS::Queue`.
    pub(crate) kind: String,
    /// Its properties with their intrinsic functions.
    pub(crate) properties: Value,
    depends_on: Vec<String>,
    condition: Option<String>,
    deletion_policy: Policy,
    update_replace_policy: Policy,
    metadata: Option<Value>,
}

const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Rules",
    "Transform",
    "Resources",
    "Outputs",
];

impl Template {
    /// Reads a template from YAML or JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let Value::Object(mut sections) = source::read(text)? else {
            return Err(format("unsupported structure."));
        };
        let unknown: Vec<&str> =
            sections.keys().map(String::as_str).filter(|key| !SECTIONS.contains(key)).collect();
        if !unknown.is_empty() {
            return Err(refused(format!("Invalid template property or properties [{}]", unknown.join(", "))));
        }
        if sections.get("AWSTemplateFormatVersion").is_some_and(|version| version != "2010-09-09") {
            return Err(format("Unsupported value for AWSTemplateFormatVersion."));
        }
        if sections.contains_key("Transform") {
            return Err(refused("The Transform section is not supported by the local cloud"));
        }
        let mut section = |name: &str| match sections.remove(name) {
            None => Ok(Map::new()),
            Some(Value::Object(members)) => Ok(members),
            Some(_) => Err(format(format!("Every {name} object must be a map."))),
        };
        let parameters = parameters::declare(section("Parameters")?)?;
        let (mappings, conditions, rules) = (section("Mappings")?, section("Conditions")?, section("Rules")?);
        let resources = resources(section("Resources")?)?;
        let outputs = outputs(section("Outputs")?)?;
        let description = match sections.remove("Description") {
            None => None,
            Some(Value::String(text)) if text.len() <= 1024 => Some(text),
            Some(Value::String(_)) => {
                return Err(format("'Description' length is greater than 1024."));
            }
            Some(_) => return Err(format("Every Description member must be a string.")),
        };
        let metadata = sections.remove("Metadata");
        Ok(Self { description, metadata, parameters, mappings, conditions, rules, resources, outputs })
    }

    /// Returns a resource's declaration.
    pub(crate) fn resource(&self, logical_id: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.logical_id == logical_id)
    }
}

fn resources(section: Map<String, Value>) -> Result<Vec<Resource>, TemplateError> {
    if section.is_empty() {
        return Err(format("At least one Resources member must be defined."));
    }
    if section.len() > 500 {
        let count = section.len();
        return Err(format(format!("Number of resources, {count}, is greater than maximum allowed, 500")));
    }
    section.into_iter().map(|(logical_id, body)| resource(logical_id, body)).collect()
}

fn resource(logical_id: String, body: Value) -> Result<Resource, TemplateError> {
    if logical_id.is_empty() || !logical_id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(format(format!("Resource name {logical_id} is non alphanumeric.")));
    }
    let at = |what: &str| format(format!("[/Resources/{logical_id}] {what}"));
    let Value::Object(mut body) = body else {
        return Err(at("Every Resources member must be an object."));
    };
    let Some(Value::String(kind)) = body.remove("Type") else {
        return Err(at("Every Resources object must contain a Type member."));
    };
    let properties = body.remove("Properties").unwrap_or_else(|| Value::Object(Map::new()));
    if !properties.is_object() {
        return Err(at("Properties must be an object."));
    }
    let depends_on = match body.remove("DependsOn") {
        None => Vec::new(),
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many
            .into_iter()
            .map(|one| {
                one.as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| at("DependsOn must be a string or list of strings."))
            })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(at("DependsOn must be a string or list of strings.")),
    };
    let condition = match body.remove("Condition") {
        None => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(at("Every Condition member must be a string.")),
    };
    let mut policy = |name: &str| match body.remove(name) {
        None => Ok(Policy::Delete),
        Some(value) => match value.as_str() {
            Some("Delete") => Ok(Policy::Delete),
            Some("Retain") => Ok(Policy::Retain),
            Some("RetainExceptOnCreate") if name == "DeletionPolicy" => Ok(Policy::RetainExceptOnCreate),
            _ => Err(format(format!("Unrecognized {name} {value} for resource {logical_id}"))),
        },
    };
    let (deletion_policy, update_replace_policy) =
        (policy("DeletionPolicy")?, policy("UpdateReplacePolicy")?);
    let metadata = body.remove("Metadata");
    if let Some(unknown) = body.keys().next() {
        return Err(refused(format!("Invalid template resource property '{unknown}'")));
    }
    Ok(Resource {
        logical_id,
        kind,
        properties,
        depends_on,
        condition,
        deletion_policy,
        update_replace_policy,
        metadata,
    })
}

fn outputs(section: Map<String, Value>) -> Result<Vec<Output>, TemplateError> {
    section
        .into_iter()
        .map(|(name, body)| match body {
            Value::Object(body) if body.contains_key("Value") => {
                let known = ["Value", "Description", "Export", "Condition"];
                match body.keys().find(|key| !known.contains(&key.as_str())) {
                    Some(unknown) => {
                        Err(format(format!("Output {name} has the invalid property {unknown}.")))
                    }
                    None => Ok((name, body)),
                }
            }
            _ => Err(format(format!(
                "Output {name} is malformed. Every Outputs member must contain a Value object"
            ))),
        })
        .collect()
}

fn format(message: impl Into<String>) -> TemplateError {
    TemplateError::Format(message.into())
}

fn function(message: impl Into<String>) -> TemplateError {
    TemplateError::Function(message.into())
}

fn refused(message: impl Into<String>) -> TemplateError {
    TemplateError::Refused(message.into())
}

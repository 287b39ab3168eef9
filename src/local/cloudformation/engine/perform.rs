//! One resource's call: secrets are put in, the type's handler is called, the outcome is recorded.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Engine, Halt};
use crate::local::cloudformation::record::{Hidden, Resource, Stack};
use crate::local::cloudformation::resources::{Caller, Made, Refusal, Request, ResourceType, check, find};
use crate::local::cloudformation::secrets::{Secret, conceal, reveal, reveal_text};
use crate::local::fault::Step;
use crate::model::cloudformation::{Found, Scope, TemplateError, evaluate};

/// What a handler is asked to do.
pub(super) enum Call<'a> {
    /// Make it, with the end of a generated name.
    Create(&'a str),
    /// Change it from what it is.
    Update(&'a Resource),
}

impl Engine<'_> {
    /// Makes or changes a resource to have these properties.
    pub(super) fn make(
        &self,
        stack: &Stack,
        (logical_id, kind): (&str, &str),
        properties: &Map<String, Value>,
        tags: &BTreeMap<String, String>,
        call: &Call<'_>,
    ) -> Result<Made, Halt> {
        let step = if matches!(call, Call::Create(_)) { Step::Create } else { Step::Update };
        self.as_asked(stack, logical_id, kind, step)?;
        let mut revealed = Vec::new();
        let mut attempt = || -> Result<Made, Refusal> {
            let kind = known(kind)?;
            let caller = Caller { services: self.services, region: self.region };
            let mut request = self.request(stack, logical_id, kind, properties, tags, &mut revealed)?;
            match call {
                Call::Create(suffix) => {
                    (*suffix).clone_into(&mut request.suffix);
                    kind.create(&caller, &request)
                }
                Call::Update(current) => {
                    let before = self
                        .request(stack, logical_id, kind, &current.properties, &current.tags, &mut revealed)
                        .unwrap_or_else(|_| plain(stack, current));
                    let physical_id = current.physical_id.as_deref().unwrap_or_default();
                    kind.update(&caller, physical_id, &before, &request)
                }
            }
        };
        let outcome = attempt();
        outcome.map_err(|refusal| Halt::Refused {
            subject: logical_id.to_owned(),
            reason: conceal(&refusal.to_string(), &revealed),
        })
    }

    /// Deletes a resource.
    pub(super) fn unmake(&self, stack: &Stack, subject: &str, resource: &Resource) -> Result<(), Halt> {
        let Some(physical_id) = &resource.physical_id else { return Ok(()) };
        self.as_asked(stack, subject, &resource.kind, Step::Delete)?;
        let caller = Caller { services: self.services, region: self.region };
        known(&resource.kind)
            .and_then(|kind| kind.delete(&caller, physical_id, &plain(stack, resource)))
            .map_err(|refusal| Halt::Refused { subject: subject.to_owned(), reason: refusal.to_string() })
    }

    fn request(
        &self,
        stack: &Stack,
        logical_id: &str,
        kind: &dyn ResourceType,
        properties: &Map<String, Value>,
        tags: &BTreeMap<String, String>,
        revealed: &mut Vec<String>,
    ) -> Result<Request, Refusal> {
        let properties =
            reveal(&Value::Object(properties.clone()), revealed, &|secret| self.secret(stack, secret))?;
        let properties = properties.as_object().map(|given| check(kind.properties(), given)).transpose()?;
        Ok(Request {
            stack: stack.name.clone(),
            logical_id: logical_id.to_owned(),
            suffix: String::new(),
            properties: properties.unwrap_or_default(),
            stack_tags: if kind.is_taggable() { tags.clone() } else { BTreeMap::new() },
        })
    }

    fn secret(&self, stack: &Stack, secret: &Secret) -> Result<String, Refusal> {
        match secret {
            Secret::Parameter { name, revision } => {
                let hidden = self.store.get::<Hidden>(self.region, &stack.id);
                let hidden = hidden.map_err(|error| Refusal::Properties(error.to_string()))?;
                let value = hidden.and_then(|hidden| hidden.value(name, *revision));
                let value = value.ok_or_else(|| {
                    Refusal::Properties(format!("The value of the parameter {name} is gone"))
                })?;
                // A parameter's value may be a reference in turn, but not to a parameter.
                reveal_text(&value, &mut Vec::new(), &|inner| match inner {
                    Secret::Manager { .. } => self.secret(stack, inner),
                    Secret::Parameter { .. } => {
                        Err(Refusal::Properties(format!("The parameter {name} refers to a hidden parameter")))
                    }
                })
            }
            Secret::Manager { id, key, stage, version } => {
                let mut input = Map::from_iter([("SecretId".to_owned(), json!(id))]);
                if let Some(stage) = stage {
                    input.insert("VersionStage".to_owned(), json!(stage));
                }
                if let Some(version) = version {
                    input.insert("VersionId".to_owned(), json!(version));
                }
                let caller = Caller { services: self.services, region: self.region };
                let answer =
                    caller.secrets("GetSecretValue", &Value::Object(input)).map_err(in_legacy_words)?;
                let text = answer.get("SecretString").and_then(Value::as_str).unwrap_or_default();
                let Some(key) = key else { return Ok(text.to_owned()) };
                let value =
                    serde_json::from_str::<Value>(text).ok().and_then(|object| object.get(key).cloned());
                match value {
                    Some(Value::String(text)) => Ok(text),
                    Some(other) => Ok(other.to_string()),
                    None => Err(Refusal::Properties(
                        "Could not find a value associated with JSONKey in SecretString".to_owned(),
                    )),
                }
            }
        }
    }
}

/// The resources that are there, as `Ref` and `Fn::GetAtt` see them.
pub(super) struct Present<'a>(pub(super) &'a [Resource]);

impl Present<'_> {
    /// Fills in the properties of a resource.
    pub(super) fn properties(
        &self,
        logical_id: &str,
        declared: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Halt> {
        match evaluate(&Value::Object(declared.clone()), self) {
            Ok(Some(Value::Object(properties))) => Ok(properties),
            Ok(_) => Ok(Map::new()),
            Err(error) => Err(Halt::Refused { subject: logical_id.to_owned(), reason: error.to_string() }),
        }
    }

    fn find(&self, name: &str) -> Option<&Resource> {
        self.0.iter().find(|resource| resource.logical_id == name && resource.physical_id.is_some())
    }
}

impl Scope for Present<'_> {
    fn reference(&self, name: &str) -> Result<Found, TemplateError> {
        match self.find(name).and_then(|resource| resource.physical_id.clone()) {
            Some(id) => Ok(Found::Value(Value::String(id))),
            None => Err(TemplateError::Function(format!("the resource {name} is not there"))),
        }
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<Found, TemplateError> {
        match self.find(resource).and_then(|resource| resource.attributes.get(attribute)) {
            Some(value) => Ok(Found::Value(value.clone())),
            None => Err(TemplateError::Function(format!(
                "the attribute {attribute} of the resource {resource} is not there"
            ))),
        }
    }

    fn mapping(&self, _: &str, _: &str, _: &str) -> Result<Option<Value>, TemplateError> {
        Ok(None)
    }

    fn condition(&self, _: &str) -> Result<bool, TemplateError> {
        Ok(false)
    }
}

fn known(kind: &str) -> Result<&'static dyn ResourceType, Refusal> {
    find(kind).ok_or_else(|| Refusal::Properties(format!("Unrecognized resource type {kind}")))
}

/// A resource as it was, with its secrets still references.
pub(super) fn plain(stack: &Stack, resource: &Resource) -> Request {
    let checked = find(&resource.kind).and_then(|kind| check(kind.properties(), &resource.properties).ok());
    Request {
        stack: stack.name.clone(),
        logical_id: resource.logical_id.clone(),
        suffix: String::new(),
        properties: checked.unwrap_or_else(|| resource.properties.clone()),
        stack_tags: resource.tags.clone(),
    }
}

/// Dynamic references fail in the words of CloudFormation itself, not of a resource's handler.
fn in_legacy_words(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Service { error, .. } => Refusal::Properties(format!(
            "{} (Service: AWSSecretsManager; Status Code: {}; Error Code: {}; Proxy: null)",
            error.message, error.status, error.code
        )),
        other @ Refusal::Properties(_) => other,
    }
}

//! The intrinsic functions.
//!
//! One evaluator serves twice: when a change set is made, resources are not there yet and what refers to
//! them stays (a `Ref`, a `GetAtt`, or a function of them); when a resource is made, the rest is filled in.

use serde_json::{Map, Value, json};

use super::functions::{base64, choose, find_in_map, join, select, split, sub};
use super::{TemplateError, function};

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    /// This value.
    Value(Value),
    /// `AWS::NoValue`: the property is left out.
    Nothing,
    /// A resource that is not there yet.
    Later,
}

/// Where names are looked up.
pub(crate) trait Scope {
    /// Looks up what `Ref` names.
    fn reference(&self, name: &str) -> Result<Found, TemplateError>;
    /// Looks up a resource's attribute.
    fn attribute(&self, resource: &str, attribute: &str) -> Result<Found, TemplateError>;
    /// Looks up a mapping's value; nothing when a key is not there.
    fn mapping(&self, map: &str, first: &str, second: &str) -> Result<Option<Value>, TemplateError>;
    /// Evaluates a named condition.
    fn condition(&self, name: &str) -> Result<bool, TemplateError>;
}

/// Evaluates all functions in a value; nothing is `AWS::NoValue`.
pub(crate) fn evaluate(value: &Value, scope: &dyn Scope) -> Result<Option<Value>, TemplateError> {
    match value {
        Value::Array(items) => {
            let mut all = Vec::with_capacity(items.len());
            for item in items {
                all.extend(evaluate(item, scope)?);
            }
            Ok(Some(Value::Array(all)))
        }
        Value::Object(members) => {
            if let Some((name, argument)) = intrinsic(members) {
                return call(name, argument, scope);
            }
            let mut all = Map::with_capacity(members.len());
            for (name, member) in members {
                if let Some(member) = evaluate(member, scope)? {
                    all.insert(name.clone(), member);
                }
            }
            Ok(Some(Value::Object(all)))
        }
        scalar => Ok(Some(scalar.clone())),
    }
}

/// Returns whether an evaluated value is a function that waits for a resource.
pub(crate) fn is_deferred(value: &Value) -> bool {
    value.as_object().is_some_and(|members| intrinsic(members).is_some())
}

/// Returns the function that an object is, with its argument.
pub(super) fn intrinsic(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = members.iter();
    let (name, argument) = members.next()?;
    let is = members.next().is_none() && (name == "Ref" || name.starts_with("Fn::"));
    is.then_some((name.as_str(), argument))
}

/// Calls a function by its name.
pub(super) fn call(name: &str, argument: &Value, scope: &dyn Scope) -> Result<Option<Value>, TemplateError> {
    match name {
        "Ref" => {
            let target = argument
                .as_str()
                .ok_or_else(|| function("every Ref object must have a single String value."))?;
            Ok(found(scope.reference(target)?, || json!({"Ref": target})))
        }
        "Fn::GetAtt" => get_att(argument, scope),
        "Fn::Sub" => sub(argument, scope).map(Some),
        "Fn::Join" => join(argument, scope).map(Some),
        "Fn::Select" => select(argument, scope).map(Some),
        "Fn::Split" => split(argument, scope).map(Some),
        "Fn::FindInMap" => find_in_map(argument, scope).map(Some),
        "Fn::If" => choose(argument, scope),
        "Fn::Base64" => base64(argument, scope).map(Some),
        "Fn::ImportValue" => match evaluate(argument, scope)? {
            Some(Value::String(export)) => {
                Err(TemplateError::Refused(format!("No export named {export} found.")))
            }
            _ => Err(function(
                "the attribute in Fn::ImportValue must be a string or a function that returns a string",
            )),
        },
        _ => Err(function(format!("{name} is not supported by the local cloud"))),
    }
}

fn found(found: Found, later: impl FnOnce() -> Value) -> Option<Value> {
    match found {
        Found::Value(value) => Some(value),
        Found::Nothing => None,
        Found::Later => Some(later()),
    }
}

/// `Fn::GetAtt`, in its forms.
pub(super) fn get_att(argument: &Value, scope: &dyn Scope) -> Result<Option<Value>, TemplateError> {
    let wrong = || {
        function(
            "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
        )
    };
    let (resource, attribute) = match argument {
        Value::String(text) => text.split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())),
        Value::Array(pair) if pair.len() == 2 => match (&pair[0], evaluate(&pair[1], scope)?) {
            (Value::String(resource), Some(Value::String(attribute))) => Some((resource.clone(), attribute)),
            _ => None,
        },
        _ => None,
    }
    .filter(|(resource, attribute)| !resource.is_empty() && !attribute.is_empty())
    .ok_or_else(wrong)?;
    let value = scope.attribute(&resource, &attribute)?;
    Ok(found(value, || json!({"Fn::GetAtt": [resource, attribute]})))
}

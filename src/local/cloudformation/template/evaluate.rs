//! The intrinsic functions.
//!
//! One evaluator serves twice: when a change set is made, resources are not there yet and what refers to
//! them stays (a `Ref`, a `GetAtt`, or a function of them); when a resource is made, the rest is filled in.

use serde_json::{Map, Value, json};

use super::graph::{Piece, pieces};
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

fn call(name: &str, argument: &Value, scope: &dyn Scope) -> Result<Option<Value>, TemplateError> {
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

fn get_att(argument: &Value, scope: &dyn Scope) -> Result<Option<Value>, TemplateError> {
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

/// Becomes text, or an `Fn::Join` of the pieces while one of them waits for a resource.
fn sub(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
    let none = Map::new();
    let (text, variables) = match argument {
        Value::String(text) => (text, &none),
        Value::Array(pair) => match pair.as_slice() {
            [Value::String(text), Value::Object(variables)] => (text, variables),
            _ => return Err(sub_form()),
        },
        _ => return Err(sub_form()),
    };
    let mut parts = Vec::new();
    for piece in pieces(text) {
        let part = match piece {
            Piece::Text(text) => Some(Value::String(text.to_owned())),
            Piece::Variable(name) => match (variables.get(name), name.split_once('.')) {
                (Some(value), _) => evaluate(value, scope)?,
                (None, Some((resource, attribute))) => get_att(&json!([resource, attribute]), scope)?,
                (None, None) => call("Ref", &Value::String(name.to_owned()), scope)?,
            },
        };
        match part {
            Some(part) if is_deferred(&part) => parts.push(part),
            Some(part) => match scalar(&part) {
                Some(text) => parts.push(Value::String(text)),
                None => return Err(sub_form()),
            },
            None => return Err(sub_form()),
        }
    }
    Ok(joined("", parts))
}

fn sub_form() -> TemplateError {
    function(
        "every Fn::Sub object requires one argument that is either a string to be substituted, or a list of two: the string and a map of variables that resolve to strings",
    )
}

fn join(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
    let wrong = || {
        function(
            "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.",
        )
    };
    let Value::Array(pair) = argument else { return Err(wrong()) };
    let [Value::String(delimiter), list] = pair.as_slice() else { return Err(wrong()) };
    let list = evaluate(list, scope)?.ok_or_else(wrong)?;
    if is_deferred(&list) {
        return Ok(json!({"Fn::Join": [delimiter, list]}));
    }
    let Value::Array(items) = list else { return Err(wrong()) };
    let mut parts = Vec::with_capacity(items.len());
    for item in items {
        match scalar(&item) {
            Some(text) => parts.push(Value::String(text)),
            None if is_deferred(&item) => parts.push(item),
            None => return Err(wrong()),
        }
    }
    Ok(joined(delimiter, parts))
}

fn joined(delimiter: &str, parts: Vec<Value>) -> Value {
    match parts.iter().map(Value::as_str).collect::<Option<Vec<&str>>>() {
        Some(texts) => Value::String(texts.join(delimiter)),
        None => json!({"Fn::Join": [delimiter, parts]}),
    }
}

fn select(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
    let wrong = || {
        function(
            "every Fn::Select object requires two non-null parameters, the first is an integer index and the second a list",
        )
    };
    let Value::Array(pair) = argument else { return Err(wrong()) };
    let [index, list] = pair.as_slice() else { return Err(wrong()) };
    let (index, list) =
        (evaluate(index, scope)?.ok_or_else(wrong)?, evaluate(list, scope)?.ok_or_else(wrong)?);
    if is_deferred(&index) || is_deferred(&list) {
        return Ok(json!({"Fn::Select": [index, list]}));
    }
    let at: usize = scalar(&index).and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
    let Value::Array(mut items) = list else { return Err(wrong()) };
    if at >= items.len() {
        return Err(function(format!("Fn::Select  cannot select nonexistent value at index {at}")));
    }
    Ok(items.swap_remove(at))
}

fn split(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
    let wrong = || {
        function(
            "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
        )
    };
    let Value::Array(pair) = argument else { return Err(wrong()) };
    let [Value::String(delimiter), text] = pair.as_slice() else { return Err(wrong()) };
    let text = evaluate(text, scope)?.ok_or_else(wrong)?;
    if is_deferred(&text) {
        return Ok(json!({"Fn::Split": [delimiter, text]}));
    }
    let text = scalar(&text).ok_or_else(wrong)?;
    visible(&text, "Fn::Split")?;
    if delimiter.is_empty() {
        return Err(wrong());
    }
    Ok(text.split(delimiter.as_str()).collect())
}

fn find_in_map(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
    let wrong = || {
        function(
            "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value",
        )
    };
    let Value::Array(items) = argument else { return Err(wrong()) };
    let (keys, fallback) = items.split_at_checked(3).ok_or_else(wrong)?;
    let mut names = Vec::with_capacity(3);
    for key in keys {
        names.push(evaluate(key, scope)?.as_ref().and_then(scalar).ok_or_else(wrong)?);
    }
    if let Some(value) = scope.mapping(&names[0], &names[1], &names[2])? {
        return Ok(value);
    }
    match fallback.first().and_then(|options| options.get("DefaultValue")) {
        Some(value) => evaluate(value, scope)?.ok_or_else(wrong),
        None => Err(function(format!("Unable to get mapping for {}", names.join("::")))),
    }
}

fn choose(argument: &Value, scope: &dyn Scope) -> Result<Option<Value>, TemplateError> {
    let Value::Array(items) = argument else { return Err(if_form()) };
    let [Value::String(condition), yes, no] = items.as_slice() else { return Err(if_form()) };
    evaluate(if scope.condition(condition)? { yes } else { no }, scope)
}

fn if_form() -> TemplateError {
    function(
        "every Fn::If object requires three parameters, the condition name and the values for true and false",
    )
}

fn base64(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
    use base64::Engine as _;
    let wrong = || function("every Fn::Base64 object must have a String-typed value.");
    let text = evaluate(argument, scope)?.ok_or_else(wrong)?;
    if is_deferred(&text) {
        return Ok(json!({"Fn::Base64": text}));
    }
    let text = scalar(&text).ok_or_else(wrong)?;
    visible(&text, "Fn::Base64")?;
    Ok(Value::String(base64::engine::general_purpose::STANDARD.encode(text)))
}

/// Hidden values are only filled in when a resource is made, so functions cannot look into them.
fn visible(text: &str, name: &str) -> Result<(), TemplateError> {
    if text.contains("{{resolve:noecho:") {
        return Err(function(format!("{name} of a NoEcho parameter is not supported by the local cloud")));
    }
    Ok(())
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

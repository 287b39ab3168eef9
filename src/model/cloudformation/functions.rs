//! What each intrinsic function does with its argument.

use serde_json::{Map, Value, json};

use super::evaluate::{Scope, call, evaluate, get_att, is_deferred};
use super::graph::{Piece, pieces};
use super::{TemplateError, function};

/// Becomes text, or an `Fn::Join` of the pieces while one of them waits for a resource.
pub(super) fn sub(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
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
    Ok(joined("", &parts))
}

fn sub_form() -> TemplateError {
    function(
        "every Fn::Sub object requires one argument that is either a string to be substituted, or a list of two: the string and a map of variables that resolve to strings",
    )
}

pub(super) fn join(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
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
    Ok(joined(delimiter, &parts))
}

fn joined(delimiter: &str, parts: &[Value]) -> Value {
    match parts.iter().map(Value::as_str).collect::<Option<Vec<&str>>>() {
        Some(texts) => Value::String(texts.join(delimiter)),
        None => json!({"Fn::Join": [delimiter, parts]}),
    }
}

pub(super) fn select(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
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

pub(super) fn split(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
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

pub(super) fn find_in_map(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
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

pub(super) fn choose(argument: &Value, scope: &dyn Scope) -> Result<Option<Value>, TemplateError> {
    let Value::Array(items) = argument else { return Err(if_form()) };
    let [Value::String(condition), yes, no] = items.as_slice() else { return Err(if_form()) };
    evaluate(if scope.condition(condition)? { yes } else { no }, scope)
}

fn if_form() -> TemplateError {
    function(
        "every Fn::If object requires three parameters, the condition name and the values for true and false",
    )
}

pub(super) fn base64(argument: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
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

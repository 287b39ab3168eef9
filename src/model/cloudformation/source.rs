//! A template's text as one JSON tree: YAML's short functions become the long ones.

use serde_json::{Map, Number, Value};
use serde_yaml::Value as Yaml;

use super::{TemplateError, format};

/// Reads YAML or JSON; `!Ref X` becomes `{"Ref": "X"}`, `!GetAtt A.B` becomes `{"Fn::GetAtt": ["A", "B"]}`.
pub(super) fn read(text: &str) -> Result<Value, TemplateError> {
    let value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| {
            format(format!("JSON not well-formed. (line {}, column {})", error.line(), error.column()))
        })?
    } else {
        let value: Yaml = serde_yaml::from_str(text).map_err(|error| not_yaml(&error))?;
        plain(value)?
    };
    if !value.is_null() {
        no_nulls(&value, &mut Vec::new())?;
    }
    Ok(value)
}

fn not_yaml(error: &serde_yaml::Error) -> TemplateError {
    let place = error
        .location()
        .map(|location| format!(" (line {}, column {})", location.line(), location.column()))
        .unwrap_or_default();
    format(format!("YAML not well-formed.{place}"))
}

fn plain(value: Yaml) -> Result<Value, TemplateError> {
    Ok(match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::Number(number) => number_of(&number),
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(plain).collect::<Result<_, _>>()?),
        Yaml::Mapping(members) => {
            let mut object = Map::with_capacity(members.len());
            for (key, value) in members {
                object.insert(key_of(key)?, plain(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => function(&tagged.tag.to_string(), plain(tagged.value)?)?,
    })
}

fn number_of(number: &serde_yaml::Number) -> Value {
    let exact = number.as_i64().map(Number::from).or_else(|| number.as_u64().map(Number::from));
    match exact.or_else(|| number.as_f64().and_then(Number::from_f64)) {
        Some(number) => Value::Number(number),
        None => Value::String(number.to_string()),
    }
}

fn key_of(key: Yaml) -> Result<String, TemplateError> {
    match key {
        Yaml::String(text) => Ok(text),
        Yaml::Bool(value) => Ok(value.to_string()),
        Yaml::Number(number) => Ok(number.to_string()),
        _ => Err(format("YAML not well-formed. Every key must be a string.")),
    }
}

fn function(tag: &str, argument: Value) -> Result<Value, TemplateError> {
    let name = tag.trim_start_matches('!');
    let (name, argument) = match (name, argument) {
        ("Ref" | "Condition", argument) => (name.to_owned(), argument),
        ("GetAtt", Value::String(text)) => {
            let (resource, attribute) = text.split_once('.').unwrap_or((&text, ""));
            ("Fn::GetAtt".to_owned(), serde_json::json!([resource, attribute]))
        }
        (
            "And" | "Base64" | "Cidr" | "Contains" | "EachMemberEquals" | "EachMemberIn" | "Equals"
            | "FindInMap" | "GetAtt" | "GetAZs" | "If" | "ImportValue" | "Join" | "Length" | "Not" | "Or"
            | "RefAll" | "Select" | "Split" | "Sub" | "ToJsonString" | "Transform" | "ValueOf" | "ValueOfAll",
            argument,
        ) => (format!("Fn::{name}"), argument),
        _ => return Err(format(format!("YAML not well-formed. The tag !{name} is not known."))),
    };
    Ok(Value::Object(Map::from_iter([(name, argument)])))
}

fn no_nulls(value: &Value, path: &mut Vec<String>) -> Result<(), TemplateError> {
    match value {
        Value::Null => {
            let path = path.join("/");
            Err(format(format!("[/{path}] 'null' values are not allowed in templates")))
        }
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            path.push(index.to_string());
            no_nulls(item, path)?;
            path.pop();
            Ok(())
        }),
        Value::Object(members) => members.iter().try_for_each(|(key, member)| {
            path.push(key.clone());
            no_nulls(member, path)?;
            path.pop();
            Ok(())
        }),
        _ => Ok(()),
    }
}

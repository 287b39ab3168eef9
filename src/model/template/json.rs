//! A template as JSON: the same template, with the functions in their long form.

use crate::model::json::Json;
use crate::model::yaml::{Document, Invalid, Node, Style, Value};

/// Turns a YAML template into JSON text, indented, with a line feed at the end.
pub fn to_json(text: &str) -> Result<String, Invalid> {
    let compact = value(&Document::parse(text)?.root).to_string();
    let indented = serde_json::from_str::<serde_json::Value>(&compact).map(|value| format!("{value:#}"));
    Ok(indented.unwrap_or(compact) + "\n")
}

/// Returns what a node means, as JSON.
pub(super) fn value(node: &Node) -> Json {
    let plain = match &node.value {
        Value::Scalar(text, style) => scalar(text, *style, node.tag.is_some()),
        Value::Sequence(items) => Json::Array(items.iter().map(value).collect()),
        Value::Mapping(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, node)| (key.scalar().unwrap_or_default().to_owned(), value(node)))
                .collect(),
        ),
    };
    let Some(tag) = node.tag.as_deref() else { return plain };
    let (name, argument) = match (tag, plain) {
        ("Ref" | "Condition", argument) => (tag.to_owned(), argument),
        ("GetAtt", Json::String(text)) => {
            let (resource, attribute) = text.split_once('.').unwrap_or((&text, ""));
            let parts = [resource, attribute].map(|part| Json::String(part.to_owned()));
            ("Fn::GetAtt".to_owned(), Json::Array(parts.into()))
        }
        (_, argument) => (format!("Fn::{tag}"), argument),
    };
    Json::Object(vec![(name, argument)])
}

/// Reads a scalar as YAML 1.1 does, for what templates hold: null, booleans, numbers and text.
fn scalar(text: &str, style: Style, tagged: bool) -> Json {
    if style == Style::Quoted || tagged {
        return Json::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Json::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Json::Bool(false),
        _ => match Json::parse(text) {
            Ok(number @ Json::Number(_)) => number,
            _ => Json::String(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(text: &str) -> String {
        value(&Document::parse(text).unwrap().root).to_string()
    }

    #[test]
    fn functions_take_their_long_form() {
        assert_eq!(compact("a: !Ref b"), r#"{"a":{"Ref":"b"}}"#);
        assert_eq!(compact("a: !GetAtt b.c.d"), r#"{"a":{"Fn::GetAtt":["b","c.d"]}}"#);
        assert_eq!(compact("a: !If [x, !Sub '${y}', 2]"), r#"{"a":{"Fn::If":["x",{"Fn::Sub":"${y}"},2]}}"#);
    }

    #[test]
    fn scalars_keep_their_kind() {
        assert_eq!(
            compact("[1, '1', 1.50, true, 'true', ~, 2010-09-09, 01, 0x10, a: b]"),
            r#"[1,"1",1.50,true,"true",null,"2010-09-09","01","0x10",{"a":"b"}]"#
        );
    }
}

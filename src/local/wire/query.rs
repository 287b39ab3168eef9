//! The AWS Query protocol: a form in, XML out, both as JSON trees.
//!
//! Source: the Smithy specification of `aws.protocols#awsQuery`.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Reads a form body into the action's name and its input.
///
/// `Tags.member.1.Key=a` becomes `{"Tags": [{"Key": "a"}]}`, and a map's entries, `Attributes.entry.1.key=a` with
/// `Attributes.entry.1.value=b`, become `{"Attributes": {"a": "b"}}`; every leaf is a string.
pub fn parse(body: &str) -> (String, Value) {
    let mut root = Map::new();
    for pair in body.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let path: Vec<String> = decode(name).split('.').map(str::to_owned).collect();
        insert(&mut root, &path, decode(value));
    }
    let action = root.remove("Action").and_then(|action| action.as_str().map(str::to_owned));
    root.remove("Version");
    (action.unwrap_or_default(), lists(Value::Object(root)))
}

/// The members of outputs whose values are maps, in all models that are served here.
const MAPS: [&str; 1] = ["Attributes"];

/// Writes an action's output as the XML answer.
pub fn respond(action: &str, namespace: &str, request_id: &str, output: &Value) -> String {
    let mut xml = format!("<{action}Response xmlns=\"{namespace}\"><{action}Result>");
    write(&mut xml, output);
    let _ = write!(
        xml,
        "</{action}Result><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    );
    xml
}

/// Writes an error as the XML answer.
pub fn error(namespace: &str, request_id: &str, code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        escape(code),
        escape(message)
    )
}

/// Writes an error as S3's kind of protocol does: alone, in no namespace.
pub fn bare_error(request_id: &str, code: &str, message: &str) -> String {
    format!(
        "<Error><Code>{}</Code><Message>{}</Message><RequestId>{request_id}</RequestId></Error>",
        escape(code),
        escape(message)
    )
}

fn insert(object: &mut Map<String, Value>, path: &[String], text: String) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        object.insert(first.clone(), Value::String(text));
        return;
    }
    let child = object.entry(first.clone()).or_insert_with(|| Value::Object(Map::new()));
    if !child.is_object() {
        *child = Value::Object(Map::new());
    }
    if let Value::Object(child) = child {
        insert(child, rest, text);
    }
}

/// Turns `{"member": {"1": x, "2": y}}` into `[x, y]` all the way down.
fn lists(value: Value) -> Value {
    let Value::Object(mut object) = value else { return value };
    if object.len() == 1
        && let Some(Value::Object(members)) = object.get("member")
        && members.keys().all(|key| key.parse::<u32>().is_ok())
    {
        let Some(Value::Object(members)) = object.remove("member") else { return Value::Null };
        let mut members: Vec<(u32, Value)> =
            members.into_iter().filter_map(|(key, value)| Some((key.parse().ok()?, lists(value)))).collect();
        members.sort_by_key(|(index, _)| *index);
        return Value::Array(members.into_iter().map(|(_, value)| value).collect());
    }
    if object.len() == 1
        && let Some(Value::Object(entries)) = object.get("entry")
        && let Some(map) = map(entries)
    {
        return Value::Object(map);
    }
    Value::Object(object.into_iter().map(|(key, value)| (key, lists(value))).collect())
}

/// Reads the entries of a map: `{"1": {"key": a, "value": b}}`, also spelled `Name` and `Value`.
fn map(entries: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut pairs = Vec::with_capacity(entries.len());
    for (index, entry) in entries {
        let key = entry.get("key").or_else(|| entry.get("Name"))?.as_str()?;
        let value = entry.get("value").or_else(|| entry.get("Value")).cloned().unwrap_or_default();
        pairs.push((index.parse::<u32>().ok()?, key.to_owned(), lists(value)));
    }
    pairs.sort_by_key(|(index, ..)| *index);
    Some(pairs.into_iter().map(|(_, key, value)| (key, value)).collect())
}

fn write(xml: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                let _ = write!(xml, "<{name}>");
                match value {
                    Value::Object(map) if MAPS.contains(&name.as_str()) => entries(xml, map),
                    value => write(xml, value),
                }
                let _ = write!(xml, "</{name}>");
            }
        }
        Value::Array(items) => {
            for item in items {
                xml.push_str("<member>");
                write(xml, item);
                xml.push_str("</member>");
            }
        }
        Value::String(text) => xml.push_str(&escape(text)),
        other => {
            let _ = write!(xml, "{other}");
        }
    }
}

fn entries(xml: &mut String, map: &Map<String, Value>) {
    for (key, value) in map {
        let _ = write!(xml, "<entry><key>{}</key><value>", escape(key));
        write(xml, value);
        xml.push_str("</value></entry>");
    }
}

/// Escapes text for XML; characters that XML 1.0 cannot hold become U+FFFD.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push(char::REPLACEMENT_CHARACTER);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_lists_and_structures() {
        let body = "Action=CreateChangeSet&Version=2010-05-15&StackName=a%2Bb+c&Tags.member.1.Key=k&Tags.member.1.Value=&Tags.member.2.Key=l";
        let (action, input) = parse(body);
        assert_eq!(action, "CreateChangeSet");
        assert_eq!(input, json!({"StackName": "a+b c", "Tags": [{"Key": "k", "Value": ""}, {"Key": "l"}]}));
    }

    #[test]
    fn maps_go_both_ways() {
        let (_, input) = parse(
            "Action=X&A.entry.2.key=b&A.entry.2.value=2&A.entry.1.key=a&A.entry.1.value=1&\
             M.entry.1.Name=n&M.entry.1.Value.DataType=String&E.entry.x=1",
        );
        assert_eq!(
            input,
            json!({"A": {"a": "1", "b": "2"}, "M": {"n": {"DataType": "String"}}, "E": {"entry": {"x": "1"}}})
        );
        let xml = respond("X", "ns", "id", &json!({"Attributes": {"<": "1"}}));
        let entries = "<Attributes><entry><key>&lt;</key><value>1</value></entry></Attributes>";
        assert!(xml.contains(entries), "{xml}");
    }

    #[test]
    fn writes_members_and_escapes() {
        let xml = respond("X", "ns", "id", &json!({"A": ["<1>", {"B": true}], "C": null}));
        assert_eq!(
            xml,
            "<XResponse xmlns=\"ns\"><XResult><A><member>&lt;1&gt;</member><member><B>true</B></member></A>\
             </XResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></XResponse>"
        );
    }
}

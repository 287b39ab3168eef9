//! The values of a resource's properties, flattened to paths and with their secrets masked.

use serde_json::{Map, Value};

/// What stands in a secret's place; CloudFormation shows a hidden parameter so.
pub const MASK: &str = "****";

/// The properties of an EventBridge connection that hold what gives access.
const SECRETS: [&str; 3] = ["ApiKeyValue", "ClientSecret", "Password"];

/// The longest value, in bytes of its JSON, that is kept in one piece although it has parts.
const ONE_PIECE: usize = 60;

/// Returns a value as it may be shown: nothing of a secret, also not inside a value with parts.
///
/// A reference to a secret is masked like the secret: which version it names is shown by the parameter.
pub fn masked(path: &str, value: &str) -> String {
    if path.split('/').any(is_secret) {
        return MASK.to_owned();
    }
    let has_parts = value.starts_with(['{', '[']) && SECRETS.iter().any(|name| value.contains(name));
    match has_parts.then(|| serde_json::from_str::<Value>(value)) {
        Some(Ok(mut parts)) => {
            mask_parts(&mut parts);
            parts.to_string()
        }
        // A text that only looks like JSON: which part of it is the secret cannot be told.
        Some(Err(_)) => MASK.to_owned(),
        None => value.to_owned(),
    }
}

/// Flattens the properties of a resource to paths and values, such as `/Properties/Targets/0/Id`.
///
/// Short values with parts, and functions such as `Ref`, stay in one piece, as JSON.
pub fn flattened(properties: &Map<String, Value>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in properties {
        flatten(format!("/Properties/{name}"), value, &mut found);
    }
    found
}

fn flatten(path: String, value: &Value, found: &mut Vec<(String, String)>) {
    let text = text(value);
    match value {
        Value::Object(members) if text.len() > ONE_PIECE && !is_function(members) => {
            for (name, member) in members {
                flatten(format!("{path}/{name}"), member, found);
            }
        }
        Value::Array(items) if text.len() > ONE_PIECE => {
            for (index, item) in items.iter().enumerate() {
                flatten(format!("{path}/{index}"), item, found);
            }
        }
        _ => found.push((path, text)),
    }
}

fn is_function(members: &Map<String, Value>) -> bool {
    members.len() == 1 && members.keys().all(|name| name == "Ref" || name.starts_with("Fn::"))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_secret(name: &str) -> bool {
    SECRETS.contains(&name)
}

fn mask_parts(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret(name) { *member = Value::from(MASK) } else { mask_parts(member) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_parts),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        let path = "/Properties/AuthParameters/ApiKeyAuthParameters/ApiKeyValue";
        assert_eq!(masked(path, "{{resolve:secretsmanager:x}}"), "****");
        let whole = r#"{"ApiKeyAuthParameters":{"ApiKeyName":"Authorization","ApiKeyValue":"t"}}"#;
        assert_eq!(
            masked("/Properties/AuthParameters", whole),
            r#"{"ApiKeyAuthParameters":{"ApiKeyName":"Authorization","ApiKeyValue":"****"}}"#
        );
        assert_eq!(masked("/Properties/AuthParameters", r#"{"ApiKeyValue":"t"#), "****");
        assert_eq!(masked("/Properties/Name", "{a"), "{a");
    }

    #[test]
    fn properties_become_paths() {
        let long = "x".repeat(70);
        let properties = json!({
            "Arn": { "Fn::GetAtt": [long, "Arn"] },
            "Targets": [{ "Id": "1", "Input": long }],
            "Pattern": { "detail": [{ "exists": true }] },
        });
        let Value::Object(properties) = properties else { unreachable!() };
        let paths: Vec<String> = flattened(&properties).into_iter().map(|(path, _)| path).collect();
        assert_eq!(
            paths,
            [
                "/Properties/Arn",
                "/Properties/Targets/0/Id",
                "/Properties/Targets/0/Input",
                "/Properties/Pattern"
            ]
        );
    }
}

//! A connection's parameters: what is kept, and what may be shown of it.

use serde_json::{Map, Value, json};

use crate::local::eventbridge::failure;
use crate::local::eventbridge::input::answer;
use crate::local::wire::ApiError;

/// Puts new parameters over the ones before, member by member, and asks for what the type needs.
pub(super) fn merge(
    authorization: &str,
    before: Option<Value>,
    parameters: &Value,
) -> Result<Value, ApiError> {
    let (member, needed) = match authorization {
        "API_KEY" => ("ApiKeyAuthParameters", ["ApiKeyName", "ApiKeyValue"]),
        "BASIC" => ("BasicAuthParameters", ["Username", "Password"]),
        _ => {
            return Err(failure::invalid(format!(
                "AuthorizationType {authorization} is not available in the local cloud; use API_KEY or BASIC."
            )));
        }
    };
    if parameters.get("ConnectivityParameters").is_some_and(Value::is_object) {
        return Err(failure::invalid("Private connections are not available in the local cloud."));
    }
    let mut merged = before.unwrap_or_else(|| json!({}));
    for name in [member, "InvocationHttpParameters"] {
        if let Some(Value::Object(members)) = parameters.get(name) {
            let mut kept = merged.get(name).and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
            kept.extend(
                members.iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.clone(), v.clone())),
            );
            merged[name] = Value::Object(kept);
        }
    }
    if needed.iter().any(|name| merged[member].get(name).is_none()) {
        return Err(failure::invalid(format!(
            "AuthorizationType {authorization} requires {member} with {} and {}.",
            needed[0], needed[1]
        )));
    }
    Ok(merged)
}

/// The parameters that may be shown: no key, no password, no value that is marked as secret.
pub(super) fn public(secret: &Value) -> Value {
    let mut shown = Map::new();
    for (member, name) in [("ApiKeyAuthParameters", "ApiKeyName"), ("BasicAuthParameters", "Username")] {
        if let Some(value) = secret.get(member).and_then(|parameters| parameters.get(name)) {
            shown.insert(member.to_owned(), json!({ name: value }));
        }
    }
    if let Some(Value::Object(lists)) = secret.get("InvocationHttpParameters") {
        let lists: Map<_, _> = lists
            .iter()
            .map(|(name, list)| {
                let list = list.as_array().map_or(&[][..], Vec::as_slice);
                (name.clone(), list.iter().map(public_parameter).collect())
            })
            .collect();
        shown.insert("InvocationHttpParameters".to_owned(), Value::Object(lists));
    }
    Value::Object(shown)
}

fn public_parameter(parameter: &Value) -> Value {
    let secret = parameter.get("IsValueSecret").and_then(Value::as_bool).unwrap_or(false);
    let value = if secret { None } else { parameter.get("Value") };
    answer(json!({ "Key": parameter.get("Key"), "Value": value, "IsValueSecret": secret }))
}

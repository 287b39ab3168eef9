//! Connections and HTTP parameters as EventBridge's API and CloudFormation write them: JSON objects.

use serde_json::Value;

use super::{Authorization, Connection, ConnectionParameters, Guarded, HttpParameters, Parameter};

impl HttpParameters {
    /// Reads `HttpParameters`; what is not a path that AWS takes is a literal.
    pub fn read(value: &Value) -> Self {
        let parameter = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            Parameter::parse(text).unwrap_or_else(|_| Parameter::Literal(text.to_owned()))
        };
        let map = |name: &str| {
            let entries = value.get(name).and_then(Value::as_object).into_iter().flatten();
            entries.map(|(key, value)| (key.clone(), parameter(value))).collect()
        };
        Self {
            header: map("HeaderParameters"),
            path: items(value, "PathParameterValues").iter().map(parameter).collect(),
            query: map("QueryStringParameters"),
        }
    }
}

impl Connection {
    /// Reads `AuthParameters`: an API key or a user's name and password, and `InvocationHttpParameters`.
    pub fn read(parameters: &Value) -> Self {
        let member = |name: &str| parameters.get(name).unwrap_or(&Value::Null);
        let (key, basic) = (member("ApiKeyAuthParameters"), member("BasicAuthParameters"));
        let authorization = if key.is_object() {
            Authorization::ApiKey {
                name: text(key, "ApiKeyName").to_owned(),
                value: text(key, "ApiKeyValue").to_owned().into(),
            }
        } else {
            Authorization::Basic {
                username: text(basic, "Username").to_owned(),
                password: text(basic, "Password").to_owned().into(),
            }
        };
        let invocation = member("InvocationHttpParameters");
        let list = |name: &str| items(invocation, name).iter().map(invocation_parameter).collect();
        let parameters = ConnectionParameters {
            body: list("BodyParameters"),
            header: list("HeaderParameters"),
            query: list("QueryStringParameters"),
        };
        Self { authorization, parameters }
    }
}

fn invocation_parameter(parameter: &Value) -> (String, Guarded) {
    let (key, value) = (text(parameter, "Key"), text(parameter, "Value"));
    let shown = parameter.get("IsValueSecret").and_then(Value::as_bool) == Some(false);
    (key.to_owned(), if shown { Guarded::open(value) } else { Guarded::secret(value) })
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

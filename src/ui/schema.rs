//! The JSON Schemas of the answers.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// Makes the JSON Schema of an answer, with the member `schema` that names its layout.
pub fn of<T: JsonSchema>(name: &str) -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    let own = json!({ "description": "The name and version of this layout.", "const": name });
    if let Some(fields) = schema["properties"].as_object() {
        let first = std::iter::once(("schema".to_owned(), own));
        let all = first.chain(fields.clone());
        schema["properties"] = Value::Object(all.collect::<Map<_, _>>());
    }
    if let Some(required) = schema["required"].as_array_mut() {
        required.insert(0, json!("schema"));
    }
    schema
}

//! A target's input settings as EventBridge's API and CloudFormation write them: a JSON object.

use serde_json::Value;

use super::{Place, Refused, Settings, TargetInput, Transformer};

impl TargetInput {
    /// Reads the input settings of a target, whose position among `Targets` counts from 1.
    pub fn read(target: &Value, position: usize) -> Result<Self, Refused> {
        let transformer = target.get("InputTransformer").filter(|transformer| transformer.is_object());
        let settings = Settings {
            input: text(target, "Input"),
            input_path: text(target, "InputPath"),
            transformer: transformer.map(|transformer| Transformer {
                paths: transformer.get("InputPathsMap").and_then(Value::as_object).map(|paths| {
                    paths
                        .iter()
                        .map(|(key, path)| (key.as_str(), path.as_str().unwrap_or_default()))
                        .collect()
                }),
                template: text(transformer, "InputTemplate").unwrap_or_default(),
            }),
        };
        let id = text(target, "Id").unwrap_or_default();
        Self::parse(Place { id, position }, &settings)
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

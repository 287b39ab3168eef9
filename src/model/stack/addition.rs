//! What a deploy of a stack that is not there adds, worked out from its template alone.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::change::{Action, Change, PropertyChange, Replacement};
use super::values::flattened;

/// Returns the additions that a template's JSON comes to, in its order.
///
/// A `Ref` to a parameter shows the parameter's value: the one that is given, else its default. Every other
/// function stays as it is written, since only CloudFormation knows its value.
pub fn additions(template: &Value, parameters: &[(String, String)]) -> Vec<Change> {
    let known = known_parameters(template, parameters);
    let resources = template.get("Resources").and_then(Value::as_object);
    resources
        .into_iter()
        .flatten()
        .map(|(name, resource)| {
            let declared = resource.get("Properties").and_then(Value::as_object).cloned();
            let properties: Map<String, Value> = declared
                .into_iter()
                .flatten()
                .map(|(name, value)| (name, with_parameters(value, &known)))
                .collect();
            Change {
                action: Action::Add,
                logical_id: name.clone(),
                resource_type: resource.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned(),
                replacement: Replacement::Never,
                properties: flattened(&properties)
                    .into_iter()
                    .map(|(path, value)| PropertyChange::new(path, None, Some(&value)))
                    .collect(),
            }
        })
        .collect()
}

fn known_parameters(template: &Value, given: &[(String, String)]) -> BTreeMap<String, Value> {
    let declared = template.get("Parameters").and_then(Value::as_object);
    let defaults = declared
        .into_iter()
        .flatten()
        .filter_map(|(name, parameter)| Some((name.clone(), parameter.get("Default")?.clone())));
    let given = given.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    defaults.chain(given).collect()
}

fn with_parameters(value: Value, known: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::Object(members) => {
            let parameter = match members.get("Ref") {
                Some(Value::String(name)) if members.len() == 1 => known.get(name),
                _ => None,
            };
            parameter.cloned().unwrap_or_else(|| {
                members.into_iter().map(|(name, member)| (name, with_parameters(member, known))).collect()
            })
        }
        Value::Array(items) => items.into_iter().map(|item| with_parameters(item, known)).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_resource_is_added_with_its_parameters_filled_in() {
        let template = json!({
            "Parameters": { "Age": { "Type": "Number", "Default": 60 }, "Bus": { "Type": "String" } },
            "Resources": { "Rule": { "Type": "AWS::Events::Rule", "Properties": {
                "EventBusName": { "Ref": "Bus" },
                "Age": { "Ref": "Age" },
                "Role": { "Ref": "DeliveryRole" },
            } } },
        });
        let found = additions(&template, &[("Bus".to_owned(), "orders".to_owned())]);
        assert_eq!(found[0].resource_type, "AWS::Events::Rule");
        let after: Vec<_> = found[0].properties.iter().map(|one| one.after.as_deref().unwrap()).collect();
        assert_eq!(after, ["orders", "60", r#"{"Ref":"DeliveryRole"}"#]);
    }
}

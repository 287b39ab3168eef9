//! A change as `DescribeChangeSet` shows it.

use serde_json::{Map, Value, json};

use crate::local::cloudformation::changes::{Action, Detail, Replacement, ResourceChange};

/// Shows a change, with its values when they are asked for.
pub(super) fn shown(change: &ResourceChange, with_values: bool) -> Value {
    let mut scope: Vec<&str> = change.details.iter().map(|detail| detail.attribute.as_str()).collect();
    scope.sort_unstable();
    scope.dedup();
    let mut details: Vec<Value> = change.details.iter().map(|one| detail(one, with_values)).collect();
    details.dedup();
    let replacement = match change.replacement {
        Replacement::False => "False",
        Replacement::Conditional => "Conditional",
        Replacement::True => "True",
    };
    let mut shown = json!({
        "PolicyAction": change.policy_action,
        "Action": match change.action {
            Action::Add => "Add",
            Action::Modify => "Modify",
            Action::Remove => "Remove",
        },
        "LogicalResourceId": change.logical_id,
        "PhysicalResourceId": change.physical_id,
        "ResourceType": change.kind,
        "Replacement": (change.action == Action::Modify).then_some(replacement),
        "Scope": scope,
        "Details": details,
    });
    if with_values && let Value::Object(shown) = &mut shown {
        shown.insert("BeforeContext".to_owned(), json!(change.before));
        shown.insert("AfterContext".to_owned(), json!(change.after));
    }
    shown
}

fn detail(detail: &Detail, with_values: bool) -> Value {
    let recreation = if detail.recreation { "Always" } else { "Never" };
    let mut target = Map::new();
    target.insert("Attribute".to_owned(), json!(detail.attribute));
    target.insert("Name".to_owned(), json!(detail.name));
    target.insert("RequiresRecreation".to_owned(), json!(recreation));
    if with_values {
        let kind = match (&detail.before, &detail.after) {
            (None, _) => "Add",
            (_, None) => "Remove",
            _ => "Modify",
        };
        target.insert("Path".to_owned(), json!(detail.path));
        target.insert("BeforeValue".to_owned(), json!(detail.before));
        target.insert("AfterValue".to_owned(), json!(detail.after));
        target.insert("AttributeChangeType".to_owned(), json!(kind));
    }
    json!({
        "Target": target,
        "Evaluation": if detail.is_dynamic { "Dynamic" } else { "Static" },
        "ChangeSource": detail.source,
        "CausingEntity": detail.cause,
    })
}

//! A change as `DescribeChangeSet` shows it.

use serde_json::{Map, Value, json};

use crate::local::cloudformation::changes::{Action, Detail, Replacement, ResourceChange};

/// Shows a change, with its values when they are asked for.
pub(super) fn shown(change: &ResourceChange, with_values: bool) -> Value {
    let mut scope: Vec<&str> = change.details.iter().map(|detail| detail.attribute.as_str()).collect();
    scope.sort_unstable();
    scope.dedup();
    let shown = |one| detail(one, change, with_values);
    let mut details: Vec<Value> = change.details.iter().map(shown).collect();
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
            Action::Import => "Import",
            Action::SyncWithActual => "SyncWithActual",
        },
        "LogicalResourceId": change.logical_id,
        "PhysicalResourceId": change.physical_id,
        "ResourceType": change.kind,
        "Replacement": (change.action == Action::Modify).then_some(replacement),
        "Scope": scope,
        "ResourceDriftStatus": change.drift,
        "Details": details,
    });
    if with_values && let Value::Object(shown) = &mut shown {
        shown.insert("BeforeContext".to_owned(), json!(change.before));
        shown.insert("AfterContext".to_owned(), json!(change.after));
    }
    shown
}

fn detail(detail: &Detail, change: &ResourceChange, with_values: bool) -> Value {
    let recreation = if detail.recreation { "Always" } else { "Never" };
    let mut target = Map::new();
    target.insert("Attribute".to_owned(), json!(detail.attribute));
    target.insert("Name".to_owned(), json!(detail.name));
    target.insert("RequiresRecreation".to_owned(), json!(recreation));
    if with_values {
        let is_synced = change.action == Action::SyncWithActual;
        let kind = match (&detail.before, &detail.after) {
            _ if is_synced => "SyncWithActual",
            (None, _) => "Add",
            (_, None) => "Remove",
            _ => "Modify",
        };
        target.insert("Path".to_owned(), json!(detail.path));
        target.insert("BeforeValue".to_owned(), json!(detail.before));
        target.insert("AfterValue".to_owned(), json!(detail.after));
        target.insert("AttributeChangeType".to_owned(), json!(kind));
        if change.drift.is_some() {
            let from = if detail.drift.is_some() { "ACTUAL_STATE" } else { "PREVIOUS_DEPLOYMENT_STATE" };
            target.insert("BeforeValueFrom".to_owned(), json!(from));
            target.insert("AfterValueFrom".to_owned(), json!("TEMPLATE"));
        }
        if let Some((previous, actual)) = &detail.drift {
            let drift = json!({"PreviousValue": previous, "ActualValue": actual});
            target.insert("Drift".to_owned(), drift);
        }
    }
    json!({
        "Target": target,
        "Evaluation": if detail.is_dynamic { "Dynamic" } else { "Static" },
        "ChangeSource": detail.source,
        "CausingEntity": detail.cause,
    })
}

//! What CloudFormation says that a change set changes, in our words.

use aws_sdk_cloudformation::types;
use serde_json::Value;

use crate::model::stack::values::flattened;
use crate::model::stack::{Action, Change, PropertyChange, Replacement};

/// Reads one resource's change.
pub(super) fn change_of(change: &types::ResourceChange) -> Change {
    let action = match change.action() {
        Some(types::ChangeAction::Add) => Action::Add,
        Some(types::ChangeAction::Modify) => Action::Modify,
        Some(types::ChangeAction::Remove) => Action::Remove,
        _ => Action::Other,
    };
    let properties = match action {
        Action::Add => {
            whole(change.after_context(), |path, value| PropertyChange::new(path, None, Some(value)))
        }
        Action::Remove => {
            whole(change.before_context(), |path, value| PropertyChange::new(path, Some(value), None))
        }
        Action::Modify | Action::Other => details(change),
    };
    Change {
        action,
        logical_id: change.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: change.resource_type().unwrap_or_default().to_owned(),
        replacement: match change.replacement() {
            Some(types::Replacement::True) => Replacement::Always,
            Some(types::Replacement::Conditional) => Replacement::Maybe,
            _ => Replacement::Never,
        },
        properties,
    }
}

/// Returns every property of a resource that comes or goes.
fn whole(context: Option<&str>, one: impl Fn(String, &str) -> PropertyChange) -> Vec<PropertyChange> {
    let context = context.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let properties = context.as_ref().and_then(|context| context.get("Properties")?.as_object());
    let properties = properties.map(flattened).unwrap_or_default();
    properties.into_iter().map(|(path, value)| one(path, &value)).collect()
}

/// Returns the properties that change, each once.
///
/// CloudFormation tells a property once for each thing that changes it; the one that names a cause tells more.
fn details(change: &types::ResourceChange) -> Vec<PropertyChange> {
    let mut properties: Vec<PropertyChange> = Vec::new();
    for detail in change.details() {
        let Some(target) = detail.target() else { continue };
        let attribute = target.attribute().map(types::ResourceAttribute::as_str);
        let Some(path) = target.path().or(target.name()).or(attribute) else { continue };
        let mut found = PropertyChange::new(path, target.before_value(), target.after_value());
        found.replaces = matches!(
            target.requires_recreation(),
            Some(types::RequiresRecreation::Always | types::RequiresRecreation::Conditionally)
        );
        found.cause = detail.causing_entity().map(str::to_owned);
        match properties.iter_mut().find(|known| known.path == found.path) {
            Some(known) => {
                known.replaces |= found.replaces;
                known.cause = known.cause.take().or(found.cause);
                known.before = known.before.take().or(found.before);
                known.after = known.after.take().or(found.after);
            }
            None => properties.push(found),
        }
    }
    properties
}

//! What the API takes and this engine does not do: refused by name, never ignored.

use serde_json::Value;

use crate::local::cloudformation::input::{Input, invalid};
use crate::local::wire::ApiError;

/// Refuses what a change set may ask for and the engine does not do.
pub(super) fn refuse_unsupported(input: Input<'_>) -> Result<(), ApiError> {
    let inside = |outer: &str, inner: &str| {
        input.0.get(outer).and_then(|value| value.get(inner)).is_some_and(|value| match value {
            Value::Array(items) => !items.is_empty(),
            Value::String(text) => !text.is_empty(),
            _ => true,
        })
    };
    let express = input.0.get("DeploymentConfig").and_then(|config| Input(config).text("Mode"));
    let asked = [
        (input.flag("ImportExistingResources"), "ImportExistingResources"),
        (express == Some("EXPRESS"), "DeploymentConfig.Mode EXPRESS"),
        (inside("RollbackConfiguration", "RollbackTriggers"), "RollbackConfiguration.RollbackTriggers"),
        (input.flag("IncludeNestedStacks"), "IncludeNestedStacks"),
        (input.0.get("ResourcesToImport").is_some(), "ResourcesToImport"),
    ];
    match asked.iter().find(|(is_asked, _)| *is_asked) {
        Some((_, name)) => Err(invalid(format!("{name} is not supported by the local cloud"))),
        None => Ok(()),
    }
}

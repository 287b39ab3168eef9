//! What the API takes and this engine does not do: refused by name, never ignored.

use crate::local::cloudformation::input::{Input, invalid};
use crate::local::wire::ApiError;

/// Refuses what a change set may ask for and the engine does not do.
pub(super) fn refuse_unsupported(input: Input<'_>) -> Result<(), ApiError> {
    let asked = [
        (input.flag("IncludeNestedStacks"), "IncludeNestedStacks"),
        (input.0.get("ResourcesToImport").is_some(), "ResourcesToImport"),
    ];
    match asked.iter().find(|(is_asked, _)| *is_asked) {
        Some((_, name)) => Err(invalid(format!("{name} is not supported by the local cloud"))),
        None => Ok(()),
    }
}

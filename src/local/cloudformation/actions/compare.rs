//! What a request changes, and whether its stack can be changed.

use crate::local::cloudformation::changes::{Comparison, ResourceChange};
use crate::local::cloudformation::input::invalid;
use crate::local::cloudformation::record::{Definition, Stack};
use crate::local::wire::ApiError;
use crate::model::cloudformation::Template;

/// Compares a stack with a definition.
pub(crate) fn compare(
    stack: &Stack,
    previous: Option<&Definition>,
    template: &Template,
    definition: &Definition,
) -> Result<Vec<ResourceChange>, ApiError> {
    let retyped: Vec<&str> = definition
        .plan
        .resources
        .iter()
        .filter(|declared| stack.resource(&declared.logical_id).is_some_and(|one| one.kind != declared.kind))
        .map(|declared| declared.logical_id.as_str())
        .collect();
    if !retyped.is_empty() {
        return Err(invalid(format!(
            "Update of resource type is not permitted. The new template modifies resource type of the following resources: [{}]",
            retyped.join(", ")
        )));
    }
    let old = previous.and_then(|previous| Template::parse(&previous.template).ok());
    let comparison = Comparison {
        resources: &stack.resources,
        before: old.as_ref().zip(previous.map(|previous| &previous.settings)),
        template,
        settings: &definition.settings,
        plan: &definition.plan,
    };
    Ok(comparison.changes()?)
}

/// Says that a change set changes nothing.
pub(crate) fn no_changes() -> String {
    "The submitted information didn't contain changes. Submit different information to create a change set."
        .to_owned()
}

/// Returns whether the outputs are declared as they were.
pub(crate) fn same_outputs(previous: Option<&Definition>, definition: &Definition) -> bool {
    previous.is_none_or(|previous| previous.plan.outputs == definition.plan.outputs)
}

/// The refusal of an update in a state that does not allow it.
pub(super) fn cannot_update(stack: &Stack) -> ApiError {
    let (id, status) = (&stack.id, stack.status.name());
    invalid(format!("Stack:{id} is in {status} state and can not be updated."))
}

/// Refuses names of stacks and change sets that do not have their form.
pub(super) fn check_name(member: &str, name: &str) -> Result<(), ApiError> {
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let complaint = if name.len() > 128 {
        "Member must have length less than or equal to 128"
    } else if starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(());
    } else {
        "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    };
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: {complaint}"
    )))
}

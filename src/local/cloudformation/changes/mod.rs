//! What a change set will do: the stack as it is against the plan, property by property. Pure.
//!
//! Compared is what stands in the template, so a dynamic reference whose secret changed is no change.

mod comparison;
mod difference;
mod existing;

pub(crate) use comparison::Comparison;
pub(crate) use difference::changed_properties;
use serde::{Deserialize, Serialize};

use super::resources::find;

/// What AWS shows for a value that only the execution will tell.
const LATER: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// What happens to one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResourceChange {
    pub(crate) action: Action,
    pub(crate) logical_id: String,
    pub(crate) physical_id: Option<String>,
    pub(crate) kind: String,
    pub(crate) replacement: Replacement,
    pub(crate) policy_action: Option<String>,
    pub(crate) details: Vec<Detail>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// In a drift-aware change set: whether the resource is as its stack says.
    #[serde(default)]
    pub(crate) drift: Option<String>,
}

/// Whether a resource comes, changes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    Add,
    Modify,
    Remove,
    /// It exists, and comes into the stack.
    Import,
    /// The template was changed to what the resource is.
    SyncWithActual,
}

/// Whether a changed resource becomes a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Replacement {
    False,
    Conditional,
    True,
}

/// One changed value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Detail {
    /// `Properties`, `Tags`, `Metadata`, `DeletionPolicy` or `UpdateReplacePolicy`.
    pub(crate) attribute: String,
    /// The property.
    pub(crate) name: Option<String>,
    pub(crate) path: String,
    pub(crate) recreation: bool,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// Whether the new value is only known when the change set is executed.
    pub(crate) is_dynamic: bool,
    pub(crate) source: String,
    pub(crate) cause: Option<String>,
    /// In a drift-aware change set: what the stack says and what is there, where they differ.
    #[serde(default)]
    pub(crate) drift: Option<(Option<String>, Option<String>)>,
}

/// Returns whether a changed property needs a new physical resource.
pub(crate) fn is_create_only(kind: &str, name: &str) -> bool {
    find(kind).is_some_and(|kind| {
        kind.properties().iter().any(|property| property.name == name && property.is_create_only)
    })
}

//! What a change set changes.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is created.
    Add,
    /// It is changed, in place or by replacement.
    Modify,
    /// It is deleted.
    Remove,
    /// Something else that CloudFormation names (import, dynamic).
    Other,
}

/// Whether a changed resource is replaced by a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Replacement {
    /// It is.
    Always,
    /// It may be; CloudFormation knows only while it runs.
    Maybe,
    /// It is changed in place.
    Never,
}

/// One resource's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// The resource's name in the template.
    pub logical_id: String,
    /// Its type, such as `AWS::Events::Rule`.
    pub resource_type: String,
    /// Whether it is replaced.
    pub replacement: Replacement,
    /// The properties that change.
    pub properties: Vec<PropertyChange>,
}

/// One property's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PropertyChange {
    /// The path inside the resource, such as `/Properties/Description`.
    pub path: String,
    /// The value before, as CloudFormation shows it.
    pub before: Option<String>,
    /// The value after, as CloudFormation shows it.
    pub after: Option<String>,
    /// Whether this property's change replaces the resource.
    pub replaces: bool,
}

impl Action {
    /// Returns the sign that a change list shows.
    pub fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Modify => '~',
            Self::Remove => '-',
            Self::Other => '?',
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add => "add",
            Self::Modify => "modify",
            Self::Remove => "remove",
            Self::Other => "other",
        })
    }
}

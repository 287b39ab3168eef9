//! What a change set changes.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::values::masked;

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
    /// The value before, as CloudFormation shows it, secrets masked; nothing when it was not there.
    pub before: Option<String>,
    /// The value after, as CloudFormation shows it, secrets masked; nothing when it goes.
    pub after: Option<String>,
    /// Whether this property's change replaces the resource, or may.
    pub replaces: bool,
    /// What changes the property when its own text is the same: a parameter, another resource.
    pub cause: Option<String>,
}

/// One parameter's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ParameterChange {
    /// The parameter's name.
    pub name: String,
    /// The value before; `****` for a hidden one.
    pub before: Option<String>,
    /// The value after; `****` for a hidden one.
    pub after: Option<String>,
}

impl PropertyChange {
    /// Makes a change whose secrets are masked.
    pub fn new(path: impl Into<String>, before: Option<&str>, after: Option<&str>) -> Self {
        let path = path.into();
        let (before, after) =
            (before.map(|value| masked(&path, value)), after.map(|value| masked(&path, value)));
        Self { path, before, after, replaces: false, cause: None }
    }
}

impl Change {
    /// Returns what replaces the resource: each property that does, with what changes it.
    pub fn replacement_causes(&self) -> Vec<String> {
        let replacing = self.properties.iter().filter(|property| property.replaces);
        replacing
            .map(|property| match &property.cause {
                Some(cause) => format!("{} (by {cause})", property.path),
                None => property.path.clone(),
            })
            .collect()
    }
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

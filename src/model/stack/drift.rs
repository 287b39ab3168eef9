//! Drift: what of a stack was changed by hand.

use schemars::JsonSchema;
use serde::Serialize;

use super::values::masked;

/// Whether a stack is as its template says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StackDrift {
    /// At least one resource was changed or deleted by hand.
    Drifted,
    /// All that could be checked is as the template says.
    InSync,
    /// It was not checked, or nothing in it can be.
    NotChecked,
    /// It could not be found out.
    Unknown,
}

/// Whether a resource is as its template says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceState {
    /// It is.
    InSync,
    /// Some of its properties were changed.
    Modified,
    /// It was deleted.
    Deleted,
    /// CloudFormation cannot look at a resource of its type.
    NotChecked,
    /// CloudFormation could not look at it.
    Unknown,
}

/// A resource as it is against its template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ResourceDrift {
    /// The resource's name in the template.
    pub logical_id: String,
    /// Its type, such as `AWS::Events::Rule`.
    pub resource_type: String,
    /// Its own name or ARN.
    pub physical_id: Option<String>,
    /// Whether it is as the template says.
    pub state: ResourceState,
    /// Why it could not be looked at.
    pub reason: Option<String>,
    /// The properties that differ.
    pub properties: Vec<PropertyDrift>,
}

/// A property that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PropertyDrift {
    /// The path inside the resource, such as `/Targets/0/Input`.
    pub path: String,
    /// What the template says, secrets masked; nothing for what it does not have.
    pub expected: Option<String>,
    /// What is there, secrets masked; nothing for what was removed.
    pub actual: Option<String>,
}

impl StackDrift {
    /// Reads CloudFormation's spelling; a new one is unknown.
    pub fn new(text: &str) -> Self {
        match text {
            "DRIFTED" => Self::Drifted,
            "IN_SYNC" => Self::InSync,
            "NOT_CHECKED" => Self::NotChecked,
            _ => Self::Unknown,
        }
    }
}

impl ResourceState {
    /// Reads CloudFormation's spelling; a new one is unknown.
    pub fn new(text: &str) -> Self {
        match text {
            "IN_SYNC" => Self::InSync,
            "MODIFIED" => Self::Modified,
            "DELETED" => Self::Deleted,
            "NOT_CHECKED" | "UNSUPPORTED" => Self::NotChecked,
            _ => Self::Unknown,
        }
    }
}

impl PropertyDrift {
    /// Makes a difference whose secrets are masked.
    pub fn new(path: impl Into<String>, expected: Option<&str>, actual: Option<&str>) -> Self {
        let path = path.into();
        let (expected, actual) =
            (expected.map(|value| masked(&path, value)), actual.map(|value| masked(&path, value)));
        Self { path, expected, actual }
    }
}

impl ResourceDrift {
    /// Returns whether the resource is another than its template says.
    pub fn is_drifted(&self) -> bool {
        matches!(self.state, ResourceState::Modified | ResourceState::Deleted)
    }
}

/// Returns whether a type of resource holds values that no API gives back: a change of them is not seen.
pub fn has_write_only_values(resource_type: &str) -> bool {
    resource_type == "AWS::Events::Connection"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_unknown() {
        assert_eq!(StackDrift::new("DRIFTED"), StackDrift::Drifted);
        assert_eq!(StackDrift::new("SOMETHING"), StackDrift::Unknown);
        assert_eq!(ResourceState::new("DELETED"), ResourceState::Deleted);
        assert_eq!(ResourceState::new(""), ResourceState::Unknown);
    }

    #[test]
    fn secrets_are_masked() {
        let path = "/AuthParameters/ApiKeyAuthParameters/ApiKeyValue";
        let drift = PropertyDrift::new(path, Some("a"), Some("b"));
        assert_eq!((drift.expected.as_deref(), drift.actual.as_deref()), (Some("****"), Some("****")));
    }
}

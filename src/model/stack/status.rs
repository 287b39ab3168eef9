//! The status of a stack or a resource.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A status as CloudFormation spells it, such as `UPDATE_ROLLBACK_COMPLETE`.
///
/// A new status of AWS's is kept as it is: the endings say what it means.
/// Source: CloudFormation API reference, `Stack` and `StackEvent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Status(String);

impl Status {
    /// Makes a status from CloudFormation's spelling.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns CloudFormation's spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether an operation is running.
    pub fn is_in_progress(&self) -> bool {
        self.0.ends_with("_IN_PROGRESS") && !self.is_review()
    }

    /// Returns whether only a change set exists, and no resource.
    pub fn is_review(&self) -> bool {
        self.0 == "REVIEW_IN_PROGRESS"
    }

    /// Returns whether something failed, a rollback included.
    pub fn is_failure(&self) -> bool {
        self.0.ends_with("_FAILED")
    }

    /// Returns whether the state before was or is being restored.
    pub fn is_rollback(&self) -> bool {
        self.0.contains("ROLLBACK")
    }

    /// Returns whether the stack is deleted.
    pub fn is_deleted(&self) -> bool {
        self.0 == "DELETE_COMPLETE"
    }

    /// Returns whether a create or an update ended well.
    pub fn is_deployed(&self) -> bool {
        self.0.ends_with("_COMPLETE") && !self.is_rollback() && !self.is_deleted()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endings_tell() {
        let status = |text: &str| Status::new(text);
        assert!(status("UPDATE_COMPLETE").is_deployed());
        assert!(!status("UPDATE_ROLLBACK_COMPLETE").is_deployed());
        assert!(!status("DELETE_COMPLETE").is_deployed());
        assert!(status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS").is_in_progress());
        assert!(!status("REVIEW_IN_PROGRESS").is_in_progress());
        assert!(status("UPDATE_ROLLBACK_FAILED").is_failure());
    }
}

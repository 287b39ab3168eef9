//! The statuses, by the API's names.

use serde::{Deserialize, Serialize};

/// Makes an enumeration whose names are the API's.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub(crate) enum $name { $(#[serde(rename = $text)] $variant),* }

        impl $name {
            /// Returns the API's name.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

pub(crate) use names;

names! {
    /// The status of a stack.
    StackStatus {
        CreateInProgress = "CREATE_IN_PROGRESS",
        CreateFailed = "CREATE_FAILED",
        CreateComplete = "CREATE_COMPLETE",
        RollbackInProgress = "ROLLBACK_IN_PROGRESS",
        RollbackFailed = "ROLLBACK_FAILED",
        RollbackComplete = "ROLLBACK_COMPLETE",
        DeleteInProgress = "DELETE_IN_PROGRESS",
        DeleteFailed = "DELETE_FAILED",
        DeleteComplete = "DELETE_COMPLETE",
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        UpdateCleanup = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        UpdateComplete = "UPDATE_COMPLETE",
        UpdateFailed = "UPDATE_FAILED",
        UpdateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS",
        UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED",
        UpdateRollbackCleanup = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE",
        ReviewInProgress = "REVIEW_IN_PROGRESS",
    }
}

names! {
    /// The status of a resource.
    ResourceStatus {
        CreateInProgress = "CREATE_IN_PROGRESS",
        CreateFailed = "CREATE_FAILED",
        CreateComplete = "CREATE_COMPLETE",
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        UpdateFailed = "UPDATE_FAILED",
        UpdateComplete = "UPDATE_COMPLETE",
        DeleteInProgress = "DELETE_IN_PROGRESS",
        DeleteFailed = "DELETE_FAILED",
        DeleteComplete = "DELETE_COMPLETE",
        DeleteSkipped = "DELETE_SKIPPED",
        ImportInProgress = "IMPORT_IN_PROGRESS",
        ImportComplete = "IMPORT_COMPLETE",
        ImportFailed = "IMPORT_FAILED",
    }
}

names! {
    /// The status of a change set.
    ChangeSetStatus {
        InProgress = "CREATE_IN_PROGRESS",
        Complete = "CREATE_COMPLETE",
        Failed = "FAILED",
    }
}

names! {
    /// Whether a change set can be executed.
    ExecutionStatus {
        Unavailable = "UNAVAILABLE",
        Available = "AVAILABLE",
        InProgress = "EXECUTE_IN_PROGRESS",
        Complete = "EXECUTE_COMPLETE",
        Failed = "EXECUTE_FAILED",
        Obsolete = "OBSOLETE",
    }
}

names! {
    /// What happens to a stack whose creation or update fails.
    OnFailure {
        Rollback = "ROLLBACK",
        Delete = "DELETE",
        DoNothing = "DO_NOTHING",
    }
}

names! {
    /// What an operation does, as `DescribeEvents` names it.
    OperationKind {
        Create = "CREATE_STACK",
        Update = "UPDATE_STACK",
        Delete = "DELETE_STACK",
        Rollback = "ROLLBACK",
        Continue = "CONTINUE_ROLLBACK",
    }
}

impl StackStatus {
    /// Returns whether an operation runs.
    pub(crate) fn is_in_progress(self) -> bool {
        self.name().ends_with("_IN_PROGRESS") && self != Self::ReviewInProgress
    }

    /// Returns whether the stack can be updated.
    pub(crate) fn can_update(self) -> bool {
        matches!(
            self,
            Self::CreateComplete
                | Self::UpdateComplete
                | Self::UpdateRollbackComplete
                | Self::CreateFailed
                | Self::UpdateFailed
        )
    }
}

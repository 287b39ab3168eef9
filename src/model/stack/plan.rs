//! What a deploy does with the stack that it finds.

use super::Status;

/// What happens to what a failed creation or update has made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// It is taken back.
    #[default]
    Rollback,
    /// A stack that was being created is deleted; an update is taken back.
    Delete,
    /// It stays, to be looked at.
    Keep,
}

/// What to do with the stack as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// There is no stack, or an empty one in review: create it.
    Create,
    /// The first creation failed; such a stack can only be deleted: delete it and create it again.
    Recreate,
    /// The stack works: change it.
    Update,
    /// Another operation runs: wait for it first.
    Wait,
    /// An update failed and was kept: take it back first.
    RollBack,
    /// A rollback failed: go on with it first.
    ContinueRollback,
    /// A deletion failed: only `destroy` can end it.
    FinishDeletion,
}

/// Decides what to do with a stack in a status, or with none.
///
/// Source: the state table of the CloudFormation user guide, "Understand stack creation events and status codes".
pub fn plan(status: Option<&Status>) -> Plan {
    let Some(status) = status else { return Plan::Create };
    match status.as_str() {
        "REVIEW_IN_PROGRESS" | "DELETE_COMPLETE" => Plan::Create,
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" => Plan::Recreate,
        "UPDATE_ROLLBACK_FAILED" => Plan::ContinueRollback,
        "UPDATE_FAILED" => Plan::RollBack,
        "DELETE_FAILED" => Plan::FinishDeletion,
        _ if status.is_in_progress() => Plan::Wait,
        _ => Plan::Update,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_plan() {
        let planned = |text: &str| plan(Some(&Status::new(text)));
        assert_eq!(plan(None), Plan::Create);
        assert_eq!(planned("REVIEW_IN_PROGRESS"), Plan::Create);
        assert_eq!(planned("ROLLBACK_COMPLETE"), Plan::Recreate);
        assert_eq!(planned("UPDATE_ROLLBACK_COMPLETE"), Plan::Update);
        assert_eq!(planned("CREATE_COMPLETE"), Plan::Update);
        assert_eq!(planned("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), Plan::Wait);
        assert_eq!(planned("UPDATE_ROLLBACK_FAILED"), Plan::ContinueRollback);
        assert_eq!(planned("UPDATE_FAILED"), Plan::RollBack);
        assert_eq!(planned("DELETE_FAILED"), Plan::FinishDeletion);
        assert_eq!(planned("CREATE_FAILED"), Plan::Recreate);
    }
}

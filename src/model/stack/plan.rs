//! What a deploy does with the stack that it finds.

use super::Status;

/// What to do with the stack as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// There is no stack, or an empty one in review: create it.
    Create,
    /// The first creation failed; such a stack can only be deleted: delete it and create it again.
    Recreate,
    /// The stack works: change it.
    Update,
    /// Another operation runs: wait for it first.
    Wait,
    /// The stack needs a repair that deploy does not make; the text says which.
    Refuse(&'static str),
}

/// Decides what to do with a stack in a status, or with none.
///
/// Source: the state table of the CloudFormation user guide, "Understand stack creation events and status codes".
pub fn plan(status: Option<&Status>) -> Plan {
    let Some(status) = status else { return Plan::Create };
    match status.as_str() {
        "REVIEW_IN_PROGRESS" | "DELETE_COMPLETE" => Plan::Create,
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" => Plan::Recreate,
        "UPDATE_ROLLBACK_FAILED" => Plan::Refuse(
            "continue its rollback first: `aws cloudformation continue-update-rollback`, then deploy again",
        ),
        "UPDATE_FAILED" => {
            Plan::Refuse("roll it back first: `aws cloudformation rollback-stack`, then deploy again")
        }
        "DELETE_FAILED" => Plan::Refuse("finish deleting it first with `evbridge-momento destroy`"),
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
        assert!(matches!(planned("UPDATE_ROLLBACK_FAILED"), Plan::Refuse(_)));
    }
}

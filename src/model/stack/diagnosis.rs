//! Why an operation failed: the first real failure, not its followers.

use super::Event;

/// The failure that caused the others, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The resource that failed first.
    pub logical_id: String,
    /// CloudFormation's own words.
    pub reason: String,
    /// What to do next, for the failures that this stack can have.
    pub hint: Option<&'static str>,
}

/// What the search for a cause came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This failed first.
    Cause(Cause),
    /// Everything was looked at, and nothing failed by itself: somebody cancelled the operation, or an alarm did.
    NoProblem,
    /// The cause could not be found out; the text says why.
    Unknown(String),
}

/// Judges an operation's events, oldest first.
pub fn verdict(events: &[Event]) -> Verdict {
    if let Some(cause) = root_cause(events) {
        return Verdict::Cause(cause);
    }
    if events.is_empty() {
        return Verdict::Unknown("CloudFormation shows no event of the operation".to_owned());
    }
    if events.iter().any(|event| event.status.is_failure() && !event.is_stack()) {
        return Verdict::Unknown("every failure that the events show follows from another one".to_owned());
    }
    Verdict::NoProblem
}

/// Finds the root cause in an operation's events, oldest first; nothing when no event tells.
///
/// Resources that were cancelled because another one failed, and the stack's own summary, are no causes.
/// Source: the rule of the AWS CDK's diagnosis, "the first error that occurs is the root cause".
pub fn root_cause(events: &[Event]) -> Option<Cause> {
    let event =
        events.iter().find(|event| event.status.is_failure() && !event.is_stack() && !is_follower(event))?;
    let reason = event.reason.clone().unwrap_or_else(|| "CloudFormation gives no reason".to_owned());
    let hint = hint(&reason);
    Some(Cause { logical_id: event.logical_id.clone(), reason, hint })
}

fn is_follower(event: &Event) -> bool {
    event.reason.as_deref().is_some_and(|reason| reason.contains("cancelled") || reason.contains("canceled"))
}

fn hint(reason: &str) -> Option<&'static str> {
    const HINTS: &[(&str, &str)] = &[
        (
            "CreateServiceLinkedRole",
            "allow the deployer `iam:CreateServiceLinkedRole`: the first EventBridge connection of an account needs it",
        ),
        ("iam:PassRole", "allow the deployer `iam:PassRole` on the stack's role"),
        (
            "iam:CreateRole",
            "allow the deployer `iam:CreateRole`, or deploy with a service role: `--role-arn`",
        ),
        (
            "already exists in stack",
            "another stack has something with this name: choose another name, or destroy that stack first",
        ),
        // Before the buses: one that is there already must not be made.
        (
            "already exists",
            "something with this name exists outside the stack: delete it, choose another name, or take it into the stack with `--import-existing-resources`",
        ),
        ("Event bus", "make the event bus first, or name one that exists with `--bus`"),
        ("EventBus", "make the event bus first, or name one that exists with `--bus`"),
        (
            "Secrets Manager can't find",
            "the token's secret version is gone: deploy again with the token (`MOMENTO_API_KEY` or `--token-file`)",
        ),
        ("LimitExceeded", "a quota of the account is used up: see Service Quotas for EventBridge"),
        (
            "length less than or equal to 512",
            "the token is longer than the 512 characters that a connection holds: use a Momento API key, not a wrapped or fine-grained token",
        ),
    ];
    HINTS.iter().find(|(needle, _)| reason.contains(needle)).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stack::Status;

    fn event(id: &str, status: &str, reason: &str) -> Event {
        Event {
            id: id.into(),
            time: None,
            logical_id: id.into(),
            resource_type: "AWS::Events::Rule".into(),
            status: Status::new(status),
            reason: Some(reason.into()),
            token: None,
        }
    }

    #[test]
    fn the_first_real_failure_is_the_cause() {
        let events = [
            event("A", "CREATE_FAILED", "Resource creation cancelled"),
            event("B", "CREATE_FAILED", "Event bus shop does not exist."),
            event("C", "CREATE_FAILED", "something else"),
        ];
        let cause = root_cause(&events).unwrap();
        assert_eq!(cause.logical_id, "B");
        assert!(cause.hint.unwrap().contains("--bus"));
        assert_eq!(root_cause(&events[..1]), None);
    }

    #[test]
    fn a_bus_that_is_there_need_not_be_made() {
        let events = [event("Bus", "CREATE_FAILED", "Event bus shop already exists.")];
        assert!(root_cause(&events).unwrap().hint.unwrap().contains("exists outside the stack"));
    }

    #[test]
    fn there_are_three_verdicts() {
        let failed = [event("B", "CREATE_FAILED", "Event bus shop does not exist.")];
        assert!(matches!(verdict(&failed), Verdict::Cause(_)));
        assert_eq!(verdict(&[event("A", "UPDATE_COMPLETE", "")]), Verdict::NoProblem);
        let followers = [event("A", "CREATE_FAILED", "Resource creation cancelled")];
        assert!(matches!(verdict(&followers), Verdict::Unknown(_)));
        assert!(matches!(verdict(&[]), Verdict::Unknown(_)));
    }
}

//! Why a resource does not let a rule act on it, in the words of AWS's clients.

use uuid::Uuid;

use super::role::{Ask, PRINCIPAL};
use crate::model::delivery::{ErrorCode, Failure};
use crate::model::policy::{Caller, Decision, Policy, Request, decide};

/// Asks a resource's policies whether a rule may do something, and says why not.
///
/// The action is named in the message as the service spells it (captured: `sqs:sendmessage`, `SNS:Publish`).
pub(super) fn of_policies(policies: &[Policy], ask: &Ask<'_>, spelled: &str) -> Option<String> {
    let context = ask.context();
    let request = Request {
        caller: Caller::Service(PRINCIPAL),
        action: ask.action,
        resource: ask.resource,
        context: &context,
    };
    let reason = match decide(policies, &request) {
        Decision::Allowed => return None,
        Decision::Denied => "with an explicit deny in a resource-based policy".to_owned(),
        Decision::NotAllowed => format!("because no resource-based policy allows the {spelled} action"),
    };
    Some(format!(
        "User: {PRINCIPAL} is not authorized to perform: {spelled} on resource: {} {reason}",
        ask.resource
    ))
}

/// A service's error.
pub(super) struct ServiceError<'a> {
    /// The service's name in AWS's Java client, such as `AmazonSQS`.
    pub(super) service: &'a str,
    pub(super) message: &'a str,
    pub(super) status: u16,
    pub(super) code: &'a str,
}

impl ServiceError<'_> {
    /// Makes it the failure of a delivery, worded as AWS's Java client does (captured).
    pub(super) fn failure(&self, code: ErrorCode) -> Failure {
        let Self { service, message, status, code: error } = self;
        let request = Uuid::new_v4();
        let message = format!(
            "{message} (Service: {service}; Status Code: {status}; Error Code: {error}; Request ID: {request}; Proxy: null)"
        );
        Failure { code, message }
    }
}

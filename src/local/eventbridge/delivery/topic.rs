//! Messages to SNS topics.

use serde_json::json;

use super::job::{Job, Try};
use super::refusal::{self, ServiceError};
use super::role::{self, Ask};
use crate::local::eventbridge::input::required;
use crate::local::wire::{ApiError, Services};
use crate::model::delivery::{ErrorCode, Failure};
use crate::model::policy::Policy;

impl<T> Job<'_, T> {
    /// Publishes the body to the target's topic.
    ///
    /// With a role, the role's policies decide; without one, the topic's own policy does. It may have
    /// conditions on `aws:SourceArn` and `aws:SourceAccount`: the user guide says no, what AWS did says yes.
    pub(super) fn publish(&mut self, body: &str) -> Try {
        self.pending.progress.request = Some(body.to_owned());
        let ask = self.ask("sns:Publish");
        let services = &*self.world.services;
        let role = self.target.role.as_deref();
        let question = format!("{}|{}|{}", ask.rule_arn, ask.resource, role.unwrap_or_default());
        let allowed = self.bridge.deliveries.topics.of(question, || match role {
            Some(role) => role::check(services, role, &ask),
            None => check_policy(services, &ask),
        });
        let input = json!({ "TopicArn": ask.resource, "Message": body });
        let sent = allowed.and_then(|()| {
            services.call("sns", ask.region, "Publish", &input).map(|_| ()).map_err(|error| said(&error))
        });
        Try::of_service(self.at, sent)
    }
}

fn check_policy(services: &dyn Services, ask: &Ask<'_>) -> Result<(), Failure> {
    let input = json!({ "TopicArn": ask.resource });
    let topic =
        services.call("sns", ask.region, "GetTopicAttributes", &input).map_err(|error| said(&error))?;
    let policy = topic.get("Attributes").map_or("", |attributes| required(attributes, "Policy"));
    match refusal::of_policies(&Vec::from_iter(Policy::parse(policy)), ask, "SNS:Publish") {
        None => Ok(()),
        Some(message) => {
            Err(service_error(&message, 403, "AuthorizationError").failure(ErrorCode::NoPermissions))
        }
    }
}

fn said(error: &ApiError) -> Failure {
    let code = match error.status {
        404 => ErrorCode::NoResource,
        500.. => ErrorCode::ErrorFromTarget,
        _ => ErrorCode::SdkClientError,
    };
    service_error(&error.message, error.status, &error.code).failure(code)
}

fn service_error<'a>(message: &'a str, status: u16, code: &'a str) -> ServiceError<'a> {
    ServiceError { service: "AmazonSNS", message, status, code }
}

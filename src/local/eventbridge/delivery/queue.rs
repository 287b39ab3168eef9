//! Messages to SQS queues: targets and dead-letter queues.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::answers::Answers;
use super::job::{Job, Try};
use super::refusal::{self, ServiceError};
use super::role::{self, Ask};
use crate::local::eventbridge::input::{required, text};
use crate::local::wire::Services;
use crate::model::delivery::{ErrorCode, Failure};
use crate::model::policy::Policy;

/// A message to a queue.
pub(super) struct Message<'a> {
    pub(super) body: &'a str,
    pub(super) attributes: &'a [(String, String)],
    /// The message group of a FIFO queue.
    pub(super) group: Option<&'a str>,
}

/// The queues that rules may send to, with their URLs.
#[derive(Default)]
pub(super) struct Queues(Answers<String>);

impl<T> Job<'_, T> {
    /// Sends the body to the target's queue.
    pub(super) fn enqueue(&mut self, body: &str) -> Try {
        self.pending.progress.request = Some(body.to_owned());
        let ask = self.ask("sqs:SendMessage");
        let message = Message { body, attributes: &[], group: self.target.group.as_deref() };
        let role = self.target.role.as_deref();
        let sent = self.bridge.deliveries.queues.send(&*self.world.services, &ask, role, &message);
        Try::of_service(self.at, sent)
    }
}

impl Queues {
    /// Sends a message for a rule to the queue with an ARN.
    ///
    /// With a role, the role's policies decide; without one, the queue's own policy does.
    pub(super) fn send(
        &self,
        services: &dyn Services,
        ask: &Ask<'_>,
        role: Option<&str>,
        message: &Message<'_>,
    ) -> Result<(), Failure> {
        let question = format!("{}|{}|{}", ask.rule_arn, ask.resource, role.unwrap_or_default());
        let url = self.0.of(question, || url(services, ask, role))?;
        let attributes: Map<String, Value> = message
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), json!({ "DataType": "String", "StringValue": value })))
            .collect();
        let mut input = json!({ "QueueUrl": url, "MessageBody": message.body });
        if !attributes.is_empty() {
            input["MessageAttributes"] = Value::Object(attributes);
        }
        if let Some(group) = message.group {
            input["MessageGroupId"] = json!(group);
            input["MessageDeduplicationId"] = json!(Uuid::new_v4().to_string());
        }
        let sent = services.call("sqs", ask.region, "SendMessage", &input);
        sent.map(|_| ()).map_err(|error| {
            let code =
                if error.status < 500 { ErrorCode::SdkClientError } else { ErrorCode::ErrorFromTarget };
            said(&error.message, error.status, &error.code).failure(code)
        })
    }
}

/// Finds the queue and asks whether the rule may send to it.
fn url(services: &dyn Services, ask: &Ask<'_>, role: Option<&str>) -> Result<String, Failure> {
    let name = ask.resource.rsplit(':').next().unwrap_or_default();
    let found = services.call("sqs", ask.region, "GetQueueUrl", &json!({ "QueueName": name }));
    let missing = || {
        said(
            "The specified queue does not exist or you do not have access to it.",
            400,
            "AWS.SimpleQueueService.NonExistentQueue",
        )
        .failure(ErrorCode::NoResource)
    };
    let url = found.ok().and_then(|found| text(&found, "QueueUrl").map(str::to_owned)).ok_or_else(missing)?;
    if let Some(role) = role {
        return role::check(services, role, ask).map(|()| url);
    }
    let input = json!({ "QueueUrl": url, "AttributeNames": ["Policy"] });
    let attributes = services.call("sqs", ask.region, "GetQueueAttributes", &input).map_err(|_| missing())?;
    let policy = attributes.get("Attributes").map_or("", |attributes| required(attributes, "Policy"));
    match refusal::of_policies(&Vec::from_iter(Policy::parse(policy)), ask, "sqs:sendmessage") {
        None => Ok(url),
        Some(message) => Err(said(&message, 403, "AccessDenied").failure(ErrorCode::NoPermissions)),
    }
}

fn said<'a>(message: &'a str, status: u16, code: &'a str) -> ServiceError<'a> {
    ServiceError { service: "AmazonSQS", message, status, code }
}

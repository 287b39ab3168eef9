//! Messages to SQS queues: targets and dead-letter queues.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::answers::Answers;
use super::role::{self, Ask, PRINCIPAL};
use crate::local::eventbridge::input::{required, text};
use crate::local::wire::Services;
use crate::model::delivery::{ErrorCode, Failure};
use crate::model::policy::{Caller, Decision, Policy, Request};

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
        sent.map(|_| ()).map_err(|error| Failure {
            code: if error.status < 500 { ErrorCode::SdkClientError } else { ErrorCode::ErrorFromTarget },
            message: aws(&error.message, error.status, &error.code),
        })
    }
}

/// Finds the queue and asks whether the rule may send to it.
fn url(services: &dyn Services, ask: &Ask<'_>, role: Option<&str>) -> Result<String, Failure> {
    let name = ask.resource.rsplit(':').next().unwrap_or_default();
    let found = services.call("sqs", ask.region, "GetQueueUrl", &json!({ "QueueName": name }));
    let missing = || Failure {
        code: ErrorCode::NoResource,
        message: aws(
            "The specified queue does not exist or you do not have access to it.",
            400,
            "AWS.SimpleQueueService.NonExistentQueue",
        ),
    };
    let url = found.ok().and_then(|found| text(&found, "QueueUrl").map(str::to_owned)).ok_or_else(missing)?;
    if let Some(role) = role {
        return role::check(services, role, ask).map(|()| url);
    }
    let input = json!({ "QueueUrl": url, "AttributeNames": ["Policy"] });
    let attributes = services.call("sqs", ask.region, "GetQueueAttributes", &input).map_err(|_| missing())?;
    let policy = attributes.get("Attributes").map_or("", |attributes| required(attributes, "Policy"));
    let context = ask.context();
    let request = Request {
        caller: Caller::Service(PRINCIPAL),
        action: ask.action,
        resource: ask.resource,
        context: &context,
    };
    let decision = Policy::parse(policy).map_or(Decision::NotAllowed, |policy| policy.decide(&request));
    let reason = match decision {
        Decision::Allowed => return Ok(url),
        Decision::Denied => "with an explicit deny in a resource-based policy",
        Decision::NotAllowed => "because no resource-based policy allows the sqs:sendmessage action",
    };
    let message = format!(
        "User: {PRINCIPAL} is not authorized to perform: sqs:sendmessage on resource: {} {reason}",
        ask.resource
    );
    Err(Failure { code: ErrorCode::NoPermissions, message: aws(&message, 403, "AccessDenied") })
}

/// Words an SQS failure as AWS's Java client does (captured).
fn aws(message: &str, status: u16, code: &str) -> String {
    let request = Uuid::new_v4();
    format!(
        "{message} (Service: AmazonSQS; Status Code: {status}; Error Code: {code}; Request ID: {request}; Proxy: null)"
    )
}

//! The resource types: what each one's properties are, and the API calls that make, change and delete it.

mod alarm;
mod api_destination;
mod archive;
mod attached_policy;
mod connection;
mod event_bus;
mod log_group;
mod log_policy;
mod queue;
mod role;
mod rule;
mod secret;
mod shape;
mod subscription;
mod topic;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub(crate) use shape::{Property, Shape, check, shaped};

use super::naming;
use crate::local::wire::{ApiError, Services};

/// A resource type. Adding one is a file here and its line in [`TYPES`].
pub(crate) trait ResourceType: Sync {
    /// The name, such as `AWS::SQS::Queue`.
    fn name(&self) -> &'static str;
    /// The properties that it knows; any other is refused.
    fn properties(&self) -> &'static [Property];
    /// The attributes that `Fn::GetAtt` gives.
    fn attributes(&self) -> &'static [&'static str];
    /// Whether the stack's tags are put on it.
    fn is_taggable(&self) -> bool {
        false
    }
    /// Makes it.
    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal>;
    /// Changes it in place; `before` is what it was made with, without secrets.
    fn update(
        &self,
        caller: &Caller<'_>,
        physical_id: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal>;
    /// Deletes it; that it is not there is a success.
    fn delete(&self, caller: &Caller<'_>, physical_id: &str, before: &Request) -> Result<(), Refusal>;
    /// Reads its properties as they are now; nothing for a type of which no API tells them.
    fn read(&self, _: &Caller<'_>, _: &str, _: &Request) -> Result<Option<Map<String, Value>>, Refusal> {
        Ok(None)
    }
}

const TYPES: [&dyn ResourceType; 15] = [
    &alarm::Alarm,
    &api_destination::ApiDestination,
    &archive::Archive,
    &connection::Connection,
    &event_bus::EventBus,
    &log_group::LogGroup,
    &log_policy::LogPolicy,
    &queue::Queue,
    &attached_policy::QUEUE_POLICY,
    &role::Role,
    &rule::Rule,
    &secret::Secret,
    &subscription::Subscription,
    &topic::Topic,
    &attached_policy::TOPIC_POLICY,
];

/// Returns a resource type by its name.
pub(crate) fn find(name: &str) -> Option<&'static dyn ResourceType> {
    TYPES.into_iter().find(|kind| kind.name() == name)
}

/// Returns a type's attributes, or nothing for an unknown type.
pub(crate) fn attributes(name: &str) -> Option<&'static [&'static str]> {
    find(name).map(ResourceType::attributes)
}

/// What a resource is made with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// The stack's name.
    pub(crate) stack: String,
    /// The resource's name in the template.
    pub(crate) logical_id: String,
    /// The end of a generated name.
    pub(crate) suffix: String,
    /// The checked properties, each of its type.
    pub(crate) properties: Map<String, Value>,
    /// The stack's tags.
    pub(crate) stack_tags: BTreeMap<String, String>,
}

/// A resource that was made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Made {
    /// What `Ref` gives.
    pub(crate) physical_id: String,
    /// What `Fn::GetAtt` gives.
    pub(crate) attributes: Map<String, Value>,
}

/// Why a resource could not be made, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The properties are wrong.
    #[error("{0}")]
    Properties(String),
    /// The service said no; in the words of CloudFormation's resource handlers.
    #[error(
        "Resource handler returned message: \"{} (Service: {service}, Status Code: {}, Request ID: {})\" (RequestToken: {}, HandlerErrorCode: {})",
        error.message, error.status, naming::uuid(), naming::uuid(), handler_code(error)
    )]
    Service {
        /// The service's name in messages.
        service: &'static str,
        /// What it answered.
        error: ApiError,
    },
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::Properties(message)
    }
}

impl Refusal {
    /// Returns whether the service said that there is no such thing.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Service { error, .. } if handler_code(error) == "NotFound")
    }
}

/// Calls the other services in the stack's region.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// The services.
    pub(crate) services: &'a dyn Services,
    /// The region.
    pub(crate) region: &'a str,
}

impl Caller<'_> {
    /// Calls EventBridge.
    pub(crate) fn events(&self, action: &str, input: &Value) -> Result<Value, Refusal> {
        self.call("events", "EventBridge", action, input)
    }

    /// Calls SQS.
    pub(crate) fn sqs(&self, action: &str, input: &Value) -> Result<Value, Refusal> {
        self.call("sqs", "Sqs", action, input)
    }

    /// Calls IAM, which is one for all regions.
    pub(crate) fn iam(&self, action: &str, input: &Value) -> Result<Value, Refusal> {
        let error = |error| Refusal::Service { service: "Iam", error };
        self.services.call("iam", "us-east-1", action, input).map_err(error)
    }

    /// Calls CloudWatch Logs.
    pub(crate) fn logs(&self, action: &str, input: &Value) -> Result<Value, Refusal> {
        self.call("logs", "CloudWatchLogs", action, input)
    }

    /// Calls CloudWatch.
    pub(crate) fn monitoring(&self, action: &str, input: &Value) -> Result<Value, Refusal> {
        self.call("monitoring", "CloudWatch", action, input)
    }

    /// Calls Secrets Manager.
    pub(crate) fn secrets(&self, action: &str, input: &Value) -> Result<Value, Refusal> {
        self.call("secretsmanager", "SecretsManager", action, input)
    }

    /// Calls SNS.
    pub(crate) fn sns(&self, action: &str, input: &Value) -> Result<Value, Refusal> {
        self.call("sns", "Sns", action, input)
    }

    fn call(&self, name: &str, service: &'static str, action: &str, input: &Value) -> Result<Value, Refusal> {
        let error = |error| Refusal::Service { service, error };
        self.services.call(name, self.region, action, input).map_err(error)
    }
}

impl Request {
    /// Returns the name that a property gives, or a generated one of at most `limit` characters.
    fn physical_name(&self, property: &str, limit: usize) -> String {
        self.text(property).map_or_else(
            || naming::physical(&self.stack, &self.logical_id, &self.suffix, limit),
            str::to_owned,
        )
    }

    fn text(&self, property: &str) -> Option<&str> {
        self.properties.get(property).and_then(Value::as_str)
    }

    /// Returns an input with those of the named properties that are there.
    fn pick(&self, names: &[&str]) -> Map<String, Value> {
        names
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.properties.get(*name)?.clone())))
            .collect()
    }

    /// Returns the resource's tags: the stack's, and its own over them.
    fn tags(&self) -> BTreeMap<String, String> {
        let own = self.properties.get("Tags").and_then(Value::as_array).into_iter().flatten();
        let own = own.filter_map(|tag| {
            Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.as_str()?.to_owned()))
        });
        self.stack_tags.clone().into_iter().chain(own).collect()
    }

    /// Returns the tags as most APIs take them.
    fn tag_list(&self) -> Value {
        tag_list(&self.tags())
    }

    /// Returns the tags that are new or changed since `before`, and the keys that are gone.
    fn tag_changes(&self, before: &Self) -> (BTreeMap<String, String>, Vec<String>) {
        let (old, new) = (before.tags(), self.tags());
        let gone = old.keys().filter(|key| !new.contains_key(*key)).cloned().collect();
        (new.into_iter().filter(|(key, value)| old.get(key) != Some(value)).collect(), gone)
    }
}

fn tag_list(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

/// Makes the attributes from an answer's members: `("Arn", "RuleArn")` takes `RuleArn` as `Arn`.
fn attributes_of(answer: &Value, names: &[(&str, &str)]) -> Map<String, Value> {
    names
        .iter()
        .filter_map(|(attribute, member)| Some(((*attribute).to_owned(), answer.get(*member)?.clone())))
        .collect()
}

/// Returns those of an answer's members that are there.
fn members(answer: &Value, names: &[&str]) -> Map<String, Value> {
    let given = |name: &&str| answer.get(*name).filter(|value| !value.is_null()).cloned();
    names.iter().filter_map(|name| Some(((*name).to_owned(), given(name)?))).collect()
}

/// Takes "not found" for done, as deleting does.
fn gone(result: Result<Value, Refusal>) -> Result<(), Refusal> {
    match result {
        Err(refusal) if !refusal.is_not_found() => Err(refusal),
        _ => Ok(()),
    }
}

/// Writes a document property as the text that APIs take; a text stays as it is.
fn document(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns CloudFormation's code for a service's error.
fn handler_code(error: &ApiError) -> &'static str {
    let code = error.code.rsplit('.').next().unwrap_or_default();
    match code {
        "ResourceNotFoundException"
        | "ResourceNotFound"
        | "NotFound"
        | "NoSuchEntity"
        | "NoSuchEntityException"
        | "QueueDoesNotExist"
        | "NonExistentQueue"
        | "NotFoundException" => "NotFound",
        "ResourceAlreadyExistsException"
        | "ResourceExistsException"
        | "EntityAlreadyExists"
        | "EntityAlreadyExistsException"
        | "QueueNameExists"
        | "QueueAlreadyExists" => "AlreadyExists",
        "LimitExceededException" | "LimitExceeded" => "ServiceLimitExceeded",
        "Throttling" | "ThrottlingException" | "RequestThrottled" | "TooManyRequestsException" => {
            "Throttling"
        }
        "AccessDenied" | "AccessDeniedException" => "AccessDenied",
        "ConcurrentModificationException" => "ResourceConflict",
        _ if error.status >= 500 => "ServiceInternalError",
        _ => "InvalidRequest",
    }
}

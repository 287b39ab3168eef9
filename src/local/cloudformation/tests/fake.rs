//! Services that write down what they are asked and answer as if all were well.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::local::clock::{Clock, Pace};
use crate::local::cloudformation::CloudFormation;
use crate::local::store::Store;
use crate::local::wire::{Answer, ApiError, Service, Services};

/// CloudFormation with its fake neighbours.
pub(super) struct World {
    pub(super) cloudformation: CloudFormation,
    pub(super) services: Fake,
}

/// The neighbours.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) calls: Mutex<Vec<(String, Value)>>,
    /// Actions that are refused, with a part of the input that must be there.
    pub(super) refuses: Mutex<Vec<(&'static str, &'static str)>>,
}

impl World {
    pub(super) fn new() -> Self {
        Self::on(Arc::new(Store::in_memory().unwrap()))
    }

    pub(super) fn on(store: Arc<Store>) -> Self {
        let clock = Arc::new(Clock::new(Pace::Virtual));
        let cloudformation = CloudFormation::new(store, clock).unwrap();
        Self { cloudformation, services: Fake::default() }
    }

    pub(super) fn call(&self, action: &str, input: &Value) -> Answer {
        self.cloudformation.call("eu-west-1", action, input)
    }

    pub(super) fn ok(&self, action: &str, input: &Value) -> Value {
        self.call(action, input).unwrap_or_else(|error| panic!("{action}: {error}"))
    }

    pub(super) fn refused(&self, action: &str, input: &Value) -> String {
        self.call(action, input).unwrap_err().to_string()
    }

    pub(super) fn settle(&self) {
        let mut steps = 0;
        while self.cloudformation.advance(&self.services).unwrap() {
            steps += 1;
            assert!(steps < 1000, "the operation does not end");
        }
    }

    /// The actions that were called since the last time, with their names or urls.
    pub(super) fn calls(&self) -> Vec<String> {
        let calls = std::mem::take(&mut *self.services.calls.lock());
        calls.into_iter().map(|(action, _)| action).collect()
    }
}

impl Services for Fake {
    fn call(&self, service: &str, region: &str, action: &str, input: &Value) -> Answer {
        self.calls.lock().push((action.to_owned(), input.clone()));
        let text = input.to_string();
        if self.refuses.lock().iter().any(|(refused, part)| *refused == action && text.contains(part)) {
            let said = input["AuthParameters"]["ApiKeyAuthParameters"]["ApiKeyValue"].as_str();
            let message = format!("No, not {}", said.unwrap_or("this"));
            return Err(ApiError::client("ValidationException", message));
        }
        let arn = |kind: &str, name: &str| format!("arn:aws:{service}:{region}:000000000000:{kind}/{name}");
        let name = input["Name"].as_str().unwrap_or_default();
        Ok(match action {
            "GetSecretValue" if input["SecretId"] == "missing" => {
                let message = "Secrets Manager can't find the specified secret.";
                return Err(ApiError::client("ResourceNotFoundException", message));
            }
            "GetSecretValue" => json!({"SecretString": "{\"token\": \"s3cret\"}"}),
            "DescribeConnection" => json!({
                "ConnectionArn": format!("{}/uuid", arn("connection", name)),
                "SecretArn": "arn:aws:secretsmanager:eu-west-1:000000000000:secret:events!connection",
            }),
            "CreateApiDestination" | "UpdateApiDestination" => {
                json!({"ApiDestinationArn": format!("{}/uuid", arn("api-destination", name))})
            }
            "PutRule" => json!({"RuleArn": arn("rule", name)}),
            "PutTargets" | "RemoveTargets" => json!({"FailedEntryCount": 0, "FailedEntries": []}),
            "ListTargetsByRule" => json!({"Targets": [{"Id": "put"}]}),
            "CreateQueue" => {
                json!({"QueueUrl": format!("https://sqs/{}", input["QueueName"].as_str().unwrap())})
            }
            "GetQueueAttributes" => {
                let url = input["QueueUrl"].as_str().unwrap().rsplit('/').next().unwrap();
                json!({"Attributes": {"QueueArn": format!("arn:aws:sqs:{region}:000000000000:{url}")}})
            }
            "CreateRole" | "GetRole" => {
                let name = input["RoleName"].as_str().unwrap();
                json!({"Role": {"Arn": format!("arn:aws:iam::000000000000:role/{name}"), "RoleId": "AROA"}})
            }
            "CreateEventBus" => json!({"EventBusArn": arn("event-bus", name)}),
            "DescribeEventBus" => json!({"Arn": arn("event-bus", name)}),
            "CreateSecret" => {
                json!({"ARN": format!("arn:aws:secretsmanager:{region}:000000000000:secret:{name}-AbCdEf")})
            }
            "GetRandomPassword" => json!({"RandomPassword": "random"}),
            _ => json!({}),
        })
    }
}

//! The service as its callers see it, with small stand-ins for the rest of the cloud.

#![expect(clippy::needless_pass_by_value, reason = "a test reads better with values")]

mod concurrency;
mod connections;
mod control;
mod deliveries;
mod events;
mod replays;
mod vectors;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::*;
use crate::local::clock::Pace;
use crate::local::wire::Services;
use crate::model::delivery::HttpRequest;

const REGION: &str = "eu-west-1";
const TOKEN: &str = "eyJ.secret.token";

/// A cloud with a queue, a role and a host that answers as told.
struct Cloud {
    bridge: Arc<EventBridge>,
    world: Arc<World<Host>>,
    neighbours: Arc<Neighbours>,
}

#[derive(Default)]
struct Host {
    sent: Mutex<Vec<(String, String)>>,
    answers: Mutex<VecDeque<Result<Response<Bytes>, TransportError>>>,
    /// A URL with this in it is answered with 503.
    broken: Mutex<&'static str>,
}

impl Transport for Host {
    async fn send(
        &self,
        _: &str,
        request: &HttpRequest,
        _: Duration,
    ) -> Result<Response<Bytes>, TransportError> {
        let url = format!("{} {}", request.method, request.url().expose());
        let broken = *self.broken.lock();
        let is_broken = !broken.is_empty() && url.contains(broken);
        self.sent.lock().push((url, request.body.expose().to_owned()));
        tokio::task::yield_now().await;
        if is_broken {
            return Ok(answer(503, "busy"));
        }
        self.answers.lock().pop_front().unwrap_or_else(|| Ok(answer(204, "")))
    }
}

fn answer(status: u16, body: &'static str) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()
}

/// The queues and roles.
#[derive(Default)]
struct Neighbours {
    messages: Mutex<Vec<Value>>,
    queue_policy: Mutex<Option<Value>>,
    trust: Mutex<Value>,
    role_policy: Mutex<Value>,
}

impl Services for Neighbours {
    fn call(&self, service: &str, _: &str, action: &str, input: &Value) -> Answer {
        match (service, action) {
            ("sqs", "GetQueueUrl") if input["QueueName"] == "gone" => {
                Err(ApiError::client("AWS.SimpleQueueService.NonExistentQueue", "gone"))
            }
            ("sqs", "GetQueueUrl") => Ok(json!({ "QueueUrl": format!("http://sqs/{}", input["QueueName"]) })),
            ("sqs", "GetQueueAttributes") => Ok(match &*self.queue_policy.lock() {
                Some(policy) => json!({ "Attributes": { "Policy": policy.to_string() } }),
                None => json!({}),
            }),
            ("sqs", "SendMessage") => {
                self.messages.lock().push(input.clone());
                Ok(json!({}))
            }
            ("iam", "GetRole") => {
                Ok(json!({ "Role": { "AssumeRolePolicyDocument": self.trust.lock().to_string() } }))
            }
            ("iam", "ListRolePolicies") => Ok(json!({ "PolicyNames": ["p"] })),
            ("iam", "GetRolePolicy") => Ok(json!({ "PolicyDocument": *self.role_policy.lock() })),
            _ => Err(ApiError::client("UnknownOperationException", "")),
        }
    }
}

impl Cloud {
    fn new() -> Self {
        Self::on(Arc::new(Store::in_memory().unwrap()), Pace::Virtual)
    }

    fn on(store: Arc<Store>, pace: Pace) -> Self {
        let bridge = Arc::new(EventBridge::open(store, Arc::new(Clock::new(pace))).unwrap());
        let neighbours = Arc::new(Neighbours {
            queue_policy: Mutex::new(Some(allow("sqs:SendMessage", rule_arn("default", "*")))),
            trust: Mutex::new(allow("sts:AssumeRole", rule_arn("default", "*"))),
            role_policy: Mutex::new(
                json!({"Statement": {"Effect": "Allow", "Action": "events:*", "Resource": "*"}}),
            ),
            ..Neighbours::default()
        });
        let services: Arc<dyn Services> = neighbours.clone();
        let world = Arc::new(World { transport: Host::default(), services });
        Self { bridge, world, neighbours }
    }

    /// A cloud whose rule `set` sends `cacheSet` to Momento's cache.
    fn ready() -> Self {
        let cloud = Self::new();
        cloud.prepare();
        cloud
    }

    fn prepare(&self) {
        let connection = self.ok("CreateConnection", key(TOKEN))["ConnectionArn"].clone();
        let destination = self.ok(
            "CreateApiDestination",
            json!({"Name": "cache", "ConnectionArn": connection,
            "InvocationEndpoint": "https://api.example.com/cache/*", "HttpMethod": "PUT"}),
        );
        self.ok("PutRule", json!({"Name": "set", "EventPattern": r#"{"detail-type":["cacheSet"]}"#}));
        self.target(json!({"Id": "cache", "Arn": destination["ApiDestinationArn"],
            "RoleArn": "arn:aws:iam::000000000000:role/r", "InputPath": "$.detail.message",
            "HttpParameters": {"PathParameterValues": ["$.detail.cacheName"],
                "QueryStringParameters": {"key": "$.detail.key"}},
            "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600},
            "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:000000000000:letters"}}));
    }

    fn target(&self, target: Value) {
        let put = self.ok("PutTargets", json!({"Rule": "set", "Targets": [target]}));
        assert_eq!(put, json!({"FailedEntryCount": 0, "FailedEntries": []}));
    }

    fn ok(&self, action: &str, input: Value) -> Value {
        self.bridge.call(REGION, action, &input).unwrap_or_else(|error| panic!("{action}: {error}"))
    }

    fn refused(&self, action: &str, input: Value) -> String {
        self.bridge.call(REGION, action, &input).unwrap_err().to_string()
    }

    fn put(&self, detail: &str) -> String {
        let entry = json!({"Source": "shop", "DetailType": "cacheSet", "Detail": detail});
        let put = self.ok("PutEvents", json!({ "Entries": [entry] }));
        put["Entries"][0]["EventId"].as_str().unwrap().to_owned()
    }

    fn answer_with(&self, answers: impl IntoIterator<Item = Result<Response<Bytes>, TransportError>>) {
        self.world.transport.answers.lock().extend(answers);
    }

    async fn settle(&self) {
        self.bridge.settle(&self.world).await.unwrap();
        assert_eq!(self.bridge.pending().unwrap(), 0);
    }

    /// Puts the sample event, delivers it and returns what became of it.
    async fn deliver(&self) -> TargetTrace {
        let id = self.put(r#"{"cacheName":"my-cache","key":"k","message":"hello"}"#);
        self.settle().await;
        self.bridge.trace(REGION, &id).unwrap().unwrap().rules[0].targets[0].clone()
    }

    fn metric(&self, name: &str) -> u64 {
        let metrics = self.bridge.metrics(REGION, jiff::Timestamp::UNIX_EPOCH).unwrap();
        metrics.iter().filter(|metric| metric.name == name).map(|metric| metric.value).sum()
    }

    fn sent(&self) -> Vec<(String, String)> {
        self.world.transport.sent.lock().clone()
    }
}

fn key(value: &str) -> Value {
    json!({"Name": "momento", "AuthorizationType": "API_KEY",
        "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": value}}})
}

fn rule_arn(bus: &str, rule: &str) -> String {
    names::rule_arn(REGION, bus, rule)
}

fn allow(action: &str, source: String) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": action, "Condition": {"ArnLike": {"aws:SourceArn": source},
            "StringEquals": {"aws:SourceAccount": "000000000000"}}}]})
}

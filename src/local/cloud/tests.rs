//! The services joined together: what an event does from PutEvents to where it ends.

mod buses;
mod protocols;
mod replays;
mod restarts;
mod served;
mod stacks;
mod targets;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

const REGION: &str = "eu-west-1";

/// An open cloud in a directory of its own.
struct Deployed {
    cloud: Cloud,
    _directory: TempDir,
}

impl Deployed {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let cloud = Cloud::open(directory.path(), Pace::Virtual, "http://localhost:4566").unwrap();
        Self { cloud, _directory: directory }
    }

    async fn ok(&self, service: &str, action: &str, input: Value) -> Value {
        let answer = self.cloud.answer(service, REGION, action, &input).await;
        answer.unwrap_or_else(|error| panic!("{action}: {error}"))
    }

    async fn refused(&self, service: &str, action: &str, input: Value) -> String {
        self.cloud.answer(service, REGION, action, &input).await.unwrap_err().to_string()
    }

    /// Makes a queue that takes messages from the principals, such as `events.amazonaws.com`; returns its ARN.
    async fn queue(&self, name: &str, principals: &[&str]) -> String {
        let policy = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": principals},
            "Action": "sqs:SendMessage", "Resource": "*"}});
        let attributes = json!({"Policy": policy.to_string()});
        self.ok("sqs", "CreateQueue", json!({"QueueName": name, "Attributes": attributes})).await;
        arn("sqs", name)
    }

    /// Makes a rule of a bus for all events of the source `shop`, with targets.
    async fn rule(&self, bus: &str, name: &str, targets: Value) {
        let pattern = r#"{"source":["shop"]}"#;
        self.ok("events", "PutRule", json!({"Name": name, "EventBusName": bus, "EventPattern": pattern}))
            .await;
        if targets == json!([]) {
            return;
        }
        let put = self
            .ok("events", "PutTargets", json!({"Rule": name, "EventBusName": bus, "Targets": targets}))
            .await;
        assert_eq!(put, json!({"FailedEntryCount": 0, "FailedEntries": []}));
    }

    /// Makes a role that EventBridge may assume for an action.
    async fn role(&self, name: &str, action: &str) -> String {
        let trust = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sts:AssumeRole"}});
        let role = self
            .ok("iam", "CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()}))
            .await;
        let policy = json!({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}).to_string();
        self.ok(
            "iam",
            "PutRolePolicy",
            json!({"RoleName": name, "PolicyName": "p", "PolicyDocument": policy}),
        )
        .await;
        role["Role"]["Arn"].as_str().unwrap().to_owned()
    }

    /// Puts an event on a bus, waits until it is where it ends, and returns its id.
    async fn put(&self, bus: &str, detail: Value) -> String {
        let entry = json!({"EventBusName": bus, "Source": "shop", "DetailType": "sold", "Detail": detail.to_string()});
        let put = self.ok("events", "PutEvents", json!({"Entries": [entry]})).await;
        self.cloud.settle().await.unwrap();
        put["Entries"][0]["EventId"].as_str().unwrap().to_owned()
    }

    /// Takes the messages of a queue.
    async fn received(&self, queue: &str) -> Vec<Value> {
        let url = format!("http://localhost:4566/000000000000/{queue}");
        let input = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]});
        let answer = self.ok("sqs", "ReceiveMessage", input).await;
        answer["Messages"].as_array().cloned().unwrap_or_default()
    }

    /// Takes the only message of a queue and returns its body as JSON.
    async fn only(&self, queue: &str) -> Value {
        let received = self.received(queue).await;
        assert_eq!(received.len(), 1, "{received:?}");
        serde_json::from_str(received[0]["Body"].as_str().unwrap()).unwrap()
    }

    /// Takes the only dead letter of a queue and returns its `ERROR_CODE` and `ERROR_MESSAGE`.
    async fn letter(&self, queue: &str) -> (String, String) {
        let received = self.received(queue).await;
        assert_eq!(received.len(), 1, "{received:?}");
        let attribute = |name: &str| {
            let value = &received[0]["MessageAttributes"][name]["StringValue"];
            value.as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(attribute("RETRY_ATTEMPTS"), "", "a refusal is not retried");
        (attribute("ERROR_CODE"), attribute("ERROR_MESSAGE"))
    }
}

fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:000000000000:{resource}")
}

/// Replaces the request id of an AWS client's message.
fn without_request_id(message: &str) -> String {
    let (head, tail) = message.split_once("Request ID: ").unwrap();
    format!("{head}Request ID: …{}", &tail[36..])
}

//! A running local cloud as its clients have it: plain HTTP, a connection pool, and no retries.

use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::harness::{Server, Session};

const REGION: &str = "us-west-2";
const ROLE: &str = "arn:aws:iam::000000000000:role/publisher";

/// A local cloud that can be killed and started again, and all that its clients need to know of it.
#[derive(Clone)]
pub(super) struct Cloud {
    http: reqwest::Client,
    urls: watch::Receiver<String>,
    /// The key of the Momento stand-in.
    key: Arc<str>,
    /// The API destination that publishes to a topic of a cache.
    destination: Arc<str>,
}

/// Why there was no good answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server said no.
    Refused(String),
    /// The server was gone before it had answered; the value is where it was.
    Gone(String),
}

/// Starts a server on the session's state and returns it with its URL.
pub(super) fn serve(session: &Session) -> (Server, String) {
    let mut server = session.serve("local --port 0 --local-dir state");
    let rest = server.wait_for("AWS_ENDPOINT_URL=");
    let url = rest.split_whitespace().next().unwrap().to_owned();
    (server, url)
}

impl Cloud {
    /// Prepares a fresh cloud: the role, the connection and the destination of the rules' targets.
    pub(super) async fn prepare(urls: watch::Receiver<String>) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut cloud = Self { http, urls, key: "".into(), destination: "".into() };
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": "events.amazonaws.com"}}]});
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Action": "events:InvokeApiDestination", "Resource": "*"}]});
        cloud.iam(&[("Action", "CreateRole"), ("AssumeRolePolicyDocument", &trust.to_string())]).await;
        let policy = policy.to_string();
        cloud.iam(&[("Action", "PutRolePolicy"), ("PolicyName", "p"), ("PolicyDocument", &policy)]).await;
        cloud.key = cloud.control("IssueKey", json!({})).await["Key"].as_str().unwrap().into();
        let connection = json!({"Name": "momento", "AuthorizationType": "API_KEY", "AuthParameters":
            {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": &*cloud.key}}});
        let connection = cloud.events("CreateConnection", connection).await;
        let destination = json!({"Name": "publish", "HttpMethod": "POST",
            "ConnectionArn": connection["ConnectionArn"], "InvocationRateLimitPerSecond": 300,
            "InvocationEndpoint": "https://api.cache.cell-4-us-west-2-1.prod.a.momentohq.com/topics/*/*"});
        let destination = cloud.events("CreateApiDestination", destination).await;
        cloud.destination = destination["ApiDestinationArn"].as_str().unwrap().into();
        cloud
    }

    /// Makes an enabled rule for all events of the clients, still without a target.
    pub(super) async fn put_rule(&self, name: &str) {
        self.events("PutRule", json!({"Name": name, "EventPattern": r#"{"source":["client"]}"#})).await;
    }

    /// Lets a rule publish the event's `id` to the topic `$.detail.client` of the cache of the rule's name.
    pub(super) async fn put_target(&self, rule: &str) {
        let target = json!({"Id": "publish", "Arn": &*self.destination, "RoleArn": ROLE,
            "InputPath": "$.detail.id", "HttpParameters": {"PathParameterValues": [rule, "$.detail.client"],
            "HeaderParameters": {"Content-Type": "text/plain"}}});
        let answer = self.events("PutTargets", json!({"Rule": rule, "Targets": [target]})).await;
        assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
    }

    /// Puts one event and returns once it is accepted.
    pub(super) async fn put(&self, client: usize, id: &str) -> Result<(), Failure> {
        let detail = json!({"client": client.to_string(), "id": id}).to_string();
        let entry = json!({"Source": "client", "DetailType": "count", "Detail": detail});
        let answer = self.try_events("PutEvents", json!({"Entries": [entry]})).await?;
        assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
        Ok(())
    }

    /// Does an action of `EventBridge` that has to succeed.
    pub(super) async fn events(&self, action: &str, input: Value) -> Value {
        self.try_events(action, input).await.unwrap_or_else(|failure| panic!("{action}: {failure:?}"))
    }

    /// Does one of the local cloud's own actions, which has to succeed.
    pub(super) async fn control(&self, action: &str, mut input: Value) -> Value {
        input["Region"] = json!(REGION);
        let url = format!("{}/_local/{action}", *self.urls.borrow());
        let text = self.send(self.http.post(url).body(input.to_string())).await;
        serde_json::from_str(&text.unwrap_or_else(|failure| panic!("{action}: {failure:?}"))).unwrap()
    }

    /// Returns the ids that were published to a client's topic of a rule's cache, in their order.
    pub(super) async fn published(&self, rule: &str, client: usize) -> Vec<String> {
        let url =
            format!("{}/momento/{REGION}/topics/{rule}/{client}?sequence_number=1", *self.urls.borrow());
        let text = self.send(self.http.get(url).header("authorization", &*self.key)).await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        let items = answer["items"].as_array().unwrap().iter();
        items
            .filter_map(|item| item["item"]["value"]["text"].as_str())
            .map(|text| text.trim_matches('"').to_owned())
            .collect()
    }

    /// Waits until the server is another one than it was.
    pub(super) async fn wait_for_another(&mut self, gone: &str) {
        self.urls.wait_for(|url| url != gone).await.unwrap();
    }

    async fn try_events(&self, action: &str, input: Value) -> Result<Value, Failure> {
        let request = self.aws("events").header("x-amz-target", format!("AWSEvents.{action}"));
        let text = self.send(request.body(input.to_string())).await?;
        Ok(serde_json::from_str(&text).unwrap())
    }

    async fn iam(&self, form: &[(&str, &str)]) {
        let pairs = form.iter().chain(&[("RoleName", "publisher"), ("Version", "2010-05-08")]);
        let pairs =
            pairs.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        let body = pairs.collect::<Vec<_>>().join("&");
        self.send(self.aws("iam").body(body)).await.unwrap();
    }

    fn aws(&self, service: &str) -> reqwest::RequestBuilder {
        let scope = format!("AWS4-HMAC-SHA256 Credential=AK/20260101/{REGION}/{service}/aws4_request");
        self.http.post(&*self.urls.borrow()).header("authorization", scope)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<String, Failure> {
        let url = self.urls.borrow().clone();
        let response = request.send().await.map_err(|_| Failure::Gone(url.clone()))?;
        let good = response.status().is_success();
        let text = response.text().await.map_err(|_| Failure::Gone(url))?;
        if good { Ok(text) } else { Err(Failure::Refused(text)) }
    }
}

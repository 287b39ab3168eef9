//! Events for CloudWatch Logs.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::job::{Job, Try};
use super::refusal;
use super::role::Ask;
use crate::local::eventbridge::input::{items, required};
use crate::local::wire::{ACCOUNT, Services};
use crate::model::delivery::{ErrorCode, Failure};
use crate::model::json::Json;
use crate::model::policy::Policy;
use crate::model::transform::TargetInput;

/// What EventBridge does in a log group; the resource policies must allow both.
const ACTIONS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

/// A log event to write.
struct Entry {
    /// In milliseconds since 1970.
    time: i64,
    message: String,
}

impl<T> Job<'_, T> {
    /// Writes the event into the target's log group: each one into a stream of its own, as it was seen on AWS.
    pub(super) fn log(&mut self, group: &str, event: &Json, body: &str) -> Try {
        self.pending.progress.request = Some(body.to_owned());
        let entry = match &self.target.input {
            TargetInput::Transformer(_) => Entry::transformed(body),
            _ => Ok(Entry::whole(event, body, self.at)),
        };
        let written = entry.and_then(|entry| self.write(group, &entry));
        Try::of_service(self.at, written)
    }

    fn write(&self, group: &str, entry: &Entry) -> Result<(), Failure> {
        let (services, region) = (&*self.world.services, self.pending.region.as_str());
        let arn = format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}");
        let refused =
            |code| Failure { code, message: format!("Could not complete putLogEvents call for {group}.") };
        if self.target.arn != arn {
            return Err(refused(ErrorCode::NoPermissions));
        }
        let stream = Uuid::new_v4().to_string();
        let resource = format!("{arn}:log-stream:{stream}");
        let question = format!("{}|{arn}", self.rule_arn);
        self.bridge.deliveries.log_groups.of(question, || {
            let policies = policies(services, region, &arn).ok_or_else(|| refused(ErrorCode::NoResource))?;
            let allowed = ACTIONS.iter().all(|action| {
                let ask = Ask { region, rule_arn: &self.rule_arn, action, resource: &resource };
                refusal::of_policies(&policies, &ask, action).is_none()
            });
            if allowed { Ok(()) } else { Err(refused(ErrorCode::NoPermissions)) }
        })?;
        let call = |action: &str, input: &Value| {
            services.call("logs", region, action, input).map_err(|error| match error.status {
                500.. => refused(ErrorCode::ErrorFromTarget),
                _ if error.code == "ResourceNotFoundException" => refused(ErrorCode::NoResource),
                _ => refused(ErrorCode::SdkClientError),
            })
        };
        let mut input = json!({ "logGroupName": group, "logStreamName": stream });
        call("CreateLogStream", &input)?;
        input["logEvents"] = json!([{ "timestamp": entry.time, "message": entry.message }]);
        match call("PutLogEvents", &input)?.get("rejectedLogEventsInfo") {
            None => Ok(()),
            Some(rejected) => Err(Failure {
                code: ErrorCode::InvalidParameter,
                message: format!("CloudWatch Logs rejected the log event: {rejected}"),
            }),
        }
    }
}

impl Entry {
    /// The whole event, at its own time.
    fn whole(event: &Json, body: &str, now: Timestamp) -> Self {
        let time = event.get("time").and_then(Json::as_str).and_then(|time| time.parse().ok());
        Self { time: time.unwrap_or(now).as_millisecond(), message: body.to_owned() }
    }

    /// What a transformer made: `{"timestamp": "…", "message": "…"}`.
    ///
    /// AWS takes any template and asks for this form; what it does with another is not known, so that it is a
    /// failure here.
    fn transformed(body: &str) -> Result<Self, Failure> {
        let made: Value = serde_json::from_str(body).unwrap_or_default();
        let only = made.as_object().is_some_and(|members| members.len() == 2);
        let time = required(&made, "timestamp").parse::<Timestamp>();
        match (only, time, required(&made, "message")) {
            (true, Ok(time), message) if !message.is_empty() => {
                Ok(Self { time: time.as_millisecond(), message: message.to_owned() })
            }
            _ => Err(Failure {
                code: ErrorCode::InvalidParameter,
                message: "The input for a log group must be {\"timestamp\": <time>, \"message\": <text>}, both of them \
                          strings and the time as in ISO 8601."
                    .to_owned(),
            }),
        }
    }
}

/// Returns the policies of the account and of the log group, or nothing when there is no such group.
fn policies(services: &dyn Services, region: &str, arn: &str) -> Option<Vec<Policy>> {
    let scopes = [json!({ "resourceArn": arn, "policyScope": "RESOURCE" }), json!({})];
    let mut policies = Vec::new();
    for scope in scopes {
        let answer = services.call("logs", region, "DescribeResourcePolicies", &scope).ok()?;
        let documents = items(&answer, "resourcePolicies").iter();
        policies
            .extend(documents.filter_map(|policy| Policy::parse(required(policy, "policyDocument")).ok()));
    }
    Some(policies)
}

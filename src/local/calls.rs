//! The log of the API calls that are made with the user's permissions: `-v` shows it.
//!
//! A line names the action and the resource as an IAM policy does (Service Authorization Reference), so that a
//! policy can be held against what a command really does. No other part of a call's input is logged.

use std::fmt;

use serde_json::Value;

use super::wire::ACCOUNT;

/// Logs a call; `via` names the service that makes it for the user.
pub(super) fn log(service: &str, region: &str, action: &str, input: &Value, via: Option<&str>) {
    for call in of(service, region, action, input) {
        write(&call, via);
    }
}

/// Logs calls that were read already.
pub(super) fn log_all(calls: &[Call]) {
    for call in calls {
        write(call, None);
    }
}

fn write(call: &Call, via: Option<&str>) {
    let via = via.map(|via| format!(" via {via}")).unwrap_or_default();
    tracing::debug!(target: "evbridge_momento::calls", "{call}{via}");
}

/// A call in the terms of a policy.
pub(super) struct Call {
    pub(super) action: String,
    pub(super) resource: String,
    /// Condition keys and their values.
    pub(super) context: Vec<(&'static str, String)>,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} {}", self.action, self.resource)?;
        self.context.iter().try_for_each(|(key, value)| write!(f, " {key}={value}"))
    }
}

/// Returns what a call needs permission for: mostly itself, and what goes with it.
pub(super) fn of(service: &str, region: &str, action: &str, input: &Value) -> Vec<Call> {
    // In policies CloudWatch has another name than in requests.
    let prefix = if service == "monitoring" { "cloudwatch" } else { service };
    let call =
        |resource: String| Call { action: format!("{prefix}:{action}"), resource, context: Vec::new() };
    match (service, action) {
        ("events", "PutEvents") => items(input, "Entries")
            .map(|entry| Call {
                context: vec![
                    ("events:source", text(entry, "Source").to_owned()),
                    ("events:detail-type", text(entry, "DetailType").to_owned()),
                ],
                ..call(bus(region, text(entry, "EventBusName")))
            })
            .collect(),
        ("events", "PutTargets") => {
            let roles = items(input, "Targets").map(|target| text(target, "RoleArn"));
            let passed = roles.filter(|role| !role.is_empty()).map(|role| Call {
                action: "iam:PassRole".to_owned(),
                resource: role.to_owned(),
                context: vec![("iam:PassedToService", "events.amazonaws.com".to_owned())],
            });
            std::iter::once(call(events(region, action, input))).chain(passed).collect()
        }
        ("events", _) => vec![call(events(region, action, input))],
        ("cloudformation", _) => {
            let stack = text(input, "StackName");
            let arn = match stack {
                "" => "*".to_owned(),
                arn if arn.starts_with("arn:") => arn.to_owned(),
                name => format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/0"),
            };
            let role = Some(text(input, "RoleARN")).filter(|role| !role.is_empty());
            let passed = role.map(|role| Call {
                action: "iam:PassRole".to_owned(),
                resource: role.to_owned(),
                context: vec![("iam:PassedToService", "cloudformation.amazonaws.com".to_owned())],
            });
            std::iter::once(call(arn)).chain(passed).collect()
        }
        ("iam", "SimulatePrincipalPolicy") => {
            let arn = text(input, "PolicySourceArn");
            let name = arn.rsplit(":user/").next().unwrap_or_default();
            vec![Call { context: vec![("aws:username", name.to_owned())], ..call(arn.to_owned()) }]
        }
        ("iam", _) => vec![call(format!("arn:aws:iam::{ACCOUNT}:role/{}", text(input, "RoleName")))],
        ("secretsmanager", _) => {
            let id = [text(input, "SecretId"), text(input, "Name")].concat();
            let arn = if id.starts_with("arn:") {
                id
            } else {
                // The six characters are Secrets Manager's; which ones does not matter to a policy.
                format!("arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{id}-xxxxxx")
            };
            vec![call(arn)]
        }
        ("monitoring", action) if action.contains("Alarm") => {
            vec![call(format!("arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:*"))]
        }
        ("sqs", _) => {
            let name =
                [text(input, "QueueUrl").rsplit('/').next().unwrap_or_default(), text(input, "QueueName")];
            vec![call(format!("arn:aws:sqs:{region}:{ACCOUNT}:{}", name.concat()))]
        }
        _ => vec![call("*".to_owned())],
    }
}

/// Returns the resource of an action of EventBridge.
fn events(region: &str, action: &str, input: &Value) -> String {
    let arn = |path: String| format!("arn:aws:events:{region}:{ACCOUNT}:{path}");
    let name = text(input, "Name");
    match action {
        _ if action.ends_with("Resource") => text(input, "ResourceARN").to_owned(),
        _ if action.ends_with("Connection") => arn(format!("connection/{name}")),
        _ if action.ends_with("ApiDestination") => arn(format!("api-destination/{name}")),
        _ if action.ends_with("EventBus") => bus(region, name),
        _ if action.ends_with("Rule") || action.ends_with("Targets") => {
            let rule = [name, text(input, "Rule")].concat();
            match text(input, "EventBusName").rsplit('/').next().unwrap_or_default() {
                "" | "default" => arn(format!("rule/{rule}")),
                bus => arn(format!("rule/{bus}/{rule}")),
            }
        }
        _ => "*".to_owned(),
    }
}

fn bus(region: &str, name: &str) -> String {
    match name {
        "" => format!("arn:aws:events:{region}:{ACCOUNT}:event-bus/default"),
        arn if arn.starts_with("arn:") => arn.to_owned(),
        name => format!("arn:aws:events:{region}:{ACCOUNT}:event-bus/{name}"),
    }
}

fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(input: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    input.get(name).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of;

    fn lines(service: &str, action: &str, input: &serde_json::Value) -> Vec<String> {
        of(service, "us-east-1", action, input).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_call_is_named_as_a_policy_names_it() {
        assert_eq!(
            lines(
                "events",
                "PutEvents",
                &json!({"Entries": [{"Source": "a", "DetailType": "b", "Detail": "{}"}]})
            ),
            [
                "call events:PutEvents arn:aws:events:us-east-1:000000000000:event-bus/default events:source=a events:detail-type=b"
            ]
        );
        assert_eq!(
            lines("events", "DescribeRule", &json!({"Name": "r", "EventBusName": "shop"})),
            ["call events:DescribeRule arn:aws:events:us-east-1:000000000000:rule/shop/r"]
        );
        assert_eq!(
            lines("secretsmanager", "PutSecretValue", &json!({"SecretId": "s", "SecretString": "secret"})),
            [
                "call secretsmanager:PutSecretValue arn:aws:secretsmanager:us-east-1:000000000000:secret:s-xxxxxx"
            ]
        );
        let targets = json!({"Rule": "r", "Targets": [{"RoleArn": "arn:role"}, {}]});
        assert_eq!(
            lines("events", "PutTargets", &targets)[1],
            "call iam:PassRole arn:role iam:PassedToService=events.amazonaws.com"
        );
    }
}

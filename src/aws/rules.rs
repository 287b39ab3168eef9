//! Rules and their targets in EventBridge.

use aws_sdk_eventbridge::types::RuleState;
use serde_json::{Value, json};

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;
use crate::model::doctor::parts::{Rule, Target};

/// Finds a rule and its targets; nothing when there is none.
pub async fn rule(clients: &Clients, bus: &str, name: &str) -> Result<Option<Rule>> {
    let answer = match clients.events().describe_rule().name(name).event_bus_name(bus).send().await {
        Ok(answer) => answer,
        Err(error) if code(&error) == Some("ResourceNotFoundException") => return Ok(None),
        Err(error) => return Err(remote(&format!("looking at the rule {name}"), &error)),
    };
    // A rule has five targets at most, so that there is no second page.
    let listed = clients.events().list_targets_by_rule().rule(name).event_bus_name(bus).send().await;
    let listed = listed.map_err(|error| remote(&format!("looking at the targets of {name}"), &error))?;
    let targets = listed.targets().iter().map(|target| Target {
        id: target.id().to_owned(),
        arn: target.arn().to_owned(),
        role_arn: target.role_arn().map(str::to_owned),
        dead_letter_arn: target.dead_letter_config().and_then(|config| config.arn()).map(str::to_owned),
        settings: settings(target),
    });
    Ok(Some(Rule {
        arn: answer.arn().unwrap_or_default().to_owned(),
        enabled: answer.state() != Some(&RuleState::Disabled),
        pattern: answer.event_pattern().map(str::to_owned),
        targets: targets.collect(),
    }))
}

/// Spells what a target makes of an event as a template does.
fn settings(target: &aws_sdk_eventbridge::types::Target) -> Value {
    json!({
        "Input": target.input(),
        "InputPath": target.input_path(),
        "InputTransformer": target.input_transformer().map(|transformer| json!({
            "InputPathsMap": transformer.input_paths_map(),
            "InputTemplate": transformer.input_template(),
        })),
        "HttpParameters": target.http_parameters().map(|parameters| json!({
            "PathParameterValues": parameters.path_parameter_values(),
            "HeaderParameters": parameters.header_parameters(),
            "QueryStringParameters": parameters.query_string_parameters(),
        })),
        "SqsParameters": target.sqs_parameters().map(|parameters| json!({
            "MessageGroupId": parameters.message_group_id(),
        })),
        "RetryPolicy": target.retry_policy().map(|policy| json!({
            "MaximumEventAgeInSeconds": policy.maximum_event_age_in_seconds(),
            "MaximumRetryAttempts": policy.maximum_retry_attempts(),
        })),
    })
}

/// Enables a rule.
pub async fn enable(clients: &Clients, bus: &str, name: &str) -> Result<()> {
    let answer = clients.events().enable_rule().name(name).event_bus_name(bus).send().await;
    answer.map(drop).map_err(|error| remote(&format!("enabling the rule {name}"), &error))
}

//! The targets of a rule.

use serde_json::{Map, Value, json};

use crate::local::wire::{Answer, ApiError};
use crate::model::delivery::Parameter;
use crate::model::transform::TargetInput;

use super::documents::{ApiDestination, Rule};
use super::input::{answer, items, page, required, text};
use super::names::{bus_arn, resource};
use super::{EventBridge, failure};

/// The quota of targets of a rule.
const TARGETS: usize = 5;

/// What a target's ARN means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TargetKind {
    /// An API destination: its name.
    ApiDestination(String),
    /// An event bus of any account: its region and name.
    Bus {
        /// The region.
        region: String,
        /// The bus.
        name: String,
    },
    /// A log group: its name.
    LogGroup(String),
    /// A queue: its name.
    Queue(String),
    /// An SNS topic: the target's ARN says which.
    Topic,
}

impl EventBridge {
    pub(super) fn put_targets(&self, region: &str, input: &Value) -> Answer {
        let mut rule = self.rule(region, text(input, "EventBusName"), required(input, "Rule"))?;
        let targets = items(input, "Targets");
        let mut failed = Vec::new();
        for (index, target) in targets.iter().enumerate() {
            let kind = admit(region, &rule, target, index + 1)?;
            if let TargetKind::ApiDestination(name) = &kind
                && !self.destination_is(region, name, required(target, "Arn"))?
            {
                failed.push(json!({
                    "TargetId": required(target, "Id"),
                    "ErrorCode": "ResourceNotFoundException",
                    "ErrorMessage": format!("An api-destination '{name}' does not exist."),
                }));
                continue;
            }
            let id = required(target, "Id");
            let kept = answer(target.clone());
            match rule.targets.iter_mut().find(|target| required(target, "Id") == id) {
                Some(target) => *target = kept,
                None => rule.targets.push(kept),
            }
        }
        if rule.targets.len() > TARGETS {
            return Err(failure::limit());
        }
        self.store.put(region, &Rule::id(&rule.bus, &rule.name), &rule)?;
        self.rules.changed();
        Ok(json!({ "FailedEntryCount": failed.len(), "FailedEntries": failed }))
    }

    /// Removes targets; one that is not there is removed already, as on AWS.
    pub(super) fn remove_targets(&self, region: &str, input: &Value) -> Answer {
        let mut rule = self.rule(region, text(input, "EventBusName"), required(input, "Rule"))?;
        let ids = items(input, "Ids");
        rule.targets.retain(|target| !ids.iter().any(|id| Some(id) == target.get("Id")));
        self.store.put(region, &Rule::id(&rule.bus, &rule.name), &rule)?;
        self.rules.changed();
        Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
    }

    pub(super) fn list_targets(&self, region: &str, input: &Value) -> Answer {
        let rule = self.rule(region, text(input, "EventBusName"), required(input, "Rule"))?;
        let rows = rule.targets.into_iter().map(|target| (required(&target, "Id").to_owned(), target));
        page(input, "Targets", rows.collect())
    }

    pub(super) fn list_rule_names(&self, region: &str, input: &Value) -> Answer {
        let bus = self.bus(region, text(input, "EventBusName"))?.name;
        let arn = text(input, "TargetArn");
        let rows = Rule::all(&self.store, region, &bus)?
            .into_iter()
            .filter(|rule| rule.targets.iter().any(|target| text(target, "Arn") == arn))
            .map(|rule| (rule.name.clone(), Value::String(rule.name)))
            .collect();
        page(input, "RuleNames", rows)
    }

    fn destination_is(&self, region: &str, name: &str, arn: &str) -> Result<bool, ApiError> {
        Ok(self.store.get::<ApiDestination>(region, name)?.is_some_and(|found| found.arn == arn))
    }
}

/// Reads what a target's ARN means, for the kinds that the local cloud delivers to.
pub(super) fn kind(region: &str, arn: &str) -> Result<TargetKind, ApiError> {
    let refused = |reason: &str| failure::invalid(format!("Parameter {arn} is not valid. Reason: {reason}"));
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", "aws", service, place, account, path] = parts.as_slice() else {
        return Err(refused("Provided Arn is not in correct format."));
    };
    match (*service, path.split('/').collect::<Vec<_>>().as_slice()) {
        ("events", ["api-destination", name, _]) if resource(region, arn).is_some() => {
            Ok(TargetKind::ApiDestination((*name).to_owned()))
        }
        ("events", ["event-bus", ..]) if !place.is_empty() && is_account(account) => {
            let name = path.trim_start_matches("event-bus/").to_owned();
            Ok(TargetKind::Bus { region: (*place).to_owned(), name })
        }
        ("sqs", [name]) if *place == region => Ok(TargetKind::Queue((*name).to_owned())),
        ("logs", _) if *place == region && log_group(path).is_some() => {
            Ok(TargetKind::LogGroup(log_group(path).unwrap_or_default().to_owned()))
        }
        ("sns", [_]) if *place == region && !path.contains(':') => Ok(TargetKind::Topic),
        ("events" | "logs" | "sns" | "sqs", _) => Err(refused("Provided Arn is not in correct format.")),
        (service, _) => Err(refused(&format!(
            "The local cloud delivers to API destinations, event buses, SQS queues, SNS topics and log groups, not to {service}."
        ))),
    }
}

/// Reads a target's input settings.
pub(super) fn target_input(target: &Value, position: usize) -> Result<TargetInput, ApiError> {
    TargetInput::read(target, position).map_err(|refused| failure::invalid(refused.to_string()))
}

fn admit(region: &str, rule: &Rule, target: &Value, position: usize) -> Result<TargetKind, ApiError> {
    let arn = required(target, "Arn");
    let means = kind(region, arn)?;
    let assumes = text(target, "RoleArn").is_some_and(|role| !role.is_empty());
    let has = |name: &str| target.get(name).is_some_and(|value| !value.is_null());
    match &means {
        TargetKind::ApiDestination(_) | TargetKind::Bus { .. } if !assumes => {
            return Err(failure::invalid(format!("RoleArn is required for target {arn}.")));
        }
        TargetKind::Bus { .. } if arn == bus_arn(region, &rule.bus) => {
            return Err(failure::invalid("Source EventBus and Target EventBus must not be the same."));
        }
        TargetKind::Queue(name) if is_fifo(name) && !has("SqsParameters") => {
            return Err(failure::invalid(format!(
                "Parameter(s) SqsParameters must be specified for target: {}.",
                required(target, "Id")
            )));
        }
        _ => {}
    }
    let parsed = target_input(target, position)?;
    if matches!(means, TargetKind::LogGroup(_)) {
        if assumes {
            return Err(failure::invalid(format!("RoleArn is not supported for target {arn}.")));
        }
        if matches!(parsed, TargetInput::Constant(_) | TargetInput::Path(_)) {
            return Err(failure::invalid(format!(
                "Input and InputPath are not valid forms of input for target {}. The only valid form of input is \
                 InputTransformer.",
                required(target, "Id")
            )));
        }
    }
    if matches!(means, TargetKind::Bus { .. }) && parsed != TargetInput::Whole {
        return Err(failure::invalid(format!(
            "Modifying the input for target {} is not supported.",
            required(target, "Id")
        )));
    }
    if let Some(queue) = target.get("DeadLetterConfig").and_then(|config| text(config, "Arn"))
        && (!queue.starts_with(&format!("arn:aws:sqs:{region}:")) || is_fifo(queue))
    {
        return Err(failure::invalid(
            "The dead-letter queue must be a standard SQS queue in the rule's region.",
        ));
    }
    check_parameters(target)?;
    Ok(means)
}

/// Refuses a path in the HTTP parameters that is none: AWS's words for it are not known.
fn check_parameters(target: &Value) -> Result<(), ApiError> {
    let Some(parameters) = target.get("HttpParameters") else { return Ok(()) };
    let maps = ["HeaderParameters", "QueryStringParameters"].into_iter();
    let maps = maps.filter_map(|name| parameters.get(name).and_then(Value::as_object));
    let values = items(parameters, "PathParameterValues").iter().chain(maps.flat_map(Map::values));
    match values.filter_map(Value::as_str).find(|value| Parameter::parse(value).is_err()) {
        Some(value) => Err(failure::invalid(format!(
            "HttpParameters for target {} contain an invalid JSON path: {value}",
            required(target, "Id")
        ))),
        None => Ok(()),
    }
}

/// Returns the name in `log-group:NAME`; a log stream after it is refused (captured).
///
/// `NAME:*`, as CloudFormation's `Arn` attribute has it, is admitted and never reached, as on AWS
/// (aws-samples/serverless-patterns#221).
fn log_group(path: &str) -> Option<&str> {
    let name = path.strip_prefix("log-group:")?;
    let bare = name.strip_suffix(":*").unwrap_or(name);
    (!bare.is_empty() && !bare.contains(':')).then_some(name)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_fifo(queue: &str) -> bool {
    queue.rsplit_once('.').is_some_and(|(_, suffix)| suffix == "fifo")
}

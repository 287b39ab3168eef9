//! Alarms, as records: nothing watches their metrics, `SetAlarmState` says how they are.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::input::{items, number, required, text, texts};
use super::{CloudWatch, error};
use crate::local::store::Document;
use crate::local::wire::{ACCOUNT, Answer, ApiError};

/// The members of an alarm that are kept as they were given.
const KEPT: [&str; 12] = [
    "AlarmDescription",
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Unit",
    "ComparisonOperator",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
    "ThresholdMetricId",
    "Metrics",
    "Dimensions",
];
/// The members that are whole numbers.
const NUMBERS: [&str; 3] = ["Period", "EvaluationPeriods", "DatapointsToAlarm"];
/// The members that are lists of ARNs.
const ACTIONS: [&str; 3] = ["OKActions", "AlarmActions", "InsufficientDataActions"];
/// The states of an alarm.
const STATES: [&str; 3] = ["OK", "ALARM", "INSUFFICIENT_DATA"];

/// An alarm as `DescribeAlarms` shows it.
#[derive(Debug, Deserialize, Serialize)]
struct Alarm(Map<String, Value>);

impl Document for Alarm {
    const KIND: &'static str = "monitoring:alarm";
}

impl Alarm {
    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

impl CloudWatch {
    pub(super) fn put_metric_alarm(&self, region: &str, input: &Value) -> Answer {
        let name = required(input, "AlarmName")?;
        if name.chars().count() > 255 {
            let rule = "Member must have length less than or equal to 255";
            return Err(error::violation(&format!("'{name}'"), "alarmName", rule));
        }
        required(input, "ComparisonOperator")?;
        number(input, "EvaluationPeriods").ok_or_else(|| error::missing("evaluationPeriods"))?;
        if text(input, "MetricName").is_some() != items(input, "Metrics").is_empty() {
            return Err(error::combination("Exactly one of MetricName and Metrics must be specified"));
        }
        let now = self.clock.now().as_second();
        let mut alarm = Map::from_iter([
            ("AlarmName".to_owned(), json!(name)),
            ("AlarmArn".to_owned(), json!(format!("arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:{name}"))),
        ]);
        let mut keep =
            |name: &str, value: Option<Value>| value.map(|value| alarm.insert(name.to_owned(), value));
        for name in KEPT {
            keep(name, input.get(name).cloned());
        }
        for name in NUMBERS {
            keep(name, number(input, name).map(Value::from));
        }
        for name in ACTIONS {
            keep(name, Some(json!(texts(input, name))));
        }
        keep("Threshold", input.get("Threshold").and_then(double).map(Value::from));
        let acts = input.get("ActionsEnabled").is_none_or(|acts| acts != false && acts != "false");
        keep("ActionsEnabled", Some(json!(acts)));
        keep("AlarmConfigurationUpdatedTimestamp", Some(json!(now)));
        // A changed alarm keeps its state until it is evaluated again.
        let state = self.store.get::<Alarm>(region, name)?.map_or_else(
            || state("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation", now),
            |before| before.0.into_iter().filter(|(name, _)| name.starts_with("State")).collect(),
        );
        alarm.extend(state);
        self.store.put(region, name, &Alarm(alarm))?;
        Ok(json!({}))
    }

    pub(super) fn set_alarm_state(&self, region: &str, input: &Value) -> Answer {
        let (name, value) = (required(input, "AlarmName")?, required(input, "StateValue")?);
        let reason = input.get("StateReason").and_then(Value::as_str);
        let reason = reason.ok_or_else(|| error::missing("stateReason"))?;
        if !STATES.contains(&value) {
            let rule = "Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]";
            return Err(error::violation(&format!("'{value}'"), "stateValue", rule));
        }
        let Alarm(mut alarm) = self.store.get(region, name)?.ok_or_else(error::no_alarm)?;
        alarm.extend(state(value, reason, self.clock.now().as_second()));
        if let Some(data) = input.get("StateReasonData") {
            alarm.insert("StateReasonData".to_owned(), data.clone());
        }
        self.store.put(region, name, &Alarm(alarm))?;
        Ok(json!({}))
    }

    pub(super) fn delete_alarms(&self, region: &str, input: &Value) -> Answer {
        for name in texts(input, "AlarmNames") {
            if !self.store.remove::<Alarm>(region, name)? {
                return Err(error::no_alarm());
            }
        }
        Ok(json!({}))
    }

    pub(super) fn describe_alarms(&self, region: &str, input: &Value) -> Answer {
        let names = texts(input, "AlarmNames");
        let types = texts(input, "AlarmTypes");
        let mut alarms: Vec<(String, Alarm)> = self.store.list(region)?;
        alarms.sort_by(|a, b| a.0.cmp(&b.0));
        alarms.retain(|(name, alarm)| {
            (names.is_empty() || names.contains(&name.as_str()))
                && (types.is_empty() || types.contains(&"MetricAlarm"))
                && text(input, "AlarmNamePrefix").is_none_or(|prefix| name.starts_with(prefix))
                && text(input, "StateValue").is_none_or(|state| alarm.text("StateValue") == state)
                && text(input, "ActionPrefix").is_none_or(|prefix| {
                    let actions = alarm.0.get("AlarmActions").and_then(Value::as_array);
                    let mut actions = actions.into_iter().flatten().filter_map(Value::as_str);
                    actions.any(|action| action.starts_with(prefix))
                })
        });
        if let Some(after) = text(input, "NextToken") {
            let position = alarms.iter().position(|(name, _)| name == after).ok_or_else(error::token)?;
            alarms.drain(..=position);
        }
        let most = most(input)?;
        let next = (alarms.len() > most).then(|| alarms[most - 1].0.clone());
        alarms.truncate(most);
        let alarms: Vec<_> = alarms.into_iter().map(|(_, alarm)| alarm).collect();
        let mut answer = json!({"MetricAlarms": alarms, "CompositeAlarms": []});
        if let Some(next) = next {
            answer["NextToken"] = json!(next);
        }
        Ok(answer)
    }
}

fn most(input: &Value) -> Result<usize, ApiError> {
    let most = number(input, "MaxRecords").unwrap_or(50);
    if !(1..=100).contains(&most) {
        let rule = if most < 1 { "greater than or equal to 1" } else { "less than or equal to 100" };
        let rule = format!("Member must have value {rule}");
        return Err(error::violation(&format!("'{most}'"), "maxRecords", &rule));
    }
    Ok(usize::try_from(most).unwrap_or(1))
}

fn state(value: &str, reason: &str, now: i64) -> Map<String, Value> {
    Map::from_iter([
        ("StateValue".to_owned(), json!(value)),
        ("StateReason".to_owned(), json!(reason)),
        ("StateUpdatedTimestamp".to_owned(), json!(now)),
        ("StateTransitionedTimestamp".to_owned(), json!(now)),
    ])
}

fn double(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

//! The alarms that watch a stack.

use aws_sdk_cloudwatch::types::{AlarmType, Dimension, MetricAlarm, StateValue};

use super::RuleName;
use crate::aws::Clients;
use crate::aws::error::remote;
use crate::error::Result;

/// How many pages of a hundred alarms are looked through.
const PAGES: usize = 20;

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Its state: `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Why it is in that state.
    pub reason: Option<String>,
    /// The metric that it watches; nothing for one that computes from several.
    pub metric: Option<String>,
}

/// The alarms that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// Those that watch the stack.
    pub found: Vec<Alarm>,
    /// Whether the account has more alarms than were looked through.
    pub there_are_more: bool,
}

/// Finds the alarms whose metrics' dimensions name one of the rules, or the queue.
pub async fn alarms(clients: &Clients, rules: &[RuleName], queue: Option<&str>) -> Result<Alarms> {
    let mut alarms = Alarms::default();
    let mut next_token = None;
    for page in 1.. {
        let answer = clients
            .monitoring()
            .describe_alarms()
            .alarm_types(AlarmType::MetricAlarm)
            .max_records(100)
            .set_next_token(next_token.take())
            .send()
            .await
            .map_err(|error| remote("reading the alarms", &error))?;
        let watching = answer.metric_alarms().iter().filter(|alarm| watches(alarm, rules, queue));
        alarms.found.extend(watching.map(|alarm| Alarm {
            name: alarm.alarm_name().unwrap_or_default().to_owned(),
            state: alarm.state_value().map_or("UNKNOWN", StateValue::as_str).to_owned(),
            reason: alarm.state_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
            metric: alarm.metric_name().map(str::to_owned),
        }));
        next_token = answer.next_token().map(str::to_owned);
        alarms.there_are_more = next_token.is_some();
        if next_token.is_none() || page == PAGES {
            break;
        }
    }
    // What rings comes first.
    alarms.found.sort_by_key(|alarm| (alarm.state != "ALARM", alarm.name.clone()));
    Ok(alarms)
}

fn watches(alarm: &MetricAlarm, rules: &[RuleName], queue: Option<&str>) -> bool {
    let computed = alarm.metrics().iter().filter_map(|query| query.metric_stat()?.metric());
    std::iter::once(alarm.dimensions())
        .chain(computed.map(aws_sdk_cloudwatch::types::Metric::dimensions))
        .any(|dimensions| names(dimensions, rules, queue))
}

fn names(dimensions: &[Dimension], rules: &[RuleName], queue: Option<&str>) -> bool {
    let value =
        |wanted: &str| dimensions.iter().find(|one| one.name() == Some(wanted)).and_then(Dimension::value);
    let is_rule = |rule: &RuleName| {
        value("RuleName") == Some(rule.name.as_str()) && value("EventBusName") == rule.bus.as_deref()
    };
    rules.iter().any(is_rule) || queue.is_some_and(|queue| value("QueueName") == Some(queue))
}

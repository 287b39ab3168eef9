//! A day of the metrics of a stack's rules.
//!
//! EventBridge sends a metric only where it is not 0 (EventBridge User Guide, "Monitoring"), so that an hour without
//! a point had nothing.

use std::collections::HashMap;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use jiff::Timestamp;

use super::RuleName;
use crate::aws::Clients;
use crate::aws::error::remote;
use crate::error::Result;

/// How many hours are looked at.
pub const HOURS: usize = 24;

/// The sums of a metric by the hour, oldest first; the last one is the hour that runs.
pub type Hours = [u64; HOURS];

/// How many metrics one call may ask for.
const AT_ONCE: usize = 500;

/// The metrics that are asked for, in the order of [`Activity`]'s fields.
const METRICS: [&str; 5] = [
    "Invocations",
    "FailedInvocations",
    "RetryInvocationAttempts",
    "InvocationsSentToDlq",
    "InvocationsFailedToBeSentToDlq",
];

/// A day of a stack's rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// The start of the first hour.
    pub from: Timestamp,
    /// How often targets were invoked, with or without success.
    pub invocations: Hours,
    /// How many invocations failed for good.
    pub failed: Hours,
    /// How often an invocation was tried again.
    pub retried: Hours,
    /// How many invocations became dead letters.
    pub sent_to_dlq: Hours,
    /// How many could not even become dead letters.
    pub lost: Hours,
}

/// Reads the metrics of rules, each summed over all of them.
pub async fn activity(clients: &Clients, rules: &[RuleName], now: Timestamp) -> Result<Activity> {
    let hour = 3600;
    // Whole hours: the points are then the same, however CloudWatch places them.
    let until = now.as_second().div_euclid(hour) * hour + hour;
    let from = until - hour * i64::try_from(HOURS).unwrap_or(24);
    let mut sums: HashMap<usize, Hours> = HashMap::new();
    for queries in queries(rules).chunks(AT_ONCE) {
        let mut next_token = None;
        loop {
            let answer = clients
                .monitoring()
                .get_metric_data()
                .start_time(DateTime::from_secs(from))
                .end_time(DateTime::from_secs(until))
                .set_metric_data_queries(Some(queries.to_vec()))
                .set_next_token(next_token.take())
                .send()
                .await
                .map_err(|error| remote("reading the rules' metrics", &error))?;
            for result in answer.metric_data_results() {
                // An id is `m`, the metric's number, `r` and the rule's.
                let id = result.id().unwrap_or_default().trim_start_matches('m');
                let Some(metric) = id.split('r').next().and_then(|number| number.parse().ok()) else {
                    continue;
                };
                let hours = sums.entry(metric).or_default();
                for (time, value) in result.timestamps().iter().zip(result.values()) {
                    let index = usize::try_from((time.secs() - from).div_euclid(hour)).unwrap_or(HOURS);
                    if let Some(sum) = hours.get_mut(index) {
                        *sum += whole(*value);
                    }
                }
            }
            next_token = answer.next_token().map(str::to_owned);
            if next_token.is_none() {
                break;
            }
        }
    }
    let mut taken = |index| sums.remove(&index).unwrap_or_default();
    Ok(Activity {
        from: Timestamp::from_second(from).unwrap_or_default(),
        invocations: taken(0),
        failed: taken(1),
        retried: taken(2),
        sent_to_dlq: taken(3),
        lost: taken(4),
    })
}

fn queries(rules: &[RuleName]) -> Vec<MetricDataQuery> {
    let mut queries = Vec::new();
    for (metric, name) in METRICS.iter().enumerate() {
        for (rule, dimensions) in rules.iter().map(RuleName::dimensions).enumerate() {
            let dimensions = dimensions
                .into_iter()
                .map(|(name, value)| Dimension::builder().name(name).value(value).build());
            let asked = Metric::builder()
                .namespace("AWS/Events")
                .metric_name(*name)
                .set_dimensions(Some(dimensions.collect()))
                .build();
            let stat = MetricStat::builder().metric(asked).period(3600).stat("Sum").build();
            queries
                .push(MetricDataQuery::builder().id(format!("m{metric}r{rule}")).metric_stat(stat).build());
        }
    }
    queries
}

/// A count as CloudWatch writes it: a floating-point number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count is whole and not negative"
)]
fn whole(value: f64) -> u64 {
    value.max(0.0).round() as u64
}

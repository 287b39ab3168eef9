//! `ListMetrics`

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::CloudWatch;
use super::input::{Dimensions, items, text};
use super::series::{NAMESPACE, Span, place};
use crate::local::wire::Answer;

/// How long a metric is listed after its last point.
const DAYS: i64 = 14;

impl CloudWatch {
    pub(super) fn list_metrics(&self, region: &str, input: &Value) -> Answer {
        let now = self.clock.now();
        let minutes = DAYS * 24 * 60;
        let span = Span {
            from: now.as_second() / 60 - minutes,
            until: now.as_second() / 60 + 1,
            period: minutes + 1,
        };
        let mut listed = BTreeSet::new();
        let sums = self.events.sums(region, span.from, span.until, span.period)?;
        for sum in &sums {
            for name in names(&sum.name) {
                listed.insert((name, place(&sum.bus, &sum.rule)));
                listed.insert((name, Dimensions::new()));
            }
        }
        let is_asked = |asked: Option<&str>, is: &str| asked.is_none_or(|asked| asked == is);
        let metrics: Vec<Value> = listed
            .into_iter()
            .filter(|(name, dimensions)| {
                is_asked(text(input, "Namespace"), NAMESPACE)
                    && is_asked(text(input, "MetricName"), name)
                    && has(dimensions, items(input, "Dimensions"))
            })
            .map(|(name, dimensions)| {
                let dimensions = dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value}));
                json!({"Namespace": NAMESPACE, "MetricName": name, "Dimensions": dimensions.collect::<Vec<_>>()})
            })
            .collect();
        Ok(json!({"Metrics": metrics}))
    }
}

/// The metrics that a counter is.
fn names(counter: &str) -> Vec<&str> {
    if counter == "TriggeredRules" { vec![counter, "MatchedEvents"] } else { vec![counter] }
}

/// Returns whether a metric has every dimension of a filter; one without a value asks for the name alone.
fn has(dimensions: &Dimensions, filter: &[Value]) -> bool {
    filter.iter().all(|one| {
        let value = text(one, "Name").and_then(|name| dimensions.get(name));
        value.is_some_and(|value| text(one, "Value").is_none_or(|wanted| wanted == value))
    })
}

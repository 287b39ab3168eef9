//! A metric over time, from the counters of EventBridge.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::CloudWatch;
use super::input::Dimensions;
use crate::local::eventbridge::Sum;
use crate::local::store::StoreError;

/// The namespace whose metrics are counted here.
pub(super) const NAMESPACE: &str = "AWS/Events";

/// Where a rule's metrics are: on the bus `default` by its name alone, else with the bus.
pub(super) fn place(bus: &str, rule: &str) -> Dimensions {
    let rule = ("RuleName".to_owned(), rule.to_owned());
    match bus {
        "default" => Dimensions::from([rule]),
        bus => Dimensions::from([("EventBusName".to_owned(), bus.to_owned()), rule]),
    }
}

/// The time that is asked for, cut into periods.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// The first minute.
    pub(super) from: i64,
    /// The minute after the last one.
    pub(super) until: i64,
    /// The minutes of a period.
    pub(super) period: i64,
}

impl Span {
    /// Cuts a time into periods of so many seconds; the start is rounded down to its minute.
    pub(super) fn new(from: Timestamp, until: Timestamp, period: i64) -> Self {
        let minute = |time: Timestamp| time.as_second().div_euclid(60);
        let ends_within = until.as_second().rem_euclid(60) != 0 || until.subsec_nanosecond() != 0;
        Self { from: minute(from), until: minute(until) + i64::from(ends_within), period: period / 60 }
    }

    /// Returns how many periods there are.
    pub(super) fn periods(&self) -> i64 {
        (self.until - self.from).max(0).div_ceil_signed(self.period)
    }

    fn start(&self, index: i64) -> i64 {
        (self.from + index * self.period) * 60
    }
}

/// Division that rounds up.
trait DivCeil {
    fn div_ceil_signed(self, by: i64) -> i64;
}

impl DivCeil for i64 {
    fn div_ceil_signed(self, by: i64) -> i64 {
        self.div_euclid(by) + i64::from(self.rem_euclid(by) != 0)
    }
}

/// The sums of all counters in a time.
pub(super) struct Sums {
    span: Span,
    sums: Vec<Sum>,
}

impl CloudWatch {
    /// Reads the counters of a region once, for all the metrics that a call asks for.
    pub(super) fn sums(&self, region: &str, span: Span) -> Result<Sums, StoreError> {
        Ok(Sums { span, sums: self.events.sums(region, span.from, span.until, span.period)? })
    }
}

impl Sums {
    /// Returns a metric's points, oldest first: the start of each period in seconds, and its sum. Where nothing was
    /// counted is no point, as on AWS.
    pub(super) fn points(&self, namespace: &str, name: &str, dimensions: &Dimensions) -> Vec<(i64, u64)> {
        // Each match of a rule triggers it: one counter is kept for both.
        let counter = if name == "MatchedEvents" { "TriggeredRules" } else { name };
        let mut points = BTreeMap::new();
        for sum in self.sums.iter().filter(|sum| namespace == NAMESPACE && sum.name == counter) {
            // Without dimensions a metric counts for the whole account.
            if dimensions.is_empty() || *dimensions == place(&sum.bus, &sum.rule) {
                *points.entry(self.span.start(sum.index)).or_default() += sum.value;
            }
        }
        points.into_iter().collect()
    }
}

/// Returns a statistic of a period in which a sum was counted: each sample is 1. Nothing for an unknown statistic.
#[expect(clippy::cast_precision_loss, reason = "CloudWatch's values are floating-point numbers")]
pub(super) fn statistic(name: &str, sum: u64) -> Option<f64> {
    match name {
        "Sum" | "SampleCount" => Some(sum as f64),
        "Average" | "Minimum" | "Maximum" => Some(1.0),
        _ => None,
    }
}

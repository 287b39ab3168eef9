//! `GetMetricStatistics`

use serde_json::{Map, Value, json};

use super::input::{dimensions, period, required, texts, time};
use super::series::{Span, statistic};
use super::{CloudWatch, error};
use crate::local::wire::Answer;

/// How many points one call may ask for.
const MOST: i64 = 1440;

impl CloudWatch {
    pub(super) fn metric_statistics(&self, region: &str, input: &Value) -> Answer {
        let (namespace, name) = (required(input, "Namespace")?, required(input, "MetricName")?);
        let (from, until) = (time(input, "StartTime")?, time(input, "EndTime")?);
        let span = Span::new(from, until, period(input)?);
        let wanted = texts(input, "Statistics");
        if wanted.is_empty() {
            return Err(error::combination("Must specify either Statistics or ExtendedStatistics"));
        }
        if let Some(unknown) = wanted.iter().find(|name| statistic(name, 1).is_none()) {
            return Err(error::invalid(format!("The local CloudWatch has no statistic {unknown}")));
        }
        if from >= until {
            return Err(error::combination(
                "The parameter StartTime must be less than the parameter EndTime.",
            ));
        }
        let points = span.periods();
        if points > MOST {
            return Err(error::combination(format!(
                "You have requested up to {points} datapoints, which exceeds the limit of 1,440. You may reduce the \
                 datapoints requested by increasing Period, or decreasing the time range."
            )));
        }
        let points = self.sums(region, span)?.points(namespace, name, &dimensions(input));
        let points: Vec<Value> = points
            .into_iter()
            .map(|(start, sum)| {
                let mut point = Map::from_iter([("Timestamp".to_owned(), json!(start))]);
                let statistics = wanted.iter().map(|name| ((*name).to_owned(), json!(statistic(name, sum))));
                point.extend(statistics);
                point.insert("Unit".to_owned(), json!("Count"));
                Value::Object(point)
            })
            .collect();
        Ok(json!({"Label": name, "Datapoints": points}))
    }
}

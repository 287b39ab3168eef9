//! `GetMetricData`

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::input::{dimensions, items, period, required, text, time};
use super::series::{Span, Sums, statistic};
use super::{CloudWatch, error};
use crate::local::wire::{Answer, ApiError};

/// How many metrics one call may ask for.
const MOST: usize = 500;

impl CloudWatch {
    pub(super) fn metric_data(&self, region: &str, input: &Value) -> Answer {
        let (from, until) = (time(input, "StartTime")?, time(input, "EndTime")?);
        let queries = items(input, "MetricDataQueries");
        check(queries)?;
        if from >= until {
            return Err(error::invalid("The parameter StartTime must be less than the parameter EndTime."));
        }
        let is_ascending = text(input, "ScanBy") == Some("TimestampAscending");
        let mut results = Vec::new();
        // The counters are read once for all metrics of the same period.
        let mut sums: BTreeMap<i64, Sums> = BTreeMap::new();
        for query in queries {
            let wanted = query.get("ReturnData").is_none_or(|wanted| wanted != false && wanted != "false");
            if wanted {
                let stat = query.get("MetricStat").ok_or_else(|| error::missing("metricStat"))?;
                let period = period(stat)?;
                let known = match sums.entry(period) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => place.insert(self.sums(region, Span::new(from, until, period))?),
                };
                results.push(series(known, query, stat, is_ascending)?);
            }
        }
        Ok(json!({"MetricDataResults": results, "Messages": []}))
    }
}

fn series(sums: &Sums, query: &Value, stat: &Value, is_ascending: bool) -> Answer {
    let metric = stat.get("Metric").ok_or_else(|| error::missing("metricStat.metric"))?;
    let (namespace, name) = (required(metric, "Namespace")?, required(metric, "MetricName")?);
    let wanted = required(stat, "Stat")?;
    if statistic(wanted, 1).is_none() {
        return Err(error::invalid(format!("The local CloudWatch has no statistic {wanted}")));
    }
    let mut points = sums.points(namespace, name, &dimensions(metric));
    if !is_ascending {
        points.reverse();
    }
    let values: Vec<_> = points.iter().filter_map(|(_, sum)| statistic(wanted, *sum)).collect();
    let times: Vec<_> = points.iter().map(|(start, _)| *start).collect();
    Ok(json!({
        "Id": query["Id"],
        "Label": text(query, "Label").unwrap_or(name),
        "Timestamps": times,
        "Values": values,
        "StatusCode": "Complete",
    }))
}

fn check(queries: &[Value]) -> Result<(), ApiError> {
    if queries.is_empty() {
        return Err(error::missing("metricDataQueries"));
    }
    if queries.len() > MOST {
        let rule = format!("Member must have length less than or equal to {MOST}");
        return Err(error::violation(&format!("of {} queries", queries.len()), "metricDataQueries", &rule));
    }
    let mut ids = HashSet::new();
    for query in queries {
        let id = required(query, "Id")?;
        let is_name = |id: &str| {
            id.starts_with(|first: char| first.is_ascii_lowercase())
                && id.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
        };
        if !is_name(id) {
            return Err(error::invalid(format!(
                "The value {id} for parameter MetricDataQueries.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
            )));
        }
        if !ids.insert(id) {
            return Err(error::invalid(format!(
                "The values for parameter id in MetricDataQueries are not unique: {id}"
            )));
        }
        if query.get("Expression").is_some() {
            return Err(error::invalid(
                "The local CloudWatch has no metric math: ask for metrics by MetricStat",
            ));
        }
    }
    Ok(())
}

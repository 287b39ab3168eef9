//! What CloudWatch says of a stack: read at most once a minute, and never in the way of the rest.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::report::field;
use crate::aws::Clients;
use crate::aws::monitoring::{self, Activity, Hours, RuleName};
use crate::error::{Error, Kind, Result};
use crate::ui::sparkline::{draw, grouped};
use crate::ui::{Page, inline};

/// How old an answer of CloudWatch may be: its metrics come by the minute, and its calls cost money.
const FRESH: Duration = Duration::from_mins(1);

/// Reads CloudWatch, and keeps what it said.
#[derive(Default)]
pub(super) struct Monitor {
    last: Option<(Instant, Vec<String>, Monitored)>,
}

/// A day of the stack in CloudWatch.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(super) struct Monitored {
    /// The metrics of the rules; nothing where CloudWatch did not give them.
    pub(super) metrics: Option<Metrics>,
    /// The alarms that watch a rule or the dead-letter queue; nothing where CloudWatch did not give them.
    pub(super) alarms: Option<Vec<Alarm>>,
    /// What is missing here, and why.
    pub(super) missing: Vec<String>,
}

/// Twenty-four hours of the stack's rules, summed over them; the last hour is the one that runs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Metrics {
    /// The start of the first hour.
    from: String,
    /// How often targets were invoked (`Invocations`).
    invocations: Series,
    /// How many invocations failed for good (`FailedInvocations`).
    failed: Series,
    /// How often an invocation was tried again (`RetryInvocationAttempts`).
    retried: Series,
    /// How many invocations became dead letters (`InvocationsSentToDlq`).
    sent_to_dlq: Series,
    /// How many could not even become dead letters (`InvocationsFailedToBeSentToDlq`).
    lost: Series,
}

/// A metric over time.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Series {
    /// The sum of all hours.
    total: u64,
    /// The sum of each hour, oldest first.
    hours: Vec<u64>,
}

/// An alarm.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Alarm {
    /// Its name.
    name: String,
    /// Its state: `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    state: String,
    /// Why it is in that state.
    reason: Option<String>,
    /// The metric that it watches.
    metric: Option<String>,
}

impl Monitor {
    /// Looks at rules, by CloudFormation's names for them, and at the alarms of theirs and of a queue, by its name.
    ///
    /// What CloudWatch refuses is missing; credentials that are no longer good are the command's failure.
    pub(super) async fn look(
        &mut self,
        clients: &Clients,
        rules: &[String],
        queue: Option<&str>,
        now: Timestamp,
    ) -> Result<Monitored> {
        let about: Vec<String> = rules.iter().cloned().chain(queue.map(str::to_owned)).collect();
        if let Some((at, known, monitored)) = &self.last
            && at.elapsed() < FRESH
            && *known == about
        {
            return Ok(monitored.clone());
        }
        let names: Vec<RuleName> = rules.iter().map(|id| RuleName::of(id)).collect();
        let (metrics, alarms) = tokio::join!(
            monitoring::activity(clients, &names, now),
            monitoring::alarms(clients, &names, queue)
        );
        let mut monitored = Monitored::default();
        match metrics {
            Ok(activity) => monitored.metrics = Some(Metrics::of(&activity)),
            Err(error) if error.kind == Kind::Settings => return Err(error),
            Err(error) => monitored.missing.push(lacks("metrics", &error)),
        }
        match alarms {
            Ok(alarms) => {
                if alarms.there_are_more {
                    monitored.missing.push("alarms: the region has more than were looked through".to_owned());
                }
                monitored.alarms = Some(alarms.found.into_iter().map(Alarm::of).collect());
            }
            Err(error) if error.kind == Kind::Settings => return Err(error),
            Err(error) => monitored.missing.push(lacks("alarms", &error)),
        }
        self.last = Some((Instant::now(), about, monitored.clone()));
        Ok(monitored)
    }
}

/// Says what could not be read, and AWS's own words for it.
fn lacks(what: &str, error: &Error) -> String {
    format!("{what}: {}", error.causes.first().unwrap_or(&error.message))
}

impl Metrics {
    fn of(activity: &Activity) -> Self {
        let series = |hours: &Hours| Series { total: hours.iter().sum(), hours: hours.to_vec() };
        Self {
            from: activity.from.to_string(),
            invocations: series(&activity.invocations),
            failed: series(&activity.failed),
            retried: series(&activity.retried),
            sent_to_dlq: series(&activity.sent_to_dlq),
            lost: series(&activity.lost),
        }
    }
}

impl Alarm {
    fn of(alarm: monitoring::Alarm) -> Self {
        let monitoring::Alarm { name, state, reason, metric } = alarm;
        Self { name, state, reason, metric }
    }
}

/// Writes the day on the screen: a line for each metric and alarm.
pub(super) fn text(page: &mut Page, monitored: &Monitored, unicode: bool) {
    if let Some(metrics) = &monitored.metrics {
        series(page, "invocations", &metrics.invocations, unicode, false);
        series(page, "failed", &metrics.failed, unicode, true);
        series(page, "retried", &metrics.retried, unicode, false);
        series(page, "sent to DLQ", &metrics.sent_to_dlq, unicode, true);
        if metrics.lost.total > 0 {
            series(page, "lost", &metrics.lost, unicode, true);
        }
    }
    for (index, alarm) in monitored.alarms.iter().flatten().enumerate() {
        let state = format!(
            "{:<10}",
            inline(if alarm.state == "INSUFFICIENT_DATA" { "NO DATA" } else { &alarm.state })
        );
        let state = match alarm.state.as_str() {
            "OK" => state.green().to_string(),
            "ALARM" => state.red().to_string(),
            _ => state.yellow().to_string(),
        };
        let label = if index == 0 { "alarms" } else { "" };
        field(page, label, format_args!("{state} {}", inline(&alarm.name)));
    }
    for missing in &monitored.missing {
        field(page, "not shown", inline(missing).yellow());
    }
}

fn series(page: &mut Page, label: &str, series: &Series, unicode: bool, is_bad: bool) {
    let line = draw(&series.hours, unicode);
    let total = grouped(series.total);
    let latest = grouped(series.hours.last().copied().unwrap_or(0));
    let numbers = format!("{total} in 24 h, {latest} this hour");
    if series.total == 0 {
        field(page, label, format_args!("{} {}", line.dimmed(), numbers.dimmed()));
    } else if is_bad {
        field(page, label, format_args!("{} {}", line.red(), numbers.red()));
    } else {
        field(page, label, format_args!("{} {numbers}", line.cyan()));
    }
}

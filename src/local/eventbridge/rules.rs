//! Rules, and the test of a pattern.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::local::wire::{ACCOUNT, Answer, ApiError};
use crate::model::json::Json;
use crate::model::pattern::{Invalid, Pattern, QUOTA_LENGTH};

use super::documents::Rule;
use super::input::{answer, filled, items, page, required, text};
use super::names::{DEFAULT, bus_name, rule_arn};
use super::{EventBridge, failure, tags};

/// The quota of rules on a bus.
const RULES: usize = 300;

impl EventBridge {
    pub(super) fn put_rule(&self, region: &str, input: &Value) -> Answer {
        let (name, pattern) = (required(input, "Name"), filled(input, "EventPattern"));
        let schedule = filled(input, "ScheduleExpression");
        if pattern.is_none() && schedule.is_none() {
            return Err(failure::invalid(
                "Parameter(s) EventPattern or ScheduleExpression must be specified.",
            ));
        }
        if let Some(pattern) = &pattern {
            parse(pattern)?;
            if pattern.encode_utf16().count() > QUOTA_LENGTH {
                return Err(failure::limit());
            }
        }
        let bus = self.bus(region, text(input, "EventBusName"))?.name;
        if let Some(schedule) = &schedule {
            return Err(refuse_schedule(schedule, &bus));
        }
        let id = Rule::id(&bus, name);
        let before: Option<Rule> = self.store.get(region, &id)?;
        if before.is_none() && Rule::all(&self.store, region, &bus)?.len() >= RULES {
            return Err(failure::limit());
        }
        // Everything that the call leaves out is nulled, but tags and targets stay.
        let (tags, targets) = before.map_or_else(
            || (tags::read(items(input, "Tags")), Vec::new()),
            |before| (before.tags, before.targets),
        );
        let rule = Rule {
            name: name.to_owned(),
            bus: bus.clone(),
            pattern,
            schedule: None,
            state: text(input, "State").unwrap_or("ENABLED").to_owned(),
            description: filled(input, "Description"),
            role: filled(input, "RoleArn"),
            tags,
            targets,
        };
        self.store.put(region, &id, &rule)?;
        self.rules.changed();
        Ok(json!({ "RuleArn": rule_arn(region, &bus, name) }))
    }

    pub(super) fn describe_rule(&self, region: &str, input: &Value) -> Answer {
        let rule = self.rule(region, text(input, "EventBusName"), required(input, "Name"))?;
        let mut shown = summary(region, &rule);
        shown["CreatedBy"] = json!(ACCOUNT);
        Ok(answer(shown))
    }

    pub(super) fn list_rules(&self, region: &str, input: &Value) -> Answer {
        let bus = self.bus(region, text(input, "EventBusName"))?.name;
        let prefix = text(input, "NamePrefix").unwrap_or_default();
        let rows = Rule::all(&self.store, region, &bus)?
            .into_iter()
            .filter(|rule| rule.name.starts_with(prefix))
            .map(|rule| (rule.name.clone(), answer(summary(region, &rule))))
            .collect();
        page(input, "Rules", rows)
    }

    /// Deletes a rule; one that is not there is deleted already, as on AWS.
    pub(super) fn delete_rule(&self, region: &str, input: &Value) -> Answer {
        let bus = self.bus(region, text(input, "EventBusName"))?.name;
        let id = Rule::id(&bus, required(input, "Name"));
        if self.store.get::<Rule>(region, &id)?.is_some_and(|rule| !rule.targets.is_empty()) {
            return Err(failure::invalid("Rule can't be deleted since it has targets."));
        }
        self.store.remove::<Rule>(region, &id)?;
        self.rules.changed();
        Ok(json!({}))
    }

    pub(super) fn set_rule_state(&self, region: &str, input: &Value, state: &str) -> Answer {
        let mut rule = self.rule(region, text(input, "EventBusName"), required(input, "Name"))?;
        state.clone_into(&mut rule.state);
        self.store.put(region, &Rule::id(&rule.bus, &rule.name), &rule)?;
        self.rules.changed();
        Ok(json!({}))
    }

    /// Answers `TestEventPattern`.
    #[expect(clippy::unused_self, reason = "an action like the others")]
    pub(super) fn test_pattern(&self, input: &Value) -> Answer {
        let pattern = parse(required(input, "EventPattern"))?;
        let unusable = || failure::invalid("Parameter Event is not valid.");
        let event = Json::parse(required(input, "Event")).map_err(|_| unusable())?;
        // The service asks for all but `resources`, `detail` and `version` (captured answers).
        for name in ["id", "detail-type", "source", "account", "time", "region"] {
            event.get(name).ok_or_else(unusable)?;
        }
        let time = event.get("time").and_then(Json::as_str).map(str::parse::<Timestamp>);
        if !matches!(time, Some(Ok(_))) {
            return Err(failure::invalid("Parameter Event is not valid. Reason: Invalid time."));
        }
        Ok(json!({ "Result": pattern.matches(&event) }))
    }

    /// Returns the rule with a name on the bus that a name or an ARN means.
    pub(super) fn rule(&self, region: &str, bus: Option<&str>, name: &str) -> Result<Rule, ApiError> {
        let bus = bus_name(region, bus)?;
        if let Some(rule) = self.store.get(region, &Rule::id(bus, name))? {
            return Ok(rule);
        }
        self.bus(region, Some(bus))?;
        Err(failure::no_rule(bus, name))
    }
}

/// Reads a pattern, or refuses it in AWS's words.
pub(super) fn parse(pattern: &str) -> Result<Pattern, ApiError> {
    Pattern::parse(pattern).map_err(|invalid| ApiError {
        status: if invalid == Invalid::Engine { 500 } else { 400 },
        code: invalid.code().to_owned(),
        message: invalid.to_string(),
    })
}

fn summary(region: &str, rule: &Rule) -> Value {
    json!({
        "Name": rule.name,
        "Arn": rule_arn(region, &rule.bus, &rule.name),
        "EventPattern": rule.pattern,
        "ScheduleExpression": rule.schedule,
        "State": rule.state,
        "Description": rule.description,
        "RoleArn": rule.role,
        "EventBusName": rule.bus,
    })
}

/// Refuses a schedule: one that is wrong in AWS's words, and a right one because no clock here would fire it.
fn refuse_schedule(schedule: &str, bus: &str) -> ApiError {
    if bus != DEFAULT {
        return failure::invalid("ScheduleExpression is supported only on the default event bus.");
    }
    let inside = |kind: &str| schedule.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
    let rate = inside("rate").is_some_and(|rate| {
        matches!(rate.split_once(' '), Some((count, unit))
            if count.parse::<u32>().is_ok_and(|count| count > 0 && (count == 1) != unit.ends_with('s'))
                && ["minute", "hour", "day"].contains(&unit.trim_end_matches('s')))
    });
    let cron = inside("cron").is_some_and(|cron| cron.split_ascii_whitespace().count() == 6);
    if rate || cron {
        return failure::invalid(
            "ScheduleExpression is not supported: the local cloud runs no schedules, so that the rule would never fire.",
        );
    }
    failure::invalid("Parameter ScheduleExpression is not valid.")
}

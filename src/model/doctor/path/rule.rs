//! A rule: which events it takes, and what its targets make of them.

use serde_json::{Map, Value};

use super::{Expected, REVERT, with};
use crate::model::doctor::Check;
use crate::model::doctor::difference::first;
use crate::model::doctor::parts::{Look, Rule, Target};

/// What makes a call of an event: another value is another call.
const MAKING: [&str; 6] =
    ["Arn", "Input", "InputPath", "InputTransformer", "HttpParameters", "SqsParameters"];

/// Checks a rule and its targets: all that is wrong with it.
pub fn rule(id: &str, look: &Look<Rule>, expected: &Expected<'_>) -> Check {
    let name = format!("rule {id}");
    with(look, &name, |rule| {
        let mut found = changes(&name, id, rule, expected);
        found.extend((!rule.enabled).then(|| disabled(&name, found.is_empty(), expected.of(id).is_some())));
        Check::together(found).unwrap_or_else(|| {
            let what = if expected.of(id).is_some() {
                "its pattern and its target are as deployed"
            } else {
                "its target is in place"
            };
            Check::ok(&name, format!("enabled, {what}"))
        })
    })
}

/// Returns whether a rule is disabled and otherwise known to be as the stack says: one that was changed as well
/// delivers somebody else's events, or to somebody else, once it is enabled.
pub fn is_only_disabled(id: &str, rule: &Rule, expected: &Expected<'_>) -> bool {
    !rule.enabled && expected.of(id).is_some() && changes("", id, rule, expected).is_empty()
}

fn disabled(name: &str, is_all: bool, is_known: bool) -> Check {
    let check = Check::fail(name, "it is disabled: events that match it are not delivered");
    check.treat(match (is_all, is_known) {
        (true, true) => "enable it: `evbridge-momento doctor --fix`",
        (true, false) => "see the check `template`; then `evbridge-momento doctor --fix` enables it",
        (false, _) => "then enable it, where it is not: `evbridge-momento doctor --fix`",
    })
}

/// Returns where a rule is another than the stack's.
fn changes(name: &str, id: &str, rule: &Rule, expected: &Expected<'_>) -> Vec<Check> {
    let declared = expected.of(id);
    let own = declared.and_then(|declared| declared.get("Targets")?.as_array());
    let mut faults: Vec<String> = declared.and_then(|declared| pattern(rule, declared)).into_iter().collect();
    if rule.targets.is_empty() {
        faults.push("it has no target: events that match it are lost".to_owned());
    } else {
        faults.extend(targets(rule, own, expected));
    }
    let retries = own.into_iter().flatten().find_map(|declared| retries(rule, declared));
    let faults = faults.into_iter().map(|fault| Check::fail(name, fault).treat(REVERT));
    faults.chain(retries.map(|evidence| Check::warn(name, evidence).treat(REVERT))).collect()
}

/// Says where the pattern is another than the stack's.
fn pattern(rule: &Rule, declared: &Map<String, Value>) -> Option<String> {
    let expected = declared.get("EventPattern")?;
    let parsed = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    let expected = expected.as_str().map_or_else(|| expected.clone(), parsed);
    let actual = rule.pattern.as_deref().map_or(Value::Null, parsed);
    let difference = first(&expected, &actual)?;
    Some(format!("it takes other events than the stack says: in its pattern {}", difference.words()))
}

/// Says what is wrong with the targets: more, fewer or others than the stack's.
fn targets(rule: &Rule, declared: Option<&Vec<Value>>, expected: &Expected<'_>) -> Vec<String> {
    let id = |target: &Value| target.get("Id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut faults = Vec::new();
    for target in &rule.targets {
        let own = declared.map(|all| all.iter().find(|one| id(one) == target.id));
        faults.extend(match own {
            Some(None) => {
                Some(format!("it has a target {} that the stack does not say: {}", target.id, target.arn))
            }
            Some(Some(own)) => fault(target, expected).or_else(|| changed(target, own)),
            None => fault(target, expected),
        });
    }
    let gone = declared.into_iter().flatten().map(id);
    let gone = gone.filter(|id| !rule.targets.iter().any(|target| target.id == *id));
    faults.extend(gone.map(|id| format!("its target {id} is gone")));
    faults
}

fn fault(target: &Target, expected: &Expected<'_>) -> Option<String> {
    if Some(target.arn.as_str()) == expected.queue_arn {
        return None;
    }
    if !expected.destination_arns.contains(&target.arn) {
        return Some(format!("its target is not of this stack: {}", target.arn));
    }
    if target.dead_letter_arn.as_deref() != expected.queue_arn {
        return Some("its target has no dead-letter queue of this stack: what fails is lost".to_owned());
    }
    (target.role_arn.as_deref() != expected.role_arn)
        .then(|| format!("its target has another role: {}", target.role_arn.as_deref().unwrap_or("none")))
}

/// Says where a target calls something else than the stack says, or with something else.
fn changed(target: &Target, declared: &Value) -> Option<String> {
    let of = |from: &Value| {
        let named = MAKING.iter().filter_map(|name| Some(((*name).to_owned(), from.get(*name)?.clone())));
        named.collect::<Map<String, Value>>()
    };
    let mut is = of(&target.settings);
    is.insert("Arn".to_owned(), Value::String(target.arn.clone()));
    let difference = first(&Value::Object(of(declared)), &Value::Object(is))?;
    Some(format!("its target does not do what the stack says: {}", difference.words()))
}

/// Says how long a target is tried, where that is not what the stack says.
fn retries(rule: &Rule, declared: &Value) -> Option<String> {
    let id = declared.get("Id")?.as_str()?;
    let target = rule.targets.iter().find(|target| target.id == id)?;
    let difference =
        first(declared.get("RetryPolicy")?, target.settings.get("RetryPolicy").unwrap_or(&Value::Null))?;
    Some(format!("it does not retry as the stack says: {}", difference.words()))
}

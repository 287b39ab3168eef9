//! The Rules section: assertions over parameters that are checked before anything is made.

use serde_json::{Map, Value};

use super::conditions::holds;
use super::evaluate::Scope;
use super::{TemplateError, format, refused};

/// Checks every rule whose condition holds.
pub(super) fn check(rules: &Map<String, Value>, scope: &dyn Scope) -> Result<(), TemplateError> {
    for (name, rule) in rules {
        if let Some(condition) = rule.get("RuleCondition")
            && !holds(condition, scope)?
        {
            continue;
        }
        let Some(Value::Array(assertions)) = rule.get("Assertions") else {
            return Err(format(format!("Rule {name} must contain a list of Assertions.")));
        };
        for assertion in assertions {
            let Some(claim) = assertion.get("Assert") else {
                return Err(format(format!("Every assertion of rule {name} must contain an Assert member.")));
            };
            if !holds(claim, scope)? {
                let why = assertion.get("AssertDescription").and_then(Value::as_str);
                let why = why.unwrap_or("the assertion does not hold");
                return Err(refused(format!("Template validation error: rule {name} failed: {why}")));
            }
        }
    }
    Ok(())
}

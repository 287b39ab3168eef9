//! The Conditions section: named truths over parameters and mappings.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::evaluate::{Found, Scope, evaluate};
use super::graph::order;
use super::{TemplateError, format, function};

/// The conditions of one template with what they come to.
pub(super) struct Conditions<'a> {
    section: &'a Map<String, Value>,
    order: Vec<&'a str>,
    known: RefCell<BTreeMap<&'a str, bool>>,
}

impl<'a> Conditions<'a> {
    /// Orders the conditions, so that none is evaluated before those it names.
    pub(super) fn new(section: &'a Map<String, Value>) -> Result<Self, TemplateError> {
        let names: Vec<&str> = section.keys().map(String::as_str).collect();
        let needs = section.iter().map(|(name, expression)| {
            let mut found = Vec::new();
            named_in(expression, &mut found);
            (name.as_str(), found)
        });
        let order = order(&needs.collect(), &names).map_err(|cycle| {
            format(format!("Circular dependency between conditions: [{}]", cycle.join(", ")))
        })?;
        let order = order.into_iter().filter_map(|at| names.get(at).copied()).collect();
        Ok(Self { section, order, known: RefCell::default() })
    }

    /// Evaluates all of them in a scope.
    pub(super) fn evaluate(&self, scope: &dyn Scope) -> Result<(), TemplateError> {
        for name in &self.order {
            if let Some(expression) = self.section.get(*name) {
                let truth = holds(expression, scope)?;
                self.known.borrow_mut().insert(name, truth);
            }
        }
        Ok(())
    }

    /// Returns what a condition comes to.
    pub(super) fn named(&self, name: &str) -> Result<bool, TemplateError> {
        self.known.borrow().get(name).copied().ok_or_else(|| {
            format(format!("Unresolved condition dependency {name} in the Resources block of the template"))
        })
    }
}

fn named_in<'a>(expression: &'a Value, found: &mut Vec<&'a str>) {
    match expression {
        Value::Array(items) => {
            for item in items {
                named_in(item, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "Condition" => found.push(text),
                    other => named_in(other, found),
                }
            }
        }
        _ => {}
    }
}

/// Evaluates a condition function.
pub(super) fn holds(expression: &Value, scope: &dyn Scope) -> Result<bool, TemplateError> {
    let wrong = || {
        function(
            "Conditions can only contain boolean operators: Fn::And, Fn::Equals, Fn::Not, Fn::Or, Condition",
        )
    };
    let Value::Object(members) = expression else { return Err(wrong()) };
    let mut members = members.iter();
    let (Some((name, argument)), None) = (members.next(), members.next()) else { return Err(wrong()) };
    match (name.as_str(), argument) {
        ("Condition", Value::String(name)) => scope.condition(name),
        ("Fn::Equals", Value::Array(pair)) if pair.len() == 2 => {
            Ok(operand(&pair[0], scope)? == operand(&pair[1], scope)?)
        }
        ("Fn::Not", Value::Array(one)) if one.len() == 1 => Ok(!holds(&one[0], scope)?),
        ("Fn::And", Value::Array(all)) if (2..=10).contains(&all.len()) => {
            all.iter().try_fold(true, |truth, one| Ok(holds(one, scope)? && truth))
        }
        ("Fn::Or", Value::Array(all)) if (2..=10).contains(&all.len()) => {
            all.iter().try_fold(false, |truth, one| Ok(holds(one, scope)? || truth))
        }
        ("Fn::Equals", _) => Err(function("every Fn::Equals object requires a list of 2 string parameters.")),
        ("Fn::Not", _) => Err(function("every Fn::Not object requires a list of 1 condition.")),
        ("Fn::And" | "Fn::Or", _) => Err(function(format!(
            "every {name} object requires a list of at least 2 and at most 10 boolean parameters."
        ))),
        ("Fn::Contains", Value::Array(pair)) if pair.len() == 2 => {
            let (list, item) = (strings(&pair[0], scope)?, operand(&pair[1], scope)?);
            Ok(list.contains(&item))
        }
        ("Fn::EachMemberEquals", Value::Array(pair)) if pair.len() == 2 => {
            let (list, item) = (strings(&pair[0], scope)?, operand(&pair[1], scope)?);
            Ok(list.iter().all(|member| *member == item))
        }
        ("Fn::EachMemberIn", Value::Array(pair)) if pair.len() == 2 => {
            let (list, set) = (strings(&pair[0], scope)?, strings(&pair[1], scope)?);
            Ok(list.iter().all(|member| set.contains(member)))
        }
        _ => Err(wrong()),
    }
}

fn strings(value: &Value, scope: &dyn Scope) -> Result<Vec<Value>, TemplateError> {
    match evaluate(value, &Static(scope))? {
        Some(Value::Array(items)) => Ok(items.iter().map(comparable).collect()),
        Some(one) => Ok(vec![comparable(&one)]),
        None => Ok(Vec::new()),
    }
}

fn operand(value: &Value, scope: &dyn Scope) -> Result<Value, TemplateError> {
    Ok(evaluate(value, &Static(scope))?.map_or(Value::Null, |value| comparable(&value)))
}

/// Template scalars are compared as text: `true` equals `"true"`.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        other => other.clone(),
    }
}

/// A scope in which resources may not be referred to, as AWS has it for conditions and rules.
struct Static<'a>(&'a dyn Scope);

impl Scope for Static<'_> {
    fn reference(&self, name: &str) -> Result<Found, TemplateError> {
        match self.0.reference(name)? {
            Found::Later => Err(unresolved(name)),
            found => Ok(found),
        }
    }

    fn attribute(&self, resource: &str, _: &str) -> Result<Found, TemplateError> {
        Err(unresolved(resource))
    }

    fn mapping(&self, map: &str, first: &str, second: &str) -> Result<Option<Value>, TemplateError> {
        self.0.mapping(map, first, second)
    }

    fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        self.0.condition(name)
    }
}

fn unresolved(name: &str) -> TemplateError {
    format(format!(
        "Unresolved dependencies [{name}]. Cannot reference resources in the Conditions block of the template"
    ))
}

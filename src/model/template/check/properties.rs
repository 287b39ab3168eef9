//! Checks the properties of a resource against the table of types.

use super::Checker;
use super::function;
use super::types::{self, Kind, ObjectType};
use crate::model::problem::{did_you_mean, list, shown};
use crate::model::yaml::{Node, Position, Value};

impl<'a> Checker<'a> {
    /// Checks the properties of a resource whose type is in the table; other types are left alone.
    pub(super) fn properties(&mut self, resource_type: &str, at: Position, properties: Option<&'a Node>) {
        let Some(object) = types::find(resource_type) else { return };
        match properties {
            Some(node) => self.object(resource_type, object, node),
            None => self.missing(resource_type, object, at, |_| false),
        }
    }

    fn object(&mut self, name: &str, object: &ObjectType, node: &'a Node) {
        if function::call(node).is_some() {
            return self.branches(node, |checker, branch| checker.object(name, object, branch));
        }
        let Some(entries) = node.entries() else {
            let known = object.properties.iter().map(|property| property.name);
            let hint = format!("its properties are {}", list(known));
            return self.problem(
                node.at,
                format!("`{name}` takes a mapping, and this is {}", node.describe()),
                hint,
            );
        };
        for (key, value) in entries {
            let Some(key_name) = key.scalar() else { continue };
            if let Some(property) = object.property(key_name) {
                self.value(name, key_name, &property.kind, value);
                continue;
            }
            let known = object.properties.iter().map(|property| property.name);
            let hint = did_you_mean(key_name, known.clone()).map_or_else(
                || format!("its properties are {}", list(known)),
                |name| format!("did you mean `{name}`?"),
            );
            self.problem(key.at, format!("`{name}` has no property `{}`", shown(key_name)), hint);
        }
        let there = |name: &str| node.get(name).is_some_and(|value| !function::is_no_value(value));
        self.missing(name, object, node.at, there);
    }

    fn missing(&mut self, name: &str, object: &ObjectType, at: Position, there: impl Fn(&str) -> bool) {
        for property in object.properties.iter().filter(|property| property.required && !there(property.name))
        {
            let message = format!("`{name}` needs the property `{}`", property.name);
            self.problem(at, message, format!("add `{}:`", property.name));
        }
    }

    fn value(&mut self, owner: &str, name: &str, kind: &Kind, node: &'a Node) {
        if function::call(node).is_some() {
            return self.branches(node, |checker, branch| checker.value(owner, name, kind, branch));
        }
        match (kind, &node.value) {
            (Kind::Json, _) => {}
            (Kind::Object(object_name), _) => {
                if let Some(object) = types::find(object_name) {
                    self.object(object_name, object, node);
                }
            }
            (Kind::List(item), Value::Sequence(items)) => {
                for node in items {
                    self.value(owner, name, item, node);
                }
            }
            (Kind::Map(value), Value::Mapping(entries)) => {
                for (_, node) in entries {
                    self.value(owner, name, value, node);
                }
            }
            (_, Value::Scalar(text, _)) if fits(kind, text) => {}
            _ if node.is_null() => {} // Told once, with the references.
            _ => {
                let found = match &node.value {
                    Value::Scalar(text, _) => format!("`{}`", shown(text)),
                    _ => node.describe().to_owned(),
                };
                let message = format!("`{owner}` takes {} for `{name}`, and this is {found}", describe(kind));
                self.problem(node.at, message, format!("write {}", describe(kind)));
            }
        }
    }

    /// Checks what an `Fn::If` may become; other calls are known only when the stack is deployed.
    fn branches(&mut self, node: &'a Node, mut check: impl FnMut(&mut Self, &'a Node)) {
        let Some(call) = function::call(node) else { return };
        if let ("If", Some([_, yes, no])) = (call.name, call.argument.items()) {
            check(self, yes);
            check(self, no);
        }
    }
}

/// Tells whether a scalar can be of a kind; CloudFormation reads numbers and booleans from text as well.
fn fits(kind: &Kind, text: &str) -> bool {
    match kind {
        Kind::Boolean => {
            ["true", "false", "yes", "no", "on", "off"].iter().any(|word| text.eq_ignore_ascii_case(word))
        }
        Kind::Integer => text.parse::<i64>().is_ok(),
        Kind::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        Kind::Json | Kind::String => true,
        Kind::List(_) | Kind::Map(_) | Kind::Object(_) => false,
    }
}

fn describe(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean => "true or false",
        Kind::Integer => "a whole number",
        Kind::Json => "a value",
        Kind::List(_) => "a list",
        Kind::Map(_) | Kind::Object(_) => "a mapping",
        Kind::Number => "a number",
        Kind::String => "a text",
    }
}

//! Checks that what intrinsic functions name is there, and notes who depends on whom.

use super::Checker;
use super::function::{self, Call};
use super::names::PSEUDO;
use super::types;
use crate::model::problem::{did_you_mean, list, shown};
use crate::model::yaml::{Node, Position, Value};

/// Where a value stands, which decides what it may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope<'a> {
    /// In a condition: parameters only.
    Condition(&'a str),
    /// In an output.
    Output,
    /// In a resource.
    Resource(&'a str),
    /// In a rule: parameters only.
    Rule,
}

impl<'a> Checker<'a> {
    /// Checks every function call in a value.
    pub(super) fn references(&mut self, node: &'a Node, scope: Scope<'a>) {
        if let Some(call) = function::call(node) {
            self.call(call, scope);
            return;
        }
        match &node.value {
            Value::Scalar(text, _) => self.scalar(node, text),
            Value::Sequence(items) => items.iter().for_each(|item| self.references(item, scope)),
            Value::Mapping(entries) => entries.iter().for_each(|(_, value)| self.references(value, scope)),
        }
    }

    /// Checks what is inside a node, whose own tag is done with.
    fn inside(&mut self, node: &'a Node, scope: Scope<'a>) {
        match &node.value {
            _ if node.tag.is_none() => self.references(node, scope),
            Value::Scalar(..) => {}
            Value::Sequence(items) => items.iter().for_each(|item| self.references(item, scope)),
            Value::Mapping(entries) => entries.iter().for_each(|(_, value)| self.references(value, scope)),
        }
    }

    fn call(&mut self, call: Call<'a>, scope: Scope<'a>) {
        if call.crowded {
            let message = format!("`{}` does not stand alone in its mapping", long(call.name));
            self.problem(call.at, message, "a function call is a mapping with one key");
        }
        match call.name {
            "Ref" => match call.argument.scalar() {
                Some(name) => self.reference(name, call.argument.at, scope),
                None => self.wants(call, "the name of a parameter or resource"),
            },
            "GetAtt" => self.get_att(call, scope),
            "Sub" => self.sub(call, scope),
            "FindInMap" => self.find_in_map(call, scope),
            "If" => self.choose(call, scope),
            "Condition" => match call.argument.scalar() {
                Some(name) => self.condition(name, call.argument.at, scope),
                None => self.wants(call, "the name of a condition"),
            },
            "Equals" if call.argument.items().is_none_or(|items| items.len() != 2) => {
                self.wants(call, "a list of two values");
            }
            "And" | "Or" if call.argument.items().is_none_or(|items| !(2..=10).contains(&items.len())) => {
                self.wants(call, "a list of two to ten conditions");
            }
            name if function::NAMES.contains(&name) || self.names.transformed => {
                self.inside(call.argument, scope);
            }
            name => {
                let hint = did_you_mean(name, function::NAMES).map_or_else(
                    || "see \"Intrinsic function reference\" in the CloudFormation user guide".to_owned(),
                    |name| format!("did you mean `{}`?", long(name)),
                );
                self.problem(call.at, format!("unknown function `{}`", shown(&long(name))), hint);
            }
        }
    }

    pub(super) fn reference(&mut self, name: &str, at: Position, scope: Scope<'a>) {
        if PSEUDO.contains(&name) || self.names.parameters.contains_key(name) {
            return;
        }
        if matches!(scope, Scope::Condition(_) | Scope::Rule) {
            let place = if scope == Scope::Rule { "a rule" } else { "a condition" };
            let hint = if self.names.resources.contains_key(name) {
                format!("`{name}` is a resource, and {place} is decided before there are any")
            } else {
                self.meant(name, self.names.parameters.keys().copied().chain(PSEUDO))
            };
            self.problem(
                at,
                format!("{place} can only refer to parameters, and `{}` is none", shown(name)),
                hint,
            );
        } else if let Some((resource, _)) = self.names.resources.get_key_value(name) {
            self.depends(scope, resource, at);
        } else if !self.names.transformed {
            let hint = self.meant(name, self.names.referable());
            self.problem(
                at,
                format!("`{}` is not a parameter, resource or pseudo parameter", shown(name)),
                hint,
            );
        }
    }

    fn get_att(&mut self, call: Call<'a>, scope: Scope<'a>) {
        let (name, attribute) = match &call.argument.value {
            Value::Scalar(text, _) => match text.split_once('.') {
                Some((name, attribute)) => (name, Some(attribute)),
                None => return self.wants(call, "`Resource.Attribute`"),
            },
            Value::Sequence(items) => match items.as_slice() {
                [name, attribute] => {
                    let Some(name) = name.scalar() else {
                        return self.wants(call, "the name of a resource first");
                    };
                    self.references(attribute, scope);
                    // The attribute alone may be a `Ref`, whose value is known only later.
                    (name, attribute.scalar().filter(|_| attribute.tag.is_none()))
                }
                _ => return self.wants(call, "a list of a resource and its attribute"),
            },
            Value::Mapping(_) => return self.wants(call, "`Resource.Attribute`"),
        };
        self.attribute(name, attribute, call.argument.at, scope);
    }

    pub(super) fn attribute(&mut self, name: &str, attribute: Option<&str>, at: Position, scope: Scope<'a>) {
        let Some((resource, _)) = self.names.resources.get_key_value(name) else {
            if !self.names.transformed {
                let hint = self.meant(name, self.names.resources.keys().copied());
                self.problem(at, format!("`{}` is not a resource", shown(name)), hint);
            }
            return;
        };
        if matches!(scope, Scope::Condition(_) | Scope::Rule) {
            let message =
                format!("an attribute of `{name}` is not known when conditions and rules are decided");
            return self.problem(at, message, "conditions and rules can only refer to parameters");
        }
        self.depends(scope, resource, at);
        let known = self.names.resource_type(name).and_then(|name| Some((name, types::find(name)?)));
        if let (Some((resource_type, known)), Some(attribute)) = (known, attribute)
            && !known.attributes.contains(&attribute)
        {
            let hint = did_you_mean(attribute, known.attributes.iter().copied()).map_or_else(
                || format!("its attributes are {}", list(known.attributes.iter().copied())),
                |name| format!("did you mean `{name}`?"),
            );
            self.problem(at, format!("`{resource_type}` has no attribute `{}`", shown(attribute)), hint);
        }
    }

    /// Checks that a condition is defined.
    pub(super) fn condition(&mut self, name: &str, at: Position, scope: Scope<'a>) {
        match (self.names.conditions.get_key_value(name), scope) {
            (Some((needed, _)), Scope::Condition(owner)) => {
                self.condition_edges.entry(owner).or_default().push((needed, at));
            }
            (Some(_), _) => {}
            (None, _) => {
                if !self.names.transformed {
                    let hint = self.meant(name, self.names.conditions.keys().copied());
                    self.problem(at, format!("condition `{}` is not defined", shown(name)), hint);
                }
            }
        }
    }

    /// Notes that the resource of a scope needs another one.
    pub(super) fn depends(&mut self, scope: Scope<'a>, needed: &'a str, at: Position) {
        if let Scope::Resource(owner) = scope {
            self.resource_edges.entry(owner).or_default().push((needed, at));
        }
    }

    fn scalar(&mut self, node: &'a Node, text: &str) {
        if node.is_null() {
            let hint = "leave the key out, or use `!Ref AWS::NoValue` in an `Fn::If`";
            self.problem(node.at, "a template cannot hold null values", hint);
        }
        self.dynamic_references(text, node.at);
        if text.contains("${AWS::") {
            // A policy variable is `${aws:…}`; with capitals it is a pseudo parameter that nothing fills in.
            self.problem(node.at, "`${AWS::…}` is not filled in here", "put `!Sub` before the text");
        }
    }

    pub(super) fn wants(&mut self, call: Call<'a>, what: &str) {
        self.problem(
            call.at,
            format!("`{}` takes {what}", long(call.name)),
            "see its page in the CloudFormation user guide",
        );
    }
}

/// Writes a function as the user guide does.
fn long(name: &str) -> String {
    if matches!(name, "Ref" | "Condition") { name.to_owned() } else { format!("Fn::{name}") }
}

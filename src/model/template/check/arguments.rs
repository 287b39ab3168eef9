//! Checks the arguments of the functions that have a form of their own.

use std::collections::HashSet;

use super::Checker;
use super::function::{self, Call, Part};
use super::references::Scope;
use crate::model::problem::shown;
use crate::model::yaml::{Node, Position, Value};

/// The most keys of a mapping that are looked through; CloudFormation takes 200.
const MOST_KEYS: usize = 200;

impl<'a> Checker<'a> {
    pub(super) fn sub(&mut self, call: Call<'a>, scope: Scope<'a>) {
        let (text, own) = match &call.argument.value {
            Value::Scalar(text, _) => (Some((text.as_str(), call.argument.at)), None),
            Value::Sequence(items) if items.len() == 2 => {
                (items[0].scalar().map(|text| (text, items[0].at)), items[1].entries())
            }
            _ => (None, None),
        };
        let Some((text, at)) = text else {
            return self.wants(call, "a text, or a list of a text and a mapping of its variables");
        };
        let own = own.unwrap_or_default();
        for (_, value) in own {
            self.references(value, scope);
        }
        let own: HashSet<&str> = own.iter().filter_map(|(key, _)| key.scalar()).collect();
        self.dynamic_references(text, at);
        for part in function::variables(text) {
            match part {
                Part::Open => self.problem(at, "`${` has no `}`", "write `${!Name}` for a literal `${Name}`"),
                Part::Variable(name) if own.contains(name) => {}
                Part::Variable(name) => match name.split_once('.') {
                    Some((resource, attribute)) => self.attribute(resource, Some(attribute), at, scope),
                    None => self.reference(name, at, scope),
                },
            }
        }
    }

    pub(super) fn find_in_map(&mut self, call: Call<'a>, scope: Scope<'a>) {
        let items = call.argument.items().unwrap_or_default();
        let ([map, first, second] | [map, first, second, _]) = items else {
            return self.wants(call, "a list of a mapping, a top-level key and a second-level key");
        };
        for item in items {
            self.references(item, scope);
        }
        let literal = |node: &'a Node| node.scalar().filter(|_| node.tag.is_none());
        let Some(map_name) = literal(map) else { return };
        let Some(&mapping) = self.names.mappings.get(map_name) else {
            if !self.names.transformed {
                let hint = self.meant(map_name, self.names.mappings.keys().copied());
                self.problem(map.at, format!("`{}` is not a mapping", shown(map_name)), hint);
            }
            return;
        };
        let Some(top_keys) = mapping.entries() else { return };
        if items.len() == 4 || top_keys.len() > MOST_KEYS {
            return; // A default stands in for a missing key; and CloudFormation refuses so many.
        }
        let mut rows: Vec<&Node> = top_keys.iter().map(|(_, row)| row).collect();
        if let Some(key) = literal(first) {
            rows = mapping.get(key).into_iter().collect();
            if rows.is_empty() {
                let hint = self.meant(key, top_keys.iter().filter_map(|(key, _)| key.scalar()));
                let message = format!("mapping `{}` has no key `{}`", shown(map_name), shown(key));
                return self.problem(first.at, message, hint);
            }
        }
        let Some(key) = literal(second) else { return };
        if rows.iter().all(|row| row.get(key).is_none()) {
            let known = rows.first().and_then(|row| row.entries()).unwrap_or_default();
            let hint = self.meant(key, known.iter().filter_map(|(key, _)| key.scalar()));
            self.problem(
                second.at,
                format!("mapping `{}` has no second-level key `{}`", shown(map_name), shown(key)),
                hint,
            );
        }
    }

    pub(super) fn choose(&mut self, call: Call<'a>, scope: Scope<'a>) {
        let Some([condition, yes, no]) = call.argument.items() else {
            return self.wants(call, "a list of a condition and two values");
        };
        match condition.scalar() {
            Some(name) if condition.tag.is_none() => self.condition(name, condition.at, scope),
            _ => self.problem(
                condition.at,
                "`Fn::If` starts with the name of a condition",
                "define it in `Conditions`",
            ),
        }
        self.references(yes, scope);
        self.references(no, scope);
    }

    /// Checks the form of `{{resolve:service:…}}`.
    pub(super) fn dynamic_references(&mut self, text: &str, at: Position) {
        let mut rest = text;
        while let Some(start) = rest.find("{{resolve:") {
            rest = &rest[start + "{{resolve:".len()..];
            let Some(end) = rest.find("}}") else {
                return self.problem(at, "`{{resolve:` has no `}}`", "close the dynamic reference");
            };
            let service = rest[..end].split(':').next().unwrap_or_default();
            if !["secretsmanager", "ssm", "ssm-secure"].contains(&service) {
                let message = format!("`{}` cannot be resolved by a dynamic reference", shown(service));
                self.problem(at, message, "the services are `ssm`, `ssm-secure` and `secretsmanager`");
            }
            rest = &rest[end + 2..];
        }
    }
}

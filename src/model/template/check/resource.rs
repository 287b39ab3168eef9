//! Checks a resource: its keys, its type, and what it depends on.

use super::Checker;
use super::references::Scope;
use crate::model::problem::{list, shown};
use crate::model::yaml::Node;

const RESOURCE_KEYS: [&str; 9] = [
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];
const POLICIES: [&str; 4] = ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"];

impl<'a> Checker<'a> {
    pub(super) fn resource(&mut self, name: &'a str, node: &'a Node) {
        let what = format!("resource `{}`", shown(name));
        if !self.known_keys(node, &what, "key", &RESOURCE_KEYS) {
            return;
        }
        let scope = Scope::Resource(name);
        match node.get("Type") {
            None => self.problem(node.at, format!("{what} needs a `Type`"), "such as `AWS::SQS::Queue`"),
            Some(kind) => self.resource_type(kind, node),
        }
        for key in ["DeletionPolicy", "UpdateReplacePolicy"] {
            let Some(policy) = node.get(key).filter(|policy| policy.tag.is_none()) else { continue };
            if policy.scalar().is_some_and(|text| !POLICIES.contains(&text)) {
                self.problem(
                    policy.at,
                    format!("unknown `{key}`"),
                    format!("write one of {}", list(POLICIES)),
                );
            }
        }
        if let Some(condition) = node.get("Condition") {
            match condition.scalar() {
                Some(condition_name) => self.condition(condition_name, condition.at, scope),
                None => self.problem(
                    condition.at,
                    "`Condition` takes the name of a condition",
                    "define it in `Conditions`",
                ),
            }
        }
        if let Some(others) = node.get("DependsOn") {
            let single = std::slice::from_ref(others);
            others.items().unwrap_or(single).iter().for_each(|other| self.depends_on(name, other));
        }
        for key in ["Properties", "UpdatePolicy", "CreationPolicy", "Metadata"] {
            if let Some(node) = node.get(key) {
                self.references(node, scope);
            }
        }
    }

    fn resource_type(&mut self, kind: &'a Node, node: &'a Node) {
        let text = kind.scalar().unwrap_or_default();
        let parts: Vec<&str> = text.split("::").collect();
        if (text.starts_with("AWS::") && parts.len() < 3)
            || parts.len() < 2
            || parts.iter().any(|part| part.is_empty())
        {
            let message = format!("`{}` is not a resource type", shown(text));
            return self.problem(kind.at, message, "a type has three parts, such as `AWS::SQS::Queue`");
        }
        let near = |known: &&str| {
            *known != text && text.len() < 100 && strsim::damerau_levenshtein(known, text) <= 2
        };
        match super::types::names().find(near) {
            Some(known) if super::types::find(text).is_none() => {
                self.problem(
                    kind.at,
                    format!("unknown resource type `{}`", shown(text)),
                    format!("did you mean `{known}`?"),
                );
            }
            _ => self.properties(text, kind.at, node.get("Properties")),
        }
        if text == "AWS::Events::Rule"
            && let Some(properties) = node.get("Properties")
        {
            self.event_rule(properties);
        }
    }

    fn depends_on(&mut self, owner: &'a str, other: &'a Node) {
        let name = other.scalar().unwrap_or_default();
        match self.names.resources.get_key_value(name) {
            Some((needed, _)) => self.depends(Scope::Resource(owner), needed, other.at),
            None if self.names.transformed => {}
            None => {
                let hint = self.meant(name, self.names.resources.keys().copied());
                self.problem(other.at, format!("`{}` is not a resource", shown(name)), hint);
            }
        }
    }
}

//! Checks the sections of a template: their names, limits and fixed keys.

use super::Checker;
use super::references::Scope;
use crate::model::problem::{did_you_mean, list, shown};
use crate::model::yaml::{Node, Position};

/// What a section may hold and how its entries are named (CloudFormation user guide, "Quotas").
struct Section {
    name: &'static str,
    most: usize,
    what: &'static str,
}

const PARAMETERS: Section = Section { name: "Parameters", most: 200, what: "parameter" };
const MAPPINGS: Section = Section { name: "Mappings", most: 200, what: "mapping" };
const CONDITIONS: Section = Section { name: "Conditions", most: usize::MAX, what: "condition" };
const RULES: Section = Section { name: "Rules", most: usize::MAX, what: "rule" };
const RESOURCES: Section = Section { name: "Resources", most: 500, what: "resource" };
const OUTPUTS: Section = Section { name: "Outputs", most: 200, what: "output" };

const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];
impl<'a> Checker<'a> {
    /// Checks every section.
    pub(super) fn sections(&mut self, root: &'a Node) {
        if !self.names.transformed {
            self.known_keys(root, "a template", "section", &SECTIONS);
        }
        if let Some(version) =
            root.get("AWSTemplateFormatVersion").filter(|node| node.scalar() != Some("2010-09-09"))
        {
            self.problem(version.at, "there is one template format version", "write `'2010-09-09'`");
        }
        self.description(root.get("Description"), 1024);
        for (name, node) in self.entries(root, &PARAMETERS) {
            self.parameter(name, node);
        }
        self.entries(root, &MAPPINGS);
        for (name, node) in self.entries(root, &CONDITIONS) {
            self.references(node, Scope::Condition(name));
        }
        for (name, node) in self.entries(root, &RULES) {
            self.rule(name, node);
        }
        let resources = self.entries(root, &RESOURCES);
        if resources.is_empty() {
            self.problem(root.at, "a template needs at least one resource", "add it under `Resources`");
        }
        for (name, node) in resources {
            self.resource(name, node);
        }
        for (name, node) in self.entries(root, &OUTPUTS) {
            self.output(name, node);
        }
    }

    /// Returns the entries of a section, having checked their number and names.
    fn entries(&mut self, root: &'a Node, section: &Section) -> Vec<(&'a str, &'a Node)> {
        let Some(node) = root.get(section.name) else { return Vec::new() };
        let Some(entries) = node.entries() else {
            let message =
                format!("`{}` is a mapping of names, and this is {}", section.name, node.describe());
            self.problem(node.at, message, "indent its entries below it, or leave the section out");
            return Vec::new();
        };
        if entries.len() > section.most {
            let message =
                format!("{} {}s, and a template holds {} at most", entries.len(), section.what, section.most);
            self.problem(node.at, message, "split the template");
        }
        let mut named = Vec::new();
        for (key, value) in entries {
            let name = key.scalar().unwrap_or_default();
            let alphanumeric = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let plain = alphanumeric
                || (section.name == "Mappings"
                    && name.bytes().all(|byte| b".-_".contains(&byte) || byte.is_ascii_alphanumeric()));
            if (!plain || name.len() > 255) && !name.starts_with("Fn::") {
                let message = format!("`{}` cannot name a {}", shown(name), section.what);
                self.problem(key.at, message, "a name has 1 to 255 letters and digits");
            }
            if section.name == "Resources" && self.names.parameters.contains_key(name) {
                let message = format!("`{}` names both a parameter and a resource", shown(name));
                self.problem(key.at, message, "rename one of the two");
            }
            if !name.starts_with("Fn::") {
                named.push((name, value));
            }
        }
        named
    }

    fn rule(&mut self, name: &str, node: &'a Node) {
        if !self.known_keys(node, &format!("rule `{}`", shown(name)), "key", &["Assertions", "RuleCondition"])
        {
            return;
        }
        if node.get("Assertions").and_then(Node::items).is_none_or(<[Node]>::is_empty) {
            self.problem(
                node.at,
                format!("rule `{}` asserts nothing", shown(name)),
                "add a list of `Assertions`",
            );
        }
        self.references(node, Scope::Rule);
    }

    fn output(&mut self, name: &str, node: &'a Node) {
        let what = format!("output `{}`", shown(name));
        if !self.known_keys(node, &what, "key", &["Condition", "Description", "Export", "Value"]) {
            return;
        }
        self.description(node.get("Description"), 1024);
        if let Some(condition) = node.get("Condition")
            && let Some(name) = condition.scalar()
        {
            self.condition(name, condition.at, Scope::Output);
        }
        match node.get("Value") {
            Some(value) => self.references(value, Scope::Output),
            None => self.problem(node.at, format!("{what} needs a `Value`"), "add `Value:`"),
        }
        if let Some(export) = node.get("Export") {
            self.references(export, Scope::Output);
        }
    }

    pub(super) fn description(&mut self, node: Option<&'a Node>, most: usize) {
        let Some(node) = node else { return };
        match node.scalar() {
            Some(text) if node.tag.is_none() => {
                if text.len() > most {
                    let message = format!("a description of {} bytes, and {most} is the most", text.len());
                    self.problem(node.at, message, "shorten it");
                }
            }
            _ => self.problem(node.at, "a description is a literal text", "functions are not evaluated here"),
        }
    }

    /// Holds a mapping against the keys that it may have; tells whether it is a mapping at all.
    pub(super) fn known_keys(&mut self, node: &'a Node, what: &str, kind: &str, keys: &[&str]) -> bool {
        let Some(entries) = node.entries().filter(|_| node.tag.is_none()) else {
            let message = format!("{what} is a mapping, and this is {}", node.describe());
            self.problem(node.at, message, format!("its {kind}s are {}", list(keys.iter().copied())));
            return false;
        };
        for (key, _) in entries {
            let name = key.scalar().unwrap_or_default();
            if !keys.contains(&name) && !name.starts_with("Fn::") {
                self.unknown_key(key.at, name, what, kind, keys);
            }
        }
        true
    }

    fn unknown_key(&mut self, at: Position, name: &str, what: &str, kind: &str, keys: &[&str]) {
        let hint = did_you_mean(name, keys.iter().copied()).map_or_else(
            || format!("its {kind}s are {}", list(keys.iter().copied())),
            |name| format!("did you mean `{name}`?"),
        );
        self.problem(at, format!("{what} has no {kind} `{}`", shown(name)), hint);
    }
}

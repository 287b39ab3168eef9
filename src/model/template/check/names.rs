//! What a template defines, by name.

use std::collections::HashMap;

use crate::model::yaml::Node;

/// The pseudo parameters of CloudFormation.
pub(super) const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// The names that a template defines, with what they stand for.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// Parameters.
    pub parameters: HashMap<&'a str, &'a Node>,
    /// Mappings.
    pub mappings: HashMap<&'a str, &'a Node>,
    /// Conditions.
    pub conditions: HashMap<&'a str, &'a Node>,
    /// Resources, with the text of their types.
    pub resources: HashMap<&'a str, Option<&'a str>>,
    /// Whether a macro may add what is not in the text.
    pub transformed: bool,
}

impl<'a> Names<'a> {
    /// Collects the names of a template.
    pub(super) fn of(root: &'a Node) -> Self {
        Self {
            parameters: section(root, "Parameters"),
            mappings: section(root, "Mappings"),
            conditions: section(root, "Conditions"),
            resources: section(root, "Resources")
                .into_iter()
                .map(|(name, node)| (name, node.get("Type").and_then(Node::scalar)))
                .collect(),
            transformed: root.get("Transform").is_some(),
        }
    }

    /// Returns the type of a resource, where it has one.
    pub(super) fn resource_type(&self, name: &str) -> Option<&'a str> {
        *self.resources.get(name)?
    }

    /// Returns everything that `Ref` takes in a resource or output.
    pub(super) fn referable(&self) -> impl Iterator<Item = &'a str> {
        self.parameters.keys().copied().chain(self.resources.keys().copied()).chain(PSEUDO)
    }
}

fn section<'a>(root: &'a Node, name: &str) -> HashMap<&'a str, &'a Node> {
    let entries = root.get(name).and_then(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|(key, value)| Some((key.scalar()?, value))).collect()
}

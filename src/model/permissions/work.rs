//! What one deploy is about to do, and so what it needs of all that a deployer needs.

use std::collections::BTreeSet;

use super::{By, Need, Occasion};
use crate::model::stack::{Action, Change, Replacement};

/// What a deploy is about to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Whether it makes the change set.
    pub prepares: bool,
    /// Whether it carries the change set out.
    pub executes: bool,
    /// Whether CloudFormation works with a role of its own, and not with the caller's permissions.
    pub has_role: bool,
    /// The kinds of resources that are made.
    pub made: BTreeSet<&'static str>,
    /// The kinds of resources that are changed.
    pub changed: BTreeSet<&'static str>,
}

/// The kind of the token's secret, which the command itself makes and changes.
pub const SECRET: &str = "secret";

impl Work {
    /// Adds all the resources of a new stack.
    pub fn make_all(&mut self) {
        self.made.extend(["bus", "connection", "destination", "queue", "role", "rule"]);
    }

    /// Adds the resources that a change set changes.
    pub fn add(&mut self, changes: &[Change]) {
        for change in changes {
            let Some(kind) = kind(&change.resource_type) else { continue };
            match change.action {
                // A queue's policy is an attribute of the queue.
                Action::Add if change.resource_type == "AWS::SQS::QueuePolicy" => {
                    self.changed.insert(kind);
                }
                Action::Add => {
                    self.made.insert(kind);
                }
                Action::Modify if change.replacement == Replacement::Always => {
                    self.made.insert(kind);
                }
                Action::Modify => {
                    self.changed.insert(kind);
                }
                _ => {}
            }
        }
    }

    /// Returns whether this deploy is certain to fail without a permission.
    pub(super) fn needs(&self, need: &Need) -> bool {
        let Some(occasion) = need.deploy else { return false };
        let through_stack = matches!(need.by, By::Stack | By::StackOnAws);
        if through_stack && (self.has_role || !self.executes) {
            return false;
        }
        // What CloudFormation does to others' resources, it does for one of the stack's.
        let kind = match need.resource {
            "connection-secret" => "connection",
            SECRET if through_stack => "connection",
            "passed" => "rule",
            kind => kind,
        };
        let (made, changed) = (self.made.contains(kind), self.changed.contains(kind));
        match occasion {
            Occasion::Preparing => self.prepares,
            Occasion::Executing => self.executes,
            Occasion::Creating => made,
            Occasion::Updating => changed,
            Occasion::Any => made || changed || !through_stack,
        }
    }
}

/// Returns the kind of a resource's type.
fn kind(resource_type: &str) -> Option<&'static str> {
    match resource_type {
        "AWS::Events::EventBus" => Some("bus"),
        "AWS::Events::Connection" => Some("connection"),
        "AWS::Events::ApiDestination" => Some("destination"),
        "AWS::Events::Rule" => Some("rule"),
        "AWS::IAM::Role" => Some("role"),
        "AWS::SQS::Queue" | "AWS::SQS::QueuePolicy" => Some("queue"),
        _ => None,
    }
}

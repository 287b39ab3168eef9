//! What one deploy is about to do, and so what it needs of all that a deployer needs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{By, Need, Occasion};
use crate::model::stack::{Action, Change, PropertyChange, Replacement};

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
    /// The kinds of resources that are removed, also where another takes their place.
    pub removed: BTreeSet<&'static str>,
    /// The kinds of resources that stay and get a tag, or another value of one.
    pub tagged: BTreeSet<&'static str>,
    /// The kinds of resources that stay and lose a tag.
    pub untagged: BTreeSet<&'static str>,
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
                Action::Add | Action::Remove if change.resource_type == "AWS::SQS::QueuePolicy" => {
                    self.changed.insert(kind);
                }
                Action::Add => {
                    self.made.insert(kind);
                }
                Action::Remove => {
                    self.removed.insert(kind);
                }
                Action::Modify if change.replacement == Replacement::Always => {
                    self.made.insert(kind);
                    self.removed.insert(kind);
                }
                Action::Modify => self.modify(kind, &change.properties),
                Action::Other => {}
            }
        }
    }

    /// Adds a resource that is changed where it is.
    fn modify(&mut self, kind: &'static str, properties: &[PropertyChange]) {
        let (tags, others): (Vec<_>, Vec<_>) = properties.iter().partition(|one| is_of_tags(&one.path));
        if !others.is_empty() || tags.is_empty() {
            self.changed.insert(kind);
        }
        for change in tags {
            let (before, after) = (tags_of(change.before.as_deref()), tags_of(change.after.as_deref()));
            let (Some(before), Some(after)) = (before, after) else { continue };
            if after.iter().any(|(key, value)| before.get(key) != Some(value)) {
                self.tagged.insert(kind);
            }
            if before.keys().any(|key| !after.contains_key(key)) {
                self.untagged.insert(kind);
            }
        }
    }

    /// Returns whether this deploy is certain to fail without a permission.
    pub(super) fn needs(&self, need: &Need) -> bool {
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
        need.deploy.iter().any(|occasion| match occasion {
            Occasion::Preparing => self.prepares,
            Occasion::Executing => self.executes,
            Occasion::Creating => made,
            Occasion::Updating => changed,
            Occasion::Deleting => self.removed.contains(kind),
            Occasion::Tagging => self.tagged.contains(kind),
            Occasion::Untagging => self.untagged.contains(kind),
            Occasion::Any => made || changed || !through_stack,
        })
    }
}

/// Returns whether a path leads to a resource's tags; a change set that names no path names the attribute.
fn is_of_tags(path: &str) -> bool {
    let rest = path.strip_prefix("/Properties/").unwrap_or(path).strip_prefix("Tags");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Reads the tags of a change, a list or a single one; nothing where they cannot be told.
fn tags_of(text: Option<&str>) -> Option<BTreeMap<String, String>> {
    let Some(text) = text else { return Some(BTreeMap::new()) };
    let value: Value = serde_json::from_str(text).ok()?;
    let items = value.as_array().map_or(std::slice::from_ref(&value), Vec::as_slice);
    let pairs = items
        .iter()
        .map(|tag| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.as_str()?.to_owned())));
    pairs.collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::permissions::{Case, Role, needs};

    fn change(action: Action, resource_type: &str, tags: Option<(&str, &str)>) -> Change {
        let texts = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let properties = tags.into_iter().map(|(before, after)| PropertyChange {
            path: "/Properties/Tags".into(),
            before: texts(before),
            after: texts(after),
            replaces: false,
            cause: None,
        });
        Change {
            action,
            logical_id: "One".into(),
            resource_type: resource_type.into(),
            replacement: Replacement::Never,
            properties: properties.collect(),
        }
    }

    /// Returns what CloudFormation needs for a deploy of these changes.
    fn asked(changes: &[Change]) -> Vec<&'static str> {
        let mut work = Work { executes: true, ..Work::default() };
        work.add(changes);
        let all = needs(Role::Deployer, Case::default());
        let wanted = all.filter(|need| matches!(need.by, By::Stack | By::StackOnAws) && work.needs(need));
        wanted.map(|need| need.action).collect()
    }

    #[test]
    fn a_removal_needs_the_deletion_and_no_other_change_does() {
        let asked = |action| asked(&[change(action, "AWS::Events::Rule", None)]);
        let removal = asked(Action::Remove);
        for action in ["events:DeleteRule", "events:ListTargetsByRule", "events:RemoveTargets"] {
            assert!(removal.contains(&action), "{removal:?}");
        }
        assert!(!removal.contains(&"events:PutRule"), "{removal:?}");
        assert!(!asked(Action::Add).contains(&"events:DeleteRule"));
        let update = asked(Action::Modify);
        assert!(
            update.contains(&"events:RemoveTargets") && !update.contains(&"events:DeleteRule"),
            "{update:?}"
        );
    }

    #[test]
    fn what_is_replaced_is_made_and_removed() {
        let mut change = change(Action::Modify, "AWS::Events::ApiDestination", None);
        change.replacement = Replacement::Always;
        let asked = asked(&[change]);
        for action in ["events:CreateApiDestination", "events:DeleteApiDestination"] {
            assert!(asked.contains(&action), "{asked:?}");
        }
    }

    #[test]
    fn tags_need_what_is_done_to_them_and_nothing_else() {
        let one = r#"[{"Key":"stage","Value":"1"}]"#;
        let other = r#"[{"Key":"stage","Value":"2"}]"#;
        let asked =
            |before, after| asked(&[change(Action::Modify, "AWS::SQS::Queue", Some((before, after)))]);
        assert_eq!(asked("", one), ["sqs:TagQueue"]);
        assert_eq!(asked(one, other), ["sqs:TagQueue"]);
        assert_eq!(asked(one, ""), ["sqs:UntagQueue"]);
        // What cannot be told is not asked.
        assert!(asked("what", one).is_empty());
    }
}

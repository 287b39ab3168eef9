//! Drift: what a resource is now against what its stack says. Pure; `engine` does the reading.
//!
//! Only what the template declares is compared, and nothing that no API gives back.
//! Source: the CloudFormation user guide, "Detect unmanaged configuration changes", and the API reference.

mod compare;
mod record;

pub(crate) use compare::{Difference, compare};
pub(crate) use record::{Detection, DetectionStatus, DriftStatus, Drifts, Looking, ResourceDrift};

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::record::Resource;
use super::resources::{ResourceType, find, shaped};

/// What a look at a resource found.
#[derive(Clone, Debug)]
pub(crate) enum Look {
    /// It is as the stack says.
    InSync(Seen),
    /// Something about it was changed.
    Modified(Seen),
    /// It is not there.
    Deleted,
    /// No API tells what it is.
    Unsupported,
    /// It could not be looked at, for this reason.
    Unknown(String),
}

/// A resource as it was seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// What the stack says, without what no API gives back.
    pub(crate) expected: Value,
    /// What it is, as far as the stack says something.
    pub(crate) actual: Value,
    /// Where the two differ.
    pub(crate) differences: Vec<Difference>,
    /// The resource's record as it would be if it had been made so.
    pub(crate) resource: Resource,
}

impl Look {
    /// Returns the status.
    pub(crate) fn status(&self) -> DriftStatus {
        match self {
            Self::InSync(_) => DriftStatus::InSync,
            Self::Modified(_) => DriftStatus::Modified,
            Self::Deleted => DriftStatus::Deleted,
            Self::Unsupported => DriftStatus::NotChecked,
            Self::Unknown(_) => DriftStatus::Unknown,
        }
    }
}

/// Judges a resource by its live properties.
pub(crate) fn judge(resource: &Resource, live: &Map<String, Value>) -> Look {
    let Some(kind) = find(&resource.kind) else { return Look::Unsupported };
    let live = shaped(kind.properties(), live);
    let declared = shaped(kind.properties(), &declared(resource, kind));
    let (expected, actual, differences) = compare(kind.properties(), &declared, &live);
    let mut real = resource.clone();
    let changed: BTreeSet<&str> = differences
        .iter()
        .filter_map(|one| one.path.split('/').nth(1))
        .filter(|name| *name != "Tags")
        .collect();
    for name in changed {
        match actual.get(name) {
            Some(value) => real.properties.insert(name.to_owned(), value.clone()),
            None => real.properties.remove(name),
        };
    }
    if differences.iter().any(|one| one.path.starts_with("/Tags")) {
        retag(&mut real, resource, actual.get("Tags"));
    }
    let seen = Seen { expected, actual, differences, resource: real };
    if seen.differences.is_empty() { Look::InSync(seen) } else { Look::Modified(seen) }
}

/// A resource's properties, with the stack's tags among its own.
fn declared(resource: &Resource, kind: &dyn ResourceType) -> Map<String, Value> {
    let mut declared = resource.properties.clone();
    if kind.is_taggable() {
        let mut tags = resource.tags.clone();
        tags.extend(tags_of(resource.properties.get("Tags")));
        if !tags.is_empty() {
            declared.insert("Tags".to_owned(), list_of(&tags));
        }
    }
    declared
}

/// Parts the live tags into the stack's and the resource's own.
fn retag(real: &mut Resource, resource: &Resource, live: Option<&Value>) {
    let (stack, own) = tags_of(live).into_iter().partition(|(key, _)| resource.tags.contains_key(key));
    real.tags = stack;
    let own: BTreeMap<String, String> = own;
    if own.is_empty() {
        real.properties.remove("Tags");
    } else {
        real.properties.insert("Tags".to_owned(), list_of(&own));
    }
}

fn tags_of(tags: Option<&Value>) -> BTreeMap<String, String> {
    let tags = tags.and_then(Value::as_array).into_iter().flatten();
    tags.filter_map(|tag| {
        Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.as_str()?.to_owned()))
    })
    .collect()
}

fn list_of(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

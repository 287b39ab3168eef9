//! A stack as it is against the plan of what it is to be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::difference::{changed_properties, differences};
use super::existing::Existing;
use super::{Action, Detail, LATER, Replacement, ResourceChange, is_create_only};
use crate::local::cloudformation::record::{Resource, Settings};
use crate::local::cloudformation::resources::{ResourceType, find};
use crate::local::cloudformation::secrets::mask;
use crate::model::cloudformation::{
    Declared, Plan, Policy, Reference, Template, TemplateError, evaluate, references,
};

/// The two sides of a change set.
pub(crate) struct Comparison<'a> {
    /// What the stack has.
    pub(crate) resources: &'a [Resource],
    /// The template that it has, with its settings.
    pub(crate) before: Option<(&'a Template, &'a Settings)>,
    /// The new template.
    pub(crate) template: &'a Template,
    /// The new settings.
    pub(crate) settings: &'a Settings,
    /// What they come to.
    pub(crate) plan: &'a Plan,
}

impl Comparison<'_> {
    /// Returns the changes, in the order of the new resources, what goes last.
    pub(crate) fn changes(&self) -> Result<Vec<ResourceChange>, TemplateError> {
        let mut scope = Existing { resources: BTreeMap::new(), replaced: BTreeSet::new() };
        for resource in self.resources.iter().filter(|resource| resource.physical_id.is_some()) {
            scope.resources.insert(&resource.logical_id, resource);
        }
        let mut changes = Vec::new();
        for declared in &self.plan.resources {
            let Some(Value::Object(after)) = evaluate(&Value::Object(declared.properties.clone()), &scope)?
            else {
                continue;
            };
            let change = match scope.resources.get(declared.logical_id.as_str()) {
                None => Some(added(declared, &after)),
                Some(resource) => self.modified(resource, declared, &after, &scope.replaced),
            };
            if let Some(change) = change {
                if change.replacement != Replacement::False {
                    scope.replaced.insert(declared.logical_id.clone());
                }
                changes.push(change);
            }
        }
        let stays: BTreeSet<&str> =
            self.plan.resources.iter().map(|declared| declared.logical_id.as_str()).collect();
        let gone = self.resources.iter().filter(|one| !stays.contains(one.logical_id.as_str()));
        changes.extend(gone.map(removed));
        Ok(changes)
    }

    fn modified(
        &self,
        resource: &Resource,
        declared: &Declared,
        after: &Map<String, Value>,
        replaced: &BTreeSet<String>,
    ) -> Option<ResourceChange> {
        let mut details = Vec::new();
        let mut replacement = Replacement::False;
        for name in changed_properties(&resource.properties, after) {
            let recreation = is_create_only(&resource.kind, name);
            let (source, cause) = self.cause(declared, name, replaced);
            let mut found = Vec::new();
            differences(
                &format!("/Properties/{name}"),
                resource.properties.get(name),
                after.get(name),
                &mut found,
            );
            for (path, before, after) in found {
                let is_dynamic = after.as_deref().is_some_and(|after| after.contains(LATER));
                if recreation {
                    let now = if is_dynamic { Replacement::Conditional } else { Replacement::True };
                    replacement = replacement.max(now);
                }
                details.push(Detail {
                    attribute: if name == "Tags" { "Tags" } else { "Properties" }.to_owned(),
                    name: (name != "Tags").then(|| name.to_owned()),
                    path,
                    recreation,
                    before,
                    after,
                    is_dynamic,
                    source: source.to_owned(),
                    cause: cause.clone(),
                    drift: None,
                });
            }
        }
        details.extend(self.around(resource, declared));
        if details.is_empty() {
            return None;
        }
        let policy_action =
            (replacement != Replacement::False).then(|| match declared.update_replace_policy {
                Policy::Delete => "ReplaceAndDelete".to_owned(),
                Policy::Retain | Policy::RetainExceptOnCreate => "ReplaceAndRetain".to_owned(),
            });
        Some(ResourceChange {
            action: Action::Modify,
            logical_id: resource.logical_id.clone(),
            physical_id: resource.physical_id.clone(),
            kind: resource.kind.clone(),
            replacement,
            policy_action,
            details,
            before: Some(context(&resource.properties, resource.metadata.as_ref())),
            after: Some(context(after, declared.metadata.as_ref())),
            drift: None,
        })
    }

    /// The changes outside of the properties.
    fn around(&self, resource: &Resource, declared: &Declared) -> Vec<Detail> {
        let mut details = Vec::new();
        let mut add = |attribute: &str, path: &str, before: Option<String>, after: Option<String>| {
            if before != after {
                details.push(Detail {
                    attribute: attribute.to_owned(),
                    name: None,
                    path: path.to_owned(),
                    recreation: false,
                    before,
                    after,
                    is_dynamic: false,
                    source: "DirectModification".to_owned(),
                    cause: None,
                    drift: None,
                });
            }
        };
        if find(&resource.kind).is_some_and(ResourceType::is_taggable) {
            let list = |tags: &BTreeMap<String, String>| {
                let tags: Vec<Value> =
                    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
                (!tags.is_empty()).then(|| Value::Array(tags).to_string())
            };
            add("Tags", "/Properties/Tags", list(&resource.tags), list(&self.settings.tags));
        }
        let policy = |policy: Policy| Some(format!("{policy:?}"));
        let (old, new) = (resource.deletion_policy, declared.deletion_policy);
        add("DeletionPolicy", "/DeletionPolicy", policy(old), policy(new));
        let (old, new) = (resource.update_replace_policy, declared.update_replace_policy);
        add("UpdateReplacePolicy", "/UpdateReplacePolicy", policy(old), policy(new));
        let (old, new) = (resource.metadata.as_ref(), declared.metadata.as_ref());
        add("Metadata", "/Metadata", old.map(Value::to_string), new.map(Value::to_string));
        details
    }

    /// Finds why a property changes: its own text, a parameter, or a resource that is replaced.
    fn cause(
        &self,
        declared: &Declared,
        name: &str,
        replaced: &BTreeSet<String>,
    ) -> (&'static str, Option<String>) {
        let direct = ("DirectModification", None);
        let Some((template, settings)) = self.before else { return direct };
        let text = |template: &'_ Template| {
            template.resource(&declared.logical_id).and_then(|one| one.properties.get(name)).cloned()
        };
        let (Some(old), Some(new)) = (text(template), text(self.template)) else { return direct };
        if old != new {
            return direct;
        }
        let found = references(&new);
        let parameter = found.iter().find_map(|reference| match reference {
            Reference::Name(name) => {
                (settings.parameters.get(name) != self.settings.parameters.get(name)).then_some(name)
            }
            _ => None,
        });
        if let Some(parameter) = parameter {
            return ("ParameterReference", Some(parameter.clone()));
        }
        let resource = found.iter().find_map(|reference| match reference {
            Reference::Name(name) if replaced.contains(name) => {
                Some(("ResourceReference", Some(name.clone())))
            }
            Reference::Attribute(name, attribute) if replaced.contains(name) => {
                Some(("ResourceAttribute", Some(format!("{name}.{attribute}"))))
            }
            _ => None,
        });
        resource.unwrap_or(direct)
    }
}

fn added(declared: &Declared, after: &Map<String, Value>) -> ResourceChange {
    ResourceChange {
        action: Action::Add,
        logical_id: declared.logical_id.clone(),
        physical_id: None,
        kind: declared.kind.clone(),
        replacement: Replacement::False,
        policy_action: None,
        details: Vec::new(),
        before: None,
        after: Some(context(after, declared.metadata.as_ref())),
        drift: None,
    }
}

fn removed(resource: &Resource) -> ResourceChange {
    let policy = if resource.deletion_policy == Policy::Delete { "Delete" } else { "Retain" };
    ResourceChange {
        action: Action::Remove,
        logical_id: resource.logical_id.clone(),
        physical_id: resource.physical_id.clone(),
        kind: resource.kind.clone(),
        replacement: Replacement::False,
        policy_action: Some(policy.to_owned()),
        details: Vec::new(),
        before: Some(context(&resource.properties, resource.metadata.as_ref())),
        after: None,
        drift: None,
    }
}

fn context(properties: &Map<String, Value>, metadata: Option<&Value>) -> String {
    let mut context = Map::from_iter([("Properties".to_owned(), Value::Object(properties.clone()))]);
    if let Some(metadata) = metadata {
        context.insert("Metadata".to_owned(), metadata.clone());
    }
    mask(&Value::Object(context).to_string())
}

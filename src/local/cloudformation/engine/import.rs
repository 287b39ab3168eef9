//! Taking into a stack what exists under the name that its template gives.
//!
//! Source: the API reference, `CreateChangeSet`, `ImportExistingResources`: only resources with a name of their own.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::perform::{Call, plain};
use super::{Engine, Halt};
use crate::local::cloudformation::changes::{Action, ResourceChange};
use crate::local::cloudformation::input::invalid;
use crate::local::cloudformation::record::{Resource, ResourceStatus, Stack};
use crate::local::cloudformation::resources::{Caller, Made, ResourceType, find, shaped};
use crate::local::wire::ApiError;
use crate::model::cloudformation::{Declared, Plan, Policy};

/// The types whose physical id is the name that a property gives.
const NAMED: [(&str, &str); 5] = [
    ("AWS::Events::ApiDestination", "Name"),
    ("AWS::Events::Archive", "ArchiveName"),
    ("AWS::Events::Connection", "Name"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::IAM::Role", "RoleName"),
];

impl Engine<'_> {
    /// Finds which of the resources that would be made exist, and makes their changes imports.
    pub(super) fn find_existing(
        &self,
        stack: &Stack,
        plan: &Plan,
        changes: &mut [ResourceChange],
    ) -> Result<BTreeMap<String, String>, ApiError> {
        let mut imports = BTreeMap::new();
        for change in changes.iter_mut().filter(|change| change.action == Action::Add) {
            let declared = plan.resources.iter().find(|one| one.logical_id == change.logical_id);
            let Some(name) = declared.and_then(name_of) else { continue };
            if self.live(stack, &self.unmade(&change.logical_id, &change.kind, name))?.is_none() {
                continue;
            }
            if let Some(owner) = self.owner(&change.kind, name)? {
                return Err(invalid(format!(
                    "Resource {name} of type {} belongs to the stack {owner} and cannot be imported",
                    change.kind
                )));
            }
            change.action = Action::Import;
            change.physical_id = Some(name.to_owned());
            imports.insert(change.logical_id.clone(), name.to_owned());
        }
        Ok(imports)
    }

    /// Takes a resource into the stack, and makes it what the template says.
    pub(super) fn import(
        &self,
        stack: &Stack,
        resource: &Resource,
        physical_id: &str,
        properties: &Map<String, Value>,
    ) -> Result<Made, Halt> {
        let refused = |reason: String| Halt::Refused { subject: resource.logical_id.clone(), reason };
        let mut is = self.unmade(&resource.logical_id, &resource.kind, physical_id);
        let live = self.live(stack, &is).map_err(|error| refused(error.message))?;
        let Some(live) = live else { return Err(refused(format!("{physical_id} does not exist any more"))) };
        let known = find(&resource.kind).map(ResourceType::properties).unwrap_or_default();
        is.properties = shaped(known, &live);
        let key = (resource.logical_id.as_str(), resource.kind.as_str());
        self.make(stack, key, properties, &stack.settings.tags, &Call::Update(&is))
    }

    fn live(&self, stack: &Stack, resource: &Resource) -> Result<Option<Map<String, Value>>, ApiError> {
        let (Some(kind), Some(id)) = (find(&resource.kind), &resource.physical_id) else { return Ok(None) };
        let caller = Caller { services: self.services, region: self.region };
        match kind.read(&caller, id, &plain(stack, resource)) {
            Ok(live) => Ok(live),
            Err(refusal) if refusal.is_not_found() => Ok(None),
            Err(refusal) => Err(invalid(refusal.to_string())),
        }
    }

    /// Returns the name of the stack that has a resource.
    fn owner(&self, kind: &str, physical_id: &str) -> Result<Option<String>, ApiError> {
        let has = |resource: &Resource| {
            resource.kind == kind && resource.physical_id.as_deref() == Some(physical_id)
        };
        let stacks = self.store.list::<Stack>(self.region)?.into_iter().map(|(_, stack)| stack);
        let mut owners = stacks.filter(|stack| stack.deleted.is_none() && stack.resources.iter().any(has));
        Ok(owners.next().map(|stack| stack.name))
    }

    /// A resource of which nothing but its name is known.
    fn unmade(&self, logical_id: &str, kind: &str, physical_id: &str) -> Resource {
        Resource {
            logical_id: logical_id.to_owned(),
            kind: kind.to_owned(),
            physical_id: Some(physical_id.to_owned()),
            status: ResourceStatus::ImportInProgress,
            status_reason: None,
            changed: self.clock.now(),
            properties: Map::new(),
            attributes: Map::new(),
            tags: BTreeMap::new(),
            depends_on: Vec::new(),
            deletion_policy: Policy::Delete,
            update_replace_policy: Policy::Delete,
            metadata: None,
        }
    }
}

fn name_of(declared: &Declared) -> Option<&str> {
    let (_, property) = NAMED.iter().find(|(kind, _)| *kind == declared.kind)?;
    declared.properties.get(*property)?.as_str()
}

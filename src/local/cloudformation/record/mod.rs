//! What the state holds of stacks: their documents.

mod status;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use status::{
    ChangeSetStatus, ExecutionStatus, OnFailure, OperationKind, ResourceStatus, StackStatus, names,
};

use super::changes::ResourceChange;
use crate::local::store::Document;
use crate::model::cloudformation::{Plan, Policy};

/// A stack, also when it is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stack {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: StackStatus,
    pub(crate) status_reason: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Option<Timestamp>,
    pub(crate) deleted: Option<Timestamp>,
    pub(crate) change_set: Option<String>,
    /// The id of the definition that it has; nothing while it is in review.
    pub(crate) definition: Option<String>,
    /// What does not change while an operation runs.
    pub(crate) settings: Settings,
    pub(crate) outputs: Vec<Output>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) termination_protection: bool,
    pub(crate) disable_rollback: bool,
    pub(crate) operation: Option<Operation>,
    /// What an update that did not end goes back to.
    pub(crate) stable: Option<Stable>,
    /// Physical resources that are deleted when the update or its rollback ends.
    pub(crate) leftovers: Vec<Resource>,
}

/// What a request says of a stack besides its template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) description: Option<String>,
    /// The values of the parameters; a hidden one's is its reference.
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) notification_arns: Vec<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) timeout_minutes: Option<String>,
    /// The alarms that roll an operation back when they go off.
    #[serde(default)]
    pub(crate) rollback_alarms: Vec<String>,
}

/// What a stack is, or is to become.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) template: String,
    pub(crate) settings: Settings,
    pub(crate) plan: Plan,
}

/// An output with its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Output {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) description: Option<String>,
    pub(crate) export: Option<String>,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) logical_id: String,
    pub(crate) kind: String,
    /// Nothing until it was made.
    pub(crate) physical_id: Option<String>,
    pub(crate) status: ResourceStatus,
    pub(crate) status_reason: Option<String>,
    pub(crate) changed: Timestamp,
    /// The properties that it was made with; secrets are still references.
    pub(crate) properties: Map<String, Value>,
    pub(crate) attributes: Map<String, Value>,
    /// The stack's tags when it was made.
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) deletion_policy: Policy,
    pub(crate) update_replace_policy: Policy,
    pub(crate) metadata: Option<Value>,
}

/// What a stack was when it was last whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stable {
    pub(crate) definition: Option<String>,
    pub(crate) settings: Settings,
    pub(crate) resources: Vec<Resource>,
    pub(crate) outputs: Vec<Output>,
    /// The resources that were changed since, or whose change was tried.
    pub(crate) touched: BTreeSet<String>,
    /// The touched resources that were not as the stack said: what they really were.
    #[serde(default)]
    pub(crate) actual: BTreeMap<String, Resource>,
    /// The touched resources that were not there.
    #[serde(default)]
    pub(crate) gone: BTreeSet<String>,
}

/// An operation that runs, with how far it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) kind: OperationKind,
    pub(crate) phase: Phase,
    pub(crate) token: Option<String>,
    pub(crate) on_failure: OnFailure,
    /// The change set that is executed.
    pub(crate) change_set: Option<String>,
    pub(crate) tasks: BTreeMap<String, Task>,
    /// The started tasks, in the order in which their calls are made.
    pub(crate) queue: Vec<String>,
    /// Resources that a deletion leaves, or that a rollback skips.
    pub(crate) skip: BTreeSet<String>,
    /// Whether what was changed by hand is changed back.
    #[serde(default)]
    pub(crate) reverts: bool,
    /// What is taken into the stack: the physical ids.
    #[serde(default)]
    pub(crate) imports: BTreeMap<String, String>,
}

/// What an operation is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Making the stack what its definition says.
    Forward,
    /// Making the stack what it was.
    Back,
    /// Deleting what is no longer needed.
    Cleanup,
    /// Deleting all of it.
    Delete,
}

/// One resource's part of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Its start is in the events; the call comes next.
    Started(Work),
    /// It is as it should be.
    Done,
    /// It failed.
    Failed,
    /// It was given up because another failed.
    Cancelled,
}

/// What a started task does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Work {
    /// Make it; the text ends a generated name.
    Create(String),
    /// Change it in place.
    Update,
    /// Make a new one, and keep the old one until the end.
    Replace(String),
    /// Take it into the stack, by its physical id.
    Import(String),
    /// Make it again: it was deleted by hand.
    Recreate(String),
    /// Give it back its old physical resource.
    Restore,
    /// Delete it.
    Delete,
}

/// A change set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangeSet {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) stack_id: String,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) status: ChangeSetStatus,
    pub(crate) status_reason: Option<String>,
    pub(crate) execution: ExecutionStatus,
    pub(crate) client_token: Option<String>,
    pub(crate) on_failure: Option<OnFailure>,
    pub(crate) definition: Definition,
    pub(crate) changes: Vec<ResourceChange>,
    /// Whether what was changed by hand is changed back.
    #[serde(default)]
    pub(crate) reverts: bool,
    /// Whether what exists under its name is taken into the stack.
    #[serde(default)]
    pub(crate) takes_existing: bool,
    /// What is taken into the stack: the physical ids.
    #[serde(default)]
    pub(crate) imports: BTreeMap<String, String>,
}

/// The values of a stack's hidden parameters, by name and revision.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Hidden {
    pub(crate) values: BTreeMap<String, Vec<String>>,
}

/// The id of the stack that has a name now.
#[derive(Serialize, Deserialize)]
pub(crate) struct LiveName(pub(crate) String);

/// The mark of a stack whose operation runs.
#[derive(Serialize, Deserialize)]
pub(crate) struct Running;

/// The mark of a change set that is still to be worked out.
#[derive(Serialize, Deserialize)]
pub(crate) struct Preparing;

/// How long a resource's call is held back, by stack and resource.
#[derive(Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) until: Timestamp,
}

impl Document for Held {
    const KIND: &'static str = "cloudformation:held";
}

impl Document for Preparing {
    const KIND: &'static str = "cloudformation:preparing";
}

impl Document for Stack {
    const KIND: &'static str = "cloudformation:stack";
}

impl Document for Definition {
    const KIND: &'static str = "cloudformation:definition";
}

impl Document for ChangeSet {
    const KIND: &'static str = "cloudformation:change-set";
}

impl Document for Hidden {
    const KIND: &'static str = "cloudformation:hidden-parameters";
    const SECRET: bool = true;
}

impl Document for LiveName {
    const KIND: &'static str = "cloudformation:stack-name";
}

impl Document for Running {
    const KIND: &'static str = "cloudformation:running";
}

impl Operation {
    /// Starts a task; its call is made after those that were started before.
    pub(crate) fn start(&mut self, subject: &str, work: Work) {
        self.tasks.insert(subject.to_owned(), Task::Started(work));
        self.queue.push(subject.to_owned());
    }

    /// Returns the task whose call is next.
    pub(crate) fn next(&self) -> Option<(String, Work)> {
        let subject = self.queue.first()?;
        match self.tasks.get(subject) {
            Some(Task::Started(work)) => Some((subject.clone(), work.clone())),
            _ => None,
        }
    }

    /// Ends a task.
    pub(crate) fn end(&mut self, subject: &str, task: Task) {
        self.queue.retain(|other| other != subject);
        self.tasks.insert(subject.to_owned(), task);
    }

    /// Goes to another phase, where no task is known yet.
    pub(crate) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.tasks.clear();
        self.queue.clear();
    }
}

impl Stack {
    /// Returns a resource of the stack.
    pub(crate) fn resource(&self, logical_id: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.logical_id == logical_id)
    }

    /// Returns a resource of the stack, to change it.
    pub(crate) fn resource_mut(&mut self, logical_id: &str) -> Option<&mut Resource> {
        self.resources.iter_mut().find(|resource| resource.logical_id == logical_id)
    }
}

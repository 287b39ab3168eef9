//! CloudFormation: stacks from templates, through change sets, with rollback, for the types of our stacks.
//!
//! `model::cloudformation` reads and evaluates a template, `changes` compares it with a stack (pure),
//! `drift` compares what is there with what a stack says (pure), `actions` answers the API, `engine` moves the operations, `resources` has one file per type.
//! An action only records what is to be done; [`CloudFormation::advance`] does it, step by step.

mod actions;
mod changes;
mod drift;
mod engine;
mod events;
mod input;
mod naming;
mod record;
mod resources;
mod secrets;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use super::clock::Clock;
use super::store::{Store, StoreError};
use super::wire::{Answer, ApiError, Service, Services};

/// The CloudFormation API of the local cloud.
pub struct CloudFormation {
    store: Arc<Store>,
    clock: Arc<Clock>,
}

impl CloudFormation {
    /// The XML namespace of the Query protocol's answers.
    pub const NAMESPACE: &'static str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

    /// Opens the service over the state.
    pub fn new(store: Arc<Store>, clock: Arc<Clock>) -> Result<Self, StoreError> {
        events::prepare(&store)?;
        Ok(Self { store, clock })
    }

    /// Performs the next step of every stack operation that runs; returns whether there was one.
    ///
    /// Call it until it returns false, after every action and after opening the state. A step is one
    /// transaction with at most one resource's calls in it. An error means that the state cannot be used;
    /// what a service refuses is the operation's failure, not this function's.
    pub fn advance(&self, services: &dyn Services) -> Result<bool, ApiError> {
        engine::advance(&self.store, &self.clock, services)
    }

    /// Answers `DetectStackResourceDrift`, which looks at the resource while its caller waits.
    pub fn detect_resource(&self, region: &str, input: &Value, services: &dyn Services) -> Answer {
        let api = actions::Api { store: &self.store, clock: &self.clock, region };
        let engine = engine::Engine { store: &self.store, clock: &self.clock, services, region };
        self.store.atomically(|| api.detect_stack_resource_drift(input::Input(input), &engine))
    }

    /// Returns whether an operation waits for the end of a delay that was asked for.
    pub fn is_held(&self) -> bool {
        // A state that cannot be read is told of by the next step.
        self.store.regions::<record::Held>().is_ok_and(|regions| !regions.is_empty())
    }
}

impl Service for CloudFormation {
    fn call(&self, region: &str, action: &str, input: &Value) -> Answer {
        let api = actions::Api { store: &self.store, clock: &self.clock, region };
        self.store.atomically(|| api.answer(action, input::Input(input)))
    }
}

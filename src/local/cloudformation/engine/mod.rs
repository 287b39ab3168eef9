//! Stack operations: state machines in the state, moved one step at a time.
//!
//! A step is one transaction: the service's call, the stack's record and the events are kept together or
//! not at all, so whatever moment the process ends at, the operation goes on exactly where it was.

mod back;
mod begin;
mod delete;
mod failure;
mod faulty;
mod forward;
mod import;
mod journal;
mod look;
mod perform;
mod prepare;

use std::sync::Arc;

pub(crate) use begin::{Start, begin};
pub(crate) use journal::Journal;

use super::drift::Looking;
use super::record::{Operation, Phase, Preparing, Running, Stack};
use crate::local::clock::Clock;
use crate::local::fault::{self, Effect, Fault};
use crate::local::store::{Store, StoreError};
use crate::local::wire::{ApiError, Services};

/// Moves the operations of one region.
#[derive(Clone, Copy)]
pub(crate) struct Engine<'a> {
    pub(crate) store: &'a Store,
    pub(crate) clock: &'a Clock,
    pub(crate) services: &'a dyn Services,
    pub(crate) region: &'a str,
}

/// Why a step did not come to its end.
#[derive(Debug, thiserror::Error)]
enum Halt {
    /// A resource could not be made, changed or deleted; what the step did is taken back.
    #[error("{subject}: {reason}")]
    Refused { subject: String, reason: String },
    /// A fault that was asked for happens; what the step did is taken back.
    #[error("{subject}: a fault was asked for")]
    Faulted { subject: String, fault: Box<Fault> },
    /// A delay that was asked for is not over; what the step did is taken back.
    #[error("{subject} is held back")]
    Held { subject: String },
    /// The state could not be read or written.
    #[error(transparent)]
    State(#[from] StoreError),
}

/// Whether an operation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Goes,
    Ended,
}

/// Performs the next step of every operation that runs, in all regions; returns whether there was one.
pub(crate) fn advance(
    store: &Arc<Store>,
    clock: &Arc<Clock>,
    services: &dyn Services,
) -> Result<bool, ApiError> {
    let mut moved = false;
    for region in store.regions::<Running>()? {
        let engine = Engine { store, clock, services, region: &region };
        for (id, _) in store.list::<Running>(&region)? {
            moved |= engine.step(&id)?;
        }
    }
    for region in store.regions::<Looking>()? {
        let engine = Engine { store, clock, services, region: &region };
        for (id, _) in store.list::<Looking>(&region)? {
            moved |= engine.detect(&id)?;
        }
    }
    for region in store.regions::<Preparing>()? {
        let engine = Engine { store, clock, services, region: &region };
        for (id, _) in store.list::<Preparing>(&region)? {
            moved |= engine.prepare(&id)?;
        }
    }
    Ok(moved)
}

impl Engine<'_> {
    fn step(&self, id: &str) -> Result<bool, ApiError> {
        let attempt = self.store.atomically(|| self.turn(id, |stack, operation| self.next(stack, operation)));
        match attempt {
            Ok(moved) => Ok(moved),
            Err(Halt::State(error)) => Err(error.into()),
            Err(Halt::Held { .. }) => Ok(false),
            Err(Halt::Refused { subject, reason }) => Ok(self.fail(id, &subject, &reason, None)?),
            Err(Halt::Faulted { subject, fault }) => match &fault.effect {
                Effect::Delay(milliseconds) => {
                    self.hold(id, &subject, fault.id, *milliseconds)?;
                    Ok(true)
                }
                Effect::Fail(reason) if fault.is_hook() => {
                    Ok(self.fail_by_hook(id, &subject, reason, fault.id)?)
                }
                Effect::Fail(reason) => Ok(self.fail(id, &subject, reason, Some(fault.id))?),
                _ => Ok(false),
            },
        }
    }

    /// Records that a resource failed, and counts the fault that made it fail.
    fn fail(&self, id: &str, subject: &str, reason: &str, fault: Option<u64>) -> Result<bool, StoreError> {
        self.store.atomically(|| {
            if let Some(fault) = fault {
                fault::spend(self.store, fault)?;
            }
            self.turn(id, |stack, operation| {
                self.refused(stack, operation, subject, reason)?;
                Ok(Turn::Goes)
            })
            .map_err(|halt| match halt {
                Halt::State(error) => error,
                _ => StoreError::Database(rusqlite::Error::InvalidQuery),
            })
        })
    }

    /// Records that a hook said no to a resource.
    fn fail_by_hook(&self, id: &str, subject: &str, reason: &str, fault: u64) -> Result<bool, StoreError> {
        self.store.atomically(|| {
            if let Some(stack) = self.store.get::<Stack>(self.region, id)?
                && let Some(operation) = &stack.operation
            {
                let kind = stack.resource(subject).map(|resource| resource.kind.as_str()).unwrap_or_default();
                self.journal().hook(&stack, operation, (subject, kind), reason)?;
            }
            self.fail(id, subject, "The following hook(s) failed: [Local::Fault::Hook]", Some(fault))
        })
    }

    /// Reads a stack, moves its operation, and writes what came of it.
    fn turn(
        &self,
        id: &str,
        act: impl FnOnce(&mut Stack, &mut Operation) -> Result<Turn, Halt>,
    ) -> Result<bool, Halt> {
        let stack = self.store.get::<Stack>(self.region, id)?;
        let Some((mut stack, mut operation)) =
            stack.and_then(|mut stack| stack.operation.take().map(|operation| (stack, operation)))
        else {
            self.store.remove::<Running>(self.region, id)?;
            return Ok(false);
        };
        match act(&mut stack, &mut operation)? {
            Turn::Goes => stack.operation = Some(operation),
            Turn::Ended => {
                self.ended(&mut stack, &operation)?;
                self.store.remove::<Running>(self.region, id)?;
            }
        }
        self.store.put(self.region, id, &stack)?;
        Ok(true)
    }

    fn next(&self, stack: &mut Stack, operation: &mut Operation) -> Result<Turn, Halt> {
        match operation.phase {
            Phase::Forward => self.forward(stack, operation),
            Phase::Back => self.back(stack, operation),
            Phase::Cleanup => self.cleanup(stack, operation),
            Phase::Delete => self.delete(stack, operation),
        }
    }

    fn journal(&self) -> Journal<'_> {
        Journal { store: self.store, clock: self.clock, region: self.region }
    }
}

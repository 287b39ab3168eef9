//! Faults that were asked for, at the moment before a resource's call.

use jiff::SignedDuration;

use super::{Engine, Halt};
use crate::local::cloudformation::record::{Held, Stack};
use crate::local::fault::{Step, at_resource, spend};
use crate::local::store::StoreError;

impl Engine<'_> {
    /// Lets a resource's call fail or be late, if that was asked for.
    pub(super) fn as_asked(&self, stack: &Stack, subject: &str, kind: &str, step: Step) -> Result<(), Halt> {
        let key = key(&stack.id, subject);
        if let Some(held) = self.store.get::<Held>(self.region, &key)? {
            if self.clock.now() < held.until {
                return Err(Halt::Held { subject: subject.to_owned() });
            }
            self.store.remove::<Held>(self.region, &key)?;
            return Ok(());
        }
        // A deletion's subject may be a physical name, where two resources share their logical one.
        let logical_id = stack
            .resources
            .iter()
            .chain(&stack.leftovers)
            .find(|one| one.physical_id.as_deref() == Some(subject))
            .map_or(subject, |one| one.logical_id.as_str());
        // A hook is asked before anything is made or changed.
        let hook = match step {
            Step::Create | Step::Update => {
                at_resource(self.store, self.region, (logical_id, kind), Step::Hook)?
            }
            _ => None,
        };
        match hook.or(at_resource(self.store, self.region, (logical_id, kind), step)?) {
            Some(fault) => Err(Halt::Faulted { subject: subject.to_owned(), fault: Box::new(fault) }),
            None => Ok(()),
        }
    }

    /// Returns the alarm of an operation that goes off now, if that was asked for.
    pub(super) fn alarm(&self, stack: &Stack) -> Result<Option<String>, StoreError> {
        for arn in &stack.settings.rollback_alarms {
            if let Some(fault) =
                at_resource(self.store, self.region, (arn, "AWS::CloudWatch::Alarm"), Step::Alarm)?
            {
                spend(self.store, fault.id)?;
                return Ok(Some(arn.clone()));
            }
        }
        Ok(None)
    }

    /// Holds a resource's call back from now on, and counts the fault.
    pub(super) fn hold(
        &self,
        id: &str,
        subject: &str,
        fault: u64,
        milliseconds: u64,
    ) -> Result<(), StoreError> {
        let delay = SignedDuration::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX));
        let until = self.clock.now().checked_add(delay).unwrap_or(jiff::Timestamp::MAX);
        self.store.atomically(|| {
            spend(self.store, fault)?;
            self.store.put(self.region, &key(id, subject), &Held { until })
        })
    }
}

fn key(stack_id: &str, subject: &str) -> String {
    format!("{stack_id}/{subject}")
}

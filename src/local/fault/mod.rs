//! Failures on demand: what is to go wrong, kept in the state, and spent as it happens.
//!
//! A fault is for a resource of a stack (its creation, update or deletion fails, or takes a while), or for an
//! API action (it is throttled, answers with an error, breaks the connection before or after its work, never
//! answers, or says that the credentials have expired).

mod actions;
mod input;

use serde::{Deserialize, Serialize};

pub use actions::known;
pub use input::{describe, read};

use super::store::{Document, Store, StoreError};

/// The place in the store: a fault may be for every region.
const EVERYWHERE: &str = "*";

/// One thing that is to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its number.
    pub id: u64,
    /// Where.
    pub place: Place,
    /// What.
    pub effect: Effect,
    /// How often yet; nothing for always.
    pub left: Option<u32>,
    /// How often it happened.
    pub happened: u32,
    /// How many more calls go well before it happens; for an action alone.
    #[serde(default)]
    pub after: u32,
    /// The region; nothing for all.
    #[serde(default)]
    pub region: Option<String>,
}

/// Where a fault happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In a stack operation, at a resource.
    Resource {
        /// Its type, or its name in the template.
        resource: String,
        /// What is done with it.
        step: Step,
    },
    /// In an API action.
    Action {
        /// The service as a SigV4 credential scope names it, such as `cloudformation`, or `*` for all.
        service: String,
        /// The action's name, or `*` for all.
        action: String,
    },
}

/// What a stack operation does with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
    /// It is looked at, for drift.
    Read,
    /// A change set with it is validated.
    Validate,
    /// A hook is asked about it.
    Hook,
    /// It is an alarm that watches an operation: it goes off.
    Alarm,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// The resource fails, with this reason.
    Fail(String),
    /// The resource takes so many milliseconds.
    Delay(u64),
    /// The action is throttled.
    Throttle,
    /// The action answers with this HTTP status.
    Status(u16),
    /// Momento answers with this HTTP status, and asks for a pause of so many seconds (`Retry-After`).
    Pause(u16, u32),
    /// The connection breaks before the action's work is done.
    Drop,
    /// The connection breaks after the action's work is done.
    LoseAnswer,
    /// The action is never answered, and its work is not done; the connection stays open.
    Hang,
    /// The action answers that the credentials have expired.
    Expire,
}

impl Fault {
    /// Returns whether a hook says no.
    pub(super) fn is_hook(&self) -> bool {
        matches!(self.place, Place::Resource { step: Step::Hook, .. })
    }
}

impl Document for Fault {
    const KIND: &'static str = "fault:fault";
}

/// A fault that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where.
    pub place: Place,
    /// What.
    pub effect: Effect,
    /// How often; nothing for always.
    pub times: Option<u32>,
    /// How many calls go well first; for an action alone.
    pub after: u32,
    /// The region; nothing for all.
    pub region: Option<String>,
}

/// Adds a fault and returns its number.
pub fn add(store: &Store, wanted: Wanted) -> Result<u64, StoreError> {
    store.atomically(|| {
        let id = list(store)?.last().map_or(1, |last| last.id + 1);
        let Wanted { place, effect, times: left, after, region } = wanted;
        store.put(
            EVERYWHERE,
            &id.to_string(),
            &Fault { id, place, effect, left, happened: 0, after, region },
        )?;
        Ok(id)
    })
}

/// Returns all faults, also those that are spent, oldest first.
pub fn list(store: &Store) -> Result<Vec<Fault>, StoreError> {
    Ok(store.list::<Fault>(EVERYWHERE)?.into_iter().map(|(_, fault)| fault).collect())
}

/// Removes one fault, or all; returns how many there were.
pub fn clear(store: &Store, id: Option<u64>) -> Result<usize, StoreError> {
    store.atomically(|| {
        let mut count = 0;
        for fault in list(store)?.iter().filter(|fault| id.is_none_or(|id| fault.id == id)) {
            count += usize::from(store.remove::<Fault>(EVERYWHERE, &fault.id.to_string())?);
        }
        Ok(count)
    })
}

/// Returns what goes wrong with a resource now, without spending it.
pub(super) fn at_resource(
    store: &Store,
    region: &str,
    (logical_id, kind): (&str, &str),
    step: Step,
) -> Result<Option<Fault>, StoreError> {
    Ok(left_in(store, region)?.find(|fault| match &fault.place {
        Place::Resource { resource, step: at } => *at == step && (resource == kind || resource == logical_id),
        Place::Action { .. } => false,
    }))
}

/// Returns the faults of a region that are not spent.
fn left_in<'a>(store: &Store, region: &'a str) -> Result<impl Iterator<Item = Fault> + use<'a>, StoreError> {
    let is_here = move |fault: &Fault| fault.region.as_deref().is_none_or(|at| at == region);
    Ok(list(store)?.into_iter().filter(is_left).filter(is_here))
}

/// Spends what goes wrong with an API action now, and returns it.
pub(super) fn at_action(
    store: &Store,
    region: &str,
    (service, action): (&str, &str),
) -> Result<Option<Effect>, StoreError> {
    let found = left_in(store, region)?.find(|fault| match &fault.place {
        Place::Action { service: at, action: named } => {
            (at == service || at == "*") && (named == action || named == "*")
        }
        Place::Resource { .. } => false,
    });
    let Some(mut fault) = found else { return Ok(None) };
    if let Some(after) = fault.after.checked_sub(1) {
        fault.after = after;
        store.put(EVERYWHERE, &fault.id.to_string(), &fault)?;
        return Ok(None);
    }
    spend(store, fault.id)?;
    Ok(Some(fault.effect))
}

/// Returns whether anything is to go wrong with an action of a service that a fault names.
pub(super) fn names(store: &Store, service: &str) -> Result<bool, StoreError> {
    Ok(list(store)?.iter().filter(|fault| is_left(fault)).any(|fault| match &fault.place {
        Place::Action { service: at, .. } => at == service,
        Place::Resource { .. } => false,
    }))
}

/// Counts that a fault happened.
pub(super) fn spend(store: &Store, id: u64) -> Result<(), StoreError> {
    store.atomically(|| {
        let Some(mut fault) = store.get::<Fault>(EVERYWHERE, &id.to_string())? else { return Ok(()) };
        fault.happened += 1;
        fault.left = fault.left.map(|left| left.saturating_sub(1));
        store.put(EVERYWHERE, &id.to_string(), &fault)
    })
}

fn is_left(fault: &Fault) -> bool {
    fault.left != Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_as_often_as_it_was_told_to() {
        let store = Store::in_memory().unwrap();
        let place = Place::Action { service: "events".into(), action: "PutEvents".into() };
        add(&store, Wanted { place, effect: Effect::Throttle, times: Some(2), after: 1, region: None })
            .unwrap();
        let now = |action: &str| at_action(&store, "us-east-1", ("events", action)).unwrap();
        assert_eq!((now("DescribeRule"), now("PutEvents")), (None, None));
        assert_eq!((now("PutEvents"), now("PutEvents")), (Some(Effect::Throttle), Some(Effect::Throttle)));
        assert_eq!(now("PutEvents"), None);
        assert_eq!(list(&store).unwrap()[0].happened, 2);
        assert_eq!(clear(&store, None).unwrap(), 1);
    }

    #[test]
    fn a_resource_is_meant_by_its_type_or_its_name() {
        let store = Store::in_memory().unwrap();
        let place = Place::Resource { resource: "AWS::SQS::Queue".into(), step: Step::Delete };
        let id = add(
            &store,
            Wanted { place, effect: Effect::Fail("no".into()), times: None, after: 0, region: None },
        )
        .unwrap();
        let at = |kind: &str, step| {
            at_resource(&store, "us-east-1", ("Queue", kind), step).unwrap().map(|one| one.id)
        };
        assert_eq!(at("AWS::SQS::Queue", Step::Delete), Some(id));
        assert_eq!(at("AWS::SQS::Queue", Step::Create), None);
        assert_eq!(at("AWS::Events::Rule", Step::Delete), None);
        spend(&store, id).unwrap();
        assert_eq!(at("AWS::SQS::Queue", Step::Delete), Some(id));
    }
}

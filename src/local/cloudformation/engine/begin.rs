//! The start of an operation.

use std::collections::{BTreeMap, BTreeSet};

use super::Journal;
use crate::local::cloudformation::naming;
use crate::local::cloudformation::record::{
    Definition, OnFailure, Operation, OperationKind, Phase, Running, Stable, Stack, StackStatus,
};
use crate::local::store::StoreError;

/// What is started.
#[derive(Clone, Debug)]
pub(crate) enum Start {
    /// Make the stack.
    Create(Definition),
    /// Make it what a definition says.
    Update(Definition),
    /// Make it what a definition says, also where it was changed by hand.
    Revert(Definition),
    /// Delete it.
    Delete,
    /// Take a failed creation or update back.
    Rollback,
    /// Go on with a rollback that failed.
    Continue,
}

/// Records that an operation runs; the engine's steps do the work.
pub(crate) fn begin(
    journal: &Journal<'_>,
    stack: &mut Stack,
    start: Start,
    (token, on_failure, change_set): (Option<&str>, OnFailure, Option<&str>),
    skip: BTreeSet<String>,
) -> Result<String, StoreError> {
    use StackStatus as S;
    let reverts = matches!(start, Start::Revert(_));
    let (kind, phase, status) = match &start {
        Start::Create(_) => (OperationKind::Create, Phase::Forward, S::CreateInProgress),
        Start::Update(_) | Start::Revert(_) => (OperationKind::Update, Phase::Forward, S::UpdateInProgress),
        Start::Delete => (OperationKind::Delete, Phase::Delete, S::DeleteInProgress),
        Start::Rollback if stack.stable.is_none() => {
            (OperationKind::Rollback, Phase::Delete, S::RollbackInProgress)
        }
        Start::Rollback => (OperationKind::Rollback, Phase::Back, S::UpdateRollbackInProgress),
        Start::Continue => (OperationKind::Continue, Phase::Back, S::UpdateRollbackInProgress),
    };
    match start {
        Start::Create(definition) => adopt(journal, stack, definition)?,
        Start::Update(definition) | Start::Revert(definition) => {
            stack.updated = Some(journal.clock.now());
            if stack.stable.is_none() && stack.status != S::CreateFailed {
                stack.stable = Some(Stable {
                    definition: stack.definition.take(),
                    settings: stack.settings.clone(),
                    resources: stack.resources.clone(),
                    outputs: stack.outputs.clone(),
                    touched: BTreeSet::new(),
                    actual: BTreeMap::new(),
                    gone: BTreeSet::new(),
                });
            }
            adopt(journal, stack, definition)?;
        }
        Start::Delete | Start::Rollback | Start::Continue => {}
    }
    let operation = Operation {
        id: naming::uuid(),
        kind,
        phase,
        token: token.map(str::to_owned),
        on_failure,
        change_set: change_set.map(str::to_owned),
        tasks: BTreeMap::new(),
        queue: Vec::new(),
        skip,
        reverts,
        imports: BTreeMap::new(),
    };
    let id = operation.id.clone();
    journal.stack(stack, Some(&operation), status, Some("User Initiated"))?;
    stack.operation = Some(operation);
    journal.store.put(journal.region, &stack.id, &Running)?;
    journal.store.put(journal.region, &stack.id, stack)?;
    Ok(id)
}

/// Gives a stack its new definition; the one that it goes back to is kept.
fn adopt(journal: &Journal<'_>, stack: &mut Stack, definition: Definition) -> Result<(), StoreError> {
    if let Some(old) = stack.definition.take() {
        journal.store.remove::<Definition>(journal.region, &old)?;
    }
    let id = naming::uuid();
    journal.store.put(journal.region, &id, &definition)?;
    stack.settings = definition.settings;
    stack.definition = Some(id);
    Ok(())
}

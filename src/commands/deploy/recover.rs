//! Bringing a stack from whatever state it is in to one that a deploy can go on from.

use super::Deploying;
use super::operation::{explained, watch};
use crate::aws::cloudformation::{self, Stack};
use crate::aws::follow::{Operation, latest};
use crate::aws::operations::{self, Deletion};
use crate::commands::destroy::delete_and_follow;
use crate::error::{Error, Kind, Result};
use crate::model::stack::{OnFailure, Plan, plan};
use crate::ui::Question;

/// The most repairs in a row: each is tried once, and what runs is waited for before and after.
const MOST_STEPS: usize = 8;

/// Waits for an operation that runs, and refuses a stack that only `destroy` can help.
///
/// Returns the stack as it is then.
pub(super) async fn settled(deploying: &Deploying<'_>) -> Result<Option<Stack>> {
    for _ in 0..MOST_STEPS {
        let current = cloudformation::find(&deploying.session.clients, deploying.name).await?;
        let Some(stack) = current else { return Ok(None) };
        match plan(Some(&stack.status)) {
            Plan::Wait => attach(deploying, &stack).await?,
            Plan::FinishDeletion => return Err(half_deleted(&stack, deploying.name)),
            _ => return Ok(Some(stack)),
        }
    }
    Err(Error::new(Kind::Remote, format!("the stack {} does not come to rest", deploying.name))
        .hint("something else works on it: deploy again when that is done"))
}

/// Returns the stack that is to be changed, or the empty one in review, or nothing.
///
/// Takes a failed update back, goes on with a failed rollback, and deletes what can only be deleted, each
/// after asking and each once.
pub(super) async fn recovered(deploying: &Deploying<'_>) -> Result<Option<Stack>> {
    let mut last = None;
    for _ in 0..MOST_STEPS {
        let Some(stack) = settled(deploying).await? else { return Ok(None) };
        let planned = plan(Some(&stack.status));
        if last == Some(planned) {
            break;
        }
        match planned {
            Plan::Create | Plan::Update => return Ok(Some(stack)),
            // With --on-failure keep, a failed update may be corrected by the next one.
            Plan::RollBack if deploying.on_failure == OnFailure::Keep => return Ok(Some(stack)),
            Plan::RollBack => roll_back(deploying, &stack).await?,
            Plan::ContinueRollback => continue_rollback(deploying, &stack).await?,
            Plan::Recreate => recreate(deploying, &stack).await?,
            Plan::Wait | Plan::FinishDeletion => {}
        }
        last = Some(planned);
    }
    Err(Error::new(Kind::Remote, format!("the stack {} could not be repaired", deploying.name))
        .hint("look at its events in the CloudFormation console, and deploy again"))
}

/// Follows the operation that runs.
async fn attach(deploying: &Deploying<'_>, stack: &Stack) -> Result<()> {
    let Deploying { context, session, name, .. } = deploying;
    context.printer.status(&format!("waiting for the operation that runs on {name} ({})", stack.status));
    let operation = latest(&session.clients, &stack.id).await?;
    watch(context, session, name, &operation, deploying.timeout).await?;
    Ok(())
}

async fn roll_back(deploying: &Deploying<'_>, stack: &Stack) -> Result<()> {
    let Deploying { session, name, role, .. } = deploying;
    let why = "an update failed and was kept as it was; it is to be taken back before the deploy";
    agree(deploying, stack, why, &format!("Roll the last update of {name} in {} back?", session.region()))
        .await?;
    let token = operations::token();
    operations::roll_back(&session.clients, &stack.id, &token, *role).await?;
    follow_repair(deploying, &Operation::ours(&stack.id, &token)).await
}

async fn continue_rollback(deploying: &Deploying<'_>, stack: &Stack) -> Result<()> {
    let Deploying { session, name, role, .. } = deploying;
    let why = "taking an update back failed; the rollback is to be continued before the deploy";
    agree(deploying, stack, why, &format!("Go on with the rollback of {name} in {}?", session.region()))
        .await?;
    let token = operations::token();
    operations::continue_rollback(&session.clients, &stack.id, &token, *role).await?;
    follow_repair(deploying, &Operation::ours(&stack.id, &token)).await
}

/// Follows a rollback; one that fails ends the deploy with its cause.
async fn follow_repair(deploying: &Deploying<'_>, operation: &Operation) -> Result<()> {
    let Deploying { context, session, name, .. } = deploying;
    let ended = watch(context, session, name, operation, deploying.timeout).await?;
    let Some(stack) = ended.stack.filter(|stack| stack.status.is_failure()) else { return Ok(()) };
    let error =
        Error::new(Kind::Remote, format!("the rollback of {name} failed: it ended in {}", stack.status));
    let error = explained(error, session, operation, &ended.events).await;
    Err(error.hint("remove what the cause names and deploy again"))
}

async fn recreate(deploying: &Deploying<'_>, stack: &Stack) -> Result<()> {
    let Deploying { context, session, name, role, .. } = deploying;
    let why = "its first creation failed, and CloudFormation can only delete it";
    agree(deploying, stack, why, &format!("Delete {name} in {} and create it again?", session.region()))
        .await?;
    let deletion = Deletion { role: role.map(str::to_owned), ..Deletion::default() };
    delete_and_follow(context, session, stack, name, &deletion, deploying.timeout).await.map(drop)
}

/// Says what is wrong with the stack, and asks whether to repair it.
async fn agree(deploying: &Deploying<'_>, stack: &Stack, why: &str, question: &str) -> Result<()> {
    let Deploying { context, name, .. } = deploying;
    let can_ask = context.can_ask();
    if deploying.yes || can_ask {
        context.printer.warn(&format!("the stack {name} is in {}: {why}", stack.status));
    }
    if deploying.yes || (can_ask && context.ask(Question::Confirm(question.to_owned())).await) {
        return Ok(());
    }
    let error = Error::new(Kind::Remote, format!("the stack {name} is in {}", stack.status)).cause(why);
    if can_ask {
        return Err(error.cause("nothing was changed: the answer was no"));
    }
    Err(error.hint("add `--yes` to do that and deploy"))
}

fn half_deleted(stack: &Stack, name: &str) -> Error {
    let error =
        Error::new(Kind::Remote, format!("the stack {name} is in {}: it is half deleted", stack.status));
    let error = stack.reason.clone().into_iter().fold(error, Error::cause);
    error
        .hint("finish the deletion, then deploy: `evbridge-momento destroy`")
        .hint("what cannot be deleted is left with `destroy --retain LOGICAL_ID`, or with `destroy --force`")
}

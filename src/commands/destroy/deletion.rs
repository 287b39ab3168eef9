//! The deletion itself: unprotected, followed to its end, made again without what cannot be deleted.

use std::time::Duration;

use crate::aws::cloudformation::{self, Stack};
use crate::aws::follow::Operation;
use crate::aws::operations::{self, Deletion};
use crate::commands::deploy::operation::{explained, watch};
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::stack::Event;
use crate::ui::Question;

/// Refuses to leave a resource that the stack does not have: what was meant would be deleted.
pub(super) async fn known(session: &Session, stack: &Stack, name: &str, retain: &[String]) -> Result<()> {
    if retain.is_empty() {
        return Ok(());
    }
    let resources = cloudformation::resources(&session.clients, &stack.id).await?;
    let ids: Vec<&str> = resources.iter().map(|resource| resource.logical_id.as_str()).collect();
    let Some(unknown) = retain.iter().find(|id| !ids.contains(&id.as_str())) else { return Ok(()) };
    Err(Error::usage(format!("the stack {name} has no resource {unknown} to leave; nothing was deleted"))
        .hint(format!("its resources are {}", ids.join(", "))))
}

/// What a deletion did.
pub(super) struct Gone {
    /// What was left, by its logical ids.
    pub(super) left: Vec<String>,
    events: Vec<Event>,
}

impl Gone {
    /// Returns whether a resource of a type was deleted.
    pub(super) fn deleted(&self, resource_type: &str) -> bool {
        let is_gone = |event: &Event| {
            event.resource_type == resource_type && event.status.as_str() == "DELETE_COMPLETE"
        };
        self.events.iter().any(is_gone)
    }
}

/// Deletes a stack; what cannot be deleted is left, if that was allowed.
pub(super) async fn delete(
    context: &Context,
    session: &Session,
    stack: &Stack,
    name: &str,
    deletion: Deletion,
    timeout: Option<Duration>,
) -> Result<Gone> {
    let plain = Deletion { retain: Vec::new(), force: false, ..deletion.clone() };
    let may_leave = deletion.force || !deletion.retain.is_empty();
    // CloudFormation leaves resources only when it has failed to delete them before.
    if !may_leave || stack.status.as_str() != "DELETE_FAILED" {
        match delete_and_follow(context, session, stack, name, &plain, timeout).await {
            Err(error) if may_leave && error.kind == Kind::Remote => {
                let now = cloudformation::find(&session.clients, &stack.id).await?;
                if now.is_none_or(|now| now.status.as_str() != "DELETE_FAILED") {
                    return Err(error);
                }
                context.printer.warn(&format!("{error}; deleting it again, without what cannot be deleted"));
            }
            other => return other.map(|events| Gone { left: Vec::new(), events }),
        }
    }
    let left = if deletion.force {
        cloudformation::failed_resources(&session.clients, &stack.id).await?
    } else {
        deletion.retain.clone()
    };
    let events = delete_and_follow(context, session, stack, name, &deletion, timeout).await?;
    Ok(Gone { left, events })
}

/// Deletes a stack and follows it to its end; returns what happened.
pub async fn delete_and_follow(
    context: &Context,
    session: &Session,
    stack: &Stack,
    name: &str,
    deletion: &Deletion,
    timeout: Option<Duration>,
) -> Result<Vec<Event>> {
    let token = operations::token();
    operations::delete(&session.clients, &stack.id, &token, deletion).await?;
    let operation = Operation::ours(&stack.id, &token);
    let ended = watch(context, session, name, &operation, timeout).await?;
    let Some(left) = ended.stack else { return Ok(ended.events) };
    let error = Error::new(Kind::Remote, format!("the stack was not deleted: it ended in {}", left.status));
    let error = explained(error, session, &operation, &ended.events).await;
    let failed = cloudformation::failed_resources(&session.clients, &stack.id).await.unwrap_or_default();
    if failed.is_empty() {
        return Err(error);
    }
    Err(error.hint(format!(
        "remove what the cause names and run the command again, or leave it behind: `--retain {}`, or `--force`",
        failed.join(" ")
    )))
}

/// Takes the protection off, if that was asked for or is agreed to.
pub(super) async fn unprotect(
    context: &Context,
    session: &Session,
    stack: &Stack,
    name: &str,
    allowed: bool,
) -> Result<()> {
    if !stack.protected {
        return Ok(());
    }
    let question = format!("{name} is protected from deletion. Take the protection off?");
    if allowed || (context.can_ask() && context.ask(Question::Confirm(question)).await) {
        return operations::protect(&session.clients, &stack.id, false).await;
    }
    Err(Error::new(Kind::Remote, format!("the stack {name} is protected from deletion"))
        .hint("to delete it all the same, add `--disable-termination-protection`"))
}

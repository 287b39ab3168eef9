//! The change set of a deploy: made, shown, agreed to, executed, followed.

use super::Deploying;
use super::operation::{explained, reattach, watch};
use super::report::{Deployed, Outcome, show_changes};
use super::target::{TOKEN_VERSION, Target};
use super::token::Stored;
use crate::aws::change_sets::{self, ChangeSet, ChangeSetRequest, Options, Pending};
use crate::aws::cloudformation::{self, Stack};
use crate::aws::follow::Operation;
use crate::aws::{identity, operations};
use crate::commands::doctor::quick::{Quick, added};
use crate::error::{Error, Kind, Result};
use crate::model::permissions::Work;
use crate::model::stack::OnFailure;
use crate::ui::Question;

/// The name of a change set that one deploy makes and executes; what a killed deploy leaves is thereby replaced.
const PASSING: &str = "evbridge-momento-deploy";

/// The change set that is meant.
pub(super) struct Named {
    /// The name, when one was given.
    pub(super) name: Option<String>,
    /// Whether it is only to be prepared.
    pub(super) prepare_only: bool,
}

impl Named {
    /// Returns whether an earlier step has prepared the change set.
    pub(super) fn was_prepared(&self) -> bool {
        self.name.is_some() && !self.prepare_only
    }
}

/// Makes a change set, and carries it out unless it is only to be prepared.
pub(super) async fn make_and_carry_out(
    deploying: &Deploying<'_>,
    named: &Named,
    target: &Target,
    stored: &Stored,
    options: &Options,
    current: Option<Stack>,
    checks: Option<(&Quick<'_>, Work)>,
) -> Result<Deployed> {
    let Deploying { name: stack, .. } = deploying;
    let name = match &named.name {
        Some(name) => name.clone(),
        None if named.prepare_only => format!("evbridge-momento-{}", uuid::Uuid::new_v4().simple()),
        None => PASSING.to_owned(),
    };
    let creates = current.as_ref().is_none_or(|stack| stack.status.is_review());
    let request = ChangeSetRequest {
        stack,
        name: &name,
        create: creates,
        template: Some(&target.template()?),
        parameters: &target.parameters(Some(stored.version.clone())),
        tags: &target.tags,
        role: target.role.as_deref(),
        options,
    };
    carry_out(deploying, named, &request, &target.bus, current, checks, Some(stored)).await
}

/// Makes the change set of a request, and carries it out unless it is only to be prepared.
pub(super) async fn carry_out(
    deploying: &Deploying<'_>,
    named: &Named,
    request: &ChangeSetRequest<'_>,
    bus: &str,
    current: Option<Stack>,
    checks: Option<(&Quick<'_>, Work)>,
    stored: Option<&Stored>,
) -> Result<Deployed> {
    let Deploying { context, session, name: stack, .. } = deploying;
    let creates = request.create;
    let pending = change_sets::create(&session.clients, request).await?;
    let change_set = match change_sets::read(&session.clients, &pending).await {
        Ok(change_set) => change_set,
        Err(error) => {
            // What could not be worked out is of no use to anybody; its own failure matters more than ours.
            let _ = abandon(deploying, &pending, creates).await;
            return Err(error);
        }
    };
    let mut deployed = Deployed::new(stack, session.region(), bus, &change_set);
    if change_set.is_empty {
        change_sets::delete(&session.clients, &pending).await?;
        deployed.outcome = Outcome::Unchanged;
        if let Some(stored) = stored {
            stored.count(session).await?;
        }
        let options = request.options;
        if options.notification_arns.is_some() || !options.rollback_alarm_arns.is_empty() {
            context.printer.warn(
                "nothing else is to change, so CloudFormation has left the notification ARNs and the rollback alarms as they were",
            );
        }
        if let Some(current) = current {
            protect(deploying, &current).await?;
            deployed.outputs = current.outputs.into_iter().collect();
        }
        return Ok(deployed);
    }
    show_changes(&context.printer, &change_set.changes);
    if named.prepare_only {
        if !creates && request.options.on_failure == OnFailure::Keep {
            context
                .printer
                .warn("`--on-failure keep` counts where the change set is carried out: say it there again");
        }
        deployed.change_set = Some(change_set.id);
        deployed.change_set_name = Some(request.name.to_owned());
        deployed.outcome = Outcome::Prepared;
        return Ok(deployed);
    }
    if let Some((quick, mut work)) = checks {
        work.add(&change_set.changes);
        if let Err(error) = quick.account(&work, added(&change_set.changes)).await {
            let _ = abandon(deploying, &pending, creates).await;
            return Err(error);
        }
    }
    if !agreed(deploying, creates).await? {
        abandon(deploying, &pending, creates).await?;
        deployed.outcome = Outcome::Declined;
        return Ok(deployed);
    }
    if let Some(stored) = stored
        && let Err(error) = stored.count_now(session).await
    {
        let _ = abandon(deploying, &pending, creates).await;
        return Err(error);
    }
    execute(deploying, &change_set, creates, deployed).await
}

/// Carries out the change set that an earlier step has prepared.
pub(super) async fn carry_out_named(
    deploying: &Deploying<'_>,
    named: &Named,
    target: &Target,
    quick: Option<&Quick<'_>>,
) -> Result<Deployed> {
    let Deploying { context, session, name: stack, .. } = deploying;
    let name = named.name.as_deref().unwrap_or_default();
    let Some(pending) = change_sets::find(&session.clients, stack, name).await? else {
        let region = session.region();
        let message = format!("the stack {stack} has no change set {name} in {region}");
        return Err(Error::new(Kind::Failed, message)
            .hint("prepare it first: add `--no-execute-changeset`")
            .hint("a deploy that was carried out since has removed the stack's other change sets"));
    };
    let change_set = change_sets::read(&session.clients, &pending).await?;
    let mut deployed = Deployed::new(stack, session.region(), &target.bus, &change_set);
    if !change_set.is_executable {
        return Err(Error::new(Kind::Remote, format!("the change set {name} cannot be carried out"))
            .cause("it was carried out already, or the stack has changed since it was prepared")
            .hint("prepare it again: add `--no-execute-changeset`"));
    }
    let current = cloudformation::find(&session.clients, &change_set.stack_id).await?;
    let has_role = target.role.is_some() || current.as_ref().is_some_and(|stack| stack.role.is_some());
    let creates = current.is_none_or(|stack| stack.status.is_review());
    show_changes(&context.printer, &change_set.changes);
    if let Some(quick) = quick {
        let mut work = Work { executes: true, has_role, ..Work::default() };
        work.add(&change_set.changes);
        quick.account(&work, added(&change_set.changes)).await?;
    }
    if !agreed(deploying, creates).await? {
        deployed.outcome = Outcome::Declined;
        return Ok(deployed);
    }
    let version = change_set.parameters.iter().find(|(name, _)| name == TOKEN_VERSION);
    let version = version.map(|(_, version)| version.clone());
    Stored::prepared(session, target, version).await?.count_now(session).await?;
    execute(deploying, &change_set, creates, deployed).await
}

/// Asks the person who is there; on the local cloud, and where nobody is, the command itself says yes.
async fn agreed(deploying: &Deploying<'_>, creates: bool) -> Result<bool> {
    let Deploying { context, session, name, .. } = deploying;
    if !deploying.asks() {
        return Ok(true);
    }
    let account = identity::caller(&session.clients).await?.account;
    let verb = if creates { "Create" } else { "Update" };
    let question = format!("{verb} the stack {name} in {} of account {account}?", session.region());
    Ok(context.ask(Question::Confirm(question)).await)
}

/// Takes a change set back; an empty stack that it made does not stay behind.
async fn abandon(deploying: &Deploying<'_>, pending: &Pending, creates: bool) -> Result<()> {
    let clients = &deploying.session.clients;
    change_sets::delete(clients, pending).await?;
    // Another step may have prepared a change set of the same empty stack.
    if creates && change_sets::count(clients, &pending.stack_id).await? == 0 {
        let deletion = operations::Deletion::default();
        operations::delete(clients, &pending.stack_id, &operations::token(), &deletion).await?;
    }
    Ok(())
}

async fn execute(
    deploying: &Deploying<'_>,
    change_set: &ChangeSet,
    creates: bool,
    mut deployed: Deployed,
) -> Result<Deployed> {
    let Deploying { context, session, name, .. } = deploying;
    let token = operations::token();
    let keep = deploying.on_failure == OnFailure::Keep && !creates;
    change_sets::execute(&session.clients, change_set, &token, keep).await?;
    // At once: a deploy that is left before the end has a protected stack all the same.
    if let Some(protected) = deploying.protect {
        operations::protect(&session.clients, &change_set.stack_id, protected).await?;
    }
    if deploying.detach {
        deployed.follow = Some(reattach(context, session, name));
        deployed.outcome = Outcome::Detached;
        return Ok(deployed);
    }
    let operation = Operation::ours(&change_set.stack_id, &token);
    let ended = watch(context, session, name, &operation, deploying.timeout).await?;
    match ended.stack {
        Some(stack) if stack.status.is_deployed() => {
            deployed.outputs = stack.outputs.into_iter().collect();
            deployed.outcome = if creates { Outcome::Created } else { Outcome::Updated };
            Ok(deployed)
        }
        stack => {
            let error = not_deployed(stack.as_ref());
            Err(explained(error, session, &operation, &ended.events).await)
        }
    }
}

fn not_deployed(stack: Option<&Stack>) -> Error {
    let status = stack.map_or("DELETE_COMPLETE", |stack| stack.status.as_str());
    match status {
        "CREATE_FAILED" | "UPDATE_FAILED" => {
            Error::new(Kind::Remote, format!("the stack was not deployed and is kept as it is, in {status}"))
                .hint("look at it, then deploy again: what failed is cleared away first")
        }
        _ => Error::new(Kind::RolledBack, format!("the stack was not deployed: it ended in {status}")),
    }
}

async fn protect(deploying: &Deploying<'_>, stack: &Stack) -> Result<()> {
    match deploying.protect {
        Some(wanted) if wanted != stack.protected => {
            operations::protect(&deploying.session.clients, &stack.id, wanted).await
        }
        _ => Ok(()),
    }
}

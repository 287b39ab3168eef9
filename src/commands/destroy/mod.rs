//! `destroy`: deletes the stack and schedules the deletion of its secret.

mod deletion;
mod report;

use std::time::{Duration, Instant};

use clap::Args;

pub use deletion::delete_and_follow;
pub use report::{Destroyed, SecretFate};

use super::deploy::duration;
use super::deploy::operation::watch;
use super::stack::{StackArg, flag, load, role_arn, secret_name};
use crate::aws::cloudformation::{self, Stack};
use crate::aws::follow::latest;
use crate::aws::operations::Deletion;
use crate::aws::secrets::{self, Lookup};
use crate::aws::{identity, queues};
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::definition::StackName;
use crate::ui::Question;

/// The arguments of `destroy`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento destroy
  evbridge-momento destroy shop --yes
  evbridge-momento destroy --retain DeadLetterQueue     leave what cannot be deleted
  evbridge-momento destroy --local --purge

On a terminal it asks for the stack's name first. Where nobody can be asked, as in a script, \
it needs --yes on AWS; with --local it deletes without a question.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct DestroyArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Name of the CloudFormation stack
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME", value_parser = flag::<StackName>)]
    stack_name: Option<StackName>,
    /// Delete the token's secret at once, not after seven days
    #[arg(long)]
    purge: bool,
    /// Role that CloudFormation works with
    #[arg(long, value_name = "ARN", value_parser = role_arn)]
    role_arn: Option<String>,
    /// Resources to leave where they are if the deletion fails
    #[arg(long, value_name = "LOGICAL_ID", num_args = 1.., conflicts_with = "force")]
    retain: Vec<String>,
    /// Leave all that cannot be deleted if the deletion fails
    #[arg(long)]
    force: bool,
    /// Delete the stack although it is protected from deletion
    #[arg(long)]
    disable_termination_protection: bool,
    /// Stop waiting after this long, such as 90s or 30m; CloudFormation goes on (exit code 8)
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// Deletes the stack.
pub async fn run(context: &Context, args: DestroyArgs) -> Result<Destroyed> {
    let started = Instant::now();
    let definition = load(&args.stack)?;
    let name = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let session = context.session(&name).await?;
    let secret = secret_name(&name);
    let found = settled(context, &session, &name, args.timeout).await?;
    let mut destroyed = Destroyed {
        stack: name.clone(),
        region: session.region().to_owned(),
        stack_was_there: found.is_some(),
        deleted_bus: definition.bus.create.then(|| definition.bus.name.to_string()),
        left: Vec::new(),
        undelivered: 0,
        secret: SecretFate::Missing,
        secret_name: secret.clone(),
        seconds: 0.0,
    };
    if let Some(stack) = found {
        deletion::known(&session, &stack, &name, &args.retain).await?;
        destroyed.undelivered = undelivered(&session, &stack).await?;
        if destroyed.undelivered > 0 {
            context.printer.warn(&format!(
                "{} undelivered {} in the dead-letter queue will be lost",
                destroyed.undelivered,
                if destroyed.undelivered == 1 { "message" } else { "messages" }
            ));
        }
        agree(context, &session, &name, args.yes).await?;
        deletion::unprotect(context, &session, &stack, &name, args.disable_termination_protection).await?;
        let wanted = Deletion { role: args.role_arn, retain: args.retain, force: args.force };
        let gone = deletion::delete(context, &session, &stack, &name, wanted, args.timeout).await?;
        let had_bus = gone.deleted("AWS::Events::EventBus");
        let bus = stack.outputs.iter().find(|(name, _)| name == "EventBusName").map(|(_, bus)| bus.clone());
        let of_definition = destroyed.deleted_bus.take();
        // A deletion that failed before this one may have deleted the bus.
        let is_second = stack.status.as_str() == "DELETE_FAILED" || !gone.left.is_empty();
        let is_left = gone.left.iter().any(|resource| resource == "EventBus");
        destroyed.deleted_bus = match (had_bus, is_second && !is_left) {
            (true, _) => bus.or(of_definition),
            (false, true) => of_definition,
            (false, false) => None,
        };
        destroyed.left = gone.left;
    } else {
        // A destroy that was interrupted can have left the secret alone.
        let is_left = match secrets::find(&session.clients, &secret).await? {
            Lookup::Found(_) => true,
            Lookup::ScheduledForDeletion => args.purge,
            Lookup::Missing => false,
        };
        if !is_left {
            return Err(not_there(context, &session, &name).await);
        }
        context.printer.warn(&format!("there is no stack {name}, but its secret {secret} is left"));
        agree(context, &session, &name, args.yes).await?;
    }
    let deletion = if args.purge { secrets::Deletion::Purge } else { secrets::Deletion::Scheduled };
    if secrets::delete(&session.clients, &secret, deletion).await? {
        destroyed.secret = if args.purge { SecretFate::Purged } else { SecretFate::Scheduled };
    }
    if let Err(error) = context.deployments().forget(context.place(), &name, session.region()) {
        context.printer.warn(&format!("{} cannot be written ({error})", context.global.local_dir.display()));
    }
    destroyed.seconds = started.elapsed().as_secs_f64();
    Ok(destroyed)
}

/// Returns the stack, after waiting for an operation that runs on it; nothing when there is none.
async fn settled(
    context: &Context,
    session: &Session,
    name: &str,
    timeout: Option<Duration>,
) -> Result<Option<Stack>> {
    let Some(stack) = cloudformation::find(&session.clients, name).await? else { return Ok(None) };
    if !stack.status.is_in_progress() {
        return Ok(Some(stack));
    }
    context.printer.status(&format!("waiting for the operation that runs on {name} ({})", stack.status));
    let operation = latest(&session.clients, &stack.id).await?;
    let ended = watch(context, session, name, &operation, timeout).await?;
    Ok(ended.stack)
}

async fn undelivered(session: &Session, stack: &Stack) -> Result<u64> {
    let url = stack.outputs.iter().find(|(name, _)| name == "DeadLetterQueueUrl");
    match url {
        Some((_, url)) => Ok(queues::depth(&session.clients, url).await?.unwrap_or(0)),
        None => Ok(0),
    }
}

async fn agree(context: &Context, session: &Session, name: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !context.can_ask() {
        // Nothing on the local cloud is dear; on AWS a script has to say that it means it.
        if session.local.is_some() {
            return Ok(());
        }
        return Err(Error::usage(format!(
            "nobody is there to confirm that the stack {name} is to be deleted"
        ))
        .hint("add `--yes` to delete it without a question"));
    }
    let place = match session.local {
        Some(_) => "on the local cloud".to_owned(),
        None => format!("of account {}", identity::caller(&session.clients).await?.account),
    };
    let text = format!("Delete {name} in {} {place}?", session.region());
    if context.ask(Question::Typed { text, word: name.to_owned() }).await {
        return Ok(());
    }
    Err(Error::new(Kind::Failed, "nothing was deleted: the stack's name was not typed"))
}

async fn not_there(context: &Context, session: &Session, name: &str) -> Error {
    let region = session.region();
    let place = match session.local {
        Some(_) => "on the local cloud".to_owned(),
        None => match identity::caller(&session.clients).await {
            Ok(identity) => format!("in account {}", identity.account),
            Err(_) => "in this account".to_owned(),
        },
    };
    let error = Error::new(
        Kind::NotThere,
        format!("nothing to delete: there is no stack {name} in {region} {place}"),
    );
    let elsewhere: Vec<String> = context
        .deployments()
        .of(context.place(), name)
        .map(|known| known.region.clone())
        .filter(|known| known != region)
        .collect();
    if elsewhere.is_empty() {
        error.hint("say where the stack is with `--region`, or which it is with `--stack-name`")
    } else {
        error
            .hint(format!("it was deployed from here to {}: say so with `--region`", elsewhere.join(" and ")))
    }
}

//! `destroy`: deletes the stack and schedules the deletion of its secret.

use clap::Args;
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::deploy::detached;
use super::stack::{StackArg, flag, load, secret_name};
use crate::aws::cloudformation::{self, Stack};
use crate::aws::follow::{Operation, follow};
use crate::aws::secrets::Deletion;
use crate::aws::{identity, queues, secrets};
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::definition::StackName;
use crate::model::stack::diagnosis::root_cause;
use crate::ui::progress::StackProgress;
use crate::ui::{Page, Report, prompt};

/// The arguments of `destroy`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento destroy
  evbridge-momento destroy shop --yes
  evbridge-momento destroy --local --purge")]
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
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl DestroyArgs {
    /// Makes the arguments of a destroy of the default stack that asks nothing.
    pub fn plain() -> Self {
        Self { stack: StackArg::default(), stack_name: None, purge: false, role_arn: None, yes: true }
    }
}

/// What was deleted and what is left.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Destroyed {
    /// The stack's name.
    pub stack: String,
    /// The region.
    pub region: String,
    /// How many undelivered messages went with the dead-letter queue.
    pub undelivered: u64,
    /// What became of the secret.
    pub secret: SecretFate,
    /// The secret's name.
    pub secret_name: String,
}

/// What became of the token's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecretFate {
    /// It is deleted in seven days.
    Scheduled,
    /// It is gone.
    Purged,
    /// There was none.
    Missing,
}

/// Deletes the stack.
pub async fn run(context: &Context, args: DestroyArgs) -> Result<Destroyed> {
    let definition = load(&args.stack)?;
    let name = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let session = context.session(&name).await?;
    let Some(stack) = cloudformation::find(&session.clients, &name).await? else {
        return Err(not_there(context, &session, &name).await);
    };
    if stack.protected {
        return Err(Error::new(Kind::Remote, format!("the stack {name} is protected from deletion"))
            .hint("take the protection off first: `aws cloudformation update-termination-protection --no-enable-termination-protection`"));
    }
    let undelivered = undelivered(&session, &stack).await?;
    if undelivered > 0 {
        context.printer.warn(&format!(
            "{undelivered} undelivered {} in the dead-letter queue will be lost",
            if undelivered == 1 { "message" } else { "messages" }
        ));
    }
    agree(context, &session, &name, args.yes).await?;
    delete_and_follow(context, &session, &stack, args.role_arn.as_deref()).await?;
    let secret = secret_name(&name);
    let deletion = if args.purge { Deletion::Purge } else { Deletion::Scheduled };
    let was_there = secrets::delete(&session.clients, &secret, deletion).await?;
    if let Err(error) = context.deployments().forget(context.place(), &name, session.region()) {
        context.printer.warn(&format!("{} cannot be written ({error})", context.global.local_dir.display()));
    }
    Ok(Destroyed {
        stack: name,
        region: session.region().to_owned(),
        undelivered,
        secret: match (was_there, args.purge) {
            (false, _) => SecretFate::Missing,
            (true, true) => SecretFate::Purged,
            (true, false) => SecretFate::Scheduled,
        },
        secret_name: secret,
    })
}

/// Deletes a stack and follows it to its end.
pub async fn delete_and_follow(
    context: &Context,
    session: &Session,
    stack: &Stack,
    role: Option<&str>,
) -> Result<()> {
    if stack.status.as_str() == "DELETE_IN_PROGRESS" && deleted_meanwhile(context, session, stack).await? {
        return Ok(());
    }
    let token = format!("evbridge-momento-{}", uuid::Uuid::new_v4().simple());
    cloudformation::delete_stack(&session.clients, &stack.id, Some(&token), role).await?;
    let mut progress = StackProgress::new(context.printer);
    let mut happened = Vec::new();
    let operation = Operation { stack_id: &stack.id, token: &token };
    let following = follow(&session.clients, &operation, |event| {
        progress.tell(event);
        happened.push(event.clone());
    });
    let left = tokio::select! {
        left = following => left?,
        _ = tokio::signal::ctrl_c() => return Err(detached()),
    };
    let Some(left) = left else { return Ok(()) };
    let error = Error::new(Kind::Remote, format!("the stack was not deleted: it ended in {}", left.status));
    Err(match root_cause(&happened) {
        Some(cause) => error.cause(format!("{} failed first: {}", cause.logical_id, cause.reason)),
        None => error.cause("no event tells why"),
    })
}

/// Waits for a deletion that runs already, such as that of a command that was killed; returns whether it succeeded.
///
/// CloudFormation takes another call to delete the stack, but does nothing for it and tells no events of it.
async fn deleted_meanwhile(context: &Context, session: &Session, stack: &Stack) -> Result<bool> {
    context.printer.status("waiting for the deletion that runs");
    loop {
        match cloudformation::find(&session.clients, &stack.id).await? {
            None => return Ok(true),
            Some(now) if now.status.is_deleted() => return Ok(true),
            Some(now) if !now.status.is_in_progress() => return Ok(false),
            Some(_) => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
        }
    }
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
    let question =
        format!("Delete {name} in {} {place}? Type the stack's name to confirm:", session.region());
    match prompt::text(&question, "no") {
        Some(answer) if answer.trim() == name => Ok(()),
        _ => Err(Error::new(Kind::Failed, "nothing was deleted: the stack's name was not typed")),
    }
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
    let error =
        Error::new(Kind::Failed, format!("nothing to delete: there is no stack {name} in {region} {place}"));
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

impl Report for Destroyed {
    const SCHEMA: &'static str = "destroy/1";

    fn text(&self, page: &mut Page) {
        page.note(format_args!("{} {} in {}", "destroyed".green().bold(), self.stack.bold(), self.region));
        match self.secret {
            SecretFate::Scheduled => {
                page.note(format_args!(
                    "The secret {} is deleted in 7 days; a deploy before then takes it back.",
                    self.secret_name
                ));
            }
            SecretFate::Purged => page.note(format_args!("The secret {} is deleted.", self.secret_name)),
            SecretFate::Missing => {}
        }
        page.note("The Momento token itself, the caches and the event bus are left as they are.");
    }
}

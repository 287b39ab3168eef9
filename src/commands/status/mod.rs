//! `status`: the stack and its parts on one screen; follows the operation that runs.

mod look;
mod monitor;
mod report;

use std::time::Duration;

use clap::Args;

use self::look::look;
use self::monitor::Monitor;
use super::deploy::duration;
use super::deploy::operation::{explained, watch};
use super::each_region;
use super::stack::{StackArg, load};
use crate::aws::cloudformation::{self, Stack};
use crate::aws::follow::latest;
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::definition::StackName;
use crate::ui::Format;
pub use report::Status;

/// The arguments of `status`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento status
  evbridge-momento status shop --follow       follow the operation that runs, or tell how the last one ended
  evbridge-momento status --watch             look again every five seconds
  evbridge-momento status --output json

The metrics are those of the stack's rules in CloudWatch, by the hour; `--watch` asks for them \
once a minute. The alarms are those that watch a rule of the stack or its dead-letter queue. An \
event that breaks the contract goes to the dead-letter queue by a rule: that is an invocation too.")]
pub struct StatusArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Name of the CloudFormation stack
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME")]
    stack_name: Option<StackName>,
    /// Follow the operation that runs to its end; exits with 7 when it was rolled back
    #[arg(long, conflicts_with = "watch")]
    follow: bool,
    /// Stop following after this long, such as 90s or 30m (exit code 8)
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "follow")]
    timeout: Option<Duration>,
    /// Look again and again, until stopped
    #[arg(long)]
    watch: bool,
    /// How long to wait between two looks
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5s", requires = "watch")]
    interval: Duration,
}

impl StatusArgs {
    /// Returns whether the answer is a stream: the one that follows, or one look after another.
    pub fn streams(&self) -> bool {
        self.follow || self.watch
    }
}

/// Shows the status and returns the exit code.
pub async fn run(context: &Context, args: StatusArgs) -> Result<u8> {
    let definition = load(&args.stack)?;
    let name = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    if !args.follow && !args.watch {
        return each_region::run(context, async |context| {
            let session = context.session(&name).await?;
            let stack = found(context, &session, &name).await?;
            look(context, &session, &stack, &name, &mut Monitor::default()).await
        })
        .await;
    }
    if context.global.places.regions().len() > 1 {
        return Err(Error::usage("`--follow` and `--watch` look at one region at a time"));
    }
    let session = context.session(&name).await?;
    if args.follow {
        return follow(context, &session, &name, args.timeout).await;
    }
    watch_on(context, &session, &name, args.interval).await
}

/// Follows the operation that runs, or that ran last, to its end.
async fn follow(context: &Context, session: &Session, name: &str, timeout: Option<Duration>) -> Result<u8> {
    let stack = found(context, session, name).await?;
    let operation = latest(&session.clients, &stack.id).await?;
    let ended = watch(context, session, name, &operation, timeout).await?;
    let Some(now) = ended.stack else {
        return Ok(context.printer.report(&Status::gone(&stack, name, session)));
    };
    let mut status = look(context, session, &now, name, &mut Monitor::default()).await?;
    status.operation_seconds = Some(ended.took.as_secs_f64());
    let code = context.printer.report(&status);
    if now.status.is_deployed() || now.status.is_review() {
        return Ok(code);
    }
    let kind = if now.status.is_rollback() { Kind::RolledBack } else { Kind::Remote };
    let error = Error::new(kind, format!("the last operation on {name} ended in {}", now.status));
    let error = explained(error, session, &operation, &ended.events).await;
    if context.printer.format == Format::Json {
        // One value is on stdout already; the exit code and the status in it tell the rest.
        return Ok(error.kind.exit_code());
    }
    Err(error)
}

/// Looks again and again: the screen is drawn anew on a terminal, else looks follow each other.
async fn watch_on(context: &Context, session: &Session, name: &str, interval: Duration) -> Result<u8> {
    let mut monitor = Monitor::default();
    loop {
        let stack = found(context, session, name).await?;
        let status = look(context, session, &stack, name, &mut monitor).await?;
        if context.printer.format == Format::Json {
            let line = serde_json::to_string(&status.versioned()).unwrap_or_default();
            context.printer.data(&(line + "\n"));
        } else {
            context.printer.clear_screen();
            context.printer.report(&status);
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            _ = tokio::signal::ctrl_c() => return Ok(0),
        }
    }
}

async fn found(context: &Context, session: &Session, name: &str) -> Result<Stack> {
    if let Some(stack) = cloudformation::find(&session.clients, name).await? {
        return Ok(stack);
    }
    let error = Error::new(Kind::NotThere, format!("there is no stack {name} in {}", session.region()));
    let elsewhere: Vec<String> = context
        .deployments()
        .of(context.place(), name)
        .map(|known| known.region.clone())
        .filter(|known| known != session.region())
        .collect();
    if elsewhere.is_empty() {
        return Err(
            error.hint("deploy it with `evbridge-momento deploy`, or say where it is with `--region`")
        );
    }
    Err(error
        .hint(format!("it was deployed from here to {}: say so with `--region`", elsewhere.join(" and "))))
}

//! `deploy`: the token's secret, a change set, live progress, the outputs; from every state of the stack.

mod change;
mod definition;
pub mod operation;
mod recover;
mod report;
mod revert;
pub mod target;
pub mod token;
mod values;

use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

pub use report::{Deployed, Outcome};
pub use revert::revert;
pub use values::duration;

use crate::aws::change_sets::Options;
use crate::commands::again::Again;
use crate::commands::doctor::quick::Quick;
use crate::commands::token::source::SourceArgs;
use crate::context::{Context, Session};
use crate::deployments::Deployment;
use crate::error::Result;
use crate::model::stack::OnFailure;
use target::{Target, TargetArgs};
use values::{alarm, topic};

/// The arguments of `deploy`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento deploy --region ap-northeast-1
  evbridge-momento deploy shop --yes --token-file key.txt
  evbridge-momento deploy --change-set-name release-7 --no-execute-changeset   prepare, for an approval
  evbridge-momento deploy --change-set-name release-7 --yes                    carry out what was approved
  evbridge-momento deploy --local

The token is looked for in this order: --token-file, --token-stdin or --from-command, MOMENTO_API_KEY, the \
secret that an earlier deploy wrote, a hidden question. It is stored in Secrets Manager and nowhere else.

Before anything is changed, Momento is asked whether it takes the token, and where something is to change, AWS \
whether you may do it and whether there is room; what is missing stops the deploy, with the policy to add.

A stack in a failed state is repaired first: a failed creation is deleted and made again, a failed update is \
taken back, a failed rollback is continued. An operation that runs is waited for.

With `--output json` every event of the operation is a line (schema progress/1), and the answer \
or the error is the last one; `--quiet` leaves that one alone.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct DeployArgs {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    token: SourceArgs,
    /// Name of the change set: prepare it with --no-execute-changeset, or carry out the one that was prepared
    #[arg(long, value_name = "NAME")]
    change_set_name: Option<String>,
    /// Stop after the change set: show it and leave it for another step
    #[arg(long)]
    no_execute_changeset: bool,
    /// What happens to a creation or update that fails
    #[arg(long, value_name = "WHAT", default_value = "rollback")]
    on_failure: Failing,
    /// Protect the stack from deletion
    #[arg(long, overrides_with = "no_termination_protection", conflicts_with = "no_execute_changeset")]
    termination_protection: bool,
    /// Take the stack's protection from deletion off
    #[arg(long, conflicts_with = "no_execute_changeset")]
    no_termination_protection: bool,
    /// SNS topics that are told of the stack's events
    #[arg(long, value_name = "ARN", num_args = 1.., value_parser = topic)]
    notification_arns: Option<Vec<String>>,
    /// CloudWatch alarms that roll the operation back when they go off
    #[arg(long, value_name = "ARN", num_args = 1.., value_parser = alarm)]
    rollback_alarm_arns: Vec<String>,
    /// Return before the resources are stable (CloudFormation's express mode)
    #[arg(long)]
    express: bool,
    /// Change back what was changed by hand (a drift-aware change set)
    #[arg(long)]
    revert_drift: bool,
    /// Take resources that exist under their names into the stack
    #[arg(long)]
    import_existing_resources: bool,
    /// Stop waiting after this long, such as 90s or 30m; CloudFormation goes on (exit code 8)
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,
    /// Do not wait for the end: start the operation and leave it (exit code 8)
    #[arg(long, conflicts_with_all = ["timeout", "no_execute_changeset"])]
    detach: bool,
    /// Do not look before whether Momento takes the token, and whether AWS allows it and has room
    #[arg(long)]
    skip_checks: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// What happens to a creation or update that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Failing {
    /// Take it back
    Rollback,
    /// Delete a stack that was being created; take an update back
    Delete,
    /// Keep what was made, to look at it
    Keep,
}

/// What every part of a deploy works with.
struct Deploying<'a> {
    context: &'a Context,
    session: &'a Session,
    name: &'a str,
    role: Option<&'a str>,
    on_failure: OnFailure,
    /// Whether the stack is to be protected, when that was said.
    protect: Option<bool>,
    timeout: Option<Duration>,
    detach: bool,
    yes: bool,
}

impl Deploying<'_> {
    /// Returns whether a person is asked before anything is changed.
    fn asks(&self) -> bool {
        !self.yes && self.session.local.is_none() && self.context.can_ask()
    }
}

/// Deploys the stack.
pub async fn run(context: &Context, args: DeployArgs) -> Result<Deployed> {
    let started = Instant::now();
    let options = args.options();
    let target = args.target.resolve()?;
    let session = context.session(&target.stack).await?;
    let deploying = Deploying {
        context,
        session: &session,
        name: &target.stack,
        role: target.role.as_deref(),
        on_failure: options.on_failure,
        protect: match (args.termination_protection, args.no_termination_protection) {
            (false, false) => None,
            (protect, _) => Some(protect),
        },
        timeout: args.timeout,
        detach: args.detach,
        yes: args.yes,
    };
    let change_set = change::Named { name: args.change_set_name, prepare_only: args.no_execute_changeset };
    let again = || {
        let argument = target.argument.as_deref();
        Again::new(context, argument, &target.definition, &target.stack, &target.bus, session.region())
    };
    let before = again();
    let quick = Quick {
        context,
        session: &session,
        definition: &target.definition,
        stack: &target.stack,
        bus: &target.bus,
        again: &before,
        role: target.role.as_deref(),
    };
    let quick = (!args.skip_checks).then_some(&quick);
    let deployed = if change_set.was_prepared() {
        change::carry_out_named(&deploying, &change_set, &target, quick).await?
    } else {
        definition::deploy(&deploying, &change_set, &target, &args.token, &options, quick).await?
    };
    remember(context, &session, &target, &deployed);
    if let (Some(local), Outcome::Created | Outcome::Updated | Outcome::Unchanged) =
        (&session.local, &deployed.outcome)
    {
        local.create_sample_cache(session.region()).await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(Deployed { seconds, local: session.local.is_some(), again: again(), ..deployed })
}

impl DeployArgs {
    fn options(&self) -> Options {
        Options {
            on_failure: match self.on_failure {
                Failing::Rollback => OnFailure::Rollback,
                Failing::Delete => OnFailure::Delete,
                Failing::Keep => OnFailure::Keep,
            },
            notification_arns: self.notification_arns.clone(),
            rollback_alarm_arns: self.rollback_alarm_arns.clone(),
            express: self.express,
            revert_drift: self.revert_drift,
            import_existing_resources: self.import_existing_resources,
        }
    }
}

fn remember(context: &Context, session: &Session, target: &Target, deployed: &Deployed) {
    if matches!(deployed.outcome, Outcome::Declined | Outcome::Prepared) {
        return;
    }
    let deployment = Deployment {
        place: context.place(),
        stack: target.stack.clone(),
        region: session.region().to_owned(),
        bus: if target.definition.bus.create {
            target.definition.bus.name.to_string()
        } else {
            target.bus.clone()
        },
    };
    let directory = context.global.local_dir.display();
    if let Err(error) = context.deployments().remember(deployment) {
        context
            .printer
            .warn(&format!("{directory} cannot remember the region ({error}): say `--region` next time"));
    }
}

//! `doctor`: what is wrong with a stack, and what to do about it.

mod examination;
pub mod findings;
mod fix;
mod permissions;
pub mod quick;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use schemars::JsonSchema;
use serde::Serialize;

use self::examination::{Examination, Trial};
use super::again::Again;
use super::stack::{StackArg, load};
use super::token::source::SourceArgs;
use crate::context::Context;
use crate::error::Result;
use crate::model::definition::StackName;
use crate::model::doctor::{Check, Verdict};
use crate::model::permissions::Role;
use crate::ui::{Page, Report, inline};

/// The arguments of `doctor`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento doctor
  evbridge-momento doctor shop --cache prices
  evbridge-momento doctor --token-file key.txt
  evbridge-momento doctor --role deployer
  evbridge-momento doctor --fix
  evbridge-momento doctor --output json | jq '.checks[] | select(.verdict == \"fail\")'

Before the first deploy the token is the one that the deploy would take: a flag's, or MOMENTO_API_KEY; without any, \
Momento's endpoint is called without a key. Of a stack that is there, its own token is tried, and the one that a flag \
gives beside it.

`--fix` enables rules that are disabled and otherwise as deployed, and puts the policy of the dead-letter queue back \
where it fails; nothing else is changed. Exit code 5 when a check fails.")]
pub struct DoctorArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Name of the CloudFormation stack
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME")]
    stack_name: Option<StackName>,
    #[command(flatten)]
    source: SourceArgs,
    /// Cache to try the token on
    #[arg(long, value_name = "CACHE", value_parser = NonEmptyStringValueParser::new())]
    cache: Option<String>,
    /// Whose permissions you should have: the deployer's before the first deploy, then the operator's
    #[arg(long, value_name = "ROLE", value_parser = clap::builder::PossibleValuesParser::new(Role::ALL.map(Role::name)))]
    role: Option<String>,
    /// Apply the treatments that are safe, and look again
    #[arg(long)]
    fix: bool,
}

/// What the doctor found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// The stack's name.
    pub stack: String,
    /// The region.
    pub region: String,
    /// What was treated, in words.
    pub fixed: Vec<String>,
    /// What was looked at.
    pub checks: Vec<Check>,
}

/// Examines the stack.
pub async fn run(context: &Context, args: DoctorArgs) -> Result<Diagnosis> {
    let definition = load(&args.stack)?;
    let stack = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let session = context.session(&stack).await?;
    let role = args.role.as_deref().and_then(|role| role.parse().ok());
    // Read once, as standard input is: a treatment is followed by a second look.
    let given = args.source.flagged(context, session.region())?;
    let trial = Trial { cache: args.cache.as_deref(), given: given.as_ref() };
    let examine = || Examination::of(context, &session, &definition, &stack, &trial, role);
    let mut examination = examine().await;
    let mut fixed = Vec::new();
    if args.fix {
        let treated = fix::apply(&session, &examination).await;
        fixed = treated.done;
        if !fixed.is_empty() {
            examination = examine().await;
        }
        examination.checks.extend(treated.refused);
    }
    let (argument, bus) = (args.stack.stack.as_deref(), definition.bus.name.as_str());
    let again = Again::new(context, argument, &definition, &stack, bus, session.region());
    let checks = findings::about(examination.checks, &again);
    Ok(Diagnosis { region: session.region().to_owned(), stack, fixed, checks })
}

impl Report for Diagnosis {
    const SCHEMA: &'static str = "doctor/1";

    fn outcome(&self) -> String {
        match self.checks.iter().filter(|check| check.verdict == Verdict::Fail).count() {
            0 => "healthy".to_owned(),
            1 => "1 check failed".to_owned(),
            failed => format!("{failed} checks failed"),
        }
    }

    fn text(&self, page: &mut Page) {
        findings::show(page, &self.checks);
        for fixed in &self.fixed {
            page.note(format_args!("fixed: {}", inline(fixed)));
        }
    }

    fn exit_code(&self) -> u8 {
        findings::exit_code(&self.checks)
    }
}

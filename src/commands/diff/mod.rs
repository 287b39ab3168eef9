//! `diff`: what a deploy would change, property by property, without changing anything.

mod markdown;
mod report;

use clap::{Args, ValueEnum};
use sha2::{Digest as _, Sha256};

use self::report::{Basis, Form};
pub use report::Difference;

use super::deploy::target::{Target, TargetArgs};
use super::each_region;
use crate::aws::change_sets::{self, ChangeSet, ChangeSetRequest, Options};
use crate::aws::cloudformation::{self, Stack};
use crate::aws::secrets::{self, Lookup};
use crate::context::{Context, Session};
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::stack::addition::additions;
use crate::model::stack::{ParameterChange, Plan, plan};
use crate::model::template;
use crate::ui::Format;

/// How often the differences are worked out when the same diff runs at the same time.
const MOST_ATTEMPTS: u32 = 4;

/// The arguments of `diff`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento diff
  evbridge-momento diff shop --exit-code            exit code 3 when something would change
  evbridge-momento diff --format markdown           for a comment on a pull request

Nothing is changed, and no token is needed. For a stack that exists, CloudFormation works the differences out \
in a change set, which is deleted again; for one that does not exist, they come from the template alone.")]
pub struct DiffArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Form of the differences on stdout
    #[arg(long, value_name = "FORM")]
    format: Option<DiffFormat>,
    /// Exit with code 3 when there are differences
    #[arg(long)]
    exit_code: bool,
}

/// The form of the differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// For a person at a terminal
    Text,
    /// One JSON value
    Json,
    /// For a comment on a pull request
    Markdown,
}

/// Shows the differences and returns the exit code.
pub async fn run(context: &Context, args: DiffArgs) -> Result<u8> {
    let mut printing = context.again();
    match args.format {
        None => {}
        Some(DiffFormat::Json) => printing.printer.format = Format::Json,
        Some(DiffFormat::Text | DiffFormat::Markdown) => printing.printer.format = Format::Text,
    }
    each_region::run(&printing, async |context| compare(context, &args).await).await
}

async fn compare(context: &Context, args: &DiffArgs) -> Result<Difference> {
    let target = args.target.clone().resolve()?;
    let session = context.session(&target.stack).await?;
    let mut difference = difference(&session, &target).await?;
    difference.exit_code = args.exit_code;
    if args.format == Some(DiffFormat::Markdown) {
        difference.form = Form::Markdown;
    }
    Ok(difference)
}

async fn difference(session: &Session, target: &Target) -> Result<Difference> {
    let version = match secrets::find(&session.clients, &target.secret()).await? {
        Lookup::Found(stored) => Some(stored.version),
        Lookup::Missing | Lookup::ScheduledForDeletion => None,
    };
    let stack = cloudformation::find(&session.clients, &target.stack).await?;
    let mut difference = Difference::new(&target.stack, session.region());
    difference.token_is_stored = version.is_some();
    match (plan(stack.as_ref().map(|stack| &stack.status)), stack) {
        (Plan::Update, Some(stack)) => {
            let change_set = worked_out(session, target, version).await?;
            difference.basis = Basis::ChangeSet;
            difference.parameters = changed_parameters(&stack.parameters, &change_set.parameters);
            difference.only_outputs = !change_set.is_empty && change_set.changes.is_empty();
            difference.changes = change_set.changes;
        }
        (Plan::Create | Plan::Recreate, stack) => {
            let text = template::to_json(&target.template()?)
                .context(Kind::Failed, || "the template cannot be written as JSON".to_owned())?;
            let template = serde_json::from_str(&text)
                .context(Kind::Failed, || "the template cannot be read as JSON".to_owned())?;
            let parameters: Vec<(String, String)> = target
                .parameters(version)
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect();
            difference.basis = Basis::Template;
            difference.replaces_failed_stack =
                stack.filter(|stack| !stack.status.is_review()).map(|stack| stack.status.to_string());
            difference.changes = additions(&template, &parameters);
            difference.parameters = changed_parameters(&[], &parameters);
        }
        (_, stack) => return Err(not_comparable(stack.as_ref(), &target.stack)),
    }
    Ok(difference)
}

/// Lets CloudFormation work the differences out, and leaves no change set behind.
async fn worked_out(session: &Session, target: &Target, version: Option<String>) -> Result<ChangeSet> {
    let (template, parameters) = (target.template()?, target.parameters(version));
    let request = ChangeSetRequest {
        stack: &target.stack,
        name: &name_of(&template, &parameters, &target.tags),
        create: false,
        template: Some(&template),
        parameters: &parameters,
        tags: &target.tags,
        role: target.role.as_deref(),
        options: &Options::default(),
    };
    // The same diff, run at the same time, replaces our change set by its own.
    for _ in 0..MOST_ATTEMPTS {
        match work_out(session, &request).await {
            Err(error) if error.causes.iter().any(|cause| cause.starts_with("ChangeSetNotFound")) => {}
            other => return other,
        }
    }
    work_out(session, &request).await
}

/// Names a change set after what it is made of: what a diff that was killed left is replaced by the same diff.
fn name_of(template: &str, parameters: &[(String, Option<String>)], tags: &[(String, String)]) -> String {
    let digest = Sha256::digest(format!("{template}{parameters:?}{tags:?}"));
    let digits = digest.iter().take(8).map(|byte| format!("{byte:02x}"));
    format!("evbridge-momento-diff-{}", digits.collect::<String>())
}

async fn work_out(session: &Session, request: &ChangeSetRequest<'_>) -> Result<ChangeSet> {
    let pending = change_sets::create(&session.clients, request).await?;
    let read = tokio::select! {
        read = change_sets::read(&session.clients, &pending) => read,
        _ = tokio::signal::ctrl_c() => Err(Error::new(Kind::Interrupted, "interrupted")),
    };
    let deleted = change_sets::delete(&session.clients, &pending).await;
    let change_set = read?;
    deleted?;
    Ok(change_set)
}

fn changed_parameters(before: &[(String, String)], after: &[(String, String)]) -> Vec<ParameterChange> {
    let value = |all: &[(String, String)], name: &str| {
        all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let gone = before.iter().filter(|(name, _)| value(after, name).is_none());
    after
        .iter()
        .chain(gone)
        .map(|(name, _)| ParameterChange {
            name: name.clone(),
            before: value(before, name),
            after: value(after, name),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

fn not_comparable(stack: Option<&Stack>, name: &str) -> Error {
    let status = stack.map(|stack| stack.status.to_string()).unwrap_or_default();
    let error = Error::new(
        Kind::Remote,
        format!("the stack {name} is in {status}: CloudFormation cannot compare it now"),
    );
    if stack.is_some_and(|stack| stack.status.is_in_progress()) {
        return error.hint("wait for the operation that runs: `evbridge-momento status --follow`");
    }
    error.hint("`evbridge-momento deploy` repairs the stack first, and `status` shows what is wrong with it")
}

//! `deploy`: the token's secret, a change set, live progress, the outputs.

mod report;
pub mod token;

use std::time::Instant;

use clap::Args;

pub use report::{Deployed, Outcome};

use super::stack::{StackArg, flag, load, momento_base_url, secret_name};
use crate::aws::cloudformation::{self, ChangeSet, ChangeSetRequest, Stack};
use crate::aws::follow::{Operation, follow};
use crate::aws::{events, identity};
use crate::context::{Context, Session};
use crate::deployments::Deployment;
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::definition::{BusName, Definition, Endpoint, StackName};
use crate::model::stack::diagnosis::root_cause;
use crate::model::stack::{Plan, plan};
use crate::model::template::{self, Variant};
use crate::ui::progress::StackProgress;
use crate::ui::prompt;

/// What the names of our change sets start with.
const NAME_PREFIX: &str = "evbridge-momento-";

/// The arguments of `deploy`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento deploy --region ap-northeast-1
  evbridge-momento deploy shop --yes --token-file key.txt
  evbridge-momento deploy --no-execute-changeset
  evbridge-momento deploy --local

The token is looked for in this order: --token-file or --token-stdin, MOMENTO_API_KEY, the secret that an
earlier deploy wrote, a hidden question. It is stored in Secrets Manager and nowhere else.")]
pub struct DeployArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Name of the CloudFormation stack
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME", value_parser = flag::<StackName>)]
    stack_name: Option<StackName>,
    /// Event bus, by name or ARN
    #[arg(long, env = "EVBRIDGE_MOMENTO_BUS", value_name = "BUS", value_parser = flag::<BusName>)]
    bus: Option<BusName>,
    /// Momento's base URL, when it is not the region's own
    #[arg(long, env = "EVBRIDGE_MOMENTO_ENDPOINT", value_name = "URL", value_parser = flag::<Endpoint>)]
    momento_endpoint: Option<Endpoint>,
    /// Tags of the stack and its resources
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = key_value)]
    tags: Vec<(String, String)>,
    /// Role that CloudFormation works with
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// Stop after the change set: show it and leave it for another step
    #[arg(long)]
    no_execute_changeset: bool,
    #[command(flatten)]
    token: token::TokenArgs,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl DeployArgs {
    /// Makes the arguments of a plain deploy of the default stack.
    pub fn plain() -> Self {
        Self {
            stack: StackArg::default(),
            stack_name: None,
            bus: None,
            momento_endpoint: None,
            tags: Vec::new(),
            role_arn: None,
            no_execute_changeset: false,
            token: token::TokenArgs::default(),
            yes: true,
        }
    }
}

/// What is to be deployed, flags and definition merged.
struct Target {
    definition: Definition,
    stack: String,
    bus: String,
    template: String,
    parameters: Vec<(String, String)>,
    tags: Vec<(String, String)>,
    role: Option<String>,
}

/// Deploys the stack.
pub async fn run(context: &Context, args: DeployArgs) -> Result<Deployed> {
    let started = Instant::now();
    let mut definition = load(&args.stack)?;
    if let Some(endpoint) = args.momento_endpoint {
        definition.momento.endpoint = endpoint;
    }
    let stack = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let session = context.session(&stack).await?;
    let base_url = momento_base_url(&definition.momento.endpoint, session.region())?;
    let bus = args.bus.as_ref().map_or_else(|| definition.bus.name.to_string(), ToString::to_string);
    if !definition.bus.create && !events::bus_exists(&session.clients, &bus).await? {
        return Err(no_bus(&bus, session.region()));
    }
    let current = settled(context, &session, &stack).await?;
    let secret = secret_name(&stack);
    let version =
        token::store(context, &session, &args.token, &secret, &base_url, &own_tags(&stack, &args.tags))
            .await?;
    let template = template::render(&definition, Variant::Managed)
        .context(Kind::Failed, || "the template cannot be rendered".to_owned())?;
    let parameters = parameters(&definition, &bus, &secret, &version);
    let tags = own_tags(&stack, &args.tags);
    let target = Target { definition, stack, bus, template, parameters, tags, role: args.role_arn };
    let current = cleared(context, &session, &target, current, args.yes).await?;
    let change_set = change_set(&session, &target, current.as_ref()).await?;
    let outcome =
        carry_out(context, &session, &target, change_set, current, args.no_execute_changeset, args.yes)
            .await?;
    remember(context, &session, &target, &outcome);
    if let (Some(local), Outcome::Created | Outcome::Updated | Outcome::Unchanged) =
        (&session.local, &outcome.outcome)
    {
        local.create_sample_cache(session.region()).await?;
    }
    Ok(Deployed { seconds: started.elapsed().as_secs_f64(), local: session.local.is_some(), ..outcome })
}

fn parameters(definition: &Definition, bus: &str, secret: &str, version: &str) -> Vec<(String, String)> {
    let mut parameters = vec![
        ("EventBusName", bus.to_owned()),
        ("MomentoEndpoint", definition.momento.endpoint.to_string()),
        ("MomentoTokenSecret", secret.to_owned()),
        ("MomentoTokenVersion", version.to_owned()),
    ];
    if definition.bus.create {
        parameters.remove(0);
    }
    parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn own_tags(stack: &str, tags: &[(String, String)]) -> Vec<(String, String)> {
    let own = ("evbridge-momento:stack".to_owned(), stack.to_owned());
    std::iter::once(own).chain(tags.iter().cloned()).collect()
}

fn no_bus(bus: &str, region: &str) -> Error {
    Error::settings(format!("the event bus {bus} does not exist in {region}"))
        .hint(format!("make it first: `aws events create-event-bus --name {bus} --region {region}`"))
        .hint("or let the stack make it: `bus: { name: …, create: true }` in the stack definition")
}

/// Returns the stack as it is, after waiting for an operation that runs.
async fn settled(context: &Context, session: &Session, name: &str) -> Result<Option<Stack>> {
    let mut current = cloudformation::find(&session.clients, name).await?;
    let mut told = false;
    while let Some(stack) = &current
        && plan(Some(&stack.status)) == Plan::Wait
    {
        if !told {
            context
                .printer
                .status(&format!("waiting for the operation that runs on {name} ({})", stack.status));
            told = true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        current = cloudformation::find(&session.clients, name).await?;
    }
    Ok(current)
}

/// Clears away a stack that can only be deleted; returns the stack to change, or nothing when it is to be made.
async fn cleared(
    context: &Context,
    session: &Session,
    target: &Target,
    current: Option<Stack>,
    yes: bool,
) -> Result<Option<Stack>> {
    match plan(current.as_ref().map(|stack| &stack.status)) {
        Plan::Create => Ok(None),
        Plan::Update | Plan::Wait => Ok(current),
        Plan::Refuse(what) => {
            let status = current.map(|stack| stack.status.to_string()).unwrap_or_default();
            Err(Error::new(Kind::Remote, format!("the stack {} is in {status}", target.stack)).hint(what))
        }
        Plan::Recreate => {
            let Some(stack) = current else { return Ok(None) };
            let name = &target.stack;
            context.printer.warn(&format!(
                "the stack {name} is in {}: its first creation failed, and CloudFormation can only delete it",
                stack.status
            ));
            let agreed = yes
                || (context.can_ask()
                    && prompt::confirm(&format!(
                        "Delete {name} in {} and create it again?",
                        session.region()
                    )));
            if !agreed {
                return Err(Error::new(Kind::Remote, format!("the stack {name} is in {}", stack.status))
                    .hint("run the command with `--yes` to delete it and create it again"));
            }
            super::destroy::delete_and_follow(context, session, &stack, target.role.as_deref()).await?;
            Ok(None)
        }
    }
}

async fn change_set(session: &Session, target: &Target, current: Option<&Stack>) -> Result<ChangeSet> {
    let name = format!("{NAME_PREFIX}{}", uuid::Uuid::new_v4().simple());
    let request = ChangeSetRequest {
        stack: &target.stack,
        name: &name,
        create: current.is_none(),
        template: &target.template,
        parameters: &target.parameters,
        tags: &target.tags,
        role: target.role.as_deref(),
    };
    cloudformation::create_change_set(&session.clients, &request).await
}

/// Shows the change set, asks, executes it and follows it to its end.
async fn carry_out(
    context: &Context,
    session: &Session,
    target: &Target,
    change_set: ChangeSet,
    current: Option<Stack>,
    prepare_only: bool,
    yes: bool,
) -> Result<Deployed> {
    let mut deployed = Deployed::new(&target.stack, session.region(), &target.bus, &change_set);
    if change_set.is_empty {
        cloudformation::delete_empty_change_set(&session.clients, &change_set, NAME_PREFIX).await?;
        deployed.outputs = current.map(|stack| stack.outputs).unwrap_or_default().into_iter().collect();
        deployed.outcome = Outcome::Unchanged;
        return Ok(deployed);
    }
    report::show_changes(context.printer, &change_set.changes);
    if prepare_only {
        deployed.change_set = Some(change_set.id);
        deployed.outcome = Outcome::Prepared;
        return Ok(deployed);
    }
    let creates = current.is_none();
    if session.local.is_none() && !yes && context.can_ask() {
        let account = identity::caller(&session.clients).await?.account;
        let verb = if creates { "Create" } else { "Update" };
        let question =
            format!("{verb} the stack {} in {} of account {account}?", target.stack, session.region());
        if !prompt::confirm(&question) {
            abandon(session, &change_set, creates).await?;
            deployed.outcome = Outcome::Declined;
            return Ok(deployed);
        }
    }
    let stack = execute(context, session, &change_set).await?;
    deployed.outputs = stack.outputs.into_iter().collect();
    deployed.outcome = if creates { Outcome::Created } else { Outcome::Updated };
    Ok(deployed)
}

/// Takes a change set back; an empty stack that it made does not stay behind.
async fn abandon(session: &Session, change_set: &ChangeSet, creates: bool) -> Result<()> {
    cloudformation::delete_change_set(&session.clients, change_set).await?;
    if creates {
        cloudformation::delete_stack(&session.clients, &change_set.stack_id, None, None).await?;
    }
    Ok(())
}

async fn execute(context: &Context, session: &Session, change_set: &ChangeSet) -> Result<Stack> {
    let token = format!("evbridge-momento-{}", uuid::Uuid::new_v4().simple());
    cloudformation::execute_change_set(&session.clients, change_set, &token).await?;
    let operation = Operation { stack_id: &change_set.stack_id, token: &token };
    let mut progress = StackProgress::new(context.printer);
    let mut happened = Vec::new();
    let following = follow(&session.clients, &operation, |event| {
        progress.tell(event);
        happened.push(event.clone());
    });
    let stack = tokio::select! {
        stack = following => stack?,
        _ = tokio::signal::ctrl_c() => return Err(detached()),
    };
    match stack {
        Some(stack) if stack.status.is_deployed() => Ok(stack),
        other => {
            let status = other.map_or_else(|| "DELETE_COMPLETE".to_owned(), |stack| stack.status.to_string());
            let error =
                Error::new(Kind::RolledBack, format!("the stack was not deployed: it ended in {status}"));
            Err(match root_cause(&happened) {
                Some(cause) => {
                    let error = error.cause(format!("{} failed first: {}", cause.logical_id, cause.reason));
                    cause.hint.into_iter().fold(error, Error::hint)
                }
                None => error
                    .cause("no event tells why")
                    .hint("look at the stack's events in the CloudFormation console"),
            })
        }
    }
}

/// The first Ctrl-C leaves the operation alone: CloudFormation goes on without us.
pub fn detached() -> Error {
    Error::new(Kind::Detached, "detached: CloudFormation goes on with the operation")
        .hint("run the same command again to wait for it and see how it ended")
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

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, for example team=shop".to_owned()),
    }
}

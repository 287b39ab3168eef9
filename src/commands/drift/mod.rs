//! `drift`: what of the stack was changed by hand, property by property; and changes it back.

mod report;

use clap::Args;

use self::report::{Reverted, Revision};
pub use report::Drift;

use super::deploy::{Outcome, revert};
use super::stack::{StackArg, load};
use crate::aws::cloudformation::{self, Stack};
use crate::aws::{deployed, drift};
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::definition::StackName;
use crate::model::stack::drift::{ResourceDrift, ResourceState, has_write_only_values};

/// The arguments of `drift`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento drift
  evbridge-momento drift shop --exit-code     exit code 3 when something was changed by hand
  evbridge-momento drift --revert             change it back
  evbridge-momento drift --output json

Only what the template declares is compared. The authorization value of the connection is write-only: \
AWS gives it back to nobody, so that a change of it cannot be seen. `doctor` looks at the whole path.

--revert deploys the template that is deployed, in a drift-aware change set: no other change comes \
with it. When CloudFormation could not look at every resource, the exit code is 6.")]
pub struct DriftArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Name of the CloudFormation stack
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME")]
    stack_name: Option<StackName>,
    /// Change back what was changed by hand
    #[arg(long)]
    revert: bool,
    /// Do not ask before changing it back
    #[arg(long, short, requires = "revert")]
    yes: bool,
    /// Exit with code 3 when something was changed by hand, and is not changed back
    #[arg(long)]
    exit_code: bool,
}

/// Detects the drift, and changes it back if that was asked for.
pub async fn run(context: &Context, args: DriftArgs) -> Result<Drift> {
    let definition = load(&args.stack)?;
    let name = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let session = context.session(&name).await?;
    let stack = found(&session, &name).await?;
    let mut answer = look(context, &session, &stack, &name).await?;
    answer.exit_code = args.exit_code;
    if args.revert && answer.resources.iter().any(ResourceDrift::is_drifted) {
        let deployed = revert(context, &session, &name, args.yes).await?;
        let outcome = match deployed.outcome {
            Outcome::Declined => Revision::Declined,
            Outcome::Unchanged => Revision::NotPossible,
            _ => Revision::Reverted,
        };
        let left = if outcome == Revision::Reverted {
            look(context, &session, &stack, &name).await?.resources
        } else {
            answer.resources.clone()
        };
        let left = left.into_iter().filter(ResourceDrift::is_drifted).collect();
        answer.revert = Some(Reverted { outcome, changes: deployed.changes, left });
    }
    Ok(answer)
}

/// Detects the drift and reads what was found.
async fn look(context: &Context, session: &Session, stack: &Stack, name: &str) -> Result<Drift> {
    context.printer.status(&format!("looking at the resources of {name} in {}", session.region()));
    let clients = &session.clients;
    let detected = tokio::select! {
        detected = drift::detect(clients, &stack.id) => detected?,
        _ = tokio::signal::ctrl_c() => return Err(Error::new(Kind::Interrupted, "interrupted")),
    };
    let mut resources = drift::resources(clients, &stack.id).await?;
    let mut unseen = Vec::new();
    for resource in deployed::resources(clients, &stack.id).await? {
        if has_write_only_values(&resource.kind) {
            unseen.push(resource.logical_id.clone());
        }
        // What cannot be checked is not among the results; it must not be taken for unchanged.
        if !resources.iter().any(|known| known.logical_id == resource.logical_id) {
            resources.push(ResourceDrift {
                logical_id: resource.logical_id,
                resource_type: resource.kind,
                physical_id: Some(resource.physical_id).filter(|id| !id.is_empty()),
                state: ResourceState::NotChecked,
                reason: None,
                properties: Vec::new(),
            });
        }
    }
    Ok(Drift {
        stack: name.to_owned(),
        stack_id: stack.id.clone(),
        region: session.region().to_owned(),
        status: detected.status,
        checked: detected.started.map(|time| time.to_string()),
        failure: detected.failure,
        resources,
        unseen,
        revert: None,
        exit_code: false,
        local: session.local.is_some(),
    })
}

/// Finds a stack whose drift can be detected.
async fn found(session: &Session, name: &str) -> Result<Stack> {
    let region = session.region();
    let Some(stack) = cloudformation::find(&session.clients, name).await? else {
        return Err(Error::new(Kind::NotThere, format!("there is no stack {name} in {region}"))
            .hint("deploy it with `evbridge-momento deploy`, or say where it is with `--region`"));
    };
    let status = &stack.status;
    if status.is_in_progress() {
        return Err(Error::new(Kind::Remote, format!("an operation runs on the stack {name} ({status})"))
            .hint("wait for it: `evbridge-momento status --follow`"));
    }
    // Source: the CloudFormation user guide, "Considerations when detecting drift".
    if !status.is_deployed() && !status.as_str().starts_with("UPDATE_ROLLBACK_") {
        return Err(Error::new(
            Kind::Remote,
            format!("the stack {name} is in {status}: its drift cannot be detected"),
        )
        .hint("`evbridge-momento deploy` repairs the stack first"));
    }
    Ok(stack)
}

//! `permissions`: the least that somebody has to be allowed.

use clap::Args;

use super::completions::Verbatim;
use super::stack::{StackArg, load, secret_name};
use crate::aws::identity;
use crate::context::Context;
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::definition::{BusName, Definition, StackName};
use crate::model::permissions::{Role, Scope, document, fragment};

/// The arguments of `permissions`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento permissions producer --region us-east-1 --account 123456789012
  evbridge-momento permissions deployer --format cloudformation > deployer-policy.yaml
  evbridge-momento permissions operator shop

The deployer runs deploy, destroy and drift, the operator doctor, drift, status and token, the producer \
put-event. What CloudFormation does for the deployer is allowed through CloudFormation only. Without \
`--account` AWS is asked whose credentials these are.")]
pub struct PermissionsArgs {
    /// Who it is for
    #[arg(value_name = "ROLE", value_parser = clap::builder::PossibleValuesParser::new(Role::ALL.map(Role::name)))]
    role: String,
    #[command(flatten)]
    stack: StackArg,
    /// Name of the CloudFormation stack
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME")]
    stack_name: Option<StackName>,
    /// Event bus, by its name
    #[arg(long, env = "EVBRIDGE_MOMENTO_BUS", value_name = "BUS")]
    bus: Option<BusName>,
    /// Account of the stack
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    account: Option<String>,
    /// Form of the policy
    #[arg(long, default_value = "json", value_name = "FORM")]
    format: Form,
}

/// The form of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A policy document
    Json,
    /// A fragment of a template, for any account and region
    Cloudformation,
}

/// Writes the policy.
pub async fn run(context: &Context, args: PermissionsArgs) -> Result<Verbatim> {
    let definition = load(&args.stack)?;
    let role: Role = args
        .role
        .parse()
        .map_err(|error: crate::model::permissions::UnknownRole| Error::usage(error.to_string()))?;
    let stack = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let bus = args.bus.as_ref().unwrap_or(&definition.bus.name).to_string();
    let scope = scope(&definition, &stack, &bus, "", "");
    let text = match args.format {
        Form::Cloudformation => serde_yaml::to_string(&fragment(role, &scope))
            .context(Kind::Failed, || "the policy cannot be written".to_owned())?,
        Form::Json => {
            let scope = placed(context, scope, args.account).await?;
            serde_json::to_string_pretty(&document(role, &scope))
                .context(Kind::Failed, || "the policy cannot be written".to_owned())?
                + "\n"
        }
    };
    Ok(Verbatim { text })
}

/// Returns which stack the permissions are for.
pub fn scope(definition: &Definition, stack: &str, bus: &str, account: &str, region: &str) -> Scope {
    Scope {
        partition: Scope::partition_of(region).to_owned(),
        region: region.to_owned(),
        account: account.to_owned(),
        secret: secret_name(stack),
        key: definition.kms_key.as_ref().map(ToString::to_string),
        stack: stack.to_owned(),
        bus: bus.to_owned(),
        own_bus: definition.bus.create,
        detail_types: definition.events.iter().map(|event| event.as_str().to_owned()).collect(),
        sources: definition.source.iter().map(|source| source.as_str().to_owned()).collect(),
    }
}

/// Fills in where the stack is; asks AWS only where no flag says it.
async fn placed(context: &Context, scope: Scope, account: Option<String>) -> Result<Scope> {
    let known = account.zip(context.region.clone());
    let (account, region) = if let Some(known) = known {
        known
    } else {
        let session = context.session(&scope.stack).await?;
        let caller = identity::caller(&session.clients)
            .await
            .map_err(|error| error.hint("or say which account and region with `--account` and `--region`"))?;
        (caller.account, session.region().to_owned())
    };
    Ok(Scope { partition: Scope::partition_of(&region).to_owned(), region, account, ..scope })
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account has twelve digits".to_owned())
    }
}

//! `permissions`: the least that somebody has to be allowed.

use clap::Args;

use super::completions::Verbatim;
use super::stack::{StackArg, load, role_arn, secret_name};
use crate::aws::identity;
use crate::context::Context;
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::definition::{BusName, Definition, StackName};
use crate::model::permissions::{Holder, InvalidHolder, LONGEST, Role, Scope, fragment, length, printed};

/// The arguments of `permissions`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento permissions producer --region us-east-1 --account 123456789012
  evbridge-momento permissions deployer --principal arn:aws:iam::123456789012:role/ci --region us-east-1
  evbridge-momento permissions deployer --format cloudformation > deployer-policy.yaml
  evbridge-momento permissions deployer --role-arn arn:aws:iam::123456789012:role/cloudformation
  evbridge-momento permissions operator shop --principal AWSReservedSSO_Operators_0a1b2c3d4e5f6071

The deployer runs deploy, destroy, diff and drift, the operator doctor, drift without --revert, explain, status \
and token, the producer put-event. What CloudFormation does for the deployer is allowed through CloudFormation only.

`deploy` and `doctor` ask IAM what whoever runs them may do, and the policy lets them ask about themselves. \
A policy can name every user without a path at once (`user/${aws:username}`), but no user below a path and no role: \
for these say which with `--principal`. \
Without `--account` and an ARN, AWS is asked whose credentials these are.")]
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
    /// User or role who gets the policy: its ARN, that of an assumed role, user/NAME or role/PATH/NAME
    #[arg(long, value_name = "PRINCIPAL", value_parser = holder)]
    principal: Option<Holder>,
    /// Role that `deploy --role-arn` and `destroy --role-arn` give to CloudFormation: the deployer may pass it
    #[arg(long, value_name = "ARN", value_parser = role_arn)]
    role_arn: Option<String>,
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
    let account = account_of(args.account, args.principal.as_ref())?;
    if args.principal.is_none() && role != Role::Producer {
        context.printer.status(
            "this lets any user without a path ask what they may do, as `deploy` and `doctor` do; for a role, or a user \
             below a path, add `--principal`",
        );
    }
    let (holder, working_role) = (args.principal, args.role_arn);
    let scope = Scope { holder, working_role, ..scope(&definition, &stack, &bus, "", "") };
    let scope = match args.format {
        Form::Cloudformation => scope.farthest(),
        Form::Json => placed(context, scope, account).await?,
    };
    let length = length(&printed(role, &scope));
    if length > LONGEST {
        context.printer.warn(&format!(
            "the policy has {length} characters without white space, and a managed policy takes {LONGEST}: make two \
             of its statements, or add it to a role as an inline policy, which takes 10240"
        ));
    }
    let text = match args.format {
        Form::Cloudformation => serde_yaml::to_string(&fragment(role, &scope))
            .context(Kind::Failed, || "the policy cannot be written".to_owned())?,
        Form::Json => {
            serde_json::to_string_pretty(&printed(role, &scope))
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
        holder: None,
        working_role: None,
        sources: definition.source.iter().map(|source| source.as_str().to_owned()).collect(),
    }
}

/// Returns the account that the flags name.
fn account_of(account: Option<String>, principal: Option<&Holder>) -> Result<Option<String>> {
    let own = principal.and_then(Holder::account);
    match (account, own) {
        (Some(account), Some(own)) if account != own => Err(Error::usage(format!(
            "the principal is of account {own}, and the stack of account {account}"
        ))
        .hint("name the user or role of the stack's account that deploys or operates there")),
        (account, own) => Ok(account.or_else(|| own.map(str::to_owned))),
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

fn holder(text: &str) -> Result<Holder, String> {
    text.parse().map_err(|invalid: InvalidHolder| invalid.to_string())
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account has twelve digits".to_owned())
    }
}

//! What is to be deployed: the definition with the flags that override it.

use clap::Args;

use crate::commands::stack::{StackArg, flag, load, momento_base_url, role_arn, secret_name};
use crate::context::Session;
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::definition::{BusName, Definition, Endpoint, StackName};
use crate::model::template::{self, Variant};

/// The parameter that says which version of the secret the stack uses.
pub(super) const TOKEN_VERSION: &str = "MomentoTokenVersion";

/// The longest key of a tag (CloudFormation API reference, `Tag`).
const LONGEST_KEY: usize = 128;
/// The longest value of a tag.
const LONGEST_VALUE: usize = 256;
/// The most tags of a stack.
const MOST_TAGS: usize = 50;

/// The arguments that say what is to be deployed.
#[derive(Args, Clone, Debug, Default)]
pub struct TargetArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Name of the CloudFormation stack
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME", value_parser = flag::<StackName>)]
    stack_name: Option<StackName>,
    /// Event bus, by its name
    #[arg(long, env = "EVBRIDGE_MOMENTO_BUS", value_name = "BUS", value_parser = flag::<BusName>)]
    bus: Option<BusName>,
    /// Momento's base URL, when it is not the region's own
    #[arg(long, env = "EVBRIDGE_MOMENTO_ENDPOINT", value_name = "URL", value_parser = flag::<Endpoint>)]
    momento_endpoint: Option<Endpoint>,
    /// Tags of the stack and its resources
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = key_value)]
    tags: Vec<(String, String)>,
    /// Role that CloudFormation works with
    #[arg(long, value_name = "ARN", value_parser = role_arn)]
    role_arn: Option<String>,
}

/// What is to be deployed.
#[derive(Debug)]
pub struct Target {
    /// The definition, with the flags in it.
    pub definition: Definition,
    /// The stack's name.
    pub stack: String,
    /// The argument that named the definition, when one did.
    pub argument: Option<String>,
    /// The event bus, by name.
    pub bus: String,
    /// The stack's tags.
    pub tags: Vec<(String, String)>,
    /// The role that CloudFormation works with.
    pub role: Option<String>,
}

impl TargetArgs {
    /// Puts the definition and the flags together.
    pub fn resolve(self) -> Result<Target> {
        let mut definition = load(&self.stack)?;
        if let Some(endpoint) = self.momento_endpoint {
            definition.momento.endpoint = endpoint;
        }
        let stack = self.stack_name.as_ref().unwrap_or(&definition.name).to_string();
        let own_bus = &definition.bus;
        if let Some(other) = self.bus.as_ref().filter(|bus| own_bus.create && **bus != own_bus.name) {
            let message =
                format!("the stack makes its own event bus {}, and `--bus` names {other}", own_bus.name);
            return Err(Error::usage(message)
                .hint("leave `--bus` and EVBRIDGE_MOMENTO_BUS out, or take `create` out of the definition"));
        }
        let bus = self.bus.map_or_else(|| own_bus.name.to_string(), |bus| bus.to_string());
        let own: (String, String) = ("evbridge-momento:stack".to_owned(), stack.clone());
        let tags: Vec<_> = std::iter::once(own).chain(self.tags).collect();
        let is_repeated = |index: usize| tags[..index].iter().any(|(key, _)| *key == tags[index].0);
        if let Some(index) = (1..tags.len()).find(|index| is_repeated(*index)) {
            return Err(Error::usage(format!(
                "a tag `{}` is there already: give each key once",
                tags[index].0
            )));
        }
        if tags.len() > MOST_TAGS {
            let message = format!("{} tags with the stack's own, and {MOST_TAGS} is the most", tags.len());
            return Err(Error::usage(message));
        }
        Ok(Target { definition, stack, argument: self.stack.stack, bus, tags, role: self.role_arn })
    }
}

impl Target {
    /// Returns the name of the secret that holds the token.
    pub fn secret(&self) -> String {
        secret_name(&self.stack)
    }

    /// Returns Momento's base URL in the session's region.
    pub fn base_url(&self, session: &Session) -> Result<String> {
        momento_base_url(&self.definition.momento.endpoint, session.region())
    }

    /// Renders the template.
    pub fn template(&self) -> Result<String> {
        template::render(&self.definition, Variant::Managed)
            .context(Kind::Failed, || "the template cannot be rendered".to_owned())
    }

    /// Returns the template's parameters; without a version of the token, the stack keeps the one it has.
    pub fn parameters(&self, version: Option<String>) -> Vec<(String, Option<String>)> {
        let bus = (!self.definition.bus.create).then(|| ("EventBusName", Some(self.bus.clone())));
        let key = self.definition.kms_key.as_ref().map(|key| ("KmsKeyArn", Some(key.to_string())));
        let others = [
            ("MomentoEndpoint", Some(self.definition.momento.endpoint.to_string())),
            ("MomentoTokenSecret", Some(self.secret())),
            (TOKEN_VERSION, version),
        ];
        bus.into_iter().chain(key).chain(others).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Says that the bus is not there.
    pub fn no_bus(&self, session: &Session) -> Error {
        let (bus, region) = (&self.bus, session.region());
        Error::settings(format!("the event bus {bus} does not exist in {region}"))
            .hint(format!("make it first: `aws events create-event-bus --name {bus} --region {region}`"))
            .hint("or let the stack make it: `bus: { name: …, create: true }` in the stack definition")
    }
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, _)) if key.chars().count() > LONGEST_KEY => {
            Err(format!("a tag's key has at most {LONGEST_KEY} characters"))
        }
        Some((key, _)) if key.starts_with("aws:") => {
            Err("a tag's key cannot start with `aws:`: only AWS gives such tags".to_owned())
        }
        Some((_, value)) if value.chars().count() > LONGEST_VALUE => {
            Err(format!("a tag's value has at most {LONGEST_VALUE} characters"))
        }
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, for example team=shop".to_owned()),
    }
}

//! What is to be deployed: the definition with the flags that override it.

use clap::Args;

use crate::commands::stack::{StackArg, flag, load, momento_base_url, secret_name};
use crate::context::Session;
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::definition::{BusName, Definition, Endpoint, StackName};
use crate::model::template::{self, Variant};

/// The arguments that say what is to be deployed.
#[derive(Args, Clone, Debug, Default)]
pub struct TargetArgs {
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
}

/// What is to be deployed.
#[derive(Debug)]
pub struct Target {
    /// The definition, with the flags in it.
    pub definition: Definition,
    /// The stack's name.
    pub stack: String,
    /// The event bus, by name or ARN.
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
        let bus = self.bus.map_or_else(|| definition.bus.name.to_string(), |bus| bus.to_string());
        let own = ("evbridge-momento:stack".to_owned(), stack.clone());
        let tags = std::iter::once(own).chain(self.tags).collect();
        Ok(Target { definition, stack, bus, tags, role: self.role_arn })
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
            ("MomentoTokenVersion", version),
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
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, for example team=shop".to_owned()),
    }
}

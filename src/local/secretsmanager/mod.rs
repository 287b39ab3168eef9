//! Secrets Manager: secrets with versions, staging labels and a recovery window.
//!
//! Source: the API reference of Secrets Manager and its service model (2017-10-17). The crate
//! `winterbaume-secretsmanager` ignores `ClientRequestToken` and forgets versions, which is what a
//! reference with a version id (`{{resolve:secretsmanager:…:::ID}}`) lives on.

mod check;
mod filter;
mod input;
mod read;
mod secret;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use self::secret::Secret;
use super::clock::Clock;
use super::store::{Store, StoreError};
use super::wire::{ACCOUNT, Answer, ApiError, Service};

/// The Secrets Manager of one local cloud.
///
/// Takes `CreateSecret`, `PutSecretValue`, `GetSecretValue`, `DescribeSecret`, `UpdateSecret`, `DeleteSecret`,
/// `RestoreSecret`, `ListSecrets`, `ListSecretVersionIds`, `UpdateSecretVersionStage`, `TagResource`,
/// `UntagResource` and `GetResourcePolicy`.
pub struct SecretsManager {
    store: Arc<Store>,
    clock: Arc<Clock>,
}

/// Who calls: the owner of a managed secret may write it, nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller<'a> {
    Account,
    Service(&'a str),
}

impl SecretsManager {
    /// Opens Secrets Manager over the store.
    pub fn new(store: Arc<Store>, clock: Arc<Clock>) -> Self {
        Self { store, clock }
    }

    /// Answers an action of another AWS service, which owns the secrets that it makes.
    ///
    /// `service` is the owner's name as in `OwningService`; the secret of a connection is made by `events`
    /// under the name `events!connection/NAME/UUID`.
    pub fn call_as(&self, service: &str, region: &str, action: &str, input: &Value) -> Answer {
        self.dispatch(Caller::Service(service), region, action, input)
    }

    fn dispatch(&self, caller: Caller<'_>, region: &str, action: &str, input: &Value) -> Answer {
        self.store.atomically(|| match action {
            "CreateSecret" => self.create_secret(caller, region, input::read(input)?),
            "DeleteSecret" => self.delete_secret(caller, region, &input::read(input)?),
            "DescribeSecret" => self.describe_secret(region, input::read(input)?),
            "GetResourcePolicy" => self.resource_policy(region, input::read(input)?),
            "GetSecretValue" => self.secret_value(region, input::read(input)?),
            "ListSecretVersionIds" => self.list_secret_version_ids(region, input::read(input)?),
            "ListSecrets" => self.list_secrets(region, &input::read(input)?),
            "PutSecretValue" => self.put_secret_value(caller, region, input::read(input)?),
            "RestoreSecret" => self.restore_secret(caller, region, input::read(input)?),
            "TagResource" => self.tag_resource(caller, region, input::read(input)?),
            "UntagResource" => self.untag_resource(caller, region, &input::read(input)?),
            "UpdateSecret" => self.update_secret(caller, region, input::read(input)?),
            "UpdateSecretVersionStage" => {
                self.update_secret_version_stage(caller, region, &input::read(input)?)
            }
            other => Err(ApiError::client(
                "UnknownOperationException",
                format!("The local Secrets Manager has no action {other}."),
            )),
        })
    }

    /// Returns the secret with a name, or with a complete or partial ARN.
    fn find(&self, region: &str, id: &str) -> Result<Secret, ApiError> {
        let name = match id.strip_prefix(&arn_prefix(region)) {
            None => id,
            Some(resource) => match resource.rsplit_once('-') {
                Some((name, suffix)) if suffix.len() == 6 && self.has_arn(region, name, id)? => name,
                _ => resource,
            },
        };
        self.load(region, name)?.ok_or_else(check::not_found)
    }

    fn has_arn(&self, region: &str, name: &str, arn: &str) -> Result<bool, StoreError> {
        Ok(self.load(region, name)?.is_some_and(|secret| secret.arn == arn))
    }

    /// Returns a secret; one whose recovery window is over is really gone.
    fn load(&self, region: &str, name: &str) -> Result<Option<Secret>, StoreError> {
        let secret: Option<Secret> = self.store.get(region, name)?;
        match secret {
            Some(secret) if secret.is_gone(self.clock.now()) => {
                self.store.remove::<Secret>(region, name)?;
                Ok(None)
            }
            other => Ok(other),
        }
    }
}

impl Service for SecretsManager {
    fn call(&self, region: &str, action: &str, input: &Value) -> Answer {
        self.dispatch(Caller::Account, region, action, input)
    }
}

fn arn_prefix(region: &str) -> String {
    format!("arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:")
}

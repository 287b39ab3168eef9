//! What a stack has before its token is changed.

use secrecy::SecretString;

use super::check::deployed_version;
use super::way_back::at_rest;
use crate::aws::deployed::DeployedStack;
use crate::aws::secrets::{self, Lookup, Stored};
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};

/// Finds the stack and the version of the secret that it uses, or says why its token cannot be changed.
pub(super) async fn changeable(
    context: &Context,
    session: &Session,
    name: &str,
) -> Result<(DeployedStack, String)> {
    let region = session.region();
    let Some(stack) = at_rest(context, session, name).await? else {
        return Err(Error::settings(format!("there is no stack {name} in {region}"))
            .hint("deploy it first with `evbridge-momento deploy`, or say where it is with `--region`"));
    };
    let settled = stack.status.is_deployed() || stack.status.as_str() == "UPDATE_ROLLBACK_COMPLETE";
    if !settled {
        return Err(Error::new(
            Kind::Remote,
            format!("the stack {name} is in {}, in which it cannot be updated", stack.status),
        )
        .hint("run `evbridge-momento deploy`, which says what to do"));
    }
    match deployed_version(Some(&stack)) {
        Some(version) => Ok((stack, version)),
        None => Err(Error::settings(format!("the stack {name} was not deployed by this tool"))
            .cause("it has no parameter MomentoTokenVersion")
            .hint("deploy it again with `evbridge-momento deploy`, or change its parameter MomentoToken")),
    }
}

/// Returns the token that the stack uses, and its id at Momento where that is known.
pub(super) async fn stored(
    session: &Session,
    secret: &str,
    version: &str,
) -> Result<(SecretString, Option<String>)> {
    match secrets::find(&session.clients, secret).await? {
        Lookup::Found(Stored { token: Some(token), key_id, version: current }) if current == version => {
            Ok((token, key_id))
        }
        Lookup::Found(_) => match secrets::version_of(&session.clients, secret, version).await? {
            Some(Stored { token: Some(token), key_id, .. }) => Ok((token, key_id)),
            _ => Err(Error::new(Kind::Remote, format!("version {version} of the secret {secret} is gone"))
                .cause("the stack could not go back to it if the new token failed")
                .hint("run `evbridge-momento deploy` with the new token instead")),
        },
        Lookup::Missing | Lookup::ScheduledForDeletion => {
            Err(Error::settings(format!("there is no secret {secret}"))
                .hint("run `evbridge-momento deploy`, which makes it"))
        }
    }
}

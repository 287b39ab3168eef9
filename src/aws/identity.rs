//! Who is asking: STS.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Clients, error::remote};
use crate::error::Result;

/// The caller, as STS names it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Identity {
    /// The account's twelve digits.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
}

/// Asks STS who the credentials belong to.
pub async fn caller(clients: &Clients) -> Result<Identity> {
    let answer = clients.identity().get_caller_identity().send().await;
    let answer = answer.map_err(|error| remote("asking who you are (sts:GetCallerIdentity)", &error))?;
    Ok(Identity {
        account: answer.account().unwrap_or_default().to_owned(),
        arn: answer.arn().unwrap_or_default().to_owned(),
    })
}

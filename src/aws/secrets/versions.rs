//! The versions of the token's secret and their labels.
//!
//! Whatever an answer says, or where it is lost, the labels themselves say whether a call has worked.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::super::Clients;
use super::super::error::remote;
use crate::error::Result;
use crate::model::token::minted;

/// The label of a version that is being tried, as Secrets Manager's own rotation has it.
pub const PENDING: &str = "AWSPENDING";

/// The label of the version that counts.
pub const CURRENT: &str = "AWSCURRENT";

/// The label of the version that counted before.
pub const PREVIOUS: &str = "AWSPREVIOUS";

/// The versions of a secret that have labels.
#[derive(Clone, Debug, Default)]
pub struct Versions(BTreeMap<String, Vec<String>>);

/// Where a label goes.
#[derive(Clone, Copy, Debug)]
pub struct Move<'a> {
    /// The label.
    pub label: &'a str,
    /// The version that has it.
    pub from: Option<&'a str>,
    /// The version that gets it; nothing to take it off.
    pub to: Option<&'a str>,
}

impl Versions {
    /// Returns the version that has a label.
    pub fn with(&self, label: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(_, labels)| labels.iter().any(|own| own == label));
        found.next().map(|(version, _)| version.as_str())
    }

    /// Returns the ids of the keys that `--mint` made and did not revoke, each with the version that holds it.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(version, labels)| {
            labels.iter().filter_map(|label| Some((minted::key_of(label)?, version.as_str())))
        })
    }
}

/// Reads which version has which label.
pub async fn versions(clients: &Clients, name: &str) -> Result<Versions> {
    let answer = clients.secrets().describe_secret().secret_id(name).send().await;
    let answer =
        answer.map_err(|error| remote(&format!("reading the labels of the secret {name}"), &error))?;
    Ok(Versions(answer.version_ids_to_stages().cloned().unwrap_or_default().into_iter().collect()))
}

/// Writes a token as a version that does not count yet.
///
/// The caller chooses the version's id, so that a request that is made again makes no second version. The id of a
/// key that Momento made for this is stored beside the key, and in a label that stays until the key is revoked.
pub async fn write_pending(
    clients: &Clients,
    name: &str,
    version: &str,
    token: &SecretString,
    key_id: Option<&str>,
) -> Result<()> {
    let labels = [Some(PENDING.to_owned()), key_id.map(minted::label)];
    let answer = clients
        .secrets()
        .put_secret_value()
        .secret_id(name)
        .client_request_token(version)
        .secret_string(super::body(token, key_id))
        .set_version_stages(Some(labels.into_iter().flatten().collect()))
        .send()
        .await;
    let Err(error) = answer else { return Ok(()) };
    match versions(clients, name).await {
        Ok(versions) if versions.with(PENDING) == Some(version) => Ok(()),
        _ => Err(remote(&format!("writing the secret {name}"), &error)),
    }
}

/// Makes a pending version the current one; the one before gets the label `AWSPREVIOUS`.
pub async fn promote(clients: &Clients, name: &str, version: &str, before: Option<&str>) -> Result<()> {
    move_label(clients, name, &Move { label: CURRENT, from: before, to: Some(version) }).await
}

/// Moves a label, or takes it off.
pub async fn move_label(clients: &Clients, name: &str, wanted: &Move<'_>) -> Result<()> {
    let Move { label, from, to } = *wanted;
    let answer = clients
        .secrets()
        .update_secret_version_stage()
        .secret_id(name)
        .version_stage(label)
        .set_remove_from_version_id(from.map(str::to_owned))
        .set_move_to_version_id(to.map(str::to_owned))
        .send()
        .await;
    let Err(error) = answer else { return Ok(()) };
    match versions(clients, name).await {
        Ok(versions) if versions.with(label) == to => Ok(()),
        _ => Err(remote(&format!("moving the label {label} of the secret {name}"), &error)),
    }
}

//! What there is after a rotation: the stack's version, the labels, the connection's token, the keys at Momento.

use std::collections::BTreeMap;

use evbridge_momento::aws::deployed;
use evbridge_momento::context::Session as Cloud;
use serde_json::Value;

use crate::harness::{Session, with_cloud};

const STACK: &str = "momento-api";
const SECRET: &str = "evbridge-momento/momento-api";

/// All that a rotation changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The stack's status.
    pub(super) status: String,
    /// The version that the stack's parameter names.
    pub(super) deployed: String,
    /// The version with each label.
    pub(super) labels: BTreeMap<String, String>,
    /// Whether the connection sends the token of the deployed version.
    pub(super) is_connected: bool,
    /// The ids of the keys that are alive at Momento.
    pub(super) keys: Vec<String>,
    /// The id of the key in the deployed version.
    pub(super) key: Option<String>,
}

impl State {
    /// Returns whether the stack, the labels and the connection have one version.
    pub(super) fn agrees(&self) -> bool {
        self.is_connected && self.labels.get("AWSCURRENT") == Some(&self.deployed)
    }

    /// Returns the keys that have labels.
    pub(super) fn labelled(&self) -> Vec<&str> {
        self.labels.keys().filter_map(|label| label.strip_prefix("momento-key:")).collect()
    }

    /// Returns whether the one key that is alive is in use, and no other is noted or pending.
    pub(super) fn is_clean(&self) -> bool {
        let key = self.key.as_deref();
        self.agrees()
            && !self.labels.contains_key("AWSPENDING")
            && self.keys.iter().map(String::as_str).eq(key)
            && self.labelled().into_iter().eq(key)
    }
}

/// Looks at all of it.
pub(super) fn state(session: &Session) -> State {
    with_cloud(session, async |cloud| {
        let stack = deployed::find(&cloud.clients, STACK).await.unwrap().unwrap();
        let deployed = stack.parameters["MomentoTokenVersion"].clone();
        let described = cloud.clients.secrets().describe_secret().secret_id(SECRET).send().await.unwrap();
        let staged = described.version_ids_to_stages().unwrap();
        let labels = staged
            .iter()
            .flat_map(|(version, labels)| labels.iter().map(move |label| (label.clone(), version.clone())));
        let stored = secret(cloud, SECRET, Some(&deployed)).await;
        let sent = connections(session);
        let token = stored["token"].as_str().unwrap();
        State {
            status: stack.status.to_string(),
            is_connected: sent.contains(&format!("\"{token}\"")),
            labels: labels.collect(),
            keys: keys(cloud).await,
            key: stored["key_id"].as_str().map(str::to_owned),
            deployed,
        }
    })
}

async fn secret(cloud: &Cloud, id: &str, version: Option<&str>) -> Value {
    let call = cloud.clients.secrets().get_secret_value().secret_id(id);
    let answer = call.set_version_id(version.map(str::to_owned)).send().await.unwrap();
    serde_json::from_str(answer.secret_string().unwrap()).unwrap()
}

/// Returns what the connections send, which no API shows: from a copy of the store, which is locked.
fn connections(session: &Session) -> String {
    let copy = tempfile::tempdir().unwrap();
    for name in ["secrets.db", "secrets.db-wal"] {
        let from = session.directory().join(".evbridge-momento").join(name);
        if from.exists() {
            std::fs::copy(from, copy.path().join(name)).unwrap();
        }
    }
    let store = rusqlite::Connection::open(copy.path().join("secrets.db")).unwrap();
    let wanted = "SELECT body FROM secret_documents WHERE kind = 'events:connection-secret'";
    store.query_row(wanted, [], |row| row.get(0)).unwrap()
}

/// Returns the ids of the keys that the account has, as the API lists them.
async fn keys(cloud: &Cloud) -> Vec<String> {
    use secrecy::ExposeSecret as _;

    let local = cloud.local.as_ref().unwrap();
    let manager = local.issue_management_key(cloud.region()).await.unwrap();
    let answer = local.get("/api-keys", manager.expose_secret()).await.unwrap();
    let page: Value = serde_json::from_slice(answer.body()).unwrap();
    let keys = page["key_info"].as_array().unwrap().iter();
    keys.map(|key| key["key_id"].as_str().unwrap().to_owned()).collect()
}

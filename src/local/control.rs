//! The local cloud's own actions, for what no AWS or Momento call does.

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::fault;
use super::momento::{Access, MomentoError, Scope};
use super::wire::{Answer, ApiError};

impl Cloud {
    /// Does one of the tool's own actions in a region.
    ///
    /// `Status`, `Settle`, `CreateCache {Name}`, `DeleteCache {Name}`, `ListCaches`, `GetItem {Cache, Key}`,
    /// `ReadTopic {Cache, Topic, After?}`, `IssueKey {Management?}`, `Trace {EventId}`, `AddFault` (see [`fault::read`]),
    /// `ListFaults`, `ClearFaults {Id?}`.
    pub async fn control(&self, region: &str, action: &str, input: &Value) -> Answer {
        let text = |name: &str| input[name].as_str().unwrap_or_default();
        match action {
            "Status" => Ok(json!({ "Version": env!("CARGO_PKG_VERSION") })),
            "Settle" => self.settle().await.map(|()| json!({})),
            "CreateCache" => Ok(json!({ "Created": self.momento().create_cache(region, text("Name"))? })),
            "DeleteCache" => Ok(json!({ "Deleted": self.momento().delete_cache(region, text("Name"))? })),
            "ListCaches" => Ok(json!({ "Caches": self.momento().list_caches(region)? })),
            "GetItem" => self.item(region, text("Cache"), text("Key")),
            "IssueKey" => {
                let access = if input["Management"] == true { Access::Management } else { Access::default() };
                Ok(json!({ "Key": self.momento().issue_key(&Scope { access, cache: None })? }))
            }
            "Trace" => {
                self.settle().await?;
                Ok(json!({ "Trace": self.events().trace(region, text("EventId"))? }))
            }
            "AddFault" => {
                let wanted = fault::read(input)?;
                Ok(json!({ "Id": fault::add(self.store(), wanted)? }))
            }
            "ListFaults" => {
                let faults = fault::list(self.store())?;
                Ok(json!({ "Faults": faults.iter().map(fault::describe).collect::<Vec<_>>() }))
            }
            "ClearFaults" => Ok(json!({ "Cleared": fault::clear(self.store(), input["Id"].as_u64())? })),
            _ => Err(ApiError::client(
                "UnknownOperationException",
                format!("the local cloud has no action {action}"),
            )),
        }
    }

    /// Returns the item with a key, given as base64url; `{"Item": null}` when there is none.
    fn item(&self, region: &str, cache: &str, key: &str) -> Answer {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let key = URL_SAFE_NO_PAD
            .decode(key)
            .map_err(|_| ApiError::client("ValidationException", "Key is not base64url without padding"))?;
        let item = self.momento().get(region, cache, &key)?;
        Ok(json!({ "Item": item.map(|item| json!({
            "Value": URL_SAFE_NO_PAD.encode(&item.value),
            "ExpiresAt": item.expires_at.to_string(),
        })) }))
    }
}

impl From<MomentoError> for ApiError {
    fn from(error: MomentoError) -> Self {
        Self::client("ValidationException", error.to_string())
    }
}

//! The local cloud's own actions, for what no AWS or Momento call does.

use serde_json::{Value, json};

use super::clock::Pace;
use super::cloud::Cloud;
use super::fault;
use super::momento::{Access, MomentoError, Scope};
use super::wire::{Answer, ApiError, Service as _};

impl Cloud {
    /// Does one of the tool's own actions in a region.
    ///
    /// `Status`, `Settle`, `CreateCache {Name}`, `DeleteCache {Name}`, `ListCaches`, `GetItem {Cache, Key}`,
    /// `ReadTopic {Cache, Topic, After?}`, `IssueKey {Management?}`, `Trace {EventId}` when all is delivered, `Peek
    /// {EventId}` at once, `AddFault` (see [`fault::read`]),
    /// `ListFaults`, `ClearFaults {Id?}`, `Snapshot {Bus, Stack}` (see `Cloud::snapshot`).
    pub async fn control(&self, region: &str, action: &str, input: &Value) -> Answer {
        let text = |name: &str| input[name].as_str().unwrap_or_default();
        match action {
            "Status" => {
                let clock = if self.pace() == Pace::Real { "real" } else { "virtual" };
                Ok(json!({ "Version": env!("CARGO_PKG_VERSION"), "Clock": clock }))
            }
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
            "Snapshot" => self.snapshot(region, text("Bus"), text("Stack")),
            "Peek" => Ok(json!({ "Trace": self.events().trace(region, text("EventId"))? })),
            "AddFault" => {
                let id = fault::add(self.store(), fault::read(input)?)?;
                self.momento().faults_changed()?;
                Ok(json!({ "Id": id }))
            }
            "ListFaults" => {
                let faults = fault::list(self.store())?;
                Ok(json!({ "Faults": faults.iter().map(fault::describe).collect::<Vec<_>>() }))
            }
            "ClearFaults" => {
                let cleared = fault::clear(self.store(), input["Id"].as_u64())?;
                self.momento().faults_changed()?;
                Ok(json!({ "Cleared": cleared }))
            }
            _ => Err(ApiError::client(
                "UnknownOperationException",
                format!("the local cloud has no action {action}"),
            )),
        }
    }

    /// Returns what is on a bus now, and the names that the resources of a stack have in its template:
    /// as `model::explain::Deployed` reads it.
    fn snapshot(&self, region: &str, bus: &str, stack: &str) -> Answer {
        let mut snapshot = self.events().snapshot(region, bus)?;
        // Where there is no such stack, nothing has a name in it.
        let of_stack = |action: &str, member: &str| {
            let answer = self.stacks().call(region, action, &json!({ "StackName": stack }));
            answer.unwrap_or_default()[member].clone()
        };
        snapshot["Resources"] = of_stack("ListStackResources", "StackResourceSummaries");
        snapshot["Template"] = of_stack("GetTemplate", "TemplateBody");
        Ok(snapshot)
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

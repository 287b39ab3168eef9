//! The inputs of the actions, in the API's shapes.

use serde::Deserialize;
use serde_json::Value;

use super::secret::{Content, Tag};
use crate::local::wire::ApiError;

/// Reads an action's input.
///
/// The error never quotes the input, which may hold a secret.
pub(super) fn read<'a, T: Deserialize<'a>>(input: &'a Value) -> Result<T, ApiError> {
    T::deserialize(input).map_err(|_| {
        ApiError::client(
            "SerializationException",
            "A member of the request does not have the type of its shape.",
        )
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateSecret {
    pub(super) name: Option<String>,
    pub(super) client_request_token: Option<String>,
    pub(super) description: Option<String>,
    pub(super) kms_key_id: Option<String>,
    #[serde(flatten)]
    pub(super) value: SecretValue,
    pub(super) tags: Option<Vec<Tag>>,
    #[serde(rename = "Type")]
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateSecret {
    pub(super) secret_id: Option<String>,
    pub(super) client_request_token: Option<String>,
    pub(super) description: Option<String>,
    pub(super) kms_key_id: Option<String>,
    #[serde(flatten)]
    pub(super) value: SecretValue,
    #[serde(rename = "Type")]
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutSecretValue {
    pub(super) secret_id: Option<String>,
    pub(super) client_request_token: Option<String>,
    #[serde(flatten)]
    pub(super) value: SecretValue,
    pub(super) version_stages: Option<Vec<String>>,
}

/// The two members that hold a secret's value, of which at most one is given.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SecretValue {
    secret_string: Option<String>,
    secret_binary: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SecretId {
    pub(super) secret_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetSecretValue {
    pub(super) secret_id: Option<String>,
    pub(super) version_id: Option<String>,
    pub(super) version_stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteSecret {
    pub(super) secret_id: Option<String>,
    pub(super) recovery_window_in_days: Option<i64>,
    #[serde(default)]
    pub(super) force_delete_without_recovery: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListSecrets {
    #[serde(default)]
    pub(super) include_planned_deletion: bool,
    pub(super) max_results: Option<usize>,
    pub(super) next_token: Option<String>,
    #[serde(default)]
    pub(super) filters: Vec<Filter>,
    pub(super) sort_order: Option<String>,
    pub(super) sort_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Filter {
    #[serde(default)]
    pub(super) key: String,
    #[serde(default)]
    pub(super) values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListSecretVersionIds {
    pub(super) secret_id: Option<String>,
    #[serde(default)]
    pub(super) include_deprecated: bool,
    pub(super) max_results: Option<usize>,
    pub(super) next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateSecretVersionStage {
    pub(super) secret_id: Option<String>,
    pub(super) version_stage: Option<String>,
    pub(super) remove_from_version_id: Option<String>,
    pub(super) move_to_version_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagResource {
    pub(super) secret_id: Option<String>,
    pub(super) tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagResource {
    pub(super) secret_id: Option<String>,
    pub(super) tag_keys: Option<Vec<String>>,
}

impl SecretValue {
    /// Returns the given value, if any; its size is not checked yet.
    pub(super) fn into_content(self) -> Result<Option<Content>, ApiError> {
        match (self.secret_string, self.secret_binary) {
            (Some(_), Some(_)) => Err(ApiError::client(
                "InvalidParameterException",
                "You can't specify both a binary secret value and a string secret value in the same secret.",
            )),
            (Some(text), None) => Ok(Some(Content::Text(text))),
            (None, Some(binary)) => Ok(Some(Content::Binary(binary))),
            (None, None) => Ok(None),
        }
    }
}

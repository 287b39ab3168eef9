//! The actions that write.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::input::{
    CreateSecret, DeleteSecret, PutSecretValue, SecretId, TagResource, UntagResource, UpdateSecret,
    UpdateSecretVersionStage,
};
use super::read::seconds;
use super::secret::{CURRENT, Content, Secret, Tag};
use super::{Caller, SecretsManager, arn_prefix, check};
use crate::local::wire::{Answer, ApiError};

/// The prefix of the names of `EventBridge`'s own secrets.
const EVENTS: &str = "events!";

impl SecretsManager {
    pub(super) fn create_secret(&self, caller: Caller<'_>, region: &str, input: CreateSecret) -> Answer {
        let name = check::name(input.name)?;
        if caller == Caller::Account && name.starts_with(EVENTS) {
            return Err(check::owned("events"));
        }
        let content = input.value.into_content()?;
        content.as_ref().map(check::content).transpose()?;
        let token = check::token(input.client_request_token)?;
        check_texts(input.description.as_deref(), input.kms_key_id.as_deref(), input.kind.as_deref())?;
        let tags = input.tags.unwrap_or_default();
        check::tags(&tags)?;
        if let Some(secret) = self.load(region, &name)? {
            return already_there(&secret, &token, content.as_ref());
        }
        let now = self.clock.now();
        let mut secret = Secret {
            arn: format!("{}{name}-{}", arn_prefix(region), suffix()),
            name: name.clone(),
            description: input.description,
            kms_key_id: input.kms_key_id,
            kind: input.kind,
            owner: match caller {
                Caller::Account => None,
                Caller::Service(service) => Some(service.to_owned()),
            },
            tags: Vec::new(),
            versions: Vec::new(),
            created_at: now,
            changed_at: now,
            accessed_at: None,
            deleted_at: None,
        };
        merge_tags(&mut secret.tags, tags);
        let mut answer = json!({"ARN": secret.arn, "Name": secret.name});
        if let Some(content) = content {
            answer["VersionId"] = token.as_str().into();
            secret.add(&token, content, &[], now);
        }
        self.store.put(region, &name, &secret)?;
        Ok(answer)
    }

    pub(super) fn put_secret_value(&self, caller: Caller<'_>, region: &str, input: PutSecretValue) -> Answer {
        let id = check::secret_id(input.secret_id)?;
        let content = input
            .value
            .into_content()?
            .ok_or_else(|| check::invalid_request("You must provide either SecretString or SecretBinary."))?;
        check::content(&content)?;
        let token = check::token(input.client_request_token)?;
        let stages = input.version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]);
        check::stages(&stages)?;
        let mut secret = self.writable(caller, region, &id)?;
        match secret.version(&token) {
            Some(version) if version.content != content => {
                return Err(check::token_in_use(&token, &secret.arn));
            }
            Some(_) => {}
            None => {
                secret.add(&token, content, &stages, self.clock.now());
                self.store.put(region, &secret.name, &secret)?;
            }
        }
        let stages = secret.version(&token).map(|version| version.stages.clone()).unwrap_or_default();
        Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": token, "VersionStages": stages}))
    }

    pub(super) fn update_secret(&self, caller: Caller<'_>, region: &str, input: UpdateSecret) -> Answer {
        let id = check::secret_id(input.secret_id)?;
        let content = input.value.into_content()?;
        content.as_ref().map(check::content).transpose()?;
        let token = check::token(input.client_request_token)?;
        check_texts(input.description.as_deref(), input.kms_key_id.as_deref(), input.kind.as_deref())?;
        let mut secret = self.writable(caller, region, &id)?;
        let mut answer = json!({"ARN": secret.arn, "Name": secret.name});
        let now = self.clock.now();
        secret.description = input.description.or(secret.description);
        secret.kms_key_id = input.kms_key_id.or(secret.kms_key_id);
        secret.kind = input.kind.or(secret.kind);
        secret.changed_at = now;
        if let Some(content) = content {
            if secret.version(&token).is_some() {
                return Err(check::token_in_use(&token, &secret.arn));
            }
            answer["VersionId"] = token.as_str().into();
            secret.add(&token, content, &[CURRENT.to_owned()], now);
        }
        self.store.put(region, &secret.name, &secret)?;
        Ok(answer)
    }

    pub(super) fn delete_secret(&self, caller: Caller<'_>, region: &str, input: &DeleteSecret) -> Answer {
        let id = check::secret_id(input.secret_id.clone())?;
        let force = input.force_delete_without_recovery;
        if force && input.recovery_window_in_days.is_some() {
            return Err(check::invalid_parameter(
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
            ));
        }
        let days = input.recovery_window_in_days.unwrap_or(30);
        if !(7..=30).contains(&days) {
            return Err(check::invalid_parameter(
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
            ));
        }
        let now = self.clock.now();
        let mut secret = match self.find(region, &id) {
            // Forced deletion of what is not there succeeds, so that it can be tried again.
            Err(error) if force && error == check::not_found() => {
                return Ok(unknown_deleted(region, &id, now));
            }
            found => found?,
        };
        refuse_foreign(caller, &secret)?;
        if force {
            self.store.remove::<Secret>(region, &secret.name)?;
            return Ok(json!({"ARN": secret.arn, "Name": secret.name, "DeletionDate": seconds(now)}));
        }
        if secret.deleted_at.is_some() {
            return Err(check::invalid_request(
                "You can't perform this operation on the secret because it was already scheduled for deletion.",
            ));
        }
        let deleted_at = now.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX);
        secret.deleted_at = Some(deleted_at);
        self.store.put(region, &secret.name, &secret)?;
        Ok(json!({"ARN": secret.arn, "Name": secret.name, "DeletionDate": seconds(deleted_at)}))
    }

    pub(super) fn restore_secret(&self, caller: Caller<'_>, region: &str, input: SecretId) -> Answer {
        let mut secret = self.find(region, &check::secret_id(input.secret_id)?)?;
        refuse_foreign(caller, &secret)?;
        secret.deleted_at = None;
        self.store.put(region, &secret.name, &secret)?;
        Ok(json!({"ARN": secret.arn, "Name": secret.name}))
    }

    pub(super) fn update_secret_version_stage(
        &self,
        caller: Caller<'_>,
        region: &str,
        input: &UpdateSecretVersionStage,
    ) -> Answer {
        let id = check::secret_id(input.secret_id.clone())?;
        let stage = check::required(input.version_stage.clone(), "versionStage", 256)?;
        let (from, to) = (input.remove_from_version_id.as_deref(), input.move_to_version_id.as_deref());
        let mut secret = self.writable(caller, region, &id)?;
        for id in from.into_iter().chain(to) {
            secret.version(id).ok_or_else(|| check::value_not_found("VersionId", id))?;
        }
        if let Some(holder) = secret.staged(&stage).map(|version| version.id.clone())
            && to != Some(holder.as_str())
        {
            match from {
                None => {
                    return Err(check::invalid_parameter(format!(
                        "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently \
                         attached to version {holder}, so you must explicitly reference that version in \
                         RemoveFromVersionId."
                    )));
                }
                Some(from) if from != holder => {
                    return Err(check::invalid_parameter(format!(
                        "When you move staging label {stage}, if you specify RemoveFromVersionId, it must be set \
                         to the version that currently has the staging label {stage}."
                    )));
                }
                Some(_) if to.is_none() && stage == CURRENT => {
                    return Err(check::invalid_parameter(
                        "You can only move staging label AWSCURRENT to a different secret version. It can't be \
                         completely removed.",
                    ));
                }
                Some(_) => {}
            }
        }
        match to {
            Some(to) => secret.attach(&stage, to),
            None => secret.detach(&stage),
        }
        secret.changed_at = self.clock.now();
        self.store.put(region, &secret.name, &secret)?;
        Ok(json!({"ARN": secret.arn, "Name": secret.name}))
    }

    pub(super) fn tag_resource(&self, caller: Caller<'_>, region: &str, input: TagResource) -> Answer {
        let id = check::secret_id(input.secret_id)?;
        let tags = input.tags.unwrap_or_default();
        check::tags(&tags)?;
        let mut secret = self.writable(caller, region, &id)?;
        merge_tags(&mut secret.tags, tags);
        self.store.put(region, &secret.name, &secret)?;
        Ok(json!({}))
    }

    pub(super) fn untag_resource(&self, caller: Caller<'_>, region: &str, input: &UntagResource) -> Answer {
        let id = check::secret_id(input.secret_id.clone())?;
        let mut secret = self.writable(caller, region, &id)?;
        let keys = input.tag_keys.as_deref().unwrap_or_default();
        secret.tags.retain(|tag| !keys.contains(&tag.key));
        self.store.put(region, &secret.name, &secret)?;
        Ok(json!({}))
    }

    /// Returns a secret that the caller may write and that is not about to be deleted.
    fn writable(&self, caller: Caller<'_>, region: &str, id: &str) -> Result<Secret, ApiError> {
        let secret = self.find(region, id)?;
        refuse_foreign(caller, &secret)?;
        if secret.deleted_at.is_some() { Err(check::marked_for_deletion()) } else { Ok(secret) }
    }
}

fn refuse_foreign(caller: Caller<'_>, secret: &Secret) -> Result<(), ApiError> {
    match &secret.owner {
        Some(owner) if caller != Caller::Service(owner) => Err(check::owned(owner)),
        _ => Ok(()),
    }
}

/// Answers `CreateSecret` for a name that is taken: the same request again succeeds.
fn already_there(secret: &Secret, token: &str, content: Option<&Content>) -> Answer {
    if secret.deleted_at.is_some() {
        return Err(check::invalid_request(
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        ));
    }
    match secret.version(token) {
        Some(version) if Some(&version.content) == content => {
            Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": token}))
        }
        Some(_) => Err(check::token_in_use(token, &secret.arn)),
        None => Err(ApiError::client(
            "ResourceExistsException",
            format!("The operation failed because the secret {} already exists.", secret.name),
        )),
    }
}

fn unknown_deleted(region: &str, id: &str, now: Timestamp) -> serde_json::Value {
    let arn = if id.starts_with("arn:") {
        id.to_owned()
    } else {
        format!("{}{id}-{}", arn_prefix(region), suffix())
    };
    json!({"ARN": arn, "Name": id, "DeletionDate": seconds(now)})
}

fn check_texts(description: Option<&str>, key: Option<&str>, kind: Option<&str>) -> Result<(), ApiError> {
    check::at_most(description.unwrap_or_default(), "description", 2048)?;
    check::at_most(key.unwrap_or_default(), "kmsKeyId", 2048)?;
    check::at_most(kind.unwrap_or_default(), "type", 256)
}

fn merge_tags(tags: &mut Vec<Tag>, new: Vec<Tag>) {
    for tag in new {
        match tags.iter_mut().find(|there| there.key == tag.key) {
            Some(there) => there.value = tag.value,
            None => tags.push(tag),
        }
    }
}

/// Returns the six random characters at the end of a secret's ARN.
fn suffix() -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let random = Uuid::new_v4();
    random.as_bytes().iter().rev().take(6).map(|byte| char::from(ALPHABET[usize::from(*byte) % 62])).collect()
}

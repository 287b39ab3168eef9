//! The actions that read.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::input::{GetSecretValue, ListSecretVersionIds, ListSecrets, SecretId};
use super::secret::{CURRENT, Content, Secret};
use super::{SecretsManager, check, filter};
use crate::local::wire::{Answer, ApiError};

impl SecretsManager {
    pub(super) fn secret_value(&self, region: &str, input: GetSecretValue) -> Answer {
        let mut secret = self.find(region, &check::secret_id(input.secret_id)?)?;
        if secret.deleted_at.is_some() {
            return Err(check::marked_for_deletion());
        }
        let stage = input.version_stage.as_deref();
        let version = if let Some(id) = input.version_id.as_deref() {
            let version = secret.version(id).ok_or_else(|| check::value_not_found("VersionId", id))?;
            if stage.is_some_and(|stage| !version.has(stage)) {
                return Err(check::invalid_request(
                    "You provided a VersionStage that is not associated to the provided VersionId.",
                ));
            }
            version
        } else {
            let stage = stage.unwrap_or(CURRENT);
            secret.staged(stage).ok_or_else(|| check::value_not_found("staging label", stage))?
        };
        let mut answer = json!({
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": version.id,
            "VersionStages": version.stages,
            "CreatedDate": seconds(version.created_at),
        });
        match &version.content {
            Content::Binary(binary) => answer["SecretBinary"] = binary.as_str().into(),
            Content::Text(text) => answer["SecretString"] = text.as_str().into(),
        }
        // AWS tells the day of the last access only, so that one write a day is enough.
        let today = day(self.clock.now());
        if version.accessed_at != Some(today) {
            let id = version.id.clone();
            secret.accessed_at = Some(today);
            for version in secret.versions.iter_mut().filter(|version| version.id == id) {
                version.accessed_at = Some(today);
            }
            self.store.put(region, &secret.name, &secret)?;
        }
        Ok(answer)
    }

    pub(super) fn describe_secret(&self, region: &str, input: SecretId) -> Answer {
        let secret = self.find(region, &check::secret_id(input.secret_id)?)?;
        let mut answer = summary(&secret);
        answer.insert("VersionIdsToStages".into(), stages(&secret));
        Ok(Value::Object(answer))
    }

    pub(super) fn list_secrets(&self, region: &str, input: &ListSecrets) -> Answer {
        let size = check::page(input.max_results)?;
        filter::check(&input.filters)?;
        let now = self.clock.now();
        let mut secrets: Vec<Secret> = self
            .store
            .list::<Secret>(region)?
            .into_iter()
            .map(|(_, secret)| secret)
            .filter(|secret| !secret.is_gone(now))
            .filter(|secret| input.include_planned_deletion || secret.deleted_at.is_none())
            .filter(|secret| filter::passes(secret, &input.filters))
            .collect();
        match input.sort_by.as_deref() {
            Some("name") => secrets.sort_by(|a, b| a.name.cmp(&b.name)),
            Some("last-changed-date") => secrets.sort_by_key(|secret| secret.changed_at),
            Some("last-accessed-date") => secrets.sort_by_key(|secret| secret.accessed_at),
            _ => secrets.sort_by_key(|secret| secret.created_at),
        }
        if input.sort_order.as_deref() != Some("asc") {
            secrets.reverse();
        }
        let start = page_start(input.next_token.as_deref())?;
        let mut answer = Map::new();
        let page = secrets.iter().skip(start).take(size).map(|secret| {
            let mut entry = summary(secret);
            entry.insert("SecretVersionsToStages".into(), stages(secret));
            Value::Object(entry)
        });
        answer.insert("SecretList".into(), page.collect());
        if secrets.len() > start.saturating_add(size) {
            answer.insert("NextToken".into(), (start + size).to_string().into());
        }
        Ok(Value::Object(answer))
    }

    pub(super) fn list_secret_version_ids(&self, region: &str, input: ListSecretVersionIds) -> Answer {
        let size = check::page(input.max_results)?;
        let start = page_start(input.next_token.as_deref())?;
        let secret = self.find(region, &check::secret_id(input.secret_id)?)?;
        let listed = secret
            .versions
            .iter()
            .filter(|version| input.include_deprecated || !version.stages.is_empty())
            .collect::<Vec<_>>();
        let versions = listed.iter().skip(start).take(size).map(|version| {
            let mut entry = Map::new();
            entry.insert("VersionId".into(), version.id.as_str().into());
            if !version.stages.is_empty() {
                entry.insert("VersionStages".into(), version.stages.clone().into());
            }
            if let Some(accessed_at) = version.accessed_at {
                entry.insert("LastAccessedDate".into(), seconds(accessed_at));
            }
            entry.insert("CreatedDate".into(), seconds(version.created_at));
            entry.insert("KmsKeyIds".into(), json!([kms_key(&secret)]));
            Value::Object(entry)
        });
        let mut answer = json!({
            "Versions": versions.collect::<Vec<_>>(),
            "ARN": secret.arn,
            "Name": secret.name,
        });
        if listed.len() > start.saturating_add(size) {
            answer["NextToken"] = (start + size).to_string().into();
        }
        Ok(answer)
    }

    pub(super) fn resource_policy(&self, region: &str, input: SecretId) -> Answer {
        let secret = self.find(region, &check::secret_id(input.secret_id)?)?;
        Ok(json!({"ARN": secret.arn, "Name": secret.name}))
    }
}

/// Writes a time as the JSON protocol does: seconds with milliseconds.
#[expect(clippy::cast_precision_loss, reason = "the milliseconds of a date fit into a double")]
pub(super) fn seconds(time: Timestamp) -> Value {
    (time.as_millisecond() as f64 / 1000.0).into()
}

fn summary(secret: &Secret) -> Map<String, Value> {
    let optional = [
        ("Type", secret.kind.clone().map(Value::from)),
        ("Description", secret.description.clone().map(Value::from)),
        ("KmsKeyId", secret.kms_key_id.clone().map(Value::from)),
        ("OwningService", secret.owner.clone().map(Value::from)),
        ("LastChangedDate", Some(seconds(secret.changed_at))),
        ("LastAccessedDate", secret.accessed_at.map(seconds)),
        ("DeletedDate", secret.deleted_at.map(seconds)),
        ("Tags", (!secret.tags.is_empty()).then(|| json!(secret.tags))),
        ("CreatedDate", Some(seconds(secret.created_at))),
    ];
    [("ARN", secret.arn.as_str().into()), ("Name", secret.name.as_str().into())]
        .into_iter()
        .chain(optional.into_iter().filter_map(|(name, value)| Some((name, value?))))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn stages(secret: &Secret) -> Value {
    let staged = secret.versions.iter().filter(|version| !version.stages.is_empty());
    Value::Object(staged.map(|version| (version.id.clone(), version.stages.clone().into())).collect())
}

fn kms_key(secret: &Secret) -> &str {
    secret.kms_key_id.as_deref().unwrap_or("DefaultEncryptionKey")
}

fn page_start(token: Option<&str>) -> Result<usize, ApiError> {
    token
        .map_or(Ok(0), str::parse)
        .map_err(|_| ApiError::client("InvalidNextTokenException", "The NextToken value is invalid."))
}

fn day(time: Timestamp) -> Timestamp {
    let midnight = time.to_zoned(TimeZone::UTC).start_of_day();
    midnight.map_or(time, |midnight| midnight.timestamp())
}

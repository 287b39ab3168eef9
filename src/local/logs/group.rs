//! Log groups, their retention and tags.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::input::{group_arn, group_in_arn, group_name, map, page, required, text, texts};
use super::policy::GroupPolicy;
use super::{Logs, error};
use crate::local::store::Document;
use crate::local::wire::{Answer, ApiError};

/// A log group, under its name.
#[derive(Deserialize, Serialize)]
pub(super) struct LogGroup {
    pub(super) created: Timestamp,
    /// In days; nothing means for ever.
    pub(super) retention: Option<i64>,
    pub(super) class: String,
    pub(super) kms_key: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    /// The policy that is attached to the group itself.
    pub(super) policy: Option<GroupPolicy>,
}

impl Document for LogGroup {
    const KIND: &'static str = "logs:group";
}

impl LogGroup {
    /// Returns the time before which events are expired, in milliseconds.
    pub(super) fn expires_before(&self, now: Timestamp) -> i64 {
        let kept = self.retention.map(|days| now - SignedDuration::from_hours(24 * days));
        kept.map_or(i64::MIN, Timestamp::as_millisecond)
    }
}

impl Logs {
    pub(super) fn create_group(&self, region: &str, input: &Value) -> Answer {
        let name = group_name(input)?;
        if self.store.get::<LogGroup>(region, name)?.is_some() {
            return Err(error::exists("log group"));
        }
        let tags = map(input, "tags");
        check_tags(&tags)?;
        let class = text(input, "logGroupClass").unwrap_or("STANDARD");
        if !["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"].contains(&class) {
            let rule = "Member must satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, DELIVERY]";
            return Err(error::violation(&format!("'{class}'"), "logGroupClass", rule));
        }
        let group = LogGroup {
            created: self.clock.now(),
            retention: None,
            class: class.to_owned(),
            kms_key: text(input, "kmsKeyId").map(str::to_owned),
            tags,
            policy: None,
        };
        self.store.put(region, name, &group)?;
        Ok(json!({}))
    }

    pub(super) fn delete_group(&self, region: &str, input: &Value) -> Answer {
        let name = required(input, "logGroupName")?;
        if !self.store.remove::<LogGroup>(region, name)? {
            return Err(error::no_group());
        }
        self.store.with(|database| {
            for table in ["logs_streams", "logs_events"] {
                let sql = format!("DELETE FROM {table} WHERE region = ?1 AND log_group = ?2");
                database.execute(&sql, params![region, name])?;
            }
            Ok(())
        })?;
        Ok(json!({}))
    }

    pub(super) fn describe_groups(&self, region: &str, input: &Value) -> Answer {
        let (prefix, part) = (text(input, "logGroupNamePrefix"), text(input, "logGroupNamePattern"));
        if prefix.is_some() && part.is_some() {
            return Err(error::invalid(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            ));
        }
        let part = part.unwrap_or_default().to_ascii_lowercase();
        let class = text(input, "logGroupClass");
        let named = texts(input, "logGroupIdentifiers");
        let mut groups = self.store.list::<LogGroup>(region)?;
        groups.retain(|(name, group)| {
            name.starts_with(prefix.unwrap_or_default())
                && name.to_ascii_lowercase().contains(&part)
                && class.is_none_or(|class| group.class == class)
                && named.as_ref().is_none_or(|named| {
                    named.iter().any(|named| group_in_arn(region, named).unwrap_or(named) == name)
                })
        });
        groups.sort_by(|a, b| a.0.cmp(&b.0));
        let rows = groups.iter().map(|(name, group)| self.describe(region, name, group));
        page(input, "logGroups", rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn set_retention(&self, region: &str, input: &Value, days: Option<i64>) -> Answer {
        let name = required(input, "logGroupName")?;
        let mut group = self.group(region, name)?;
        group.retention = days;
        self.store.put(region, name, &group)?;
        Ok(json!({}))
    }

    pub(super) fn tag(&self, region: &str, input: &Value) -> Answer {
        let (name, mut group) = self.tagged(region, input)?;
        group.tags.extend(map(input, "tags"));
        check_tags(&group.tags)?;
        self.store.put(region, name, &group)?;
        Ok(json!({}))
    }

    pub(super) fn untag(&self, region: &str, input: &Value) -> Answer {
        let (name, mut group) = self.tagged(region, input)?;
        // The older action calls the keys `tags`.
        let keys = texts(input, "tagKeys").or_else(|| texts(input, "tags")).unwrap_or_default();
        group.tags.retain(|key, _| !keys.contains(key));
        self.store.put(region, name, &group)?;
        Ok(json!({}))
    }

    pub(super) fn list_tags(&self, region: &str, input: &Value) -> Answer {
        Ok(json!({ "tags": self.tagged(region, input)?.1.tags }))
    }

    /// Returns a log group that must be there.
    pub(super) fn group(&self, region: &str, name: &str) -> Result<LogGroup, ApiError> {
        self.store.get(region, name)?.ok_or_else(error::no_group)
    }

    fn tagged<'a>(&self, region: &str, input: &'a Value) -> Result<(&'a str, LogGroup), ApiError> {
        let name = match text(input, "logGroupName") {
            Some(name) => name,
            None => group_in_arn(region, required(input, "resourceArn")?).ok_or_else(error::no_group)?,
        };
        Ok((name, self.group(region, name)?))
    }

    fn describe(&self, region: &str, name: &str, group: &LogGroup) -> Answer {
        let bytes: i64 = self.store.with(|database| {
            let sql = "SELECT coalesce(sum(length(CAST(message AS BLOB))), 0) FROM logs_events
                       WHERE region = ?1 AND log_group = ?2";
            database.prepare_cached(sql)?.query_row(params![region, name], |row| row.get(0))
        })?;
        let arn = group_arn(region, name);
        let mut shown = json!({
            "logGroupName": name,
            "creationTime": group.created.as_millisecond(),
            "metricFilterCount": 0,
            "arn": format!("{arn}:*"),
            "storedBytes": bytes,
            "logGroupClass": group.class,
            "logGroupArn": arn,
            "deletionProtectionEnabled": false,
        });
        if let Some(days) = group.retention {
            shown["retentionInDays"] = json!(days);
        }
        if let Some(key) = &group.kms_key {
            shown["kmsKeyId"] = json!(key);
        }
        Ok(shown)
    }
}

fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), ApiError> {
    if tags.len() > 50 {
        return Err(ApiError::client("TooManyTagsException", "A resource can have no more than 50 tags."));
    }
    match tags.keys().find(|key| key.is_empty() || key.chars().count() > 128 || key.starts_with("aws:")) {
        Some(key) => Err(error::invalid(format!("The tag key '{key}' is not valid."))),
        None => Ok(()),
    }
}

//! Archives of a bus's events.
//!
//! The archive's managed rule is not shown among the rules; a bus with an archive counts as one with rules.

use rusqlite::params;
use serde_json::{Value, json};

use crate::local::wire::{Answer, ApiError};

use super::documents::{Archive, Bus};
use super::events::check_pattern;
use super::input::{answer, filled, page, required, text};
use super::names::{arn, resource};
use super::{EventBridge, failure};

impl EventBridge {
    pub(super) fn create_archive(&self, region: &str, input: &Value) -> Answer {
        let (name, source) = (required(input, "ArchiveName"), required(input, "EventSourceArn"));
        let bus = resource(region, source).and_then(|path| path.strip_prefix("event-bus/"));
        let bus = match bus {
            Some(bus) if Bus::read(&self.store, region, bus)?.is_some() => bus,
            _ => {
                let name = source.rsplit('/').next().unwrap_or(source);
                return Err(failure::no_bus(name));
            }
        };
        if self.store.get::<Archive>(region, name)?.is_some() {
            return Err(failure::exists(format!("Archive {name} already exists.")));
        }
        let pattern = filled(input, "EventPattern");
        check_pattern(pattern.as_deref())?;
        let archive = Archive {
            name: name.to_owned(),
            bus: bus.to_owned(),
            description: filled(input, "Description"),
            pattern,
            retention: input.get("RetentionDays").and_then(Value::as_i64).unwrap_or_default(),
            kms_key: filled(input, "KmsKeyIdentifier"),
            created: self.clock.now(),
        };
        self.keep_archive(region, &archive)
    }

    pub(super) fn describe_archive(&self, region: &str, input: &Value) -> Answer {
        let archive = self.archive(region, required(input, "ArchiveName"))?;
        let mut shown = self.archive_summary(region, &archive)?;
        shown["ArchiveArn"] = json!(arn(region, &format!("archive/{}", archive.name)));
        shown["Description"] = json!(archive.description);
        shown["EventPattern"] = json!(archive.pattern);
        shown["KmsKeyIdentifier"] = json!(archive.kms_key);
        Ok(answer(shown))
    }

    pub(super) fn update_archive(&self, region: &str, input: &Value) -> Answer {
        let mut archive = self.archive(region, required(input, "ArchiveName"))?;
        if text(input, "EventPattern").is_some() {
            archive.pattern = filled(input, "EventPattern");
            check_pattern(archive.pattern.as_deref())?;
        }
        if text(input, "Description").is_some() {
            archive.description = filled(input, "Description");
        }
        if let Some(days) = input.get("RetentionDays").and_then(Value::as_i64) {
            archive.retention = days;
        }
        self.keep_archive(region, &archive)
    }

    pub(super) fn delete_archive(&self, region: &str, input: &Value) -> Answer {
        let archive = self.archive(region, required(input, "ArchiveName"))?;
        self.store.remove::<Archive>(region, &archive.name)?;
        self.store.with(|database| {
            let sql = "DELETE FROM events_archived WHERE region = ?1 AND archive = ?2";
            database.execute(sql, params![region, archive.name]).map(|_| ())
        })?;
        self.rules.changed();
        Ok(json!({}))
    }

    pub(super) fn list_archives(&self, region: &str, input: &Value) -> Answer {
        let (prefix, source) = (text(input, "NamePrefix"), text(input, "EventSourceArn"));
        let state = text(input, "State");
        let mut rows = Vec::new();
        for (name, archive) in self.store.list::<Archive>(region)? {
            let shown = self.archive_summary(region, &archive)?;
            if prefix.is_none_or(|prefix| name.starts_with(prefix))
                && (source.is_none() || text(&shown, "EventSourceArn") == source)
                && state.is_none_or(|state| state == "ENABLED")
            {
                rows.push((name, answer(shown)));
            }
        }
        page(input, "Archives", rows)
    }

    pub(super) fn archive(&self, region: &str, name: &str) -> Result<Archive, ApiError> {
        let found = self.store.get(region, name)?;
        found.ok_or_else(|| failure::missing(format!("Archive {name} does not exist.")))
    }

    fn keep_archive(&self, region: &str, archive: &Archive) -> Answer {
        self.store.put(region, &archive.name, archive)?;
        self.rules.changed();
        Ok(json!({
            "ArchiveArn": arn(region, &format!("archive/{}", archive.name)),
            "State": "ENABLED",
            "CreationTime": archive.created.as_second(),
        }))
    }

    fn archive_summary(&self, region: &str, archive: &Archive) -> Answer {
        let (events, bytes): (i64, i64) = self.store.with(|database| {
            database.query_row(
                "SELECT count(*), coalesce(sum(length(event)), 0) FROM events_archived
                 WHERE region = ?1 AND archive = ?2",
                params![region, archive.name],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })?;
        Ok(json!({
            "ArchiveName": archive.name,
            "EventSourceArn": super::names::bus_arn(region, &archive.bus),
            "State": "ENABLED",
            "RetentionDays": archive.retention,
            "SizeBytes": bytes,
            "EventCount": events,
            "CreationTime": archive.created.as_second(),
        }))
    }
}

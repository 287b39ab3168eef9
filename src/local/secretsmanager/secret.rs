//! A secret and its versions: the rules of staging labels.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::local::store::Document;

/// The label of the version that is used where none is named.
pub(super) const CURRENT: &str = "AWSCURRENT";
/// The label of the version that was current before.
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";
/// How many versions a secret keeps, beyond those of the last day.
const KEPT_VERSIONS: usize = 100;

/// A secret with all its versions, under its name.
#[derive(Serialize, Deserialize)]
pub(super) struct Secret {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) kms_key_id: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) tags: Vec<Tag>,
    pub(super) versions: Vec<Version>,
    pub(super) created_at: Timestamp,
    pub(super) changed_at: Timestamp,
    pub(super) accessed_at: Option<Timestamp>,
    pub(super) deleted_at: Option<Timestamp>,
}

impl Document for Secret {
    const KIND: &'static str = "secretsmanager:secret";
    const SECRET: bool = true;
}

/// A tag, in the API's own shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tag {
    #[serde(rename = "Key", default)]
    pub(super) key: String,
    #[serde(rename = "Value", default)]
    pub(super) value: String,
}

/// A version of a secret; one without a label is deprecated.
#[derive(Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) content: Content,
    pub(super) stages: Vec<String>,
    pub(super) created_at: Timestamp,
    pub(super) accessed_at: Option<Timestamp>,
}

/// The protected part of a version; its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Content {
    /// Base64, as on the wire.
    Binary(String),
    Text(String),
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Content(…)")
    }
}

impl Secret {
    /// Whether the recovery window is over.
    pub(super) fn is_gone(&self, now: Timestamp) -> bool {
        self.deleted_at.is_some_and(|deleted_at| deleted_at <= now)
    }

    pub(super) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    pub(super) fn staged(&self, stage: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.has(stage))
    }

    /// Adds a version and moves the labels to it; the first version is always the current one.
    pub(super) fn add(&mut self, id: &str, content: Content, stages: &[String], now: Timestamp) {
        let first = self.versions.is_empty();
        let version =
            Version { id: id.to_owned(), content, stages: Vec::new(), created_at: now, accessed_at: None };
        self.versions.push(version);
        for stage in stages {
            self.attach(stage, id);
        }
        if first {
            self.attach(CURRENT, id);
        }
        self.changed_at = now;
        self.forget_old(now);
    }

    /// Moves a label to a version; the version that was current before becomes the previous one.
    pub(super) fn attach(&mut self, stage: &str, id: &str) {
        let from = self.staged(stage).map(|version| version.id.clone());
        if from.as_deref() == Some(id) {
            return;
        }
        self.detach(stage);
        if let Some(version) = self.versions.iter_mut().find(|version| version.id == id) {
            version.stages.push(stage.to_owned());
        }
        if stage == CURRENT
            && let Some(from) = from
        {
            self.detach(PREVIOUS);
            if let Some(version) = self.versions.iter_mut().find(|version| version.id == from) {
                version.stages.push(PREVIOUS.to_owned());
            }
        }
    }

    pub(super) fn detach(&mut self, stage: &str) {
        for version in &mut self.versions {
            version.stages.retain(|attached| attached != stage);
        }
    }

    /// Forgets the oldest deprecated versions, but none of the last day.
    fn forget_old(&mut self, now: Timestamp) {
        let mut spare = self.versions.len().saturating_sub(KEPT_VERSIONS);
        self.versions.retain(|version| {
            let old = now.duration_since(version.created_at) > SignedDuration::from_hours(24);
            let forget = spare > 0 && version.stages.is_empty() && old;
            spare -= usize::from(forget);
            !forget
        });
    }
}

impl Version {
    pub(super) fn has(&self, stage: &str) -> bool {
        self.stages.iter().any(|attached| attached == stage)
    }
}

//! What the state holds of drift.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Difference, Look};
use crate::local::cloudformation::record::names;
use crate::local::store::Document;

names! {
    /// Whether a resource is as its stack says.
    DriftStatus {
        InSync = "IN_SYNC",
        Modified = "MODIFIED",
        Deleted = "DELETED",
        NotChecked = "NOT_CHECKED",
        Unknown = "UNKNOWN",
    }
}

names! {
    /// How far a detection is.
    DetectionStatus {
        InProgress = "DETECTION_IN_PROGRESS",
        Complete = "DETECTION_COMPLETE",
        Failed = "DETECTION_FAILED",
    }
}

/// A detection on a stack, by its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Detection {
    pub(crate) id: String,
    pub(crate) stack_id: String,
    pub(crate) started: Timestamp,
    pub(crate) status: DetectionStatus,
    pub(crate) reason: Option<String>,
    /// `DRIFTED`, `IN_SYNC`, `NOT_CHECKED` or `UNKNOWN`.
    pub(crate) stack_status: String,
    /// How many resources have drifted, when it is over.
    pub(crate) drifted: usize,
    /// The resources that are still to be looked at.
    pub(crate) waiting: Vec<String>,
    /// What was found of those that were looked at.
    pub(crate) found: BTreeMap<String, ResourceDrift>,
}

/// What is known of a stack's drift, by its id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Drifts {
    /// The stack's status and when it was found.
    pub(crate) stack: Option<(String, Timestamp)>,
    pub(crate) resources: BTreeMap<String, ResourceDrift>,
}

/// What was found of one resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ResourceDrift {
    pub(crate) status: DriftStatus,
    pub(crate) checked: Timestamp,
    /// JSON.
    pub(crate) expected: Option<String>,
    /// JSON.
    pub(crate) actual: Option<String>,
    pub(crate) differences: Vec<Difference>,
    pub(crate) reason: Option<String>,
}

/// The mark of a stack whose drift is being detected: the detection's id.
#[derive(Serialize, Deserialize)]
pub(crate) struct Looking(pub(crate) String);

impl ResourceDrift {
    /// Writes down what a look found.
    pub(crate) fn of(look: &Look, checked: Timestamp) -> Self {
        let (mut expected, mut actual, mut differences, mut reason) = (None, None, Vec::new(), None);
        match look {
            Look::InSync(seen) | Look::Modified(seen) => {
                expected = Some(seen.expected.to_string());
                actual = Some(seen.actual.to_string());
                differences.clone_from(&seen.differences);
            }
            Look::Unknown(why) => reason = Some(why.clone()),
            Look::Deleted | Look::Unsupported => {}
        }
        Self { status: look.status(), checked, expected, actual, differences, reason }
    }

    /// Returns whether the resource is another than its stack says.
    pub(crate) fn is_drifted(&self) -> bool {
        matches!(self.status, DriftStatus::Modified | DriftStatus::Deleted)
    }

    /// Returns the differences as the API shows them.
    pub(crate) fn shown(&self) -> Vec<Value> {
        self.differences.iter().map(Difference::shown).collect()
    }
}

impl Document for Detection {
    const KIND: &'static str = "cloudformation:detection";
}

impl Document for Drifts {
    const KIND: &'static str = "cloudformation:drifts";
}

impl Document for Looking {
    const KIND: &'static str = "cloudformation:looking";
}

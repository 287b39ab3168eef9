//! A target as its delivery needs it.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;

use crate::local::eventbridge::input::{required, text};
use crate::local::eventbridge::targets::{TargetKind, kind, target_input};
use crate::local::wire::ApiError;
use crate::model::delivery::{HttpParameters, RetryPolicy};
use crate::model::transform::TargetInput;

/// How many targets of a region stay compiled.
const KEPT: usize = 4096;

/// A compiled target.
pub(super) struct Target {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) kind: TargetKind,
    pub(super) input: TargetInput,
    pub(super) role: Option<String>,
    pub(super) parameters: HttpParameters,
    pub(super) policy: RetryPolicy,
    pub(super) dead_letter: Option<String>,
    /// The message group of a FIFO queue.
    pub(super) group: Option<String>,
}

/// The targets that were compiled lately, by region and by their JSON.
#[derive(Default)]
pub(super) struct Targets(Mutex<HashMap<String, HashMap<String, Arc<Target>>>>);

impl Targets {
    /// Compiles a target of a region, or finds it compiled.
    pub(super) fn compiled(&self, region: &str, json: &str) -> Result<Arc<Target>, ApiError> {
        if let Some(target) = self.0.lock().get(region).and_then(|targets| targets.get(json)) {
            return Ok(target.clone());
        }
        let value: Value = serde_json::from_str(json).unwrap_or_default();
        let target = Arc::new(Target::parse(region, &value)?);
        let mut regions = self.0.lock();
        let targets = regions.entry(region.to_owned()).or_default();
        if targets.len() >= KEPT {
            targets.clear();
        }
        targets.insert(json.to_owned(), target.clone());
        Ok(target)
    }
}

impl Target {
    fn parse(region: &str, target: &Value) -> Result<Self, ApiError> {
        let arn = required(target, "Arn").to_owned();
        let retry = |name: &str| target.get("RetryPolicy")?.get(name)?.as_i64();
        let policy = RetryPolicy::parse(1, retry("MaximumEventAgeInSeconds"), retry("MaximumRetryAttempts"));
        let nested = |member: &str, name: &str| {
            target.get(member).and_then(|inner| text(inner, name)).map(str::to_owned)
        };
        Ok(Self {
            id: required(target, "Id").to_owned(),
            kind: kind(region, &arn)?,
            input: target_input(target, 1)?,
            role: text(target, "RoleArn").map(str::to_owned),
            parameters: target
                .get("HttpParameters")
                .map_or_else(HttpParameters::default, HttpParameters::read),
            policy: policy.unwrap_or_default(),
            dead_letter: nested("DeadLetterConfig", "Arn"),
            group: nested("SqsParameters", "MessageGroupId"),
            arn,
        })
    }
}

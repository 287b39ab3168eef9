//! The tags of buses and rules.

use serde_json::{Value, json};

use crate::local::wire::{Answer, ApiError};

use super::documents::{Bus, Rule, Tag};
use super::input::{items, required};
use super::names::{resource, rule_of};
use super::{EventBridge, failure};

/// Reads an API list of tags.
pub(super) fn read(tags: &[Value]) -> Vec<Tag> {
    tags.iter()
        .map(|tag| Tag { key: required(tag, "Key").to_owned(), value: required(tag, "Value").to_owned() })
        .collect()
}

impl EventBridge {
    pub(super) fn tag(&self, region: &str, input: &Value) -> Answer {
        let added = read(items(input, "Tags"));
        self.with_tags(region, input, |tags| {
            for tag in added {
                match tags.iter_mut().find(|kept| kept.key == tag.key) {
                    Some(kept) => *kept = tag,
                    None => tags.push(tag),
                }
            }
        })?;
        Ok(json!({}))
    }

    pub(super) fn untag(&self, region: &str, input: &Value) -> Answer {
        let keys = items(input, "TagKeys");
        self.with_tags(region, input, |tags| {
            tags.retain(|tag| !keys.iter().any(|key| key.as_str() == Some(&tag.key)));
        })?;
        Ok(json!({}))
    }

    pub(super) fn list_tags(&self, region: &str, input: &Value) -> Answer {
        let tags = self.with_tags(region, input, |_| {})?;
        Ok(json!({ "Tags": tags }))
    }

    fn with_tags(
        &self,
        region: &str,
        input: &Value,
        change: impl FnOnce(&mut Vec<Tag>),
    ) -> Result<Vec<Tag>, ApiError> {
        let arn = required(input, "ResourceARN");
        if let Some((bus, name)) = rule_of(region, arn) {
            let mut rule = self.rule(region, Some(bus), name)?;
            change(&mut rule.tags);
            self.store.put(region, &Rule::id(&rule.bus, name), &rule)?;
            return Ok(rule.tags);
        }
        let Some(name) = resource(region, arn).and_then(|path| path.strip_prefix("event-bus/")) else {
            return Err(failure::invalid(format!(
                "Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
            )));
        };
        let mut bus = self.bus(region, Some(name))?;
        change(&mut bus.tags);
        if !bus.tags.is_empty() || self.store.get::<Bus>(region, name)?.is_some() {
            self.store.put(region, name, &bus)?;
        }
        Ok(bus.tags)
    }
}

//! What is on a bus now, for the CLI to explain.

use serde_json::{Value, json};

use super::EventBridge;
use super::documents::{ApiDestination, Connection, Rule};
use super::input::required;
use super::names::rule_arn;
use super::targets::{TargetKind, kind};
use crate::local::wire::{Answer, ApiError};

impl EventBridge {
    /// Returns the rules of a bus with their states and targets, and the API destinations that these call with
    /// their connections, without secrets: as `model::explain::Deployed` reads it.
    pub fn snapshot(&self, region: &str, bus: &str) -> Answer {
        self.store.atomically(|| {
            let rules = Rule::all(&self.store, region, bus)?;
            let mut destinations: Vec<Value> = Vec::new();
            for target in rules.iter().flat_map(|rule| &rule.targets) {
                let arn = required(target, "Arn");
                let known = destinations.iter().any(|destination| destination["Arn"] == arn);
                if let Ok(TargetKind::ApiDestination(name)) = kind(region, arn)
                    && !known
                {
                    destinations.push(self.show(region, &name, arn)?);
                }
            }
            let rules = rules.into_iter().map(|rule| {
                json!({
                    "Arn": rule_arn(region, bus, &rule.name),
                    "Name": rule.name,
                    "State": rule.state,
                    "EventPattern": rule.pattern,
                    "Targets": rule.targets,
                })
            });
            Ok(json!({ "Rules": rules.collect::<Vec<_>>(), "Destinations": destinations }))
        })
    }

    fn show(&self, region: &str, name: &str, arn: &str) -> Result<Value, ApiError> {
        if let Some(failure) = self.why_not_ready(region, name, arn)? {
            let failure = json!({ "Code": failure.code.to_string(), "Message": failure.message });
            return Ok(json!({ "Arn": arn, "Name": name, "Failure": failure }));
        }
        let destination = self.store.get::<ApiDestination>(region, name)?;
        let connection = match destination.as_ref().and_then(|destination| destination.connection.as_deref())
        {
            Some(arn) => self.connection_of(region, arn)?,
            None => None,
        };
        Ok(json!({
            "Arn": arn,
            "Name": name,
            "Endpoint": destination.as_ref().map(|destination| &destination.endpoint),
            "Method": destination.as_ref().map(|destination| &destination.method),
            "Connection": connection.map(|connection: Connection| connection.public),
        }))
    }
}

//! Event buses and their policies.

use serde_json::{Value, json};

use crate::local::wire::{Answer, ApiError};

use super::documents::{Archive, Bus, Rule};
use super::input::{answer, filled, items, member, page, required, seconds, text};
use super::names::{DEFAULT, bus_arn, bus_name};
use super::{EventBridge, failure, tags};

/// The quota of buses in a region, the default one included.
const BUSES: usize = 100;

impl EventBridge {
    pub(super) fn create_bus(&self, region: &str, input: &Value) -> Answer {
        let name = required(input, "Name");
        if text(input, "EventSourceName").is_some() {
            return Err(failure::invalid("Partner event sources are not available in the local cloud."));
        }
        if name.contains('/') {
            return Err(failure::invalid("Event bus name must not contain '/'."));
        }
        if Bus::read(&self.store, region, name)?.is_some() {
            return Err(failure::exists(format!("Event bus {name} already exists.")));
        }
        if self.store.list::<Bus>(region)?.len() + 1 >= BUSES {
            return Err(failure::limit());
        }
        let now = self.clock.now();
        let bus = Bus {
            name: name.to_owned(),
            description: filled(input, "Description"),
            kms_key: filled(input, "KmsKeyIdentifier"),
            dead_letter: member(input, "DeadLetterConfig"),
            log: member(input, "LogConfig"),
            policy: Vec::new(),
            tags: tags::read(items(input, "Tags")),
            created: Some(now),
            modified: Some(now),
        };
        self.store.put(region, name, &bus)?;
        Ok(answer(json!({
            "EventBusArn": bus_arn(region, name),
            "Description": bus.description,
            "KmsKeyIdentifier": bus.kms_key,
            "DeadLetterConfig": bus.dead_letter,
            "LogConfig": bus.log,
        })))
    }

    pub(super) fn describe_bus(&self, region: &str, input: &Value) -> Answer {
        let bus = self.bus(region, text(input, "Name"))?;
        let mut shown = summary(region, &bus);
        shown["KmsKeyIdentifier"] = json!(bus.kms_key);
        shown["DeadLetterConfig"] = json!(bus.dead_letter);
        shown["LogConfig"] = json!(bus.log);
        Ok(answer(shown))
    }

    pub(super) fn update_bus(&self, region: &str, input: &Value) -> Answer {
        let mut bus = self.bus(region, text(input, "Name"))?;
        bus.description = filled(input, "Description");
        bus.kms_key = filled(input, "KmsKeyIdentifier");
        bus.dead_letter = member(input, "DeadLetterConfig");
        bus.log = member(input, "LogConfig");
        bus.modified = Some(self.clock.now());
        self.store.put(region, &bus.name, &bus)?;
        Ok(answer(json!({
            "Arn": bus_arn(region, &bus.name),
            "Name": bus.name,
            "Description": bus.description,
            "KmsKeyIdentifier": bus.kms_key,
            "DeadLetterConfig": bus.dead_letter,
            "LogConfig": bus.log,
        })))
    }

    pub(super) fn delete_bus(&self, region: &str, input: &Value) -> Answer {
        let name = required(input, "Name");
        if name == DEFAULT {
            return Err(failure::invalid("Cannot delete event bus default."));
        }
        let archived = self.store.list::<Archive>(region)?.iter().any(|(_, archive)| archive.bus == name);
        if archived || !Rule::all(&self.store, region, name)?.is_empty() {
            return Err(failure::invalid("EventBus can't be deleted since it has rules."));
        }
        self.store.remove::<Bus>(region, name)?;
        self.rules.changed();
        Ok(json!({}))
    }

    pub(super) fn list_buses(&self, region: &str, input: &Value) -> Answer {
        let prefix = text(input, "NamePrefix").unwrap_or_default();
        let mut buses: Vec<Bus> = self.store.list(region)?.into_iter().map(|(_, bus)| bus).collect();
        if !buses.iter().any(|bus| bus.name == DEFAULT) {
            buses.extend(Bus::read(&self.store, region, DEFAULT)?);
        }
        let rows = buses
            .into_iter()
            .filter(|bus| bus.name.starts_with(prefix))
            .map(|bus| (bus.name.clone(), answer(summary(region, &bus))))
            .collect();
        page(input, "EventBuses", rows)
    }

    pub(super) fn put_permission(&self, region: &str, input: &Value) -> Answer {
        let mut bus = self.bus(region, text(input, "EventBusName"))?;
        if let Some(policy) = text(input, "Policy") {
            let document: Value = serde_json::from_str(policy)
                .map_err(|_| failure::invalid("This policy contains invalid Json"))?;
            crate::model::policy::Policy::from_json(&document)
                .map_err(|error| failure::invalid(format!("This policy is not valid: {error}")))?;
            bus.policy = match document.get("Statement") {
                Some(Value::Array(statements)) => statements.clone(),
                Some(statement) => vec![statement.clone()],
                None => Vec::new(),
            };
        } else {
            let statement = statement(region, &bus.name, input)?;
            bus.policy.retain(|kept| kept.get("Sid") != statement.get("Sid"));
            bus.policy.push(statement);
        }
        let written: usize = bus.policy.iter().map(|statement| statement.to_string().len()).sum();
        if written > 10_240 {
            return Err(ApiError::client(
                "PolicyLengthExceededException",
                "The event bus policy is too long. For more information, see the limits.",
            ));
        }
        bus.modified = Some(self.clock.now());
        self.store.put(region, &bus.name, &bus)?;
        Ok(json!({}))
    }

    pub(super) fn remove_permission(&self, region: &str, input: &Value) -> Answer {
        let mut bus = self.bus(region, text(input, "EventBusName"))?;
        if input.get("RemoveAllPermissions").and_then(Value::as_bool) == Some(true) {
            bus.policy.clear();
        } else {
            let id = text(input, "StatementId")
                .ok_or_else(|| failure::invalid("Parameter StatementId is required."))?;
            let before = bus.policy.len();
            bus.policy.retain(|statement| text(statement, "Sid") != Some(id));
            if bus.policy.len() == before {
                return Err(failure::missing("Statement with the provided id does not exist."));
            }
        }
        bus.modified = Some(self.clock.now());
        self.store.put(region, &bus.name, &bus)?;
        Ok(json!({}))
    }

    /// Returns the bus that a name or an ARN means.
    pub(super) fn bus(&self, region: &str, name: Option<&str>) -> Result<Bus, ApiError> {
        let name = bus_name(region, name)?;
        Bus::read(&self.store, region, name)?.ok_or_else(|| failure::no_bus(name))
    }
}

fn summary(region: &str, bus: &Bus) -> Value {
    let policy = (!bus.policy.is_empty())
        .then(|| json!({"Version": "2012-10-17", "Statement": bus.policy}).to_string());
    json!({
        "Name": bus.name,
        "Arn": bus_arn(region, &bus.name),
        "Description": bus.description,
        "Policy": policy,
        "CreationTime": bus.created.map(seconds),
        "LastModifiedTime": bus.modified.map(seconds),
    })
}

fn statement(region: &str, bus: &str, input: &Value) -> Result<Value, ApiError> {
    let (Some(id), Some(action), Some(principal)) =
        (text(input, "StatementId"), text(input, "Action"), text(input, "Principal"))
    else {
        return Err(failure::invalid(
            "Parameters Action, Principal and StatementId are required without Policy.",
        ));
    };
    if action != "events:PutEvents" {
        return Err(failure::invalid("Provided value in parameter 'action' is not supported."));
    }
    let principal = match principal {
        "*" => json!("*"),
        account => json!({"AWS": format!("arn:aws:iam::{account}:root")}),
    };
    let mut statement = json!({
        "Sid": id, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": bus_arn(region, bus),
    });
    if let Some(condition) = input.get("Condition").filter(|condition| condition.is_object()) {
        let key = required(condition, "Key");
        let value = required(condition, "Value");
        statement["Condition"] = json!({ required(condition, "Type"): { key: value } });
    }
    Ok(statement)
}

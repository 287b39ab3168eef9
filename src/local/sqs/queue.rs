//! Queues: their names, and the actions on them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Sqs, attributes, error, input, rows};
use crate::local::store::Document;
use crate::local::wire::{ACCOUNT, Answer, ApiError};

/// A queue, under its name.
#[derive(Serialize, Deserialize)]
pub(super) struct Queue {
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
    pub(super) purged_at: Option<Timestamp>,
}

impl Document for Queue {
    const KIND: &'static str = "sqs:queue";
}

/// Where a queue is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) region: String,
    pub(super) name: String,
}

impl Address {
    /// Reads a queue URL: whatever ends in `/ACCOUNT/NAME`.
    pub(super) fn from_url(region: &str, url: &str) -> Result<Self, ApiError> {
        let mut parts = url.rsplit('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(name), Some(account), Some(_))
                if !name.is_empty()
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                Ok(Self { region: region.to_owned(), name: name.to_owned() })
            }
            _ => Err(ApiError::client(
                "InvalidAddress",
                format!("The address {url} is not valid for this endpoint."),
            )),
        }
    }

    /// Reads a queue's ARN, or returns nothing.
    pub(super) fn from_arn(arn: &str) -> Option<Self> {
        let (region, name) = arn.strip_prefix("arn:aws:sqs:")?.split_once(&format!(":{ACCOUNT}:"))?;
        (!name.is_empty()).then(|| Self { region: region.to_owned(), name: name.to_owned() })
    }

    pub(super) fn arn(&self) -> String {
        format!("arn:aws:sqs:{}:{ACCOUNT}:{}", self.region, self.name)
    }
}

impl Queue {
    /// Returns a numeric attribute, or its default.
    pub(super) fn number(&self, name: &str) -> i64 {
        let set = self.attributes.get(name).and_then(|value| value.parse().ok());
        set.or_else(|| attributes::default(name)).unwrap_or(0)
    }
}

impl Sqs {
    pub(super) fn create_queue(&self, region: &str, input: input::CreateQueue) -> Answer {
        let name =
            input.queue_name.filter(|name| !name.is_empty()).ok_or_else(|| error::missing("QueueName"))?;
        check_name(&name)?;
        let attributes = attributes::checked(input.attributes)?;
        if let Some(queue) = self.store.get::<Queue>(region, &name)? {
            // The same queue again is an answer, not an error.
            let differs = attributes.iter().find(|(name, value)| {
                queue.attributes.get(*name) != Some(value)
                    && attributes::default(name).map(|default| default.to_string()).as_ref() != Some(value)
            });
            return match differs {
                None => Ok(json!({"QueueUrl": self.url(&name)})),
                Some((attribute, _)) => Err(ApiError::client(
                    "QueueNameExists",
                    format!(
                        "A queue already exists with the same name and a different value for attribute {attribute}"
                    ),
                )),
            };
        }
        let now = self.clock.now();
        let queue =
            Queue { attributes, tags: input.tags, created_at: now, modified_at: now, purged_at: None };
        self.store.put(region, &name, &queue)?;
        Ok(json!({"QueueUrl": self.url(&name)}))
    }

    pub(super) fn delete_queue(&self, region: &str, input: &input::QueueUrl) -> Answer {
        let (address, _) = self.open(region, input.queue_url.as_deref())?;
        rows::clear(&self.store, &address)?;
        self.store.remove::<Queue>(region, &address.name)?;
        Ok(json!({}))
    }

    pub(super) fn queue_url(&self, region: &str, input: &input::QueueName) -> Answer {
        let name = input.queue_name.as_deref().ok_or_else(|| error::missing("QueueName"))?;
        self.store.get::<Queue>(region, name)?.ok_or_else(error::no_queue)?;
        Ok(json!({"QueueUrl": self.url(name)}))
    }

    pub(super) fn list_queues(&self, region: &str, input: &input::List) -> Answer {
        let mut names: Vec<String> =
            self.store.list::<Queue>(region)?.into_iter().map(|(name, _)| name).collect();
        names.retain(|name| name.starts_with(&input.queue_name_prefix));
        self.page(names, input, "QueueUrls")
    }

    pub(super) fn list_dead_letter_source_queues(&self, region: &str, input: &input::List) -> Answer {
        let (address, _) = self.open(region, input.queue_url.as_deref())?;
        let mut answer = self.page(self.sources(&address)?, input, "queueUrls")?;
        if answer.get("queueUrls").is_none() {
            answer["queueUrls"] = json!([]);
        }
        Ok(answer)
    }

    /// Returns the names of the queues that have this one as their dead-letter queue.
    pub(super) fn sources(&self, target: &Address) -> Result<Vec<String>, ApiError> {
        let arn = target.arn();
        let queues = self.store.list::<Queue>(&target.region)?.into_iter();
        let sources = queues.filter(|(_, queue)| {
            attributes::redrive(queue).is_some_and(|policy| policy.dead_letter_target_arn == arn)
        });
        Ok(sources.map(|(name, _)| name).collect())
    }

    pub(super) fn queue_attributes(&self, region: &str, input: &input::QueueAttributes) -> Answer {
        let (address, queue) = self.open(region, input.queue_url.as_deref())?;
        let counts = rows::count(&self.store, &address, &queue, self.clock.now())?;
        let all = attributes::describe(&address, &queue, counts);
        let mut chosen = serde_json::Map::new();
        for name in &input.attribute_names {
            if name == "All" {
                chosen.extend(
                    all.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))),
                );
            } else if !attributes::is_known(name) {
                return Err(error::unknown_attribute(name));
            } else if let Some(value) = all.get(name.as_str()) {
                chosen.insert(name.clone(), value.as_str().into());
            }
        }
        Ok(if chosen.is_empty() { json!({}) } else { json!({"Attributes": chosen}) })
    }

    pub(super) fn set_queue_attributes(&self, region: &str, input: input::SetQueueAttributes) -> Answer {
        let (address, mut queue) = self.open(region, input.queue_url.as_deref())?;
        attributes::merge(&mut queue.attributes, attributes::checked(input.attributes)?);
        queue.modified_at = self.clock.now();
        self.store.put(region, &address.name, &queue)?;
        Ok(json!({}))
    }

    pub(super) fn purge_queue(&self, region: &str, input: &input::QueueUrl) -> Answer {
        let (address, mut queue) = self.open(region, input.queue_url.as_deref())?;
        let now = self.clock.now();
        if queue
            .purged_at
            .is_some_and(|purged_at| now.duration_since(purged_at) < SignedDuration::from_secs(60))
        {
            let message =
                format!("Only one PurgeQueue operation on {} is allowed every 60 seconds.", address.name);
            return Err(ApiError { status: 403, code: "PurgeQueueInProgress".to_owned(), message });
        }
        queue.purged_at = Some(now);
        self.store.put(region, &address.name, &queue)?;
        rows::clear(&self.store, &address)?;
        Ok(json!({}))
    }

    pub(super) fn list_queue_tags(&self, region: &str, input: &input::QueueUrl) -> Answer {
        let (_, queue) = self.open(region, input.queue_url.as_deref())?;
        Ok(if queue.tags.is_empty() { json!({}) } else { json!({"Tags": queue.tags}) })
    }

    pub(super) fn tag_queue(&self, region: &str, input: input::TagQueue) -> Answer {
        let (address, mut queue) = self.open(region, input.queue_url.as_deref())?;
        queue.tags.extend(input.tags);
        self.store.put(region, &address.name, &queue)?;
        Ok(json!({}))
    }

    pub(super) fn untag_queue(&self, region: &str, input: &input::UntagQueue) -> Answer {
        let (address, mut queue) = self.open(region, input.queue_url.as_deref())?;
        queue.tags.retain(|key, _| !input.tag_keys.contains(key));
        self.store.put(region, &address.name, &queue)?;
        Ok(json!({}))
    }

    fn page(&self, names: Vec<String>, input: &input::List, member: &str) -> Answer {
        let size = input.max_results.unwrap_or(1000).clamp(1, 1000);
        let start = input.next_token.as_deref().map_or(Ok(0), str::parse::<usize>);
        let start = start.map_err(|_| error::invalid_value("Invalid or expired next token."))?;
        let total = names.len();
        let urls: Vec<String> =
            names.into_iter().skip(start).take(size).map(|name| self.url(&name)).collect();
        let mut answer = json!({});
        if !urls.is_empty() {
            answer[member] = urls.into();
        }
        if total > start.saturating_add(size) && input.max_results.is_some() {
            answer["NextToken"] = (start + size).to_string().into();
        }
        Ok(answer)
    }
}

fn check_name(name: &str) -> Result<(), ApiError> {
    if name.strip_suffix(".fifo").is_some() {
        return Err(ApiError::client("UnsupportedOperation", "The local SQS has no FIFO queues."));
    }
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.len() > 80 || !name.bytes().all(valid) {
        return Err(error::invalid_value(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ));
    }
    Ok(())
}

//! Topics, their attributes and tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::input::{items, map, page, required, text};
use super::{Sns, error};
use crate::local::store::Document;
use crate::local::wire::{ACCOUNT, Answer, ApiError};
use crate::model::policy::Policy;

/// The attributes that can be set.
const SETTABLE: [&str; 6] =
    ["DeliveryPolicy", "DisplayName", "KmsMasterKeyId", "Policy", "SignatureVersion", "TracingConfig"];

/// What topics do for HTTP subscribers unless told otherwise (captured).
const DELIVERY: &str = r#"{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}"#;

/// A topic, under its name.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct Topic {
    pub(super) name: String,
    /// The attributes that were set.
    pub(super) attributes: BTreeMap<String, String>,
    /// In the order in which the keys came.
    pub(super) tags: Vec<(String, String)>,
}

impl Document for Topic {
    const KIND: &'static str = "sns:topic";
}

/// Makes the ARN of a topic.
pub(super) fn topic_arn(region: &str, name: &str) -> String {
    format!("arn:aws:sns:{region}:{ACCOUNT}:{name}")
}

impl Sns {
    /// Makes a topic, or answers with the one that is the same already.
    pub(super) fn create_topic(&self, region: &str, input: &Value) -> Answer {
        let name = required(input, "Name")?;
        let (attributes, tags) = (map(input, "Attributes"), tags(input)?);
        check_name(name, &attributes)?;
        for (attribute, value) in &attributes {
            check_attribute(attribute, value)?;
        }
        let answer = json!({ "TopicArn": topic_arn(region, name) });
        if let Some(topic) = self.store.get::<Topic>(region, name)? {
            let shown = topic.describe(region, 0);
            let same = |(name, value): &(String, String)| shown.get(name) == Some(&json!(value));
            if !attributes.iter().all(same) {
                return Err(error::invalid(
                    "Attributes Reason: Topic already exists with different attributes",
                ));
            }
            if !tags.is_empty() && tags != topic.tags {
                return Err(error::invalid("Tags Reason: Topic already exists with different tags"));
            }
            return Ok(answer);
        }
        let topic = Topic { name: name.to_owned(), attributes: attributes.into_iter().collect(), tags };
        self.store.put(region, name, &topic)?;
        Ok(answer)
    }

    /// Deletes a topic with its subscriptions; one that is not there is deleted already (captured).
    pub(super) fn delete_topic(&self, region: &str, input: &Value) -> Answer {
        let name = name(region, required(input, "TopicArn")?)?;
        for (id, _) in self.subscriptions(region, Some(name))? {
            self.forget_subscription(region, &id)?;
        }
        self.store.remove::<Topic>(region, name)?;
        Ok(json!({}))
    }

    pub(super) fn list_topics(&self, region: &str, input: &Value) -> Answer {
        let topics = self.store.list::<Topic>(region)?.into_iter();
        let rows = topics.map(|(name, _)| {
            let row = json!({ "TopicArn": topic_arn(region, &name) });
            (name, row)
        });
        page(input, "Topics", rows.collect())
    }

    pub(super) fn topic_attributes(&self, region: &str, input: &Value) -> Answer {
        let topic = self.topic(region, input)?;
        let confirmed = self.subscriptions(region, Some(&topic.name))?.len();
        Ok(json!({ "Attributes": topic.describe(region, confirmed) }))
    }

    pub(super) fn set_topic_attributes(&self, region: &str, input: &Value) -> Answer {
        let mut topic = self.topic(region, input)?;
        let name = required(input, "AttributeName")?;
        let value = text(input, "AttributeValue").unwrap_or_default();
        check_attribute(name, value)?;
        if value.is_empty() {
            topic.attributes.remove(name);
        } else {
            topic.attributes.insert(name.to_owned(), value.to_owned());
        }
        self.store.put(region, &topic.name, &topic)?;
        Ok(json!({}))
    }

    pub(super) fn tag(&self, region: &str, input: &Value) -> Answer {
        let mut topic = self.tagged(region, input)?;
        for (key, value) in tags(input)? {
            match topic.tags.iter_mut().find(|(known, _)| *known == key) {
                Some(tag) => tag.1 = value,
                None => topic.tags.push((key, value)),
            }
        }
        if topic.tags.len() > 50 {
            return Err(ApiError::client(
                "TagLimitExceeded",
                "Could not complete request: tag quota of per resource exceeded",
            ));
        }
        self.store.put(region, &topic.name, &topic)?;
        Ok(json!({}))
    }

    pub(super) fn untag(&self, region: &str, input: &Value) -> Answer {
        let mut topic = self.tagged(region, input)?;
        let keys = items(input, "TagKeys");
        topic.tags.retain(|(known, _)| !keys.iter().any(|key| key.as_str() == Some(known)));
        self.store.put(region, &topic.name, &topic)?;
        Ok(json!({}))
    }

    pub(super) fn list_tags(&self, region: &str, input: &Value) -> Answer {
        let topic = self.tagged(region, input)?;
        let tags = topic.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
        Ok(json!({ "Tags": tags.collect::<Vec<_>>() }))
    }

    /// Returns the topic that an input names by `TopicArn`.
    pub(super) fn topic(&self, region: &str, input: &Value) -> Result<Topic, ApiError> {
        let name = name(region, required(input, "TopicArn")?)?;
        self.store.get(region, name)?.ok_or_else(error::no_topic)
    }

    fn tagged(&self, region: &str, input: &Value) -> Result<Topic, ApiError> {
        let arn = required(input, "ResourceArn")?;
        let name = name(region, arn).map_err(|_| error::no_resource())?;
        self.store.get(region, name)?.ok_or_else(error::no_resource)
    }
}

impl Topic {
    fn describe(&self, region: &str, confirmed: usize) -> Map<String, Value> {
        let arn = topic_arn(region, &self.name);
        let mut shown = Map::from_iter([
            ("Policy".to_owned(), json!(default_policy(&arn))),
            ("Owner".to_owned(), json!(ACCOUNT)),
            ("SubscriptionsPending".to_owned(), json!("0")),
            ("TopicArn".to_owned(), json!(arn)),
            ("EffectiveDeliveryPolicy".to_owned(), json!(DELIVERY)),
            ("SubscriptionsConfirmed".to_owned(), json!(confirmed.to_string())),
            ("DisplayName".to_owned(), json!("")),
            ("SubscriptionsDeleted".to_owned(), json!("0")),
        ]);
        shown.extend(self.attributes.iter().map(|(name, value)| (name.clone(), json!(value))));
        shown
    }
}

/// Returns the name of the topic with an ARN in this region; a topic of another account does not exist here.
pub(super) fn name<'a>(region: &str, arn: &'a str) -> Result<&'a str, ApiError> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", "aws", "sns", place, account, name] if *place == region && !name.is_empty() => {
            if *account == ACCOUNT { Ok(name) } else { Err(error::no_topic()) }
        }
        parts if parts.len() < 6 => Err(error::invalid(format!(
            "TopicArn Reason: An ARN must have at least 6 elements, not {}",
            parts.len()
        ))),
        _ => Err(error::invalid("TopicArn")),
    }
}

/// Whether a name is that of a FIFO topic or queue.
pub(super) fn is_fifo(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, suffix)| suffix == "fifo")
}

fn check_name(name: &str, attributes: &[(String, String)]) -> Result<(), ApiError> {
    let fifo =
        attributes.iter().any(|(name, value)| name == "FifoTopic" && value.eq_ignore_ascii_case("true"));
    if fifo || is_fifo(name) {
        return Err(error::invalid("FifoTopic Reason: The local SNS has no FIFO topics"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if (1..=256).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(error::invalid("Topic Name"))
}

fn check_attribute(name: &str, value: &str) -> Result<(), ApiError> {
    let is_object = || serde_json::from_str::<Value>(value).is_ok_and(|value| value.is_object());
    match name {
        "FifoTopic" => Ok(()),
        "Policy" if !value.is_empty() => check_policy(value),
        "SignatureVersion" if !["", "1", "2"].contains(&value) => Err(error::invalid("SignatureVersion")),
        "DeliveryPolicy" if !value.is_empty() && !is_object() => {
            Err(error::invalid("DeliveryPolicy: failed to parse JSON."))
        }
        name if SETTABLE.contains(&name) => Ok(()),
        _ => Err(error::invalid("AttributeName")),
    }
}

fn check_policy(text: &str) -> Result<(), ApiError> {
    let document: Value = serde_json::from_str(text).map_err(|_| error::invalid("Policy Error: null"))?;
    Policy::from_json(&document).map_err(|invalid| error::invalid(format!("Policy Error: {invalid}")))?;
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    };
    let actions = statements
        .iter()
        .filter_map(|statement| statement.get("Action"))
        .flat_map(|actions| actions.as_array().map_or_else(|| std::slice::from_ref(actions), Vec::as_slice));
    for action in actions.filter_map(Value::as_str) {
        // A topic's policy may not speak of all actions at once (captured for `SNS:*`).
        let name = action.split_once(':').filter(|(service, _)| service.eq_ignore_ascii_case("sns"));
        if name.is_none_or(|(_, name)| name == "*") {
            return Err(error::invalid("Policy statement action out of service scope!"));
        }
    }
    Ok(())
}

fn tags(input: &Value) -> Result<Vec<(String, String)>, ApiError> {
    let tags = items(input, "Tags").iter();
    tags.map(|tag| Ok((required(tag, "Key")?.to_owned(), required(tag, "Value")?.to_owned()))).collect()
}

/// The policy of a topic that has no other: its owner may do everything, no service may publish (captured).
fn default_policy(arn: &str) -> String {
    format!(
        r#"{{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{{"AWS":"*"}},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],"Resource":"{arn}","Condition":{{"StringEquals":{{"AWS:SourceOwner":"{ACCOUNT}"}}}}}}]}}"#
    )
}

//! A message: what may be published.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::error;
use super::input::text;
use crate::local::wire::ApiError;

/// The most bytes of a message with its attributes; the subject does not count (captured).
pub(super) const LIMIT: usize = 256 * 1024;

/// A checked message, as queues get it.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) subject: Option<String>,
    pub(super) body: String,
    /// The attributes in the API's shape, in the order in which they were given.
    pub(super) attributes: Map<String, Value>,
    /// The bytes that count.
    pub(super) size: usize,
}

impl Message {
    /// Reads `Publish`'s input, or an entry of `PublishBatch`.
    pub(super) fn parse(input: &Value) -> Result<Self, ApiError> {
        let message = text(input, "Message").ok_or_else(|| error::missing("Message"))?;
        if message.is_empty() {
            return Err(error::invalid("Empty message"));
        }
        let subject = text(input, "Subject").map(check_subject).transpose()?;
        let attributes = match input.get("MessageAttributes") {
            Some(Value::Object(attributes)) => attributes.clone(),
            _ => Map::new(),
        };
        let mut size = message.len();
        for (name, value) in &attributes {
            size += name.len() + check_attribute(name, value)?;
        }
        if size > LIMIT {
            return Err(error::invalid("Message too long"));
        }
        let body = match text(input, "MessageStructure") {
            None | Some("") => message.to_owned(),
            Some("json") => for_queues(message)?,
            Some(_) => return Err(error::invalid("MessageStructure")),
        };
        Ok(Self { subject, body, attributes, size })
    }
}

/// Checks a subject: up to 100 UTF-16 units, without control characters (captured).
fn check_subject(subject: &str) -> Result<String, ApiError> {
    let units = subject.encode_utf16().count();
    if (1..=100).contains(&units) && !subject.chars().any(char::is_control) {
        return Ok(subject.to_owned());
    }
    Err(error::invalid("Subject"))
}

/// Takes the text for queues out of a message with one text for each protocol.
fn for_queues(message: &str) -> Result<String, ApiError> {
    let texts: Value = serde_json::from_str(message)
        .map_err(|_| error::invalid("Message Structure - JSON message body failed to parse"))?;
    let scalar = |name: &str| match texts.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Object(_) | Value::Array(_) => None,
        other => Some(other.to_string()),
    };
    let default = scalar("default")
        .ok_or_else(|| error::invalid("Message Structure - No default entry in JSON message body"))?;
    Ok(scalar("sqs").unwrap_or(default))
}

/// Checks an attribute and returns the bytes of its type and value.
fn check_attribute(name: &str, value: &Value) -> Result<usize, ApiError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if name.is_empty() || name.len() > 256 || !name.bytes().all(allowed) {
        return Err(error::invalid_value(format!(
            "Invalid non-alphanumeric character was found in the message attribute name '{name}'. Can only include \
             alphanumeric characters, hyphens, underscores, or dots."
        )));
    }
    let kind = text(value, "DataType").unwrap_or_default();
    let (given, binary) = (text(value, "StringValue"), text(value, "BinaryValue"));
    let value = match kind.split('.').next().unwrap_or_default() {
        "String" | "Number" => given.map(str::len),
        "Binary" => binary.and_then(|encoded| BASE64_STANDARD.decode(encoded).ok()).map(|bytes| bytes.len()),
        _ => {
            return Err(error::invalid_value(format!(
                "The message attribute '{name}' has an invalid message attribute type, the set of supported type \
                 prefixes is Binary, Number, and String."
            )));
        }
    };
    match value {
        Some(length) if length > 0 => Ok(kind.len() + length),
        _ => Err(error::invalid_value(format!(
            "The message attribute '{name}' must contain non-empty message attribute value for message attribute \
             type '{kind}'."
        ))),
    }
}

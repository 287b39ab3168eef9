//! A message's body and attributes: what is allowed, and their MD5 sums, which SDKs check.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::error;
use crate::local::wire::ApiError;

/// The value of a message attribute, in the API's shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AttributeValue {
    #[serde(default)]
    pub(super) data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) string_value: Option<String>,
    /// Base64, as on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) binary_value: Option<String>,
}

/// Message attributes by name; sorted, as their MD5 sum wants them.
pub(super) type Attributes = BTreeMap<String, AttributeValue>;

/// Returns the MD5 sum of a text in hexadecimal.
pub(super) fn md5_of_text(text: &str) -> String {
    hexadecimal(&Md5::digest(text))
}

/// Returns the MD5 sum of attributes, or nothing when there are none.
///
/// Source: SQS Developer Guide, "Calculating the MD5 message digest for message attributes".
pub(super) fn md5_of_attributes(attributes: &Attributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Md5::new();
    let mut add = |bytes: &[u8], transport: Option<u8>| {
        digest.update(transport.as_slice());
        digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        digest.update(bytes);
    };
    for (name, value) in attributes {
        add(name.as_bytes(), None);
        add(value.data_type.as_bytes(), None);
        match (&value.string_value, &value.binary_value) {
            (None, Some(encoded)) => add(&STANDARD.decode(encoded).unwrap_or_default(), Some(2)),
            (text, _) => add(text.as_deref().unwrap_or_default().as_bytes(), Some(1)),
        }
    }
    Some(hexadecimal(&digest.finalize()))
}

/// Checks a message and returns its size in bytes.
pub(super) fn check(body: &str, attributes: &Attributes, longest: i64) -> Result<usize, ApiError> {
    if body.is_empty() {
        return Err(error::missing("MessageBody"));
    }
    if let Some(character) = body.chars().find(|character| !is_allowed(*character)) {
        return Err(ApiError::client(
            "InvalidMessageContents",
            format!(
                "Invalid binary character '#x{:X}' was found in the message body, the set of allowed characters \
                 is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
                u32::from(character)
            ),
        ));
    }
    if attributes.len() > 10 {
        return Err(error::invalid_value(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [10].",
            attributes.len()
        )));
    }
    let mut size = body.len();
    for (name, value) in attributes {
        size += name.len() + value.data_type.len() + check_attribute(name, value)?;
    }
    if i64::try_from(size).is_ok_and(|size| size <= longest) {
        return Ok(size);
    }
    Err(error::invalid_value(format!(
        "One or more parameters are invalid. Reason: Message must be shorter than {longest} bytes."
    )))
}

/// Returns the attributes that were asked for: by name, by `prefix.*`, or all.
pub(super) fn filter(attributes: Attributes, names: &[String]) -> Attributes {
    let wanted = |name: &str| {
        names.iter().any(|wanted| {
            let prefix = wanted.strip_suffix(".*");
            wanted == "All" || wanted == name || prefix.is_some_and(|prefix| name.starts_with(prefix))
        })
    };
    attributes.into_iter().filter(|(name, _)| wanted(name)).collect()
}

fn check_attribute(name: &str, value: &AttributeValue) -> Result<usize, ApiError> {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let lower = name.to_ascii_lowercase();
    if name.is_empty()
        || name.len() > 256
        || !name.bytes().all(valid)
        || name.starts_with('.')
        || name.ends_with('.')
        || name.contains("..")
        || lower.starts_with("aws.")
        || lower.starts_with("amazon.")
    {
        return Err(error::invalid_value(format!(
            "The message attribute name '{name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, \
             underscore (_), hyphen (-), and period (.) characters."
        )));
    }
    let kind = value.data_type.split('.').next().unwrap_or_default();
    match (kind, &value.string_value, &value.binary_value) {
        ("String" | "Number", Some(text), None) if !text.is_empty() => Ok(text.len()),
        ("Binary", None, Some(encoded)) if !encoded.is_empty() => {
            let bytes = STANDARD.decode(encoded).map_err(|_| {
                ApiError::client(
                    "SerializationException",
                    format!("The message attribute '{name}' is not base64."),
                )
            })?;
            Ok(bytes.len())
        }
        ("String" | "Number" | "Binary", ..) => Err(error::invalid_value(format!(
            "The message attribute '{name}' must contain a non-empty message attribute value for message attribute \
             type '{}'.",
            value.data_type
        ))),
        _ => Err(error::invalid_value(format!(
            "The message attribute '{name}' has an invalid message attribute type, the set of supported type \
             prefixes is Binary, Number, and String."
        ))),
    }
}

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

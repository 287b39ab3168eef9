//! The customer's own key.

use std::str::FromStr;

use super::InvalidValue;
use crate::model::problem::shown;

/// The ARN of a KMS key: permissions name a key by its ARN, and an alias can move to another key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KmsKey(String);

impl KmsKey {
    /// Returns the ARN.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KmsKey {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let word = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let parts: Vec<&str> = text.split(':').collect();
        let is_key = match parts[..] {
            ["arn", partition, "kms", region, account, resource] => {
                word(partition)
                    && word(region)
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && resource.strip_prefix("key/").is_some_and(word)
            }
            _ => false,
        };
        if is_key && text.len() <= 2048 {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidValue::new(
            format!("`{}` is not the ARN of a KMS key", shown(text)),
            "give a key's ARN, such as arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab, \
             and no alias: `aws kms describe-key --key-id ALIAS` names it",
        ))
    }
}

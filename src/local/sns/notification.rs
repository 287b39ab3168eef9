//! The envelope in which SNS wraps a message for a queue.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;

use super::input::text;
use super::message::Message;

/// What stands in place of a signature: base64 of "not signed".
const SIGNATURE: &str = "bm90IHNpZ25lZA==";

/// A message on its way to one subscription.
pub(super) struct Notification<'a> {
    pub(super) id: &'a str,
    pub(super) topic_arn: &'a str,
    pub(super) subscription_arn: &'a str,
    pub(super) message: &'a Message,
    pub(super) time: Timestamp,
    /// The start of the URLs.
    pub(super) base: &'a str,
}

impl Notification<'_> {
    /// Writes the envelope with AWS's members, order and spacing (captured).
    ///
    /// It is not signed: the URL of the certificate is not one that a verifier trusts.
    pub(super) fn wrap(&self) -> String {
        let time = format!("{:.3}", self.time);
        let certificate = format!("{}/SimpleNotificationService-local.pem", self.base);
        let unsubscribe =
            format!("{}/?Action=Unsubscribe&SubscriptionArn={}", self.base, self.subscription_arn);
        let members = [
            ("Type", Some("Notification")),
            ("MessageId", Some(self.id)),
            ("TopicArn", Some(self.topic_arn)),
            ("Subject", self.message.subject.as_deref()),
            ("Message", Some(&self.message.body)),
            ("Timestamp", Some(&time)),
            ("SignatureVersion", Some("1")),
            ("Signature", Some(SIGNATURE)),
            ("SigningCertURL", Some(&certificate)),
            ("UnsubscribeURL", Some(&unsubscribe)),
        ];
        let mut lines: Vec<String> = members
            .iter()
            .filter_map(|(name, value)| Some(format!("  \"{name}\" : {}", quoted((*value)?))))
            .collect();
        if !self.message.attributes.is_empty() {
            lines.push(format!("  \"MessageAttributes\" : {{\n{}\n  }}", self.attributes()));
        }
        format!("{{\n{}\n}}", lines.join(",\n"))
    }

    fn attributes(&self) -> String {
        let mut lines = String::new();
        for (name, value) in &self.message.attributes {
            let kind = text(value, "DataType").unwrap_or_default();
            let content =
                text(value, "StringValue").or_else(|| text(value, "BinaryValue")).unwrap_or_default();
            let comma = if lines.is_empty() { "" } else { ",\n" };
            let _ = write!(
                lines,
                "{comma}    {} : {{\"Type\":{},\"Value\":{}}}",
                quoted(name),
                quoted(kind),
                quoted(content)
            );
        }
        lines
    }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

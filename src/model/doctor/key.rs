//! What a customer's own key must allow: the one thing of it that no check of a stack can see.

use serde_json::{Value, json};

use super::Check;

/// Says what the key's policy and tags must be, which the stack cannot bring.
///
/// Sources: "Encrypting EventBridge connection authorization with AWS KMS keys" (the tag) and the same guide on
/// dead-letter queues with a customer's key (the statement).
pub fn key(arn: &str, account: &str) -> Check {
    Check::unknown("encryption key", format!("{arn} is used; what it allows and whether it is enabled can only be seen in KMS"))
        .treat(
            "its policy needs this statement, or EventBridge cannot write to the dead-letter queue and what fails is \
             lost; and the key needs the tag EventBridgeApiDestinations=true, or the connection cannot be used",
        )
        .document(policy(account))
}

/// Returns the statement that lets the account's rules write to an encrypted queue.
fn policy(account: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "DeadLettersOfEventBridge",
            "Effect": "Allow",
            "Principal": { "Service": "events.amazonaws.com" },
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": { "StringEquals": { "aws:SourceAccount": account } },
        }],
    })
}

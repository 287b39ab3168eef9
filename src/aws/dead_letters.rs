//! The dead-letter queue in SQS: its settings, and a look at what lies in it.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;
use crate::model::doctor::parts::Queue;

/// How often the queue is asked for ten messages.
const LOOKS: usize = 5;

/// Finds a queue by its URL; nothing when there is none.
pub async fn queue(clients: &Clients, url: &str) -> Result<Option<Queue>> {
    let call = clients.queues().get_queue_attributes().queue_url(url);
    let answer = match call.attribute_names(QueueAttributeName::All).send().await {
        Ok(answer) => answer,
        Err(error)
            if code(&error).is_some_and(|code| {
                code.contains("NonExistentQueue") || code.contains("QueueDoesNotExist")
            }) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(remote("looking at the dead-letter queue", &error)),
    };
    let text = |name: &QueueAttributeName| answer.attributes().and_then(|all| all.get(name)).cloned();
    let number = |name: &QueueAttributeName| text(name).and_then(|text| text.parse::<u64>().ok());
    Ok(Some(Queue {
        url: url.to_owned(),
        arn: text(&QueueAttributeName::QueueArn).unwrap_or_default(),
        policy: text(&QueueAttributeName::Policy),
        encrypted: text(&QueueAttributeName::SqsManagedSseEnabled).as_deref() == Some("true")
            || text(&QueueAttributeName::KmsMasterKeyId).is_some(),
        key: text(&QueueAttributeName::KmsMasterKeyId),
        messages: number(&QueueAttributeName::ApproximateNumberOfMessages).unwrap_or(0)
            + number(&QueueAttributeName::ApproximateNumberOfMessagesNotVisible).unwrap_or(0),
        retention: number(&QueueAttributeName::MessageRetentionPeriod),
        largest: number(&QueueAttributeName::MaximumMessageSize),
        redrive: text(&QueueAttributeName::RedrivePolicy).filter(|policy| !policy.is_empty()),
    }))
}

/// Reads the error messages of some of the messages, without hiding them from others.
///
/// A message without one was put there by a rule for what breaks the contract.
pub async fn sample(clients: &Clients, url: &str) -> Result<Vec<Option<String>>> {
    let mut seen = BTreeMap::new();
    for _ in 0..LOOKS {
        let answer = clients
            .queues()
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10)
            .visibility_timeout(0)
            .message_attribute_names("ERROR_MESSAGE")
            .send()
            .await
            .map_err(|error| remote("looking into the dead-letter queue", &error))?;
        let before = seen.len();
        for message in answer.messages() {
            let attribute = message.message_attributes().and_then(|all| all.get("ERROR_MESSAGE"));
            let text = attribute.and_then(|attribute| attribute.string_value()).map(str::to_owned);
            seen.insert(message.message_id().unwrap_or_default().to_owned(), text);
        }
        if seen.len() == before {
            break;
        }
    }
    Ok(seen.into_values().collect())
}

/// Gives a queue a policy.
pub async fn set_policy(clients: &Clients, url: &str, policy: &str) -> Result<()> {
    let call = clients.queues().set_queue_attributes().queue_url(url);
    let answer = call.attributes(QueueAttributeName::Policy, policy).send().await;
    answer.map(drop).map_err(|error| remote("giving the dead-letter queue its policy", &error))
}

//! The dead-letter queue in SQS.

use std::collections::HashMap;

use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;

/// What SQS counts the messages of a queue by: waiting, in flight and delayed.
const COUNTS: [QueueAttributeName; 3] = [
    QueueAttributeName::ApproximateNumberOfMessages,
    QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    QueueAttributeName::ApproximateNumberOfMessagesDelayed,
];

/// Returns how many messages a queue holds, in flight and delayed ones included; nothing when it is not there.
pub async fn depth(clients: &Clients, url: &str) -> Result<Option<u64>> {
    Ok(attributes(clients, url, &COUNTS).await?.map(|attributes| count(&attributes)))
}

/// What a look at a dead-letter queue tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// How many messages it holds, in flight and delayed ones included.
    pub depth: u64,
    /// Whether it has a policy, without which EventBridge cannot write to it.
    pub has_policy: bool,
    /// When the oldest message that was seen was sent, in milliseconds of Unix time.
    ///
    /// SQS shows at most ten messages at a time, so there may be older ones in a fuller queue. A look adds one
    /// to their receive count, and leaves them visible.
    pub oldest_sent: Option<i64>,
}

/// Looks at a dead-letter queue; nothing when it is not there.
pub async fn look(clients: &Clients, url: &str) -> Result<Option<Look>> {
    let names = [&COUNTS[..], &[QueueAttributeName::Policy]].concat();
    let Some(attributes) = attributes(clients, url, &names).await? else { return Ok(None) };
    let depth = count(&attributes);
    let has_policy = attributes.get(&QueueAttributeName::Policy).is_some_and(|policy| !policy.is_empty());
    let oldest_sent = if depth > 0 { oldest(clients, url).await? } else { None };
    Ok(Some(Look { depth, has_policy, oldest_sent }))
}

/// The attributes of a queue by their names.
type Attributes = HashMap<QueueAttributeName, String>;

async fn attributes(
    clients: &Clients,
    url: &str,
    names: &[QueueAttributeName],
) -> Result<Option<Attributes>> {
    let call = clients.queues().get_queue_attributes().queue_url(url);
    match call.set_attribute_names(Some(names.to_vec())).send().await {
        Ok(answer) => Ok(Some(answer.attributes.unwrap_or_default())),
        Err(error) if code(&error).is_some_and(is_missing) => Ok(None),
        Err(error) => Err(remote("reading the dead-letter queue", &error)),
    }
}

fn is_missing(code: &str) -> bool {
    code.contains("NonExistentQueue") || code.contains("QueueDoesNotExist")
}

fn count(attributes: &Attributes) -> u64 {
    COUNTS.iter().filter_map(|name| attributes.get(name)?.parse::<u64>().ok()).sum()
}

async fn oldest(clients: &Clients, url: &str) -> Result<Option<i64>> {
    let answer = clients
        .queues()
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(10)
        .visibility_timeout(0)
        .wait_time_seconds(0)
        .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
        .send()
        .await
        .map_err(|error| remote("looking at the dead-letter queue's messages", &error))?;
    let sent = answer.messages().iter().filter_map(|message| {
        message.attributes()?.get(&MessageSystemAttributeName::SentTimestamp)?.parse().ok()
    });
    Ok(sent.min())
}

//! The dead-letter queue in SQS.

use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};

use super::Clients;
use super::error::{code, remote};
use crate::error::Result;

/// Returns how many messages a queue holds, in flight and delayed ones included; nothing when it is not there.
pub async fn depth(clients: &Clients, url: &str) -> Result<Option<u64>> {
    let names = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    let answer = clients
        .queues()
        .get_queue_attributes()
        .queue_url(url)
        .set_attribute_names(Some(names.to_vec()))
        .send()
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let missing = code(&error)
                .is_some_and(|code| code.contains("NonExistentQueue") || code.contains("QueueDoesNotExist"));
            return if missing {
                Ok(None)
            } else {
                Err(remote("reading the dead-letter queue's depth", &error))
            };
        }
    };
    let count = |name: &QueueAttributeName| {
        answer
            .attributes()
            .and_then(|attributes| attributes.get(name))
            .and_then(|text| text.parse::<u64>().ok())
    };
    Ok(Some(names.iter().filter_map(count).sum()))
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
    let Some(depth) = depth(clients, url).await? else { return Ok(None) };
    let answer = clients
        .queues()
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::Policy)
        .send()
        .await
        .map_err(|error| remote("reading the dead-letter queue's policy", &error))?;
    let policy = answer.attributes().and_then(|attributes| attributes.get(&QueueAttributeName::Policy));
    let has_policy = policy.is_some_and(|policy| !policy.is_empty());
    let oldest_sent = if depth > 0 { oldest(clients, url).await? } else { None };
    Ok(Some(Look { depth, has_policy, oldest_sent }))
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

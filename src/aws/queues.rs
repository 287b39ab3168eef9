//! The dead-letter queue in SQS.

use aws_sdk_sqs::types::QueueAttributeName;

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

//! The treatments that are safe: they put back what the stack says, and cannot lose an event.

use super::examination::Examination;
use crate::aws::{dead_letters, rules};
use crate::context::Session;
use crate::error::Result;
use crate::model::doctor::path::queue_policy;

/// Applies the treatments and returns what was done, in words.
pub(super) async fn apply(session: &Session, found: &Examination) -> Result<Vec<String>> {
    let mut done = Vec::new();
    // The queue first: what the rules then fail to deliver has a place to go.
    if let Some((url, arn)) = &found.wrong_queue {
        dead_letters::set_policy(&session.clients, url, &queue_policy(arn, &found.rule_arns)).await?;
        done.push("the dead-letter queue has its policy again".to_owned());
    }
    for (bus, name) in &found.disabled {
        rules::enable(&session.clients, bus, name).await?;
        done.push(format!("the rule {name} is enabled"));
    }
    Ok(done)
}

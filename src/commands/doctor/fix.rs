//! The treatments that are safe: they put back what the stack says, and cannot lose an event.

use super::examination::{Examination, reason};
use crate::aws::{dead_letters, rules};
use crate::context::Session;
use crate::error::Error;
use crate::model::doctor::Check;
use crate::model::doctor::path::{queue_policy, taken_away};

/// What came of the treatments.
#[derive(Default)]
pub(super) struct Treated {
    /// What was done, in words.
    pub(super) done: Vec<String>,
    /// What was refused.
    pub(super) refused: Vec<Check>,
}

/// Applies the treatments; one that is refused does not stop the others.
pub(super) async fn apply(session: &Session, found: &Examination) -> Treated {
    let mut treated = Treated::default();
    // The queue first: what the rules then fail to deliver has a place to go.
    if let Some(queue) = &found.wrong_queue {
        let policy = queue_policy(&queue.arn, &found.rule_arns);
        match dead_letters::set_policy(&session.clients, &queue.url, &policy).await {
            Ok(()) => {
                let gone = taken_away(queue.policy.as_deref(), &queue.arn, &found.rule_arns);
                let gone =
                    if gone.is_empty() { String::new() } else { format!(" instead of {}", gone.join(", ")) };
                treated.done.push(format!("the dead-letter queue has its policy again{gone}"));
            }
            Err(error) => treated.refuse(&error),
        }
    }
    for (bus, name) in &found.disabled {
        match rules::enable(&session.clients, bus, name).await {
            Ok(()) => treated.done.push(format!("the rule {name} is enabled")),
            Err(error) => treated.refuse(&error),
        }
    }
    treated
}

impl Treated {
    fn refuse(&mut self, error: &Error) {
        let check = Check::fail("fix", reason(error));
        self.refused.push(error.hints.iter().cloned().fold(check, Check::treat));
    }
}

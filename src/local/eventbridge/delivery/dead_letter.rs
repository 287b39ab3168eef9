//! Where a failed delivery ends.

use super::job::Job;
use super::queue::Message;
use super::role::Ask;
use crate::local::eventbridge::targets::TargetKind;
use crate::local::eventbridge::trace::Outcome;
use crate::model::delivery::{DeadLetter, Exhausted, Failure};

impl<T> Job<'_, T> {
    /// Puts a failed delivery into the dead-letter queue; without one, or where the queue's policy does not
    /// let the rule write to it, the event is lost, as on AWS.
    pub(super) fn bury(&self, failure: Failure, exhausted: Option<Exhausted>, attempted: &str) -> Outcome {
        let letter = DeadLetter {
            exhausted,
            failure,
            rule_arn: self.rule_arn.clone(),
            target_arn: self.target.arn.clone(),
        };
        let attributes: Vec<(String, String)> =
            letter.attributes().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let Some(queue) = &self.target.dead_letter else {
            let reason = match self.target.kind {
                TargetKind::Queue(_) => "the queue did not take it, and the target has no dead-letter queue",
                _ => "the target has no dead-letter queue",
            };
            return Outcome::Lost { reason: reason.to_owned(), refused: false, attributes };
        };
        let body = letter.body(attempted, &self.pending.event).to_owned();
        let ask = Ask {
            region: &self.pending.region,
            rule_arn: &self.rule_arn,
            action: "sqs:SendMessage",
            resource: queue,
        };
        let message = Message { body: &body, attributes: &attributes, group: None };
        match self.bridge.deliveries.queues.send(&*self.world.services, &ask, None, &message) {
            Ok(()) => Outcome::DeadLettered { queue: queue.clone(), attributes, body },
            Err(failure) => Outcome::Lost {
                reason: format!("the dead-letter queue did not take it: {}", failure.message),
                refused: true,
                attributes,
            },
        }
    }
}

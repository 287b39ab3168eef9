//! One pending delivery, from here to its end or its next wait.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::target::Target;
use super::{Transport, World};
use crate::local::clock::Pace;
use crate::local::eventbridge::EventBridge;
use crate::local::eventbridge::events::{Incoming, iso, read};
use crate::local::eventbridge::journal::Pending;
use crate::local::eventbridge::names::rule_arn;
use crate::local::eventbridge::targets::TargetKind;
use crate::local::eventbridge::trace::{Attempt, Outcome, TargetTrace};
use crate::local::wire::ApiError;
use crate::model::delivery::{Condition, ErrorCode, Exhausted, Failure, Next, Verdict};
use crate::model::json::Json;
use crate::model::transform::Context;

/// A delivery at work.
pub(super) struct Job<'a, T> {
    pub(super) bridge: &'a EventBridge,
    pub(super) world: &'a World<T>,
    pub(super) pending: Pending,
    pub(super) target: Arc<Target>,
    pub(super) rule_arn: String,
    /// The time: on paper, where nobody waits.
    pub(super) at: Timestamp,
}

/// How one try went.
pub(super) enum Try {
    /// There was an answer, or none: what it means, and the attempt where one was made.
    Answered(Verdict, Option<Attempt>),
    /// The event grew too old while it waited, for this reason.
    Expired(Failure),
    /// The event goes into another bus.
    Forwarded(Box<Incoming>),
    /// The invocation rate lets the call pass at this time.
    NotYet(Timestamp),
}

/// Where a delivery stands after its work.
pub(super) enum Step {
    /// It is done.
    Done { trace: TargetTrace, forward: Option<Box<Incoming>> },
    /// It waits.
    Later(Timestamp),
}

/// A delivery after its work.
pub(super) struct Worked {
    pub(super) pending: Pending,
    pub(super) step: Step,
    /// How many attempts this work made.
    pub(super) attempts: u64,
}

/// Works on a pending delivery.
pub(super) async fn work<T: Transport>(bridge: &EventBridge, world: &World<T>, pending: Pending) -> Worked {
    let before = pending.progress.attempts.len();
    let worked = |pending: Pending, step: Step| {
        let attempts = pending.progress.attempts.len().saturating_sub(before);
        Worked { attempts: u64::try_from(attempts).unwrap_or_default(), pending, step }
    };
    let target = match bridge.deliveries.targets.compiled(&pending.region, &pending.target) {
        Ok(target) => target,
        Err(error) => {
            let trace = TargetTrace {
                id: String::new(),
                arn: String::new(),
                request: None,
                attempts: Vec::new(),
                outcome: Outcome::Lost { reason: error.to_string(), refused: false, attributes: Vec::new() },
            };
            return worked(pending, Step::Done { trace, forward: None });
        }
    };
    let rule_arn = rule_arn(&pending.region, &pending.bus, &pending.rule);
    let at = bridge.clock.now().max(pending.accepted).max(pending.due.unwrap_or_default());
    let mut job = Job { bridge, world, pending, target, rule_arn, at };
    let step = job.run().await;
    worked(job.pending, step)
}

impl<T: Transport> Job<'_, T> {
    async fn run(&mut self) -> Step {
        let Some(event) = read(&self.pending.event) else {
            let failure =
                Failure { code: ErrorCode::InternalError, message: "The event is not JSON.".to_owned() };
            return self.end(failure, None, "");
        };
        let ingestion_time = iso(self.pending.accepted);
        let context = Context {
            ingestion_time: &ingestion_time,
            rule_arn: &self.rule_arn,
            rule_name: &self.pending.rule,
        };
        let body = match self.target.input.apply(&event, &context) {
            Ok(body) => body,
            Err(invalid) => {
                let attempted = invalid.body.clone();
                return self.end(invalid.into(), None, &attempted);
            }
        };
        loop {
            if self.is_too_old() {
                return self.expire(&body);
            }
            let (verdict, attempt) = match self.once(&event, &body).await {
                Try::Answered(verdict, attempt) => (verdict, attempt),
                Try::Expired(failure) => return self.end(failure, Some(self.aged()), &body),
                Try::Forwarded(forward) => return self.done(Outcome::Delivered, Some(forward)),
                Try::NotYet(moment) => {
                    self.pending.progress.admitted = true;
                    return Step::Later(moment);
                }
            };
            self.pending.progress.attempts.extend(attempt);
            let (after, failure) = match verdict {
                Verdict::Delivered => return self.done(Outcome::Delivered, None),
                Verdict::DeadLetter(failure) => return self.end(failure, None, &body),
                Verdict::Retry { after, failure } => (after, failure),
            };
            let retries = self.pending.progress.retries;
            match self.target.policy.next(retries, jitter(), self.age(), after) {
                Next::Exhausted(condition) => {
                    return self.end(failure, Some(Exhausted { condition, retries }), &body);
                }
                Next::Wait(wait) => {
                    self.pending.progress.retries += 1;
                    self.wait(wait);
                    if self.bridge.clock.pace() == Pace::Real {
                        return Step::Later(self.at);
                    }
                }
            }
        }
    }

    async fn once(&mut self, event: &Json, body: &str) -> Try {
        match self.target.kind.clone() {
            TargetKind::ApiDestination(name) => self.call(&name, event, body).await,
            TargetKind::Bus { region, name } => self.forward(&region, &name, event),
            TargetKind::LogGroup(name) => self.log(&name, event, body),
            TargetKind::Queue(_) => self.enqueue(body),
            TargetKind::Topic => self.publish(body),
        }
    }

    /// Moves the delivery's time ahead.
    pub(super) fn wait(&mut self, wait: Duration) {
        self.at = self.at.saturating_add(wait).unwrap_or(Timestamp::MAX);
    }

    /// Whether the event is older than the target's policy lets it become.
    pub(super) fn is_too_old(&self) -> bool {
        self.age() > self.target.policy.max_age()
    }

    /// The last moment at which the event is not too old.
    pub(super) fn end_of_life(&self) -> Timestamp {
        self.pending.accepted.saturating_add(self.target.policy.max_age()).unwrap_or(Timestamp::MAX)
    }

    fn age(&self) -> Duration {
        Duration::try_from(self.at.duration_since(self.pending.accepted)).unwrap_or_default()
    }

    fn expire(&self, body: &str) -> Step {
        let last = self.pending.progress.attempts.last().map(|attempt| attempt.answer.as_str());
        let message = last.unwrap_or("The event expired before it could be delivered.");
        self.end(Failure::new(ErrorCode::ErrorFromTarget, message), Some(self.aged()), body)
    }

    fn aged(&self) -> Exhausted {
        Exhausted { condition: Condition::MaximumEventAge, retries: self.pending.progress.retries }
    }

    fn end(&self, failure: Failure, exhausted: Option<Exhausted>, attempted: &str) -> Step {
        self.done(self.bury(failure, exhausted, attempted), None)
    }

    fn done(&self, outcome: Outcome, forward: Option<Box<Incoming>>) -> Step {
        let trace = TargetTrace {
            id: self.target.id.clone(),
            arn: self.target.arn.clone(),
            request: self.pending.progress.request.clone(),
            attempts: self.pending.progress.attempts.clone(),
            outcome,
        };
        Step::Done { trace, forward }
    }
}

impl Try {
    /// A failure that no further try can mend.
    pub(super) fn failed(failure: Failure) -> Self {
        Self::Answered(Verdict::DeadLetter(failure), None)
    }

    /// A service of the same cloud took the delivery, or said no: its own failures may pass.
    pub(super) fn of_service(at: Timestamp, taken: Result<(), Failure>) -> Self {
        let attempt = |answer: &str| Some(Attempt { at, status: None, answer: answer.to_owned() });
        match taken {
            Ok(()) => Self::Answered(Verdict::Delivered, attempt("")),
            Err(failure) => {
                let attempt = attempt(&failure.message);
                let verdict = match failure.code {
                    ErrorCode::ErrorFromTarget => Verdict::Retry { after: None, failure },
                    _ => Verdict::DeadLetter(failure),
                };
                Self::Answered(verdict, attempt)
            }
        }
    }

    /// The state could not be read.
    pub(super) fn broken(error: &ApiError) -> Self {
        let failure = Failure { code: ErrorCode::InternalError, message: error.to_string() };
        Self::Answered(Verdict::Retry { after: None, failure }, None)
    }
}

/// A random number from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
fn jitter() -> f64 {
    let bits = Uuid::new_v4().as_u128() >> 75;
    bits as f64 / (1_u64 << 53) as f64
}

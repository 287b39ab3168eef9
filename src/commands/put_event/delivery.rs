//! What became of an event at one target.

use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::report::show_request;
use crate::local::eventbridge::{Attempt, Outcome, RuleTrace, TargetTrace, Trace};
use crate::ui::{Page, inline};

/// The columns of a page.
const WIDTH: usize = 80;
/// How many attempts are shown: of more, the first ones and the last.
const SHOWN: usize = 24;

/// The delivery to one target of one rule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Delivery {
    /// The rule that matched.
    pub rule: String,
    /// The target's ARN.
    pub target: String,
    /// What was sent, secrets masked.
    pub request: Option<String>,
    /// The answers, oldest first.
    pub answers: Vec<Answered>,
    /// How it ended: `delivered`, `dead-lettered`, `lost` or `pending`.
    pub outcome: String,
    /// Why it did not arrive, when it did not.
    pub reason: Option<String>,
    /// The dead letter's `ERROR_CODE`, when it did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The dead letter's `RETRY_ATTEMPTS`, when retries were given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_attempts: Option<u32>,
    /// The dead letter's `EXHAUSTED_RETRY_CONDITION`, when retries were given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exhausted: Option<String>,
    /// When it is tried again, while it is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// One attempt's answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Answered {
    /// When the attempt was made.
    pub at: String,
    /// How many seconds after the first attempt that was.
    pub after_seconds: u64,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The body, or what went wrong.
    pub body: String,
}

impl Delivery {
    /// Returns the deliveries of a trace.
    pub(super) fn all(trace: &Trace) -> Vec<Self> {
        let of_rule = |rule: &RuleTrace| -> Vec<Self> {
            rule.targets.iter().map(|target| Self::of(&rule.rule, target)).collect()
        };
        trace.rules.iter().flat_map(of_rule).collect()
    }

    fn of(rule: &str, target: &TargetTrace) -> Self {
        let attribute = |name: &str| match &target.outcome {
            Outcome::DeadLettered { attributes, .. } | Outcome::Lost { attributes, .. } => {
                attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
            }
            Outcome::Delivered | Outcome::Pending { .. } => None,
        };
        let failure = attribute("ERROR_MESSAGE");
        let (outcome, reason) = match &target.outcome {
            Outcome::Delivered => ("delivered", None),
            Outcome::DeadLettered { .. } => ("dead-lettered", failure),
            Outcome::Lost { reason, .. } => {
                let both = failure.map_or_else(|| reason.clone(), |failure| format!("{failure}; {reason}"));
                ("lost", Some(both))
            }
            Outcome::Pending { .. } => ("pending", None),
        };
        let due = match &target.outcome {
            Outcome::Pending { due } => due.map(|due| due.to_string()),
            _ => None,
        };
        let first = target.attempts.first().map(|attempt| attempt.at).unwrap_or_default();
        Self {
            rule: rule.to_owned(),
            target: target.arn.clone(),
            request: target.request.clone(),
            answers: target.attempts.iter().map(|attempt| Answered::of(attempt, first)).collect(),
            outcome: outcome.to_owned(),
            reason,
            error_code: attribute("ERROR_CODE"),
            retry_attempts: attribute("RETRY_ATTEMPTS").and_then(|attempts| attempts.parse().ok()),
            exhausted: attribute("EXHAUSTED_RETRY_CONDITION"),
            due,
        }
    }

    /// Returns whether the target is a queue.
    pub(super) fn is_queue(&self) -> bool {
        self.target.contains(":sqs:")
    }

    /// Returns whether the stand-in for Momento says that the cache does not exist.
    pub(super) fn met_no_cache(&self) -> bool {
        let last = self.answers.last();
        last.is_some_and(|last| last.status == Some(404) && last.body.contains("\"Cache not found\""))
    }

    /// Writes the delivery for a person.
    pub(super) fn text(&self, page: &mut Page) {
        let arrived = match self.outcome.as_str() {
            "delivered" if self.is_queue() => "dead letter".yellow().bold().to_string(),
            "delivered" => "delivered".green().bold().to_string(),
            "pending" => "pending".yellow().bold().to_string(),
            other => inline(other).red().bold().to_string(),
        };
        page.line(format_args!("{arrived} by rule {}", inline(&self.rule)));
        if let Some(request) = self.request.as_ref().filter(|_| !self.is_queue()) {
            show_request(page, request);
        }
        if let Some(last) = self.answers.last().filter(|_| !self.is_queue()) {
            let tries = match self.answers.len() {
                1 => String::new(),
                tries => format!("(attempt {tries})"),
            };
            let words = ["  <".to_owned(), last.status(), inline(&last.body).into_owned(), tries];
            page.line(words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
        }
        if self.answers.len() > 1 {
            self.schedule(page);
        }
        if let (Some(code), Some(retries), Some(condition)) =
            (&self.error_code, self.retry_attempts, &self.exhausted)
        {
            page.line(format_args!("  ERROR_CODE {}, RETRY_ATTEMPTS {retries},", inline(code)));
            page.line(format_args!("  EXHAUSTED_RETRY_CONDITION {}", inline(condition)));
        }
        if let Some(reason) = &self.reason {
            page.line(format_args!("  {}", inline(reason)));
        }
        if let Some(due) = &self.due {
            page.line(format_args!("  tried again at {}", inline(due)));
        }
    }

    /// Writes when each attempt was made, counted from the first, and its status.
    fn schedule(&self, page: &mut Page) {
        let count = self.answers.len();
        let (first, last) = if count > SHOWN { (SHOWN - 4, count - 2) } else { (count, count) };
        let mut words: Vec<String> = self.answers[..first].iter().map(Answered::word).collect();
        if first < last {
            words.push("…".to_owned());
        }
        words.extend(self.answers[last..].iter().map(Answered::word));
        let whole = self.answers.last().map_or(0, |last| last.after_seconds);
        let end = format!("({count} in {})", time(whole));
        let mut line = "  attempts:".to_owned();
        for (index, word) in words.iter().enumerate() {
            let last = index + 1 == words.len();
            let word = if last || word == "…" { word.clone() } else { format!("{word},") };
            add(&mut line, &word, page);
        }
        add(&mut line, &end, page);
        page.line(line);
    }
}

/// Adds a word to a line, or begins the next line with it.
fn add(line: &mut String, word: &str, page: &mut Page) {
    if line.chars().count() + 1 + word.chars().count() > WIDTH {
        page.line(std::mem::replace(line, " ".repeat(11)));
    }
    line.push(' ');
    line.push_str(word);
}

impl Answered {
    fn of(attempt: &Attempt, first: Timestamp) -> Self {
        let after = attempt.at.duration_since(first).as_secs();
        Self {
            at: attempt.at.to_string(),
            after_seconds: u64::try_from(after).unwrap_or_default(),
            status: attempt.status,
            body: attempt.answer.clone(),
        }
    }

    /// Returns the status, or that there is none.
    pub(super) fn status(&self) -> String {
        self.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string())
    }

    fn word(&self) -> String {
        format!("{} {}", time(self.after_seconds), self.status())
    }
}

/// Writes a time as a person does: `12s`, `3m20s`, `1h02m`.
pub(super) fn time(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (hours, minutes, _) => format!("{hours}h{minutes:02}m"),
    }
}

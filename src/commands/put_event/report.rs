//! What `put-event` answers.

use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::fields::Given;
use crate::commands::explain::Explained;
use crate::local::eventbridge::{Outcome, TargetTrace, Trace};
use crate::model::event::{Entry, Kind};
use crate::ui::{Page, Report, clean};

/// An event that was put on a bus.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Put {
    /// The event's id; none for a dry run.
    pub event_id: Option<String>,
    /// The detail-type.
    pub event: String,
    /// The region; empty for a dry run.
    pub region: String,
    /// The entry, as PutEvents takes it.
    pub entry: PutEntry,
    /// Whether it is the documented sample.
    pub is_sample: bool,
    /// Why the detail breaks the documented contract, when it does.
    pub broken: Option<String>,
    /// What the stack's rules make of the event, when that was asked for.
    pub explanation: Option<Explained>,
    /// Where the event went on the local cloud.
    pub deliveries: Vec<Delivery>,
    /// What Momento holds under the event's key now, on the local cloud.
    pub stored: Option<Stored>,
    /// Whether it is on the local cloud.
    pub local: bool,
    /// Whether the event was sent to be rejected.
    #[serde(skip)]
    pub expects_rejection: bool,
    /// What to do next, and the command that does it.
    #[serde(skip)]
    pub next: Option<(&'static str, String)>,
}

/// An entry of PutEvents.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PutEntry {
    /// The bus.
    pub event_bus_name: String,
    /// Who sends it.
    pub source: String,
    /// The detail-type.
    pub detail_type: String,
    /// The detail, JSON as text.
    pub detail: String,
}

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
}

/// One attempt's answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Answered {
    /// When the attempt was made.
    pub at: String,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The body, or what went wrong.
    pub body: String,
}

/// What Momento holds under a key.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stored {
    /// The cache.
    pub cache: String,
    /// The key.
    pub key: String,
    /// The value, or none.
    pub value: Option<String>,
    /// When it is gone.
    pub expires_at: Option<String>,
}

impl Put {
    /// Starts the answer with what is to be sent.
    pub(super) fn new(kind: Kind, entry: &Entry, bus: &str, given: &Given) -> Self {
        Self {
            event_id: None,
            event: kind.detail_type().to_owned(),
            region: String::new(),
            entry: PutEntry {
                event_bus_name: bus.to_owned(),
                source: entry.source.as_str().to_owned(),
                detail_type: entry.detail_type.clone(),
                detail: entry.detail.clone(),
            },
            is_sample: given.is_sample,
            broken: given.broken.clone(),
            explanation: None,
            deliveries: Vec::new(),
            stored: None,
            local: false,
            expects_rejection: false,
            next: None,
        }
    }
}

impl Delivery {
    /// Returns the deliveries of a trace.
    pub(super) fn all(trace: &Trace) -> Vec<Self> {
        let targets =
            trace.rules.iter().flat_map(|rule| rule.targets.iter().map(move |target| (rule, target)));
        targets.map(|(rule, target)| Self::of(&rule.rule, target)).collect()
    }

    fn of(rule: &str, target: &TargetTrace) -> Self {
        let attribute = |attributes: &[(String, String)], name: &str| {
            attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        };
        let (outcome, reason) = match &target.outcome {
            Outcome::Delivered => ("delivered", None),
            Outcome::DeadLettered { attributes, .. } => {
                ("dead-lettered", attribute(attributes, "ERROR_MESSAGE"))
            }
            Outcome::Lost { reason, .. } => ("lost", Some(reason.clone())),
            Outcome::Pending { .. } => ("pending", None),
        };
        let answers = target.attempts.iter().map(|attempt| Answered {
            at: attempt.at.to_string(),
            status: attempt.status,
            body: attempt.answer.clone(),
        });
        Self {
            rule: rule.to_owned(),
            target: target.arn.clone(),
            request: target.request.clone(),
            answers: answers.collect(),
            outcome: outcome.to_owned(),
            reason,
        }
    }

    fn is_queue(&self) -> bool {
        self.target.contains(":sqs:")
    }

    fn text(&self, page: &mut Page) {
        let arrived = if self.is_queue() && self.outcome == "delivered" {
            "dead letter".yellow().bold().to_string()
        } else if self.outcome == "delivered" {
            self.outcome.green().bold().to_string()
        } else {
            self.outcome.red().bold().to_string()
        };
        page.line(format_args!("{arrived} by rule {}", self.rule));
        if let Some(request) = self.request.as_ref().filter(|_| !self.is_queue()) {
            show_request(page, request);
        }
        match self.answers.as_slice() {
            [] => {}
            _ if self.is_queue() => {}
            [.., last] => {
                let status = last.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
                let tries = if self.answers.len() > 1 {
                    format!(" (attempt {})", self.answers.len())
                } else {
                    String::new()
                };
                page.line(format_args!("  < {status} {}{tries}", clean(&last.body)).to_string().trim_end());
            }
        }
        if let Some(reason) = &self.reason {
            page.line(format_args!("  {}", clean(reason)));
        }
    }
}

/// Shows what a target receives, line by line.
pub(in crate::commands) fn show_request(page: &mut Page, request: &str) {
    for line in request.lines() {
        page.line(format!("  > {}", clean(line)).trim_end());
    }
}

impl Report for Put {
    const SCHEMA: &'static str = "put-event/1";

    fn text(&self, page: &mut Page) {
        let Some(id) = &self.event_id else {
            page.line(serde_json::to_string_pretty(&self.entry).unwrap_or_default());
            page.note("dry run: nothing was sent");
            return;
        };
        page.line(id);
        if !self.local {
            page.note(format_args!(
                "{} {} to {} in {}",
                "put".green().bold(),
                self.event,
                self.entry.event_bus_name,
                self.region
            ));
            return;
        }
        self.deliveries.iter().for_each(|delivery| delivery.text(page));
        if self.deliveries.is_empty() {
            page.line(format_args!("{} no rule matched the event: it is dropped", "lost".red().bold()));
        }
        if let Some((what, command)) = &self.next {
            page.next(what, command);
        }
        if let Some(broken) = &self.broken {
            page.line(format_args!("  the event breaks the contract: {}", clean(broken)));
        }
        if let Some(stored) = &self.stored {
            let place = format!("{}/{}", clean(&stored.cache), clean(&stored.key));
            match &stored.value {
                Some(value) => {
                    page.line(format_args!("{} {place} = {}", "stored".green().bold(), clean(value)));
                }
                None => page.line(format_args!("{} {place} holds nothing", "stored".green().bold())),
            }
        }
    }

    fn exit_code(&self) -> u8 {
        let arrived = self.deliveries.iter().all(|delivery| delivery.outcome == "delivered");
        let rejected = self.deliveries.iter().any(Delivery::is_queue) && !self.expects_rejection;
        if !self.local || (arrived && !self.deliveries.is_empty() && !rejected) {
            0
        } else {
            super::undelivered()
        }
    }
}

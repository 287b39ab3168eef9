//! What `put-event` answers.

use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::delivery::Delivery;
use super::fields::Given;
use crate::commands::explain::Explained;
use crate::commands::token::rotate::quoted;
use crate::error::Kind;
use crate::model::event::{self, Entry};
use crate::ui::{Format, Page, Printer, Report, clean, inline};

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
    /// How the wait for a real clock went.
    #[serde(skip)]
    waited: Waited,
    /// Whether the event was sent to be rejected.
    #[serde(skip)]
    pub expects_rejection: bool,
    /// What to do next, and the command that does it.
    #[serde(skip)]
    pub next: Option<(&'static str, String)>,
}

/// How the wait for the retries of a real clock went; the event's id is told before it.
#[derive(Debug, PartialEq, Eq)]
enum Waited {
    /// There was none.
    No,
    /// All was done.
    ToTheEnd,
    /// The user interrupted.
    Interrupted,
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
    pub(super) fn new(kind: event::Kind, entry: &Entry, bus: &str, given: &Given) -> Self {
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
            waited: Waited::No,
            expects_rejection: false,
            next: None,
        }
    }

    /// Says that the user did not wait for the end.
    pub(super) fn interrupt(&mut self) {
        self.waited = Waited::Interrupted;
    }

    /// Tells the event's id before its deliveries are done.
    pub(super) fn announce(&mut self, printer: &Printer, id: &str) {
        self.waited = Waited::ToTheEnd;
        match printer.format {
            Format::Text => printer.data(&format!("{id}\n")),
            Format::Json => printer.status(&format!("put {id}")),
        }
    }
}

impl Put {
    /// Returns the event's cache, when the local Momento says that there is none of this name.
    fn missing_cache(&self) -> Option<String> {
        let is_missing = self.local && self.deliveries.iter().any(Delivery::met_no_cache);
        let detail: Value = serde_json::from_str(&self.entry.detail).ok().filter(|_| is_missing)?;
        detail["cacheName"].as_str().map(one_line)
    }
}

/// Makes foreign text harmless and keeps it on its line, so that it cannot pass for a line of ours.
fn one_line(text: &str) -> String {
    inline(text).into_owned()
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
        if self.waited == Waited::No {
            page.line(id);
        }
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
        if self.waited == Waited::Interrupted {
            page.note("interrupted: the event is kept, and is retried when the local cloud runs next");
        }
        if let Some(cache) = self.missing_cache() {
            page.next("make the cache", &format!("evbridge-momento local cache create {}", quoted(&cache)));
        }
        if let Some(broken) = &self.broken {
            page.line(format_args!("  the event breaks the contract: {}", inline(broken)));
        }
        if let Some(stored) = &self.stored {
            let place = format!("{}/{}", one_line(&stored.cache), one_line(&stored.key));
            match &stored.value {
                Some(value) => {
                    page.line(format_args!("{} {place} = {}", "stored".green().bold(), one_line(value)));
                }
                None => page.line(format_args!("{} {place} holds nothing", "stored".green().bold())),
            }
        }
    }

    fn exit_code(&self) -> u8 {
        if self.waited == Waited::Interrupted {
            return Kind::Detached.exit_code();
        }
        let arrived = self.deliveries.iter().all(|delivery| delivery.outcome == "delivered");
        let rejected = self.deliveries.iter().any(Delivery::is_queue) && !self.expects_rejection;
        if !self.local || (arrived && !self.deliveries.is_empty() && !rejected) {
            0
        } else {
            super::undelivered()
        }
    }
}

//! What `status` answers: one screen of 80 columns.

use std::collections::BTreeMap;

use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::monitor::{self, Monitored};
use crate::aws::cloudformation::{self, Stack};
use crate::aws::parts::State;
use crate::context::Session;
use crate::ui::{Page, Report, inline};

/// A stack and its parts.
#[expect(clippy::struct_field_names, reason = "the fields are the JSON's names")]
#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    /// The stack's name.
    pub(super) stack: String,
    /// The stack's ARN.
    pub(super) stack_id: String,
    /// The region.
    pub(super) region: String,
    /// The stack's status, as CloudFormation spells it.
    pub(super) status: String,
    /// Why it has that status.
    pub(super) reason: Option<String>,
    /// Whether the stack is protected from deletion.
    pub(super) protected: bool,
    /// The stack's outputs.
    pub(super) outputs: BTreeMap<String, String>,
    /// The connection to Momento.
    pub(super) connection: Option<Part>,
    /// The API destinations.
    pub(super) destinations: Vec<Part>,
    /// The rules.
    pub(super) rules: Vec<Part>,
    /// The name of the role that calls Momento.
    pub(super) role: Option<String>,
    /// The dead-letter queue.
    pub(super) dead_letter_queue: Option<Queue>,
    /// The token's secret.
    pub(super) token: Option<Token>,
    /// What the last drift detection found.
    pub(super) drift: Option<Drift>,
    /// What CloudWatch says; nothing when the stack is gone.
    pub(super) monitoring: Option<Monitored>,
    /// How long the operation took that was followed.
    pub(super) operation_seconds: Option<f64>,
    /// Whether the screen has more than ASCII.
    #[serde(skip)]
    pub(super) unicode: bool,
}

/// What the last drift detection found.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Drift {
    /// `DRIFTED`, `IN_SYNC`, `UNKNOWN` or `NOT_CHECKED`.
    pub(super) status: String,
    /// When it was looked for.
    pub(super) checked: Option<String>,
    /// How long ago that is, in seconds.
    pub(super) checked_seconds: Option<u64>,
}

impl Drift {
    /// Reads what CloudFormation said, at a time.
    pub(super) fn of(drift: &cloudformation::Drift, now: Timestamp) -> Self {
        let ago = |checked: Timestamp| u64::try_from(now.as_second() - checked.as_second()).unwrap_or(0);
        Self {
            status: drift.status.clone(),
            checked: drift.checked.map(|checked| checked.to_string()),
            checked_seconds: drift.checked.map(ago),
        }
    }
}

/// A part of the stack in EventBridge.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Part {
    /// Its name in the template.
    pub(super) logical_id: String,
    /// Its own name.
    pub(super) name: String,
    /// Its state in AWS's spelling; `MISSING` when it was deleted by hand.
    pub(super) state: String,
    /// Why it is in that state.
    pub(super) reason: Option<String>,
}

/// The dead-letter queue.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Queue {
    /// Its URL.
    pub(super) url: String,
    /// Whether it is there.
    pub(super) is_there: bool,
    /// How many messages it holds.
    pub(super) depth: u64,
    /// The age of the oldest message that was seen, in seconds; there may be older ones when it holds more than ten.
    pub(super) oldest_seconds: Option<u64>,
    /// Whether it has a policy, without which EventBridge cannot write to it.
    pub(super) has_policy: bool,
}

/// The token's secret.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Token {
    /// The secret's name.
    pub(super) secret: String,
    /// Whether it is `there`, `missing` or `scheduled for deletion`.
    pub(super) secret_state: String,
    /// The version that the connection has.
    pub(super) version_in_use: Option<String>,
    /// The version that the secret holds now.
    pub(super) current_version: Option<String>,
}

impl Status {
    /// Starts the answer with what the stack itself says.
    pub(super) fn of(stack: &Stack, name: &str, session: &Session) -> Self {
        Self {
            stack: name.to_owned(),
            stack_id: stack.id.clone(),
            region: session.region().to_owned(),
            status: stack.status.to_string(),
            reason: stack.reason.clone(),
            protected: stack.protected,
            outputs: stack.outputs.iter().cloned().collect(),
            connection: None,
            destinations: Vec::new(),
            rules: Vec::new(),
            role: None,
            dead_letter_queue: None,
            token: None,
            drift: None,
            monitoring: None,
            operation_seconds: None,
            unicode: false,
        }
    }

    /// The answer for a stack whose deletion was followed to its end.
    pub(super) fn gone(stack: &Stack, name: &str, session: &Session) -> Self {
        let outputs = BTreeMap::new();
        Self { status: "DELETE_COMPLETE".to_owned(), outputs, ..Self::of(stack, name, session) }
    }

    /// Returns the answer as JSON with its layout's name, for a stream of them.
    pub(super) fn versioned(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.insert("schema".to_owned(), Value::from(Self::SCHEMA));
        }
        value
    }
}

impl Part {
    /// Makes a part from what EventBridge says of it.
    pub(super) fn of(logical_id: &str, name: &str, state: Option<State>) -> Self {
        let State { state, reason } =
            state.unwrap_or_else(|| State { state: "MISSING".to_owned(), reason: None });
        Self { logical_id: logical_id.to_owned(), name: name.to_owned(), state, reason }
    }
}

impl Report for Status {
    const SCHEMA: &'static str = "status/1";

    fn outcome(&self) -> String {
        self.status.clone()
    }

    fn text(&self, page: &mut Page) {
        let protected = if self.protected { ", protected from deletion" } else { "" };
        page.line(format_args!(
            "{} in {}: {}{protected}",
            self.stack.bold(),
            self.region,
            painted(&inline(&self.status))
        ));
        if let Some(seconds) = self.operation_seconds {
            page.note(format_args!("the operation took {seconds:.1}s"));
        }
        if let Some(reason) = &self.reason {
            page.line(format_args!("  {}", inline(reason)));
        }
        for (label, name) in [("bus", "EventBusName"), ("momento", "MomentoEndpoint")] {
            if let Some(value) = self.outputs.get(name) {
                field(page, label, inline(value));
            }
        }
        if let Some(token) = &self.token {
            self::token(page, token);
        }
        if let Some(connection) = &self.connection {
            parts(page, "connection", std::slice::from_ref(connection));
        }
        parts(page, "destinations", &self.destinations);
        parts(page, "rules", &self.rules);
        if let Some(role) = &self.role {
            field(page, "role", inline(role));
        }
        if let Some(queue) = &self.dead_letter_queue {
            self::queue(page, queue);
        }
        if let Some(drift) = &self.drift {
            self::drift(page, drift);
        }
        if let Some(monitored) = &self.monitoring {
            monitor::text(page, monitored, self.unicode);
        }
    }
}

fn drift(page: &mut Page, drift: &Drift) {
    let status = match drift.status.as_str() {
        "IN_SYNC" => "IN_SYNC".green().to_string(),
        "NOT_CHECKED" => return field(page, "drift", "never looked for"),
        status => inline(status).yellow().to_string(),
    };
    let ago = drift.checked_seconds.map(|seconds| format!(", looked for {} ago", age(seconds)));
    field(page, "drift", format_args!("{status}{}", ago.unwrap_or_default()));
}

/// Writes a line with its label.
pub(super) fn field(page: &mut Page, label: &str, value: impl std::fmt::Display) {
    page.line(format_args!("  {} {value}", format!("{label:<13}").dimmed()));
}

fn parts(page: &mut Page, label: &str, parts: &[Part]) {
    for (index, part) in parts.iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        field(
            page,
            label,
            format_args!("{} {}", painted(&format!("{:<10}", inline(&part.state))), inline(&part.logical_id)),
        );
        if let Some(reason) = &part.reason {
            field(page, "", inline(reason));
        }
    }
}

fn token(page: &mut Page, token: &Token) {
    let Some(used) = &token.version_in_use else {
        return field(page, "token", format_args!("secret {}", inline(&token.secret)));
    };
    let verdict = match &token.current_version {
        Some(current) if current == used => "the current one".green().to_string(),
        Some(_) => "not the newest: `deploy` takes it".yellow().to_string(),
        None => format!("its secret is {}", token.secret_state).red().to_string(),
    };
    field(page, "token", format_args!("version {}, {verdict}", inline(used)));
}

fn queue(page: &mut Page, queue: &Queue) {
    if !queue.is_there {
        return field(page, "dead letters", "the queue is MISSING".red());
    }
    let depth = match queue.depth {
        0 => "none".green().to_string(),
        1 => "1 message".yellow().to_string(),
        depth => format!("{depth} messages").yellow().to_string(),
    };
    let oldest =
        queue.oldest_seconds.map_or_else(String::new, |seconds| format!(", oldest {}", age(seconds)));
    field(page, "dead letters", format_args!("{depth}{oldest}"));
    if queue.has_policy {
        field(page, "queue policy", "EventBridge may write to the queue".green());
    } else {
        field(page, "queue policy", "MISSING: EventBridge cannot write to the queue".red());
    }
}

/// Writes an age in its two largest units.
fn age(seconds: u64) -> String {
    let units = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m")];
    let all = units.into_iter().chain([(seconds % 60, "s")]);
    let told: Vec<String> = all
        .skip_while(|(amount, unit)| *amount == 0 && *unit != "s")
        .take(2)
        .map(|(amount, unit)| format!("{amount}{unit}"))
        .collect();
    told.join(" ")
}

fn painted(state: &str) -> String {
    match state.trim_end() {
        "ENABLED" | "ACTIVE" | "AUTHORIZED" => state.green().to_string(),
        text if text.ends_with("_IN_PROGRESS") || text.ends_with("ING") => state.cyan().to_string(),
        text if text.ends_with("_COMPLETE") && !text.contains("ROLLBACK") => state.green().to_string(),
        text if text.ends_with("_COMPLETE") => state.yellow().to_string(),
        _ => state.red().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_at_most_two_units() {
        assert_eq!(age(0), "0s");
        assert_eq!(age(59), "59s");
        assert_eq!(age(3_661), "1h 1m");
        assert_eq!(age(90_061), "1d 1h");
    }
}

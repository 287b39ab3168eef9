//! The explanation of an event for a person: a row per rule, those that match first.

use owo_colors::OwoColorize as _;
use unicode_width::UnicodeWidthStr as _;

use super::{Explained, ExplainedRule};
use crate::commands::put_event::show_request;
use crate::model::explain::{End, TargetExplanation, TargetKind};
use crate::model::pattern::{FieldExplanation, Part};
use crate::ui::{Page, clean};

/// The columns of a page.
const WIDTH: usize = 80;

/// The most characters of a reason; the JSON has all.
const LONGEST: usize = 240;

/// The fields of every event; a rule that refuses one of them is about other events.
const ENVELOPE: [&str; 2] = ["detail-type", "source"];

/// Writes the explanation.
pub(super) fn write(explained: &Explained, page: &mut Page) {
    let rules = &explained.rules;
    let names = rules.iter().map(|rule| rule.explanation.rule.width()).max().unwrap_or_default();
    if explained.dropped {
        let lost = "lost".red().bold().to_string();
        page.line(format_args!("{lost} no rule matches: EventBridge drops the event without a trace"));
    }
    let mut ordered: Vec<&ExplainedRule> = rules.iter().collect();
    ordered.sort_by_key(|rule| (!rule.explanation.delivers(), !rule.explanation.matched));
    for rule in ordered {
        row(rule, names, page);
    }
    if let Some(disagreement) = explained.disagreement {
        let count = rules.len();
        if disagreement {
            page.line(format_args!("{} AWS disagrees: see the rules marked so", "differs".red().bold()));
        } else {
            page.line(format_args!("{} AWS says the same of all {count} rules", "agrees".green().bold()));
        }
    }
    let shows_event = |target: &TargetExplanation| target.body == explained.event;
    let shown = rules.iter().flat_map(|rule| &rule.explanation.targets).any(shows_event);
    if shown && explained.made_up.iter().any(|member| member == "id") {
        page.note("the id and time of the event are made up: EventBridge gives it its own");
    }
}

fn row(rule: &ExplainedRule, names: usize, page: &mut Page) {
    let explanation = &rule.explanation;
    let (verdict, mut lines) = match (explanation.matched, explanation.enabled) {
        (true, true) => ("yes".green().bold().to_string(), ends(&explanation.targets)),
        (true, false) => ("off".yellow().to_string(), vec!["matches, but the rule is disabled".to_owned()]),
        (false, _) => ("no ".dimmed().to_string(), reasons(rule)),
    };
    if rule.disagrees() {
        let says = if rule.aws == Some(true) { "yes" } else { "no" };
        lines.push(format!("AWS says {says}"));
    }
    let name = &explanation.rule;
    let indent = names + 7;
    let room = WIDTH.saturating_sub(indent).max(20);
    let mut wrapped = lines.iter().flat_map(|line| wrap(line, room));
    let first = wrapped.next().unwrap_or_default();
    let pad = names - name.width();
    page.line(format_args!("{name}{:pad$}  {verdict}  {first}", "").to_string().trim_end());
    for line in wrapped {
        page.line(format_args!("{:indent$}{line}", ""));
    }
    for target in &explanation.targets {
        match &target.request {
            Some(request) => show_request(page, &request.message),
            None => show_request(page, &target.body),
        }
    }
}

/// Where the event ends, target by target.
fn ends(targets: &[TargetExplanation]) -> Vec<String> {
    if targets.is_empty() {
        return vec!["→ nowhere: the rule has no target".to_owned()];
    }
    targets.iter().map(end).collect()
}

fn end(target: &TargetExplanation) -> String {
    match (&target.end, target.kind) {
        (End::DeadLetterQueue { reason: None, .. }, _) => "→ dead-letter queue".to_owned(),
        (End::DeadLetterQueue { reason: Some(reason), code, .. }, _) => {
            let code = code.as_deref().unwrap_or_default();
            format!("→ dead-letter queue, not {}: {} ({code})", target.name, shorten(reason))
        }
        (End::Nowhere { reason }, _) => format!("→ nowhere, not {}: {}", target.name, shorten(reason)),
        (End::Called, _) => format!("→ Momento ({})", target.name),
        (End::Handed, TargetKind::Queue) => format!("→ queue {}", target.name),
        (End::Handed, _) => format!("→ {}", target.name),
    }
}

/// Why a rule does not match, a line per field; of a rule for other events only that.
fn reasons(rule: &ExplainedRule) -> Vec<String> {
    let explanation = &rule.explanation;
    let fields: Vec<&FieldExplanation> = explanation
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Field(field) if !field.matched => Some(field),
            _ => None,
        })
        .collect();
    let envelope: Vec<_> = fields
        .iter()
        .filter(|field| ENVELOPE.contains(&field.path.as_str()))
        .map(|field| reason(field))
        .collect();
    if !envelope.is_empty() {
        return envelope;
    }
    let mut lines: Vec<String> = fields.into_iter().map(reason).collect();
    if lines.is_empty() {
        lines.extend(explanation.parts.iter().flat_map(alternatives));
    }
    lines.extend(explanation.note.as_deref().map(shorten));
    lines
}

/// Why no branch of a `$or` matches: the first field that says no, of each.
fn alternatives(part: &Part) -> Vec<String> {
    let Part::Any { matched: false, branches } = part else { return Vec::new() };
    let mut lines = vec![format!("none of the {} alternatives of $or:", branches.len())];
    for branch in branches {
        let refusal = branch.iter().flat_map(Part::refusals).next();
        lines.extend(refusal.map(|field| format!("- {}", reason(field))));
    }
    lines
}

fn reason(field: &FieldExplanation) -> String {
    shorten(&format!("{} {}", field.path, field.reason))
}

fn shorten(text: &str) -> String {
    let text = clean(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// Breaks a text at spaces into lines of at most `room` columns; longer words stay whole.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut width = 0;
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width + 1 + word.width() <= room => {
                line.push(' ');
                line.push_str(word);
                width += 1 + word.width();
            }
            _ => {
                width = word.width();
                lines.push(word.to_owned());
            }
        }
    }
    lines
}

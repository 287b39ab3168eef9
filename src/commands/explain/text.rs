//! The explanation of an event for a person: a row per rule, those that match first.

use owo_colors::OwoColorize as _;
use unicode_width::UnicodeWidthStr as _;

use super::{Explained, ExplainedRule};
use crate::commands::put_event::show_request;
use crate::model::explain::{End, RuleExplanation, TargetExplanation, TargetKind};
use crate::model::json::Json;
use crate::model::pattern::{FieldExplanation, Part};
use crate::ui::{Page, inline};

/// The columns of a page.
const WIDTH: usize = 80;

/// The most characters of a reason; the JSON has all.
const LONGEST: usize = 240;

/// The longest pattern of a field, in bytes, that a reason shows.
const SHORT: usize = 60;

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
    ordered.sort_by_key(|rule| {
        let explanation = &rule.explanation;
        (!explanation.delivers(), !explanation.matched, foreign(explanation).is_some())
    });
    for rule in ordered {
        row(rule, names, page);
    }
    if explained.disagreement.is_some() {
        let (all, other) = (rules.len(), rules.iter().filter(|rule| rule.disagrees()).count());
        if other == 0 {
            page.line(format_args!("{} AWS says the same of all {all} rules", "agrees".green().bold()));
        } else {
            let differs = "differs".red().bold().to_string();
            page.line(format_args!("{differs} AWS says something else of {other} of {all} rules"));
        }
    }
    if explained.deployed {
        let Explained { bus, region, .. } = explained;
        page.note(format_args!(
            "these are the rules of the bus {bus} of the local cloud in {region}, as they are now"
        ));
    }
    let shows_event = |target: &TargetExplanation| target.body == explained.event;
    let shown = rules.iter().flat_map(|rule| &rule.explanation.targets).any(shows_event);
    if shown && explained.made_up.iter().any(|member| member == "id") {
        page.note("its id and time are made up: EventBridge gives each event its own");
    }
}

fn row(rule: &ExplainedRule, names: usize, page: &mut Page) {
    let explanation = &rule.explanation;
    let (verdict, mut lines) = match (explanation.matched, explanation.enabled) {
        (true, true) => ("yes".green().bold().to_string(), ends(explanation)),
        (true, false) => ("off".yellow().to_string(), vec!["matches, but the rule is disabled".to_owned()]),
        (false, _) => ("no ".dimmed().to_string(), reasons(explanation)),
    };
    if rule.disagrees() {
        let says = if rule.aws == Some(true) { "yes" } else { "no" };
        lines.push(format!("AWS says {says}"));
    }
    let name = &explanation.rule;
    let indent = names + 6;
    let room = WIDTH.saturating_sub(indent).max(20);
    let mut wrapped = lines.iter().flat_map(|line| wrap(line, room));
    let first = wrapped.next().unwrap_or_default();
    let pad = names - name.width();
    page.line(format_args!("{name}{:pad$}  {verdict} {first}", "").to_string().trim_end());
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

/// Where the event ends, target by target, and which alternatives of a `$or` took it there.
fn ends(explanation: &RuleExplanation) -> Vec<String> {
    let mut lines = Vec::new();
    for target in &explanation.targets {
        lines.push(end(target));
        lines.extend(target.note.clone());
    }
    if lines.is_empty() {
        lines.push("→ nowhere: the rule has no target".to_owned());
    }
    lines.extend(explanation.parts.iter().flat_map(matching_alternatives));
    lines
}

fn matching_alternatives(part: &Part) -> Vec<String> {
    let Part::Any { branches, .. } = part else { return Vec::new() };
    let matching = branches.iter().filter(|branch| branch.iter().all(Part::matched));
    let fields = matching.map(|branch| {
        let fields = branch.iter().filter_map(|part| match part {
            Part::Field(field) => {
                let reason = field.reason.trim_end_matches(", as wanted");
                Some(shorten(&format!("{} {reason}", field.path)))
            }
            Part::Any { .. } => None,
        });
        format!("because {}", fields.collect::<Vec<_>>().join(" and "))
    });
    fields.collect()
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
fn reasons(explanation: &RuleExplanation) -> Vec<String> {
    let mut lines: Vec<String> = match foreign(explanation) {
        Some(field) => vec![reason(field)],
        None => refusing(explanation).map(reason).collect(),
    };
    if lines.is_empty() {
        lines.extend(explanation.parts.iter().flat_map(alternatives));
    }
    lines.extend(explanation.note.as_deref().map(shorten));
    lines
}

/// The field by which a rule is about other events: of another type, or else from others.
fn foreign(explanation: &RuleExplanation) -> Option<&FieldExplanation> {
    ENVELOPE.iter().find_map(|name| refusing(explanation).find(|field| field.path == *name))
}

/// The fields outside of a `$or` that say no.
fn refusing(explanation: &RuleExplanation) -> impl Iterator<Item = &FieldExplanation> {
    explanation.parts.iter().filter_map(|part| match part {
        Part::Field(field) if !field.matched => Some(field),
        _ => None,
    })
}

/// Why no branch of a `$or` matches: the first field that says no, of each.
fn alternatives(part: &Part) -> Vec<String> {
    let Part::Any { matched: false, branches } = part else { return Vec::new() };
    let mut lines = vec![format!("none of the {} alternatives of $or:", branches.len())];
    for branch in branches {
        let refusal =
            branch.iter().flat_map(Part::refusals).next().map(|field| format!("- {}", reason(field)));
        // Several alternatives may fail at one field for one reason.
        lines.extend(refusal.filter(|line| !lines.contains(line)));
    }
    lines
}

/// Why a field says no: with what it should hold where nothing else says that, and it is short.
fn reason(field: &FieldExplanation) -> String {
    let FieldExplanation { path, reason, wants, holds, .. } = field;
    let [held] = holds.as_slice() else { return shorten(&format!("{path} {reason}")) };
    if *reason != format!("holds {held}") {
        return shorten(&format!("{path} {reason}"));
    }
    let wanted = Json::parse(wants).ok();
    shorten(&match wanted.as_ref().map(|wanted| (literals(wanted), wanted.to_string())) {
        Some((Some(literals), _)) => format!("{path} is {held}, not {literals}"),
        Some((None, wants)) if wants.len() <= SHORT => format!("{path} holds {held}, wants {wants}"),
        _ => format!("{path} {reason}"),
    })
}

/// Returns the values that a field may hold, where the pattern names nothing but a few values.
fn literals(wanted: &Json) -> Option<String> {
    let Json::Array(items) = wanted else { return None };
    let is_plain = |item: &Json| !matches!(item, Json::Object(_) | Json::Array(_));
    let few = items.len() <= 4 && items.iter().all(is_plain);
    few.then(|| items.iter().map(Json::to_string).collect::<Vec<_>>().join(" or "))
}

fn shorten(text: &str) -> String {
    let text = inline(text);
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

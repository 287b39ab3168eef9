//! How checks look, and the exit code that they make.

use owo_colors::OwoColorize as _;
use unicode_width::UnicodeWidthStr as _;

use crate::commands::again::Again;
use crate::error::Kind;
use crate::model::doctor::{Check, Verdict, worst};
use crate::ui::{Page, clean, inline, table};

/// Makes the commands that checks name about the stack that was looked at.
pub fn about(checks: Vec<Check>, again: &Again) -> Vec<Check> {
    let checks = checks.into_iter().map(|check| Check {
        evidence: again.complete(&check.evidence),
        treatment: check.treatment.map(|treatment| again.complete(&treatment)),
        ..check
    });
    checks.collect()
}

/// Where treatments begin: after the longest verdict.
const MARGIN: usize = 9;

/// Shows the checks, one a line, each treatment below what it treats.
pub fn show(page: &mut Page, checks: &[Check]) {
    let rows: Vec<Vec<String>> = checks
        .iter()
        .map(|check| {
            let evidence = clean(&check.evidence).replace(['\n', '\t'], " ");
            vec![word(check.verdict).to_owned(), inline(&check.name).into_owned(), evidence]
        })
        .collect();
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0) + 2;
    let evidence_at = widest(0) + widest(1);
    for (line, check) in table::columns(&rows).into_iter().zip(checks) {
        let line = page.wrapped(&line, evidence_at, MARGIN);
        let word = word(check.verdict);
        let painted = match check.verdict {
            Verdict::Ok => word.green().to_string(),
            Verdict::Fail => word.red().bold().to_string(),
            Verdict::Warn => word.yellow().bold().to_string(),
            Verdict::Unknown | Verdict::Skipped => word.dimmed().to_string(),
        };
        page.line(line.replacen(word, &painted, 1));
        if let Some(treatment) = &check.treatment {
            let text = format!("{:MARGIN$}-> {}", "", inline(treatment));
            let text = page.wrapped(&text, MARGIN + 3, MARGIN + 3);
            page.line(text.replacen("->", &"->".cyan().to_string(), 1));
        }
        if let Some(document) = &check.document {
            let text = format!("{document:#}");
            text.lines().for_each(|line| page.line(format_args!("{:MARGIN$}{}", "", clean(line))));
        }
    }
}

/// Returns 5 when a check failed.
pub fn exit_code(checks: &[Check]) -> u8 {
    if worst(checks) == Verdict::Fail { Kind::Validation.exit_code() } else { 0 }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Skipped => "skipped",
        Verdict::Unknown => "unknown",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
    }
}

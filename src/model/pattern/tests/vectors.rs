//! Every row of the vectors, with a score.

use std::collections::HashSet;
use std::fmt::Write;

use super::super::{Pattern, parse_event};
use crate::model::json::Json;

/// Verdicts of AWS's open engine.
const ENGINE: &str = include_str!("../../../../tests/vectors/patterns.tsv");
/// Answers of AWS itself.
const AWS: &str = include_str!("../../../../tests/vectors/patterns-aws.tsv");

/// Answers as `TestEventPattern` does: the verdict, and the code and message of a refusal.
fn test_event_pattern(pattern: &str, event: &str) -> (String, String, String) {
    match parse_event(event) {
        Ok(_) => run(pattern, event),
        Err(invalid) => ("REJECTED".to_owned(), invalid.code().to_owned(), invalid.to_string()),
    }
}

/// Runs a pattern on an event; returns the verdict, and the code and message of a refusal.
fn run(pattern: &str, event: &str) -> (String, String, String) {
    match Pattern::parse(pattern) {
        Ok(pattern) => {
            (pattern.matches(&Json::parse(event).unwrap()).to_string(), "Success".to_owned(), String::new())
        }
        Err(invalid) => ("REJECTED".to_owned(), invalid.code().to_owned(), invalid.to_string()),
    }
}

fn report(name: &str, count: usize, differences: &[String]) {
    println!("{name}: {} of {count} rows hold", count - differences.len());
    let mut text = String::new();
    for difference in differences {
        writeln!(text, "{difference}").unwrap();
    }
    assert!(differences.is_empty(), "{name}: {} of {count} rows differ\n{text}", differences.len());
}

/// Returns the rows of AWS's answers: case, pattern, event, and the answer's verdict, code and message.
fn aws_rows() -> Vec<(&'static str, &'static str, String, [String; 3])> {
    let rows = AWS
        .lines()
        .skip(2)
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let rows = rows.map(|row| {
        let event = if row[3].is_empty() {
            format!(
                r#"{{"version":"0","id":"00000000-0000-4000-8000-000000000001","detail-type":"probe","source":"stackd.pattern.probe","account":"111111111111","time":"2026-09-13T00:00:00Z","region":"us-east-1","resources":[],"detail":{}}}"#,
                row[2]
            )
        } else {
            row[3].to_owned()
        };
        let message = match row[6] {
            "" => String::new(),
            text => Json::parse(text).unwrap().as_str().unwrap().to_owned(),
        };
        (row[0], row[1], event, [row[4].to_owned(), row[5].to_owned(), message])
    });
    rows.collect()
}

#[test]
fn aws_answers_hold() {
    let rows = aws_rows();
    let mut differences = Vec::new();
    for (case, pattern, event, [verdict, code, message]) in &rows {
        let ours = test_event_pattern(pattern, event);
        if (&ours.0, &ours.1, &ours.2) != (verdict, code, message) {
            differences.push(format!(
                "{case}\n  {pattern}\n  {event}\n  AWS:  {verdict} {code} {message}\n  ours: {ours:?}"
            ));
        }
    }
    report("patterns-aws.tsv", rows.len(), &differences);
}

#[test]
fn engine_verdicts_hold_where_aws_did_not_answer() {
    let answered: HashSet<(String, String)> =
        aws_rows().into_iter().map(|(_, pattern, event, _)| (pattern.to_owned(), event)).collect();
    let rows: Vec<Vec<&str>> =
        ENGINE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    let mut differences = Vec::new();
    for row in &rows {
        // AWS's own answers come first.
        if answered.contains(&(row[0].to_owned(), row[1].to_owned())) {
            continue;
        }
        let (verdict, _, message) = run(row[0], row[1]);
        let holds = match row[2].strip_prefix("REJECTED ") {
            Some(reason) => verdict == "REJECTED" && message.contains(reason),
            None => verdict == row[2],
        };
        if !holds {
            differences.push(format!(
                "{}\n  {}\n  engine: {}\n  ours:   {verdict} {message}",
                row[0], row[1], row[2]
            ));
        }
    }
    report("patterns.tsv", rows.len(), &differences);
}

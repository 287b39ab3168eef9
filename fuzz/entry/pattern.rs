//! Patterns: any text is read or refused, and all ways to decide an event agree.
//!
//! The input's first line is an event, the others are patterns.

use crate::model::json::Json;
use crate::model::pattern::{Pattern, RuleSet, parse_event};

/// How many patterns of an input are looked at.
const PATTERNS: usize = 8;

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let event = lines.next().unwrap_or_default();
    let _ = parse_event(event).map_err(|error| (error.code(), error.to_string()));
    let event = Json::parse(event).ok();
    let patterns: Vec<Pattern> = lines.take(PATTERNS).filter_map(read).collect();
    if let Some(event) = event {
        decide(&patterns, &event);
        decide(&patterns, &Json::Object(vec![("detail".to_owned(), event)]));
    }
}

/// Reads a pattern; what is refused has a code and a reason.
fn read(text: &str) -> Option<Pattern> {
    match Pattern::parse(text) {
        Ok(pattern) => {
            assert_eq!(pattern.as_str(), text);
            Some(pattern)
        }
        Err(error) => {
            assert!(!error.code().is_empty() && !error.to_string().is_empty());
            None
        }
    }
}

/// Decides an event by each pattern, by its explanation, and by a set of all, whole and with one taken out.
fn decide(patterns: &[Pattern], event: &Json) {
    let mut set = RuleSet::new();
    let mut expected = Vec::new();
    for (key, pattern) in patterns.iter().enumerate() {
        let matched = pattern.matches(event);
        let explanation = pattern.explain(event);
        assert_eq!(explanation.matched, matched, "explained otherwise: {}", pattern.as_str());
        let says_why = !explanation.refusals().is_empty() || explanation.note.is_some();
        assert!(matched || says_why, "no reason: {}", pattern.as_str());
        set.insert(key, pattern.clone());
        if matched {
            expected.push(key);
        }
    }
    assert_eq!(found(&set, event), expected, "the set decides otherwise");
    set.remove(&0);
    expected.retain(|key| *key != 0);
    assert_eq!(found(&set, event), expected, "the set decides otherwise after a removal");
}

fn found(set: &RuleSet<usize>, event: &Json) -> Vec<usize> {
    let mut found: Vec<usize> = set.matches(event).copied().collect();
    found.sort_unstable();
    found
}

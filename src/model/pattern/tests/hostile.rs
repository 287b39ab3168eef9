//! Inputs made to be slow: work is counted in steps, not in seconds.

use std::fmt::Write;

use super::super::consistency::Decision;
use super::super::text::Wildcard;
use super::super::{MAX_LENGTH, Pattern};
use super::matches;
use crate::model::json::{Json, MAX_DEPTH};

/// Returns the verdict and the steps that the search for array elements took.
fn steps(pattern: &Pattern, event: &str) -> (bool, usize) {
    let event = Json::parse(event).unwrap();
    let fields = pattern.paths.read(&event);
    let mut decision = Decision::new(&fields, &pattern.fields, &pattern.numbers, pattern.clauses.len());
    let before = decision.steps();
    let verdict = pattern.clauses.iter().any(|clause| decision.satisfies(clause));
    (verdict, before - decision.steps())
}

fn grows_with_the_event(pattern: &str, event: impl Fn(usize) -> String) {
    let pattern = Pattern::parse(pattern).unwrap();
    let (_, small) = steps(&pattern, &event(500));
    let (_, large) = steps(&pattern, &event(5000));
    assert!(large <= 12 * small + 1000, "10 times the event took {large} steps instead of {small}");
}

fn repeat(count: usize, each: impl Fn(usize) -> String) -> String {
    (0..count).map(each).collect::<Vec<_>>().join(",")
}

#[test]
fn arrays_of_objects_cost_their_size() {
    grows_with_the_event(r#"{"v":{"a":[1],"b":[2],"c":[3]}}"#, |count| {
        format!(r#"{{"v":[{}]}}"#, repeat(count, |_| r#"{"a":1,"b":2,"c":0}"#.to_owned()))
    });
    grows_with_the_event(r#"{"v":{"a":[1],"b":[{"exists":false}]}}"#, |count| {
        format!(r#"{{"v":[{}]}}"#, repeat(count, |_| r#"{"a":1,"b":2}"#.to_owned()))
    });
}

#[test]
fn independent_arrays_cost_their_sum() {
    grows_with_the_event(r#"{"u":{"a":[1],"b":[1]},"v":{"a":[1],"b":[1]},"w":{"a":[1],"b":[0]}}"#, |count| {
        let items = repeat(count, |_| r#"{"a":1,"b":1}"#.to_owned());
        format!(r#"{{"u":[{items}],"v":[{items}],"w":[{items}]}}"#)
    });
}

#[test]
fn entangled_arrays_end_at_the_bound() {
    // Each of 24 arrays, reached under one name, offers one of two fields; no choice satisfies all.
    let event = format!(
        "{{{}}}",
        repeat(24, |index| format!(r#""v":[{{"k{}":1}},{{"k{}":1}}]"#, index % 12, (index + 1) % 12))
    );
    let wants = repeat(12, |index| format!(r#""k{index}":[1]"#));
    let pattern = Pattern::parse(&format!(
        r#"{{"v":{{{wants},"never":[{{"exists":true}},{{"exists":false}}]}},"w":[1]}}"#
    ))
    .unwrap();
    let (verdict, _) = steps(&pattern, &event);
    assert!(!verdict);
    assert!(!pattern.matches(&Json::parse(&event).unwrap()));
}

#[test]
fn nested_arrays_of_the_deepest_event_are_no_danger() {
    let mut event = String::from("{\"v\":");
    for _ in 0..MAX_DEPTH - 2 {
        event.push_str("[{\"a\":1},");
    }
    event.push_str("{\"b\":1}");
    event.push_str(&"]".repeat(MAX_DEPTH - 2));
    event.push('}');
    assert!(matches(r#"{"v":{"b":[1]}}"#, &event));
    assert!(!matches(r#"{"v":{"a":[1],"b":[1]}}"#, &event));
}

#[test]
fn the_deepest_pattern_is_read() {
    let depth = MAX_LENGTH / 6;
    let text = format!("{}[1]{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let event = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    assert!(matches(&text, &event));
    assert!(Pattern::parse(&r#"{"a":"#.repeat(depth)).is_err());
    assert!(Pattern::parse(&"[".repeat(MAX_LENGTH)).is_err());
}

#[test]
fn wildcards_of_many_stars_are_linear() {
    let wildcard = Wildcard::parse(&"*a".repeat(2000)).unwrap();
    assert!(!wildcard.matches(&format!("{}b", "a".repeat(250_000))));
    assert!(wildcard.matches(&"a".repeat(250_000)));
    let wildcard = Wildcard::parse(&format!("*{}b*", "a".repeat(2000))).unwrap();
    assert!(!wildcard.matches(&"a".repeat(250_000)));
}

#[test]
fn wide_objects_are_read_once() {
    let mut text = String::from("{");
    for index in 0..50_000 {
        write!(text, "\"k{index}\":{index},").unwrap();
    }
    text.push_str("\"last\":1}");
    assert!(matches(r#"{"last":[1],"k49999":[{"numeric":[">",1]}]}"#, &text));
}

#[test]
fn many_clauses_look_at_a_value_once() {
    let groups = repeat(9, |group| format!(r#""g{group}":{{"$or":[{{"v":["x"]}},{{"v":["y"]}}]}}"#));
    let event = repeat(9, |group| format!(r#""g{group}":[{}]"#, repeat(2000, |_| r#"{"v":"z"}"#.to_owned())));
    assert!(!matches(&format!("{{{groups}}}"), &format!("{{{event}}}")));
}

//! Sets of patterns.

use super::super::{Pattern, RuleSet};
use crate::model::json::Json;

fn parse(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

fn found(set: &RuleSet<&'static str>, event: &str) -> Vec<&'static str> {
    set.matches(&Json::parse(event).unwrap()).copied().collect()
}

#[test]
fn finds_each_pattern_once() {
    let mut set = RuleSet::new();
    set.insert("text", parse(r#"{"a":["x","y"]}"#));
    set.insert("or", parse(r#"{"$or":[{"a":["x"]},{"b":[1]}]}"#));
    set.insert("absent", parse(r#"{"c":[{"exists":false}]}"#));
    set.insert("prefix", parse(r#"{"a":[{"prefix":"x"},{"suffix":"z"}]}"#));
    set.insert("wildcard", parse(r#"{"a":[{"wildcard":"x*"},null]}"#));
    set.insert("number", parse(r#"{"b":[1.0,{"numeric":[">",5]}]}"#));
    assert_eq!(
        found(&set, r#"{"a":["x","y"],"b":1}"#),
        ["text", "or", "absent", "prefix", "wildcard", "number"]
    );
    assert_eq!(found(&set, r#"{"a":"yz","b":1e0,"c":1}"#), ["or", "prefix", "number"]);
    assert_eq!(found(&set, r#"{"a":null,"c":null}"#), ["wildcard"]);
    assert_eq!(found(&set, "[]"), [""; 0]);
}

#[test]
fn replaces_and_removes() {
    let mut set = RuleSet::new();
    assert!(set.is_empty() && set.insert("one", parse(r#"{"a":["x"]}"#)).is_none());
    let before = set.insert("one", parse(r#"{"a":["y"]}"#)).unwrap();
    assert_eq!(before.as_str(), r#"{"a":["x"]}"#);
    assert_eq!(found(&set, r#"{"a":"x"}"#), [""; 0]);
    assert_eq!(found(&set, r#"{"a":"y"}"#), ["one"]);
    assert_eq!(set.get(&"one").unwrap().as_str(), r#"{"a":["y"]}"#);
    assert!(set.remove(&"one").is_some() && set.remove(&"one").is_none() && set.is_empty());
    assert_eq!(found(&set, r#"{"a":"y"}"#), [""; 0]);
}

#[test]
fn survives_many_changes() {
    let mut set = RuleSet::new();
    for round in 0..500 {
        set.insert("changing", parse(&format!(r#"{{"field{round}":["x"]}}"#)));
        set.insert("staying", parse(r#"{"a":["x"]}"#));
    }
    assert_eq!(set.len(), 2);
    assert_eq!(found(&set, r#"{"a":"x","field499":"x","field498":"x"}"#).len(), 2);
    assert!(set.paths.count() < 200, "{}", set.paths.count());
}

#[test]
fn wakes_only_what_an_event_may_match() {
    let mut set = RuleSet::new();
    for number in 0..10_000 {
        let pattern = match number % 4 {
            0 => format!(r#"{{"source":["shop"],"detail-type":["type{number}"]}}"#),
            1 => format!(r#"{{"source":["shop"],"detail":{{"id":[{number}]}}}}"#),
            2 => format!(r#"{{"source":["shop"],"detail":{{"name":[{{"prefix":"name{number}/"}}]}}}}"#),
            _ => format!(
                r#"{{"source":["shop"],"detail":{{"name":[{{"wildcard":"*.{number}"}}],"kind":["kind{number}"]}}}}"#
            ),
        };
        set.insert(number, parse(&pattern));
    }
    let event = r#"{"source":"shop","detail-type":"type400","detail":{"id":401,"name":"name402/x.403","kind":"kind403"}}"#;
    let event = Json::parse(event).unwrap();
    let awake = set.anchors.wake(&set.paths.read(&event)).len();
    assert!(awake <= 8, "{awake} of 10,000 patterns were looked at");
    assert_eq!(set.matches(&event).copied().collect::<Vec<_>>(), [400, 401, 402, 403]);
}

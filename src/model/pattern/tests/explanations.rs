//! What an explanation says.

use super::super::{Explanation, Part, Pattern};
use crate::model::json::Json;

fn explain(pattern: &str, event: &str) -> Explanation {
    Pattern::parse(pattern).unwrap().explain(&Json::parse(event).unwrap())
}

/// Explains the one field that said no.
fn refusal(pattern: &str, event: &str) -> String {
    let explanation = explain(pattern, event);
    let [field] = explanation.refusals()[..] else {
        panic!("{explanation:?}");
    };
    format!("{} {}; wants {}", field.path, field.reason, field.wants)
}

#[test]
fn names_the_field_that_said_no() {
    let pattern = r#"{"source":["shop"],"detail":{"key":[{"exists":true}],"key_base64":[{"exists":false}],"ttl":[{"numeric":[">",0]}]}}"#;
    for (event, expected) in [
        (
            r#"{"source":"Shop","detail":{"key":"k","ttl":1}}"#,
            r#"source holds "Shop", which differs in case; wants ["shop"]"#,
        ),
        (r#"{"source":"shop","detail":{"ttl":1}}"#, r#"detail.key is absent; wants [{"exists":true}]"#),
        (
            r#"{"source":"shop","detail":{"key":"k","key_base64":"aw==","ttl":1}}"#,
            r#"detail.key_base64 is present, and should be absent; wants [{"exists":false}]"#,
        ),
        (
            r#"{"source":"shop","detail":{"key":"k","ttl":"60"}}"#,
            r#"detail.ttl holds "60", a string: the pattern wants a number; wants [{"numeric":[">",0]}]"#,
        ),
        (
            r#"{"source":"shop","detail":{"key":{"a":1},"ttl":1}}"#,
            r#"detail.key is an object, and the pattern asks for a value; wants [{"exists":true}]"#,
        ),
        (
            r#"{"source":["a","b"],"detail":{"key":"k","ttl":1}}"#,
            r#"source holds 2 values, none of which is wanted; wants ["shop"]"#,
        ),
    ] {
        assert_eq!(refusal(pattern, event), expected);
    }
}

#[test]
fn explains_each_branch_of_an_or() {
    let explanation = explain(r#"{"$or":[{"a":[1]},{"b":[2],"c":[3]}]}"#, r#"{"a":0,"b":2}"#);
    let [Part::Any { matched: false, branches }] = &explanation.parts[..] else {
        panic!("{explanation:?}");
    };
    assert_eq!(
        branches.iter().map(|parts| parts.iter().map(Part::matched).collect()).collect::<Vec<Vec<bool>>>(),
        [vec![false], vec![true, false]]
    );
    assert_eq!(explanation.refusals().iter().map(|field| &*field.path).collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn says_when_only_the_arrays_disagree() {
    let explanation = explain(r#"{"v":{"a":[1],"b":[2]}}"#, r#"{"v":[{"a":1},{"b":2}]}"#);
    assert!(!explanation.matched && explanation.refusals().is_empty());
    assert!(explanation.note.unwrap().contains("keeps the fields of one element together"));
    let explanation = explain(r#"{"v":[0],"v":[1]}"#, r#"{"v":1}"#);
    assert!(explanation.matched && explanation.note.unwrap().contains("does not count"));
    assert_eq!(explain(r#"{"v":[1]}"#, "1").note.as_deref(), Some("an event is a JSON object"));
}

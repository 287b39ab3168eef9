//! Promises that hold for every input.

use proptest::prelude::*;

use super::super::fields::{Element, Fields, ROOT};
use super::super::text::Wildcard;
use super::super::{Pattern, RuleSet};
use crate::model::json::Json;

/// Texts over few characters, so that they meet.
const FEW: &str = "[ab\"*\\\\éß0]{0,6}";

/// Any JSON of few names and values, with arrays.
fn event() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        "(-?[0-3](\\.[05])?|1e400|9007199254740993)".prop_map(|text| Json::Number(text.into())),
        prop_oneof![FEW.boxed(), "(10\\.0\\.0\\.[01]|::1|1:2)".boxed()].prop_map(Json::String),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::vec(("(a|b|c|a\\.b)", inner), 0..4).prop_map(Json::Object),
        ]
    });
    prop::collection::vec(("(a|b|c|a\\.b)", value), 0..4).prop_map(Json::Object)
}

/// A list that a pattern may want of a field.
fn list() -> impl Strategy<Value = String> {
    let quoted = || FEW.prop_map(|text| Json::String(text).to_string());
    let alternative = prop_oneof![
        quoted(),
        Just("null".to_owned()),
        Just("true".to_owned()),
        "[0-3]",
        Just("9007199254740993".to_owned()),
        Just("\"10.0.0.1\"".to_owned()),
        any::<bool>().prop_map(|exists| format!(r#"{{"exists":{exists}}}"#)),
        ("(prefix|suffix|equals-ignore-case)", quoted())
            .prop_map(|(name, text)| format!(r#"{{"{name}":{text}}}"#)),
        ("(prefix|suffix)", quoted())
            .prop_map(|(name, text)| format!(r#"{{"{name}":{{"equals-ignore-case":{text}}}}}"#)),
        Just(r#"{"wildcard":"a*b"}"#.to_owned()),
        quoted().prop_map(|text| format!(r#"{{"anything-but":{text}}}"#)),
        Just(r#"{"anything-but":[1,2]}"#.to_owned()),
        Just(r#"{"anything-but":{"prefix":["a","0"]}}"#.to_owned()),
        Just(r#"{"numeric":[">",0,"<=",2]}"#.to_owned()),
        Just(r#"{"cidr":"10.0.0.0/31"}"#.to_owned()),
    ];
    prop::collection::vec(alternative, 1..3).prop_map(|all| format!("[{}]", all.join(",")))
}

/// A pattern that AWS takes.
fn pattern() -> impl Strategy<Value = String> {
    let object = |member: BoxedStrategy<String>| {
        prop::collection::vec(("(a|b|c|a\\.b)", member), 1..4).prop_map(|members| {
            let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", members.join(","))
        })
    };
    let nested =
        object(prop_oneof![3 => list().boxed(), 1 => object(list().boxed()).boxed()].boxed()).boxed();
    prop_oneof![
        nested.clone(),
        (nested.clone(), nested.clone()).prop_map(|(left, right)| format!(r#"{{"$or":[{left},{right}]}}"#)),
        (list(), nested.clone(), nested)
            .prop_map(|(list, left, right)| { format!(r#"{{"c":{list},"b":{{"$or":[{left},{right}]}}}}"#) }),
    ]
}

/// A wildcard text against a text, decided by trying everything.
fn wildcard_by_trying(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=text.len()).any(|taken| wildcard_by_trying(rest, &text[taken..])),
        (['\\', escaped, rest @ ..], [first, others @ ..]) => {
            escaped == first && wildcard_by_trying(rest, others)
        }
        ([wanted, rest @ ..], [first, others @ ..]) => wanted == first && wildcard_by_trying(rest, others),
        _ => false,
    }
}

/// A pattern against an event, decided by trying every value of every field in the order of the paths, as AWS's engine does.
fn by_trying(pattern: &Pattern, event: &Json) -> bool {
    let fields = pattern.paths.read(event);
    pattern.clauses.iter().any(|clause| try_fields(pattern, &fields, clause, &[]))
}

/// Takes the chosen elements as pairs of array and element.
fn try_fields(pattern: &Pattern, fields: &Fields<'_>, clause: &[usize], chosen: &[(u32, u32)]) -> bool {
    let [first, rest @ ..] = clause else {
        return true;
    };
    let test = &pattern.fields[*first].test;
    let with = |element: u32| {
        let mut chosen = chosen.to_vec();
        let mut at = element;
        while at != ROOT {
            let Element { parent, array } = fields.elements[at as usize];
            if chosen.iter().any(|(other, element)| *other == array && *element != at) {
                return None;
            }
            chosen.push((array, at));
            at = parent;
        }
        Some(chosen)
    };
    let entries = fields.of(pattern.numbers[*first]);
    let absent = test.allows_absence() && entries.iter().all(|entry| with(entry.element).is_none());
    absent && try_fields(pattern, fields, rest, chosen)
        || entries
            .iter()
            .filter(|entry| test.matches(entry.value))
            .any(|entry| with(entry.element).is_some_and(|chosen| try_fields(pattern, fields, rest, &chosen)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Pattern::parse(&text);
        let _ = Json::parse(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = Pattern::parse(&text);
        let _ = Json::parse(&text);
    }

    #[test]
    fn a_damaged_pattern_is_read_or_refused(text in pattern(), at in any::<prop::sample::Index>(), patch in "[\\[\\]{}\",:0a]{0,2}", cut in 0_usize..3) {
        let mut characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        let end = (at + cut).min(characters.len());
        characters.splice(at..end, patch.chars());
        let text: String = characters.into_iter().collect();
        if let Ok(pattern) = Pattern::parse(&text) {
            pattern.matches(&Json::Object(Vec::new()));
        }
    }

    #[test]
    fn wildcards_match_what_trying_everything_finds(pattern in "[ab*\\\\]{0,8}", text in "[ab*\\\\]{0,10}") {
        if let Ok(wildcard) = Wildcard::parse(&pattern) {
            let (pattern, characters): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(wildcard.matches(&text), wildcard_by_trying(&pattern, &characters));
        }
    }

    #[test]
    fn patterns_match_what_trying_everything_finds(text in pattern(), event in event()) {
        let pattern = Pattern::parse(&text).unwrap();
        prop_assert_eq!(pattern.matches(&event), by_trying(&pattern, &event));
    }

    #[test]
    fn explanations_agree_with_the_verdict(text in pattern(), event in event()) {
        let pattern = Pattern::parse(&text).unwrap();
        let explanation = pattern.explain(&event);
        prop_assert_eq!(explanation.matched, pattern.matches(&event));
        let says_why = !explanation.refusals().is_empty() || explanation.note.is_some();
        prop_assert!(explanation.matched || says_why);
    }

    #[test]
    fn a_set_finds_what_each_pattern_finds(
        texts in prop::collection::vec(pattern(), 1..12),
        removed in prop::collection::vec(0_usize..12, 0..6),
        events in prop::collection::vec(event(), 1..4),
    ) {
        let mut set = RuleSet::new();
        let mut all: Vec<Option<Pattern>> = Vec::new();
        for (key, text) in texts.iter().enumerate() {
            let pattern = Pattern::parse(text).unwrap();
            set.insert(key, pattern.clone());
            all.push(Some(pattern));
        }
        for key in removed {
            prop_assert_eq!(set.remove(&key).is_some(), all.get_mut(key).is_some_and(|pattern| pattern.take().is_some()));
        }
        for event in &events {
            let mut found: Vec<usize> = set.matches(event).copied().collect();
            found.sort_unstable();
            let expected = all.iter().enumerate().filter(|(_, pattern)| pattern.as_ref().is_some_and(|pattern| pattern.matches(event)));
            prop_assert_eq!(found, expected.map(|(key, _)| key).collect::<Vec<_>>());
        }
    }

    #[test]
    fn json_comes_out_as_it_went_in(event in event()) {
        let text = event.to_string();
        prop_assert_eq!(Json::parse(&text).unwrap(), event);
    }
}

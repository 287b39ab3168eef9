//! Every event with one of our detail-types matches exactly one rule of the rendered stack.
//!
//! The matcher here knows just the operators of our patterns, so that the patterns are held against a
//! second reading of EventBridge's rules. `contract.tsv` is for any matcher.

use super::*;
use crate::model::json::Json;
use crate::model::yaml::{Document, Node};

/// Returns the ids and patterns of the rules of a stack.
fn rules(definition: &Definition) -> Vec<(String, Json)> {
    let document = Document::parse(&render(definition, Variant::Managed).unwrap()).unwrap();
    let resources = document.root.get("Resources").and_then(Node::entries).unwrap();
    resources
        .iter()
        .filter(|(_, node)| node.get("Type").and_then(Node::scalar) == Some("AWS::Events::Rule"))
        .map(|(id, node)| {
            let pattern = node.get("Properties").unwrap().get("EventPattern").unwrap();
            let text = pattern.scalar().map_or_else(|| json::value(pattern).to_string(), str::to_owned);
            assert!(text.len() <= 2048, "{id:?}");
            (id.scalar().unwrap().to_owned(), Json::parse(&text).unwrap())
        })
        .collect()
}

fn matching<'a>(rules: &'a [(String, Json)], detail_type: &str, source: &str, detail: &str) -> Vec<&'a str> {
    let event = format!(r#"{{"detail-type":"{detail_type}","source":"{source}","detail":{detail}}}"#);
    let event = Json::parse(&event).unwrap();
    rules.iter().filter(|(_, pattern)| matches(pattern, Some(&event))).map(|(id, _)| id.as_str()).collect()
}

fn matches(pattern: &Json, event: Option<&Json>) -> bool {
    let Json::Object(members) = pattern else { panic!("{pattern}") };
    members.iter().all(|(name, wanted)| match wanted {
        Json::Array(branches) if name == "$or" => branches.iter().any(|branch| matches(branch, event)),
        Json::Array(tests) => {
            let mut leaves = Vec::new();
            collect(event.and_then(|event| event.get(name)), &mut leaves);
            tests.iter().any(|test| holds(test, &leaves))
        }
        nested => matches(nested, event.and_then(|event| event.get(name))),
    })
}

/// Collects the scalars of a value: objects have none, arrays those of their items.
fn collect<'a>(value: Option<&'a Json>, leaves: &mut Vec<&'a Json>) {
    match value {
        None | Some(Json::Object(_)) => {}
        Some(Json::Array(items)) => items.iter().for_each(|item| collect(Some(item), leaves)),
        Some(scalar) => leaves.push(scalar),
    }
}

fn holds(test: &Json, leaves: &[&Json]) -> bool {
    let Json::Object(members) = test else { return leaves.contains(&test) };
    let (operator, operand) = &members[0];
    match (operator.as_str(), operand) {
        ("exists", Json::Bool(wanted)) => leaves.is_empty() != *wanted,
        ("anything-but", unwanted) => leaves.iter().any(|leaf| *leaf != unwanted),
        ("prefix", Json::String(prefix)) => {
            leaves.iter().any(|leaf| leaf.as_str().is_some_and(|text| text.starts_with(prefix)))
        }
        ("numeric", Json::Array(bounds)) => leaves.iter().any(|leaf| {
            number(leaf).is_some_and(|value| {
                bounds.chunks(2).all(|bound| {
                    let limit = number(&bound[1]).unwrap();
                    match bound[0].as_str() {
                        Some(">") => value > limit,
                        Some("<=") => value <= limit,
                        other => panic!("{other:?}"),
                    }
                })
            })
        }),
        other => panic!("{other:?}"),
    }
}

fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Number(text) => text.parse().ok(),
        _ => None,
    }
}

#[test]
fn the_matrix_holds() {
    let rules = rules(&Definition::parse(STACKS[0].1, "momento").unwrap());
    for row in include_str!("contract.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [detail_type, detail, expected] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let expected: &[&str] = if expected == "-" { &[] } else { &[expected] };
        assert_eq!(matching(&rules, detail_type, "any", detail), expected, "{row}");
    }
}

/// Every combination of what a field can hold, but for arrays of both good and bad items.
#[test]
fn every_event_matches_exactly_one_rule() {
    const TEXTS: [&str; 8] = ["", r#""""#, r#""x""#, "null", "7", "true", r#"{"x":1}"#, r#"["x","y"]"#];
    const TIMES: [&str; 13] =
        ["", r#""""#, r#""60""#, "null", "false", "{}", "[]", "-1", "0", "1e-5", "60", "86400", "86400.5"];
    let rules = rules(&Definition::parse(STACKS[0].1, "momento").unwrap());
    let mut delivered = 0;
    for cache in TEXTS {
        for key in TEXTS {
            for base64 in TEXTS {
                for ttl in TIMES {
                    for message in TEXTS {
                        for (detail_type, key_name) in
                            [("cacheSet", "key"), ("cacheDelete", "key"), ("topicPublish", "topicName")]
                        {
                            let fields = [
                                ("cacheName", cache),
                                (key_name, key),
                                ("key_base64", base64),
                                ("ttl", ttl),
                                ("message", message),
                            ];
                            let members: Vec<String> = fields
                                .iter()
                                .filter(|(_, value)| !value.is_empty())
                                .map(|(name, value)| format!("\"{name}\":{value}"))
                                .collect();
                            let detail = format!("{{{}}}", members.join(","));
                            let found = matching(&rules, detail_type, "any", &detail);
                            assert_eq!(found.len(), 1, "{detail_type} {detail} {found:?}");
                            delivered += usize::from(!found[0].contains("Rejected"));
                        }
                    }
                }
            }
        }
    }
    assert!(delivered > 1000, "{delivered}");
}

#[test]
fn a_source_filter_holds_for_every_rule() {
    let rules = rules(&Definition::parse(STACKS[2].1, "shop").unwrap());
    assert_eq!(
        matching(&rules, "cacheDelete", "shop.orders", r#"{"cacheName":"c","key":"k"}"#),
        ["CacheDeleteByKeyRule"]
    );
    assert_eq!(matching(&rules, "cacheDelete", "shop.prices", "{}"), ["CacheDeleteRejectedRule"]);
    for detail in ["{}", r#"{"cacheName":"c","key":"k","message":"m","ttl":1}"#] {
        for detail_type in ["cacheSet", "cacheDelete", "topicPublish"] {
            assert!(matching(&rules, detail_type, "elsewhere", detail).is_empty());
        }
    }
}

//! What users and AWS hand in as text: events, tokens, stack definitions, templates, policies.

use crate::model::definition::Definition;
use crate::model::event::{Event, Kind};
use crate::model::json::{Json, MAX_DEPTH};
use crate::model::policy::{Caller, Policy, Request};
use crate::model::template::{self, Variant};
use crate::model::token::Token;

pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    json(&text);
    event(&text);
    let _ = Token::parse(&text).map_err(|error| (error.to_string(), error.hint()));
    definition(&text);
    templates(&text);
    policy(&text);
}

/// JSON that is read comes out as what reads as the same again; another reader takes the same texts.
fn json(text: &str) {
    let known = serde_json::from_str::<serde::de::IgnoredAny>(text);
    match Json::parse(text) {
        Ok(json) => {
            let printed = json.to_string();
            assert_eq!(Json::parse(&printed).as_ref(), Ok(&json), "{printed}");
            let deep = |error: &serde_json::Error| error.to_string().starts_with("recursion limit exceeded");
            assert!(known.as_ref().err().is_none_or(deep), "only we read {text}: {known:?}");
        }
        Err(error) => {
            assert!(error.line > 0 && error.column > 0);
            assert!(known.is_err() || text.matches(['[', '{']).count() > MAX_DEPTH, "we do not read {text}");
        }
    }
}

/// An event that is read has a detail that reads as the same event.
fn event(text: &str) {
    for kind in [Kind::CacheSet, Kind::CacheDelete, Kind::TopicPublish] {
        match Event::from_detail(kind, text) {
            Ok(event) => {
                let detail = event.detail().to_string();
                assert_eq!(Event::from_detail(kind, &detail), Ok(event), "{detail}");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// A definition that is good renders to a template that holds together.
fn definition(text: &str) {
    let definition = match Definition::parse(text, "stacks/fuzz.yaml") {
        Ok(definition) => definition,
        Err(problems) => {
            assert!(!problems.is_empty());
            problems.iter().for_each(|problem| drop(problem.to_string()));
            return;
        }
    };
    definition.warnings();
    for variant in [Variant::Managed, Variant::Standalone] {
        let rendered = template::render(&definition, variant).unwrap_or_else(|error| panic!("{error}"));
        let problems = template::check(&rendered, "rendered");
        assert!(problems.is_empty(), "{}\n{rendered}", problems[0]);
    }
}

/// A template is checked and turned into JSON, or refused.
fn templates(text: &str) {
    template::check(text, "template.yaml").iter().for_each(|problem| drop(problem.to_string()));
    if let Ok(json) = template::to_json(text) {
        assert!(serde::de::IgnoredAny::parse(&json), "not JSON: {json}");
    }
}

fn policy(text: &str) {
    let Ok(policy) = Policy::parse(text) else { return };
    for caller in [Caller::Attached, Caller::Service("events.amazonaws.com"), Caller::Account("000000000000")]
    {
        let context = [("aws:SourceArn", "arn:aws:events:us-east-1:000000000000:rule/r")];
        let (action, resource) = ("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:q");
        policy.decide(&Request { caller, action, resource, context: &context });
    }
}

/// Whether a text is JSON, whatever its depth.
trait Readable {
    fn parse(text: &str) -> bool;
}

impl Readable for serde::de::IgnoredAny {
    fn parse(text: &str) -> bool {
        match serde_json::from_str::<Self>(text) {
            Ok(_) => true,
            Err(error) => error.to_string().starts_with("recursion limit exceeded"),
        }
    }
}

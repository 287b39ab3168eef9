//! What explanations say of rendered stacks and of hand-made ones, and which texts are events.

use std::collections::BTreeMap;

use super::event::Surroundings;
use super::{End, Event, Place, RuleExplanation, Stack, TargetKind};
use crate::model::definition::{DEFAULT, Definition};
use crate::model::region;
use crate::model::template::{self, Variant};

const AROUND: Surroundings<'_> =
    Surroundings { account: "000000000000", region: "eu-west-1", time: "2026-01-02T03:04:05Z" };
const PLACE: Place<'_> = Place { region: "eu-west-1", account: "000000000000", stack_name: "app" };

fn event(detail: &str, detail_type: &str, source: &str) -> Event {
    Event::of_detail(detail, detail_type, source, &AROUND).unwrap()
}

fn rendered(definition: &str) -> String {
    let definition = Definition::parse(definition, "stack.yaml").unwrap();
    template::render(&definition, Variant::Managed).unwrap()
}

fn explain(template: &str, event: &Event) -> Vec<RuleExplanation> {
    Stack::read(template, &PLACE, &BTreeMap::new()).unwrap().explain(&event.json)
}

/// The one rule that matches.
fn matching(rules: Vec<RuleExplanation>) -> RuleExplanation {
    let mut matching: Vec<_> = rules.into_iter().filter(|rule| rule.matched).collect();
    assert_eq!(matching.len(), 1, "{matching:?}");
    matching.remove(0)
}

/// A stack of one rule, with one target.
fn one_rule(rule: &str, target: &str) -> String {
    format!(
        "Resources:
  Queue: {{ Type: AWS::SQS::Queue }}
  Jobs: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: jobs }} }}
  Connection:
    Type: AWS::Events::Connection
    Properties:
      AuthorizationType: API_KEY
      AuthParameters:
        ApiKeyAuthParameters: {{ ApiKeyName: X-Key, ApiKeyValue: sesame }}
  Api:
    Type: AWS::Events::ApiDestination
    Properties: {{ ConnectionArn: !GetAtt Connection.Arn, HttpMethod: POST, InvocationEndpoint: 'https://h/*' }}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {{ source: [s] }}
      {rule}
      Targets: [{{ Id: T, {target} }}]
"
    )
}

fn end(rule: &str, target: &str, detail: &str) -> End {
    let rule = matching(explain(&one_rule(rule, target), &event(detail, "t", "s")));
    rule.targets.into_iter().next().unwrap().end
}

#[test]
fn the_request_is_whole_and_hides_the_token() {
    let detail = r#"{"cacheName":"my cache","key":"a/é \"","message":"line\n\"two\"","ttl":1.50}"#;
    let rule = matching(explain(&rendered(DEFAULT), &event(detail, "cacheSet", "demo")));
    let target = &rule.targets[0];
    let request = target.request.as_ref().unwrap();
    assert_eq!((rule.rule.as_str(), &target.end), ("CacheSetByKeyRule", &End::Called));
    assert_eq!((target.kind, target.name.as_str()), (TargetKind::ApiDestination, "CacheSetDestination"));
    assert_eq!(
        (request.method.as_str(), request.url.as_str(), request.body.as_str()),
        (
            "PUT",
            "https://api.cache.cell-1-eu-west-1-1.prod.a.momentohq.com/cache/my%20cache?key=a%2F%C3%A9%20%22&ttl_seconds=1.50",
            r#""line\n\"two\"""#
        )
    );
    let header =
        |name: &str| request.headers.iter().find(|header| header.name == name).unwrap().value.as_str();
    assert_eq!((header("Authorization"), header("Content-Length")), ("***", "15"));
    assert!(!request.message.contains("resolve"), "{}", request.message);
    assert!(target.note.is_none());
}

#[test]
fn every_region_and_endpoint_has_its_host() {
    let event = event(r#"{"cacheName":"c","key":"k"}"#, "cacheDelete", "demo");
    for region in region::all() {
        let place = Place { region: region.name, ..PLACE };
        let stack = Stack::read(&rendered(DEFAULT), &place, &BTreeMap::new()).unwrap();
        let rule = matching(stack.explain(&event.json));
        let request = rule.targets[0].request.as_ref().unwrap();
        assert_eq!(request.url, format!("{}/cache/c?key=k", region.base_url()));
        assert_eq!(request.body, "{}");
    }
    let private = "name: p\nmomento: { endpoint: 'https://private.example.com/m' }\n";
    let rule = matching(explain(&rendered(private), &event));
    assert_eq!(rule.targets[0].request.as_ref().unwrap().url, "https://private.example.com/m/cache/c?key=k");
    let elsewhere = BTreeMap::from([("MomentoEndpoint".to_owned(), "https://other".to_owned())]);
    let stack = Stack::read(&rendered(private), &PLACE, &elsewhere).unwrap();
    assert!(
        matching(stack.explain(&event.json)).targets[0]
            .request
            .as_ref()
            .unwrap()
            .url
            .starts_with("https://other/")
    );
}

#[test]
fn a_broken_contract_ends_in_the_dead_letter_queue_as_the_whole_event() {
    let both =
        event(r#"{"cacheName":"c","key":"k","key_base64":"aw","message":"m","ttl":1}"#, "cacheSet", "demo");
    let rules = explain(&rendered(DEFAULT), &both);
    let refusals: Vec<String> = rules[0].refusals().iter().map(|field| field.path.clone()).collect();
    assert_eq!(refusals, ["detail.key_base64"]);
    let rule = matching(rules);
    let target = &rule.targets[0];
    assert_eq!((rule.rule.as_str(), target.kind), ("CacheSetRejectedRule", TargetKind::DeadLetterQueue));
    assert_eq!(
        target.end,
        End::DeadLetterQueue { queue: "DeadLetterQueue".into(), reason: None, code: None }
    );
    assert_eq!(target.body, both.json.to_string());
    assert!(target.request.is_none());
}

#[test]
fn what_cannot_be_sent_ends_in_the_dead_letter_queue_or_nowhere() {
    let api = "Arn: !GetAtt Api.Arn, HttpParameters: { PathParameterValues: [$.detail.p] }";
    let buried = format!("{api}, DeadLetterConfig: {{ Arn: !GetAtt Queue.Arn }}");
    let dead_letter = |reason: &str, code: &str| End::DeadLetterQueue {
        queue: "Queue".into(),
        reason: Some(reason.into()),
        code: Some(code.into()),
    };
    let missing = "path parameter 1 is missing or null in the event";
    assert_eq!(end("", &buried, "{}"), dead_letter(missing, "INVALID_PARAMETER"));
    assert_eq!(end("", api, "{}"), End::Nowhere { reason: missing.into() });
    assert_eq!(end("", api, r#"{"p":"x"}"#), End::Called);
    let quoted = format!(
        "{buried}, InputTransformer: {{ InputPathsMap: {{ m: $.detail.m }}, InputTemplate: '\"<m>\"' }}"
    );
    let invalid = dead_letter("Invalid input for target.", "INVALID_JSON");
    assert_eq!(end("", &quoted, r#"{"p":"x","m":"\""}"#), invalid);
    assert_eq!(end("", "Arn: !GetAtt Jobs.Arn", "{}"), End::Handed);
}

#[test]
fn names_are_those_of_the_template() {
    let rule = "EventBusName: shop\n      Name: mine";
    let target = "Arn: !GetAtt Jobs.Arn, InputTransformer: { InputTemplate: '{\"r\":<aws.events.rule-arn>,\"n\":\"<aws.events.rule-name>\"}' }";
    let rule = matching(explain(&one_rule(rule, target), &event("{}", "t", "s")));
    let target = &rule.targets[0];
    assert_eq!(
        (target.kind, target.name.as_str(), target.body.as_str()),
        (
            TargetKind::Queue,
            "Jobs",
            r#"{"r":"arn:aws:events:eu-west-1:000000000000:rule/shop/mine","n":"mine"}"#
        )
    );
}

#[test]
fn a_disabled_rule_delivers_nothing() {
    let template = one_rule("State: DISABLED", "Arn: !GetAtt Queue.Arn");
    let rule = matching(explain(&template, &event("{}", "t", "s")));
    assert!(!rule.enabled && !rule.delivers() && rule.targets.is_empty());
}

#[test]
fn a_missing_message_is_pointed_out() {
    let detail = r#"{"cacheName":"c","topicName":"t"}"#;
    let rule = matching(explain(&rendered(DEFAULT), &event(detail, "topicPublish", "demo")));
    assert_eq!(rule.targets[0].body, "{}");
    assert_eq!(rule.targets[0].note.as_deref(), Some("the body is {}: InputPath finds nothing"));
}

#[test]
fn says_what_is_wrong_with_a_stack() {
    let refusal =
        |template: &str| Stack::read(template, &PLACE, &BTreeMap::new()).map(|_| ()).unwrap_err().to_string();
    let queue = "Arn: !GetAtt Queue.Arn";
    let pattern = one_rule("", queue).replace("source: [s]", "source: s");
    assert!(
        refusal(&pattern).starts_with("the pattern of the rule Rule is refused: "),
        "{}",
        refusal(&pattern)
    );
    assert_eq!(
        refusal(&one_rule("", &format!("{queue}, InputPath: x"))),
        "a target of the rule Rule is refused: InputPath for target T is invalid."
    );
    let endpoint = one_rule("", queue).replace("https://h/*", "ftp://h");
    assert_eq!(
        refusal(&endpoint),
        "the API destination Api cannot be called: the endpoint must start with https://"
    );
    assert_eq!(refusal("{"), "Template format error: JSON not well-formed. (line 1, column 1)");
}

#[test]
fn an_event_is_completed_in_the_order_of_eventbridge() {
    let minimal = r#"{"detail":{"a":1.0},"x":1,"source":"s","detail-type":"t","region":"r"}"#;
    let event = Event::read(minimal, &AROUND).unwrap();
    let whole = r#"{"version":"0","id":"00000000-0000-0000-0000-000000000000","detail-type":"t","source":"s","account":"000000000000","time":"2026-01-02T03:04:05Z","region":"r","resources":[],"detail":{"a":1.0},"x":1}"#;
    assert_eq!(event.json.to_string(), whole);
    assert_eq!(event.made_up, ["version", "id", "account", "time", "resources"]);
    let again = Event::read(whole, &AROUND).unwrap();
    assert_eq!((again.json.to_string().as_str(), again.made_up.len()), (whole, 0));
    let entry = r#"{"EventBusName":"b","Source":"s","DetailType":"t","Detail":"{\"a\":1.0}"}"#;
    let entry = Event::read(entry, &AROUND).unwrap();
    assert_eq!(
        (entry.text("source"), entry.json.get("detail").unwrap().to_string()),
        ("s", r#"{"a":1.0}"#.into())
    );
}

#[test]
fn says_why_a_text_is_not_an_event() {
    for (text, message) in [
        ("", "it is not JSON: unexpected end at line 1 column 1"),
        ("{\n x", "it is not JSON: expected a name in quotes at line 2 column 2"),
        ("[1]", "it is an array, and must be a JSON object"),
        ("null", "it is null, and must be a JSON object"),
        ("{}", "it has no source and no detail-type and no detail"),
        (r#"{"source":"s","detail":{}}"#, "it has no detail-type"),
        (
            r#"{"cacheName":"c","key":"k"}"#,
            "it looks like a detail alone: it has neither source nor detail-type nor detail",
        ),
        (r#"{"source":1,"detail-type":"t","detail":{}}"#, "its source is a number, and must be a string"),
        (
            r#"{"source":"s","detail-type":"","detail":{}}"#,
            "its detail-type is empty, which PutEvents refuses",
        ),
        (r#"{"source":"s","detail-type":"t","detail":[]}"#, "its detail is an array, and must be an object"),
        (
            r#"{"source":"s","detail-type":"t","detail":"{}"}"#,
            "its detail is a string: only PutEvents takes the detail as text, and rules see an object",
        ),
    ] {
        let error = Event::read(text, &AROUND).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(!error.hint().is_empty());
    }
    let of_detail = |text: &str| Event::of_detail(text, "t", "s", &AROUND).unwrap_err().to_string();
    assert_eq!(of_detail("1"), "it is a number, and must be a JSON object");
    assert_eq!(
        of_detail(r#"{"source":"s","detail-type":"t","detail":{}}"#),
        "it looks like a whole event, not like a detail"
    );
}

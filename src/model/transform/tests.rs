//! What AWS delivered, and a reference interpretation.

mod reference;

use super::*;
use crate::model::delivery::DeadLetter;

const EVENT: &str = include_str!("../../../tests/vectors/inputs.event.json");
const VECTORS: &str = include_str!("../../../tests/vectors/inputs.tsv");

/// A row of inputs.tsv.
struct Row<'a> {
    admission: &'a str,
    attributes: &'a str,
    body: &'a str,
    case: &'a str,
    event_id: &'a str,
    outcome: &'a str,
    rule_name: &'a str,
    settings: Json,
}

impl Row<'_> {
    fn all() -> impl Iterator<Item = Self> {
        VECTORS.lines().skip(2).map(|line| {
            let mut columns = line.split('\t');
            let mut column = || columns.next().unwrap_or_default();
            let (case, rule_name, settings) = (column(), column(), column());
            let (admission, outcome, body, attributes, event_id) =
                (column(), column(), column(), column(), column());
            let settings = Json::parse(settings).unwrap();
            Row { admission, attributes, body, case, event_id, outcome, rule_name, settings }
        })
    }

    fn parse(&self) -> Result<TargetInput, Refused> {
        let text = |name: &str| self.settings.get(name).and_then(Json::as_str);
        let transformer = self.settings.get("InputTransformer").map(|transformer| Transformer {
            template: transformer.get("InputTemplate").and_then(Json::as_str).unwrap(),
            paths: transformer.get("InputPathsMap").map(|paths| match paths {
                Json::Object(paths) => {
                    paths.iter().map(|(key, path)| (&**key, path.as_str().unwrap())).collect()
                }
                _ => panic!("not a map: {paths}"),
            }),
        });
        let settings = Settings { input: text("Input"), input_path: text("InputPath"), transformer };
        TargetInput::parse(Place { id: "target", position: 1 }, &settings)
    }

    /// What we answer, in the words of the columns `admission`, `outcome` and `body`.
    fn answer(&self) -> (String, &'static str, String) {
        let input = match self.parse() {
            Ok(input) => input,
            Err(refused) => {
                let message = Json::String(refused.to_string());
                return (format!("ValidationException: {message}"), "rejected", String::new());
            }
        };
        let event = EVENT.replace("<event_id column>", self.event_id).replace("<case column>", self.case);
        let event = Json::parse(&event).unwrap();
        let arn =
            format!("arn:aws:events:us-east-1:111111111111:rule/stackd-event-input-owned/{}", self.rule_name);
        let context =
            Context { rule_arn: &arn, rule_name: self.rule_name, ingestion_time: "2026-01-02T03:04:05Z" };
        let (outcome, body) = match input.apply(&event, &context) {
            Ok(body) => ("target", body),
            Err(invalid) => ("dlq", invalid.body),
        };
        ("Success".to_owned(), outcome, Json::String(body).to_string())
    }

    /// The attributes of our dead letter, as the column writes them.
    fn letter(&self) -> String {
        let arn =
            |name| Json::parse(self.attributes).unwrap().get(name).unwrap().as_str().unwrap().to_owned();
        let (rule_arn, target_arn) = (arn("RULE_ARN"), arn("TARGET_ARN"));
        let failure = InvalidJson { body: String::new() }.into();
        let letter = DeadLetter { exhausted: None, failure, rule_arn, target_arn };
        let members = letter.attributes().into_iter();
        Json::Object(members.map(|(name, value)| (name.to_owned(), Json::String(value))).collect())
            .to_string()
    }

    /// Tells whether our answer is AWS's.
    fn holds(&self) -> bool {
        let (admission, outcome, body) = self.answer();
        match self.outcome {
            // The AWS CLI refused it before AWS could: only the verdict is comparable.
            "rejected" if self.admission.starts_with("ParamValidation") => outcome == "rejected",
            "rejected" => admission == self.admission,
            "target" => (&*admission, outcome, &*body) == ("Success", "target", self.body),
            // Admitted and tried, but the queue was closed or gone: the input itself was good.
            "dlq" if !self.attributes.contains("INVALID_JSON") => (outcome, &*body) == ("target", self.body),
            "dlq" => (outcome, &*body, self.letter()) == ("dlq", self.body, self.attributes.to_owned()),
            // Nothing was seen to arrive: the safe reading is that nothing is delivered.
            "unobserved" => (&*admission, outcome) == ("Success", "dlq"),
            _ => admission == "Success",
        }
    }
}

#[test]
fn does_what_aws_did() {
    let rows: Vec<Row<'_>> = Row::all().collect();
    let differing: Vec<String> = rows
        .iter()
        .filter(|row| !row.holds())
        .map(|row| {
            format!("{}: {:?}\n  AWS: {} {} {}", row.case, row.answer(), row.admission, row.outcome, row.body)
        })
        .collect();
    println!("inputs.tsv: {} of {} rows hold", rows.len() - differing.len(), rows.len());
    assert!(rows.len() >= 66 && differing.is_empty(), "differing rows:\n{}", differing.join("\n"));
}

/// Fills a template for one event, whose variable `v` is `$.v` and `w` is `$.w`.
fn fill(template: &str, event: &str) -> Result<String, String> {
    let paths = Some(vec![("v", "$.v"), ("w", "$.w")]);
    let settings = Settings { transformer: Some(Transformer { paths, template }), ..Settings::default() };
    let input =
        TargetInput::parse(Place { id: "t", position: 2 }, &settings).map_err(|error| error.to_string())?;
    let context = Context { ingestion_time: "2026-01-02T03:04:05Z", rule_arn: "arn:r", rule_name: "r" };
    let event = Json::parse(event).unwrap();
    input.apply(&event, &context).map_err(|invalid| format!("DLQ {}", invalid.body))
}

fn refusal(settings: &Settings<'_>) -> String {
    TargetInput::parse(Place { id: "t", position: 2 }, settings).unwrap_err().to_string()
}

fn dlq(body: &str) -> Result<String, String> {
    Err(format!("DLQ {body}"))
}

#[test]
fn an_object_template_writes_json() {
    let event = r#"{"v":"say \"hi\"\n","w":{"a":"\"","n":1.0}}"#;
    assert_eq!(fill(r#"{"a":<v>, "b":"<v>","c":"x <v>"}"#, event).unwrap(), {
        r#"{"a":"say \"hi\"\n", "b":"say \"hi\"\n","c":"x say \"hi\"\n"}"#
    });
    assert_eq!(fill(r#"{"a":[<w>,{"b":<w>}]}"#, event).unwrap(), {
        r#"{"a":[{"a":"\"","n":1.0},{"b":{"a":"\"","n":1.0}}]}"#
    });
    assert_eq!(fill(r#"{"a":"<w>"}"#, r#"{"w":[1]}"#).unwrap(), r#"{"a":"[1]"}"#);
    assert_eq!(fill(r#"{"a":"<w>","b":"<v>"}"#, r#"{"w":null}"#).unwrap(), r#"{"a":"null","b":""}"#);
}

#[test]
fn a_text_template_writes_values_as_they_are() {
    assert_eq!(fill("\"<v>\"", r#"{"v":"hello"}"#).unwrap(), "\"hello\"");
    assert_eq!(fill("\"<v>\"", r#"{"v":"say \"hi\""}"#), dlq("\"say \"hi\"\""));
    assert_eq!(fill("\"<v>\"", r#"{"v":"a\\n"}"#).unwrap(), "\"a\\n\"");
    assert_eq!(fill("\"<v>\"", r#"{"v":{"a":["b",null]}}"#).unwrap(), "\"{a:[b,null]}\"");
    assert_eq!(fill("<v>", r#"{"v":"hello"}"#), dlq("hello"));
    assert_eq!(fill("<v>", r#"{"v":"\"quoted\""}"#).unwrap(), "\"quoted\"");
    assert_eq!(fill("<v>", r#"{"v":true}"#).unwrap(), "true");
    assert_eq!(fill("<v>", "{}"), dlq(""));
    assert_eq!(fill("[<v>,<w>]", r#"{"v":1,"w":[2]}"#).unwrap(), "[1,[2]]");
}

#[test]
fn fills_the_predefined_variables() {
    let event = r#"{"detail-type":"a","source":"b","detail":{"x":1}}"#;
    let template = r#"{"arn":<aws.events.rule-arn>,"n":"<aws.events.rule-name>!",
        "t":<aws.events.event.ingestion-time>,"e":<aws.events.event>,"j":<aws.events.event.json>}"#;
    let filled = r#"{"arn":"arn:r","n":"r!",
        "t":"2026-01-02T03:04:05Z","e":{"detailType":"a","source":"b"},"j":EVENT}"#;
    assert_eq!(fill(template, event).unwrap(), filled.replace("EVENT", event));
    let quoted = fill(r#"{"e":"<aws.events.event.json>"}"#, event);
    assert_eq!(quoted, dlq(&format!("{{\"e\":\"{event}\"}}")));
}

#[test]
fn bounds_what_a_template_can_make() {
    let event = format!("{{\"v\":\"{}\"}}", "x".repeat(1 << 20));
    let template = format!("\"{}\"", "<v>".repeat(2000));
    let stopped = fill(&template, &event).unwrap_err();
    assert!(stopped.len() < 18 << 20);
}

#[test]
fn an_escaped_bracket_is_a_bracket() {
    assert_eq!(fill(r#""\<v\> < <v>""#, r#"{"v":"x"}"#).unwrap(), "\"<v> < x\"");
    assert_eq!(fill(r#"{"a":"\\<v>"}"#, r#"{"v":"x"}"#).unwrap(), r#"{"a":"\\x"}"#);
}

#[test]
fn refuses_templates_in_the_words_of_aws() {
    let refused = |template: &str| fill(template, "{}").unwrap_err();
    let invalid = "Invalid InputTemplate for target t : [Source: (String)";
    assert_eq!(refused("plain words"), format!("{invalid}\"plain words\"; line: 1, column: 6]."));
    assert_eq!(refused("{<v>: 1}"), format!("{invalid}\"{{null: 1}}\"; line: 1, column: 3]."));
    assert_eq!(refused("{\"a\":1}\n{}"), format!("{invalid}\"{{\"a\":1}}\n{{}}\"; line: 2, column: 3]."));
    assert_eq!(refused(" "), format!("{invalid}\" \"; line: 1, column: 2]."));
    assert_eq!(refused("\"<x>\""), "InputTemplate for target t contains invalid placeholder x.");
    assert_eq!(
        refused("<aws.events.event>"),
        "InputTemplate for target t contains placeholder aws.events.event valid only for JSON template."
    );
    assert_eq!(
        refused(r#"{"a":{"x <v>":1}}"#),
        "InputTemplate placeholder present as a JSON object key for target t."
    );
}

#[test]
fn refuses_settings_in_the_words_of_aws() {
    let input = |input| refusal(&Settings { input: Some(input), ..Settings::default() });
    assert_eq!(
        input("env:dev"),
        "JSON syntax error in input for target t: [Source: (String)\"env:dev\"; line: 1, column: 4]"
    );
    let long = "x".repeat(8193);
    assert_eq!(
        input(&long),
        format!(
            "1 validation error detected: Value '{long}' at 'targets.2.member.input' failed to satisfy constraint: \
             Member must have length less than or equal to 8192"
        )
    );
    let transformer = Some(Transformer { paths: Some(vec![("a b", "$"), ("", "")]), template: "" });
    let both = refusal(&Settings { transformer, ..Settings::default() });
    assert!(both.starts_with("2 validation errors detected: Value '{a b=$, =}' at "), "{both}");
    assert!(both.ends_with(
        "; Value '' at 'targets.2.member.inputTransformer.inputTemplate' failed to satisfy constraint: \
         Member must have length greater than or equal to 1"
    ));
}

//! A line of the AWS CLI, carried out on the session's local cloud: how a stack is broken, and how some are mended.

use bytes::Bytes;
use evbridge_momento::context::Session as Cloud;
use http::Request;
use serde_json::{Map, Value, json};

/// The arguments whose value is JSON; every other that begins with a brace is text.
const DOCUMENTS: [&str; 4] = ["--attributes", "--auth-parameters", "--ids", "--targets"];

/// Carries out `aws SERVICE OPERATION --ARGUMENT VALUE…` as an HTTP request, which the AWS CLI would sign.
pub(super) async fn carry_out(cloud: &Cloud, line: &str) {
    let words = words(line);
    let [aws, service, operation, arguments @ ..] = words.as_slice() else { panic!("{line}") };
    assert_eq!(aws, "aws");
    let input: Map<String, Value> = arguments
        .chunks(2)
        .map(|pair| (pascal(pair[0].trim_start_matches("--")), value(&pair[0], &pair[1])))
        .collect();
    let action = pascal(operation);
    let (target, body) = match service.as_str() {
        "iam" => (None, form(&action, &input)),
        "events" => (Some("AWSEvents"), Value::Object(input).to_string()),
        "sqs" => (Some("AmazonSQS"), Value::Object(input).to_string()),
        _ => (Some("secretsmanager"), Value::Object(input).to_string()),
    };
    let scope = format!("AWS4-HMAC-SHA256 Credential=x/20260101/{}/{service}/aws4_request", cloud.region());
    let mut request = Request::post("/").header("authorization", scope);
    request = match target {
        Some(target) => request
            .header("x-amz-target", format!("{target}.{action}"))
            .header("content-type", "application/x-amz-json-1.1"),
        None => request.header("content-type", "application/x-www-form-urlencoded"),
    };
    let answer = cloud.local.as_ref().unwrap().send(request.body(Bytes::from(body)).unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(answer.body());
    assert!(answer.status().is_success() && !said.contains("\"ErrorCode\""), "{line}\n{said}");
}

fn value(argument: &str, text: &str) -> Value {
    if DOCUMENTS.contains(&argument) {
        if let Ok(document) = serde_json::from_str(text) {
            return document;
        }
        // The short form of a map with one member, or of a list with one item.
        return match text.split_once('=') {
            Some((name, value)) => json!({ name: value }),
            None => json!([text]),
        };
    }
    text.parse::<i64>().map_or_else(|_| json!(text), Value::from)
}

/// Writes texts as AWS's Query protocol does.
fn form(action: &str, input: &Map<String, Value>) -> String {
    let encoded = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let members = input.iter().map(|(name, value)| format!("&{name}={}", encoded(value.as_str().unwrap())));
    format!("Action={action}&Version=2010-05-08{}", members.collect::<String>())
}

/// Makes `QueueUrl` of `queue-url`.
fn pascal(words: &str) -> String {
    let words = words.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect()
}

/// Splits a line at spaces outside single quotes, as a shell does.
fn words(line: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => all.push(String::new()),
            other => all.last_mut().unwrap().push(other),
        }
    }
    all
}

#[test]
fn a_line_becomes_a_call() {
    assert_eq!(words("aws sqs x --a 'b c' --d ''"), ["aws", "sqs", "x", "--a", "b c", "--d", ""]);
    assert_eq!(pascal("set-queue-attributes"), "SetQueueAttributes");
    assert_eq!(value("--attributes", "Policy="), json!({"Policy": ""}));
    assert_eq!(value("--ids", "Momento"), json!(["Momento"]));
    assert_eq!(value("--invocation-rate-limit-per-second", "7"), json!(7));
    assert_eq!(value("--event-pattern", "{}"), json!("{}"));
}

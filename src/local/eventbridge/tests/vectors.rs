//! What AWS answered, asked of the service itself.

use super::*;

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('\t').collect())
}

#[test]
fn patterns_are_tested_as_captured() {
    let cloud = Cloud::new();
    let mut wrong = Vec::new();
    for row in rows(include_str!("../../../../tests/vectors/patterns-aws.tsv")) {
        let [case, pattern, detail, raw, verdict, code, message] = row[..] else { panic!("{row:?}") };
        let envelope = format!(
            r#"{{"version":"0","id":"00000000-0000-4000-8000-000000000001","detail-type":"probe","source":"stackd.pattern.probe","account":"111111111111","time":"2026-09-13T00:00:00Z","region":"us-east-1","resources":[],"detail":{detail}}}"#
        );
        let event = if raw.is_empty() { &envelope } else { raw };
        let answer =
            cloud.bridge.call(REGION, "TestEventPattern", &json!({"EventPattern": pattern, "Event": event}));
        let (verdict, message) = match verdict {
            "REJECTED" => (None, serde_json::from_str::<String>(message).unwrap()),
            verdict => (Some(json!({ "Result": verdict == "true" })), String::new()),
        };
        let same = match &answer {
            Ok(answer) => Some(answer) == verdict.as_ref(),
            Err(error) => verdict.is_none() && (error.code.as_str(), &error.message) == (code, &message),
        };
        if !same {
            wrong.push(format!("{case}: {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn inputs_are_admitted_as_captured() {
    let cloud = Cloud::new();
    cloud.ok("PutRule", json!({"Name": "r", "EventPattern": r#"{"source":["s"]}"#}));
    let mut wrong = Vec::new();
    for row in rows(include_str!("../../../../tests/vectors/inputs.tsv")) {
        let (case, admission) = (row[0], row[3]);
        if admission.starts_with("ParamValidation") {
            continue;
        }
        let mut target: Value = serde_json::from_str(row[2]).unwrap();
        target["Id"] = json!("target");
        target["Arn"] = json!("arn:aws:sqs:eu-west-1:000000000000:q");
        let answer = cloud.bridge.call(REGION, "PutTargets", &json!({"Rule": "r", "Targets": [target]}));
        let said = match answer {
            Ok(_) => "Success".to_owned(),
            Err(error) => format!("{}: {}", error.code, json!(error.message)),
        };
        if said != admission {
            wrong.push(format!("{case}: {said}\n  instead of {admission}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

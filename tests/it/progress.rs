//! What is told while an operation is followed: lines for a person, NDJSON for a program.

use serde_json::Value;

use crate::harness::{Outcome, Session};

/// Asserts that every line is one JSON value, and returns the layouts in their order.
#[track_caller]
fn layouts(outcome: &Outcome) -> Vec<String> {
    let stdout = outcome.stdout();
    assert!(stdout.ends_with('\n'), "{outcome}");
    let lines = stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| line["schema"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_program_gets_a_line_for_each_event_and_the_answer_as_the_last_one() {
    let session = Session::new();
    for (line, answer, last) in [
        ("deploy --local", "deploy/1", "CREATE_COMPLETE"),
        ("status --local --follow", "status/1", "CREATE_COMPLETE"),
        ("destroy --local", "destroy/1", "DELETE_COMPLETE"),
    ] {
        let outcome = session.run(&format!("{line} --output json"));
        assert_eq!(outcome.status(), Some(0), "{outcome}");
        let layouts = layouts(&outcome);
        let (end, steps) = layouts.split_last().unwrap();
        assert_eq!(end, answer);
        assert!(steps.len() > 20 && steps.iter().all(|layout| layout == "progress/1"), "{outcome}");
        let steps = outcome.steps();
        let end = steps.last().unwrap();
        assert_eq!((&end["kind"], &end["status"]), (&"stack".into(), &last.into()));
        assert_eq!((&end["stack"], &end["region"]), (&"momento-api".into(), &"us-east-1".into()));
        let connection: Vec<&Value> =
            steps.iter().filter(|step| step["logical_id"] == "MomentoConnection").collect();
        assert_eq!(connection.len(), if answer == "destroy/1" { 2 } else { connection.len() }, "{outcome}");
        assert!(
            connection.len() >= 2 && connection.iter().all(|step| step["kind"] == "resource"),
            "{outcome}"
        );
        let times: Vec<f64> = steps.iter().map(|step| step["total_seconds"].as_f64().unwrap()).collect();
        assert!(times.is_sorted(), "{times:?}");
        // The same is not told to a person as well.
        assert!(!outcome.stderr().contains("_COMPLETE"), "{outcome}");
    }
}

#[test]
fn quiet_leaves_the_answer_alone() {
    let session = Session::new();
    assert_eq!(layouts(&session.run("deploy --local --output json --quiet")), ["deploy/1"]);
    assert_eq!(layouts(&session.run("deploy --local --output json")), ["deploy/1"]);
}

#[test]
fn a_failure_is_the_last_line_too() {
    let session = Session::new();
    session.run("local fault add --resource AWS::IAM::Role --on create --reason 'not today'").success();
    let outcome = session.run("deploy --local --output json");
    assert_eq!(outcome.status(), Some(7), "{outcome}");
    assert_eq!(layouts(&outcome).last().unwrap(), "error/1");
    let failed = outcome.steps().into_iter().find(|step| step["status"] == "CREATE_FAILED").unwrap();
    assert_eq!((&failed["logical_id"], &failed["kind"]), (&"DeliveryRole".into(), &"resource".into()));
    assert!(failed["reason"].as_str().unwrap().contains("not today"), "{failed}");
}

#[test]
fn the_time_of_the_whole_operation_is_told() {
    let session = Session::new();
    assert!(session.run("deploy --local --output json").json()["seconds"].as_f64().unwrap() > 0.0);
    let followed = session.run("status --local --follow --output json").json();
    assert!(followed["operation_seconds"].as_f64().unwrap() > 0.0, "{followed}");
    assert!(session.run("status --local --follow").stderr().contains("the operation took "));
    assert!(session.run("destroy --local --output json").json()["seconds"].as_f64().unwrap() > 0.0);
}

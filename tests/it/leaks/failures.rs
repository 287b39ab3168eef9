//! Every command that calls somebody, with each thing that can go wrong with a call.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use super::search::{clean, clean_files, marked, shared_out, watched};
use crate::harness::{Session, with_cloud};

/// The commands that call AWS or Momento, with the services that they call; each has a local cloud of its own.
const WORK: [(&str, &str); 13] = [
    ("deploy --local --token-file given.txt", "cloudformation events momento secretsmanager"),
    ("deploy --local --from-command 'cat given-wrapped.txt' --tags a=b", "cloudformation secretsmanager"),
    ("diff --local", "cloudformation secretsmanager"),
    ("status --local", "cloudformation events iam secretsmanager sqs"),
    ("drift --local --revert --yes", "cloudformation"),
    ("put-event cacheSet --local", "cloudformation events momento"),
    ("token check --local", "cloudformation momento secretsmanager"),
    ("token set --local --token-file given.txt", "cloudformation events momento secretsmanager"),
    ("token rotate --local --from-command 'cat given.txt'", "cloudformation events momento secretsmanager"),
    ("token rotate --local --mint --role read-write", "momento secretsmanager"),
    ("doctor --local --fix", "cloudformation events iam momento secretsmanager sqs sts"),
    ("permissions deployer --local", "cloudformation sts"),
    ("destroy --local --yes", "cloudformation secretsmanager sqs"),
];

/// In which forms they are run, one after another.
const FORMS: [&str; 3] = ["-vv", "-vvv --output json", "--color always"];

/// What goes wrong; `Hang` is given up after a second.
const EFFECTS: [&str; 7] = [
    r#"{"Status": 400}"#,
    r#"{"Status": 500}"#,
    r#"{"Throttle": true}"#,
    r#"{"Drop": true}"#,
    r#"{"LoseAnswer": true}"#,
    r#"{"Expire": true}"#,
    r#"{"Hang": true}"#,
];

/// Lets something go wrong from the next call on, so many times.
pub(super) fn fault(session: &Session, place: &Value, effect: &Value, times: u32) {
    with_cloud(session, async |cloud| {
        let local = cloud.local().unwrap();
        local.call("us-east-1", "ClearFaults", json!({})).await.unwrap();
        let fault = json!({ "Place": place, "Effect": effect, "Times": times });
        local.call("us-east-1", "AddFault", fault).await.unwrap();
    });
}

#[test]
fn no_failed_call_shows_the_token() {
    watched(|| {
        shared_out(&WORK, |(line, services)| {
            let session = marked();
            session.run("deploy --local").success();
            let mut turn = 0;
            for service in services.split(' ') {
                for effect in EFFECTS {
                    // Momento's stand-in neither throttles nor hangs; one call that hangs is like another.
                    if effect.contains("Hang") && service != "secretsmanager" {
                        continue;
                    }
                    let place = json!({ "Service": service, "Action": "*" });
                    fault(&session, &place, &serde_json::from_str(effect).unwrap(), 4);
                    let line = format!("{line} {} --call-timeout 1s", FORMS[turn % FORMS.len()]);
                    clean(&format!("{line} ({service} {effect})"), &session.run(&line));
                    turn += 1;
                }
            }
            clean_files(&session);
        });
    });
}

#[test]
fn no_failed_resource_shows_the_token() {
    let steps = ["create", "update", "delete", "read", "validate", "hook"];
    watched(|| {
        shared_out(&steps, |step| {
            let session = marked();
            for line in [
                "deploy --local",
                "token set --local --token-file given.txt",
                "deploy --local --tags x=y",
                "destroy --local --yes",
            ] {
                for resource in ["MomentoConnection", "DeliveryRole"] {
                    fault(
                        &session,
                        &json!({ "Resource": resource, "Step": step }),
                        &json!({ "Fail": "it failed" }),
                        4,
                    );
                    let line = format!("{line} -vv");
                    clean(&line, &session.run(&line));
                }
            }
            session.run("local fault clear").success();
            session.run("deploy --local").success();
            clean_files(&session);
        });
    });
}

/// No event comes through, the secret is gone, the stack is gone, the region is none.
#[test]
fn no_broken_stack_shows_the_token() {
    let session = marked();
    session.run("deploy --local").success();
    with_cloud(&session, async |cloud| {
        let rules = cloud.clients.events().list_rules().send().await.unwrap();
        for rule in rules.rules() {
            cloud.clients.events().disable_rule().name(rule.name().unwrap()).send().await.unwrap();
        }
    });
    for line in [
        "token set --local -vv",
        "token rotate --local --from-command 'cat given.txt' -vv",
        "token rotate --local --from-command 'cat given.txt; exit 3' -vv",
        "token rotate --local --from-command 'cat given.txt given.txt' -vv",
        "token check --local --token-file given-wrapped.txt --region us-west-2 -vv",
        "deploy --local --region eu-west-1 --token-file given-wrapped.txt -vv",
        "deploy --local --region us-west-2 -vv",
        "destroy --local --yes --region us-east-1 -vv",
        "token check --local --region us-east-1 -vv",
        "token set --local --region us-east-1 -vv",
        "doctor --local --region us-east-1 -vv",
        "deploy --local --region mars-north-1 -vv",
        "deploy --local --region us-east-1,us-west-2 -vv",
        "deploy --yes --region us-east-1 --endpoint-url http://127.0.0.1:9 -vv",
    ] {
        clean(line, &session.run(line));
    }
    clean_files(&session);
}

/// Interrupted (Ctrl-C) and ended (as by a job's time limit), early and late.
#[cfg(unix)]
#[test]
fn no_interrupted_command_shows_the_token() {
    let lines =
        ["deploy --local -vv", "token rotate --local --token-file given.txt -vv", "token set --local -vv"];
    watched(|| {
        shared_out(&lines, |line| {
            let session = marked();
            session.run("deploy --local").success();
            for (index, after) in [20, 60, 100, 200].into_iter().enumerate() {
                let signal = ["-INT", "-TERM"][index % 2];
                let words = line.split(' ').chain(["--local-clock", "real"]);
                let mut command = session.command(words);
                command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
                let child = command.spawn().unwrap();
                std::thread::sleep(Duration::from_millis(after));
                let _ = std::process::Command::new("kill").args([signal, &child.id().to_string()]).output();
                let output = child.wait_with_output().unwrap();
                for bytes in [&output.stdout, &output.stderr] {
                    assert!(!super::holds(bytes), "{line}: {}", String::from_utf8_lossy(bytes));
                }
            }
            clean_files(&session);
        });
    });
}

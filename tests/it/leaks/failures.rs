//! Every command that calls somebody, with each thing that can go wrong with a call.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use clap::CommandFactory as _;
use evbridge_momento::cli::Cli;
use serde_json::{Value, json};

use super::search::{clean, clean_files, marked, shared_out, watched};
use crate::harness::{Session, with_cloud};

/// The commands that call AWS or Momento, with each service that they call; each has a local cloud of its own.
const WORK: [(&str, &str); 14] = [
    ("deploy --local --token-file given.txt", "cloudformation events iam momento secretsmanager"),
    ("deploy --local --from-command 'cat given-wrapped.txt' --tags a=b", "cloudformation secretsmanager"),
    ("diff --local", "cloudformation secretsmanager"),
    ("status --local", "cloudformation events monitoring secretsmanager sqs"),
    ("drift --local --revert --yes", "cloudformation"),
    ("explain cacheSet --local --aws", "events"),
    ("put-event cacheSet --local", "events momento"),
    ("token check --local", "cloudformation momento secretsmanager"),
    ("token set --local --token-file given.txt", "cloudformation events momento secretsmanager"),
    ("token rotate --local --from-command 'cat given.txt'", "cloudformation events momento secretsmanager"),
    ("token rotate --local --mint --role read-write", "momento secretsmanager"),
    ("doctor --local --fix", "cloudformation events iam momento secretsmanager sqs sts"),
    ("permissions deployer --local", "sts"),
    ("destroy --local --yes", "cloudformation secretsmanager sqs"),
];

/// The commands that call neither; those of `local` work on its state, where no call can be made to fail.
const CALL_NOTHING: [&str; 16] = [
    "completions",
    "demo",
    "local",
    "local cache create",
    "local cache delete",
    "local cache get",
    "local cache list",
    "local fault add",
    "local fault clear",
    "local fault list",
    "local key",
    "local topic subscribe",
    "man",
    "regions",
    "render",
    "validate",
];

/// In which forms they are run, one after another.
const FORMS: [&str; 3] = ["-vv", "-vvv --output json", "--color always"];

/// What goes wrong; `Hang` is given up after a moment.
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

/// Returns whether a call met the fault.
fn has_happened(session: &Session) -> bool {
    with_cloud(session, async |cloud| {
        let answer = cloud.local().unwrap().call("us-east-1", "ListFaults", json!({})).await.unwrap();
        answer["Faults"].as_array().unwrap().iter().any(|fault| fault["Happened"].as_u64() > Some(0))
    })
}

#[test]
fn no_failed_call_shows_the_token() {
    let unmet = Mutex::new(Vec::new());
    watched(|| {
        shared_out(&WORK, |(line, services)| {
            let session = marked();
            session.run("deploy --local").success();
            let mut turn = 0;
            for service in services.split(' ') {
                for effect in EFFECTS {
                    // The program's own patience with Momento is longer than a test's.
                    if service == "momento" && effect.contains("Hang") {
                        continue;
                    }
                    if line.starts_with("destroy") {
                        clean("local fault clear", &session.run("local fault clear"));
                        clean("deploy", &session.run("deploy --local"));
                    }
                    let place = json!({ "Service": service, "Action": "*" });
                    fault(&session, &place, &serde_json::from_str(effect).unwrap(), 4);
                    let line = format!("{line} {} --call-timeout 300ms", FORMS[turn % FORMS.len()]);
                    clean(&format!("{line} ({service} {effect})"), &session.run(&line));
                    if effect == EFFECTS[0] && !has_happened(&session) {
                        unmet.lock().unwrap().push(format!("{line}: {service}"));
                    }
                    turn += 1;
                }
            }
            clean_files(&session);
        });
    });
    assert_eq!(
        unmet.into_inner().unwrap(),
        Vec::<String>::new(),
        "these make no such call: the faults see nothing"
    );
}

#[test]
fn each_command_has_faults_or_calls_nothing() {
    let mut known = BTreeSet::new();
    super::leaves("", &Cli::command(), &mut known);
    let has_faults = |name: &String| WORK.iter().any(|(line, _)| line.starts_with(&format!("{name} ")));
    let calls_nothing = |name: &String| CALL_NOTHING.contains(&name.as_str());
    for name in &known {
        assert!(has_faults(name) != calls_nothing(name), "add `{name}` to one list: WORK or CALL_NOTHING");
    }
    let stale: Vec<&&str> = CALL_NOTHING.iter().filter(|name| !known.contains(**name)).collect();
    assert!(stale.is_empty(), "no command is called {stale:?}");
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

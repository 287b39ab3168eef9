//! The recorded page docs/broken-stacks.md: stacks that are broken one by one, what the doctor finds, and whether
//! what it says to do mends them.
//!
//! `UPDATE=1 cargo test --test it broken` records it anew; without it all is run and compared.

use std::fmt::Write as _;

use evbridge_momento::aws::deployed;
use evbridge_momento::context::Session as Cloud;
use evbridge_momento::local::Handle;
use evbridge_momento::local::cloud::Cloud as LocalCloud;
use jiff::SignedDuration;
use serde_json::Value;

use super::aws_line;
use super::scenes::{self, Broken};
use crate::harness::{Session, repository, token, with_cloud};

const HEAD: &str = "\
# Broken stacks

Each of these stacks was deployed to the local cloud and broken by the call that is shown, which goes past
CloudFormation. Then comes what `doctor` finds, without what is in order, and what came of the treatment that it
names: a test runs that treatment word by word, and the doctor must find nothing more. It is
`UPDATE=1 cargo test --test it broken` that wrote this page. Times, ports and ids are replaced.
";

#[test]
fn each_broken_stack_is_found_named_and_mended() {
    let all = scenes::all();
    let mut pages: Vec<String> = vec![String::new(); all.len()];
    let share = all.len().div_ceil(4);
    std::thread::scope(|scope| {
        for (scenes, pages) in all.chunks(share).zip(pages.chunks_mut(share)) {
            scope.spawn(|| scenes.iter().zip(pages).for_each(|(scene, page)| *page = record(scene)));
        }
    });
    let count = all.len();
    let page = format!("{HEAD}\n{count} stacks, each found and named.\n{}", pages.concat());
    let path = repository().join("docs/broken-stacks.md");
    if is_update() {
        std::fs::write(&path, &page).unwrap();
    }
    snapbox::assert_data_eq!(page, snapbox::Data::read_from(&path, None).raw());
}

fn record(scene: &Broken) -> String {
    let session = Session::new();
    let stack = if scene.stack.is_empty() { "" } else { " private" };
    if !scene.stack.is_empty() {
        session.file("stacks/private.yaml", scene.stack);
    }
    session.run(&format!("deploy{stack} --local --quiet")).success();
    let mut page = format!("\n## {}\n\n{}\n\n```console\n", scene.title, scene.text);
    for line in scene.breaks {
        let start = if line.starts_with('#') { "" } else { "$ " };
        writeln!(page, "{start}{}", shown(line)).unwrap();
    }
    break_it(&session, scene.breaks);
    let doctor = format!("doctor{stack} --local");
    let found = session.run(&doctor);
    write!(page, "$ evbridge-momento {doctor}\n{}", found_in(&found.on_screen())).unwrap();
    let report = session.run(&format!("{doctor} --output json"));
    let checks = wrong(&report.json());
    let names: Vec<&str> = checks.iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(names, scene.found, "{}: {checks:#?}", scene.title);
    let fails = checks.iter().any(|check| check["verdict"] == "fail");
    assert_eq!(report.status(), Some(if fails { 5 } else { 0 }), "{}", scene.title);
    for line in treatments(&checks) {
        if line.starts_with("aws ") {
            writeln!(page, "$ {}", shown_again(&line)).unwrap();
            // The scenes know one region.
            break_it(&session, &[line.trim_end_matches(" --region us-east-1")]);
        } else {
            let outcome = session.run(line.trim_start_matches("evbridge-momento "));
            assert_eq!(outcome.status(), Some(0), "{}: {outcome}", scene.title);
            let screen = outcome.on_screen();
            let last = screen.lines().rev().find(|line| is_result(line)).unwrap_or_default();
            writeln!(page, "$ {line}\n{last}").unwrap();
        }
    }
    let after = session.run(&format!("{doctor} --output json"));
    let left = wrong(&after.json());
    assert!(left.is_empty(), "{}: {left:#?}", scene.title);
    let event = session.run(&format!(
        "put-event cacheSet --local{}",
        if stack.is_empty() { "" } else { " --stack-name private-momento" }
    ));
    event.success();
    page.push_str("```\n");
    page
}

/// Carries out lines of the AWS CLI, and what comments say happened elsewhere.
pub(super) fn break_it(session: &Session, lines: &[&str]) {
    with_cloud(session, async |cloud| {
        let name = if session.directory().join("stacks/private.yaml").exists() {
            "private-momento"
        } else {
            "momento-api"
        };
        let resources = deployed::resources(&cloud.clients, name).await.unwrap();
        let outputs = deployed::find(&cloud.clients, name).await.unwrap().unwrap().outputs;
        let names = resources.iter().map(|one| (&one.logical_id, &one.physical_id)).chain(&outputs);
        let names: Vec<(&String, &String)> = names.collect();
        for line in lines {
            match *line {
                "# ten minutes later" => local(cloud).pass(SignedDuration::from_mins(10)),
                "# the key is revoked at Momento" => revoke(cloud).await,
                line => {
                    let line = line.replace("$KEY", &token::global("another"));
                    let line = names
                        .iter()
                        .fold(line, |line, (name, value)| line.replace(&format!("{{{name}}}"), value));
                    aws_line::carry_out(cloud, &line).await;
                }
            }
        }
    });
}

fn local(cloud: &Cloud) -> &LocalCloud {
    let Handle::Embedded(local) = cloud.local.as_ref().unwrap() else { panic!("nobody serves") };
    local
}

async fn revoke(cloud: &Cloud) {
    let call = cloud.clients.secrets().get_secret_value().secret_id("evbridge-momento/momento-api");
    let secret = call.send().await.unwrap();
    let secret: Value = serde_json::from_str(secret.secret_string().unwrap()).unwrap();
    local(cloud).momento().revoke_key(secret["token"].as_str().unwrap()).unwrap();
}

fn wrong(report: &Value) -> Vec<Value> {
    let checks = report["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["verdict"] == "fail" || check["verdict"] == "warn").cloned().collect()
}

/// Returns the commands that the treatments name, each once; a look is no treatment.
fn treatments(checks: &[Value]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for check in checks {
        let treatment = check["treatment"].as_str().unwrap_or_else(|| panic!("{check} has no treatment"));
        for command in treatment.split('`').skip(1).step_by(2) {
            let is_one = command.starts_with("aws ") || command.starts_with("evbridge-momento ");
            // It shows, and changes nothing.
            let shows = command.starts_with("evbridge-momento drift") && !command.contains("--revert");
            if is_one && !shows && !all.iter().any(|one| one == command) {
                all.push(command.to_owned());
            }
        }
    }
    assert!(!all.is_empty(), "no treatment names a command: {checks:#?}");
    all
}

/// Leaves of what the doctor shows what is wrong, with what is to be done.
fn found_in(screen: &str) -> String {
    let mut text = String::new();
    let mut is_wrong = false;
    for line in screen.lines() {
        if !line.starts_with(' ') {
            is_wrong = line.starts_with("fail ") || line.starts_with("warn ") || line.starts_with('[');
        }
        if is_wrong {
            // The columns are as wide as the longest name of all checks.
            let words: Vec<&str> =
                line.trim().split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
            let start = if line.starts_with(' ') { "      " } else { "" };
            writeln!(text, "{start}{}", words.join("  ")).unwrap();
        }
    }
    text
}

/// Tells the line that says what came of a command from those that say what it did.
fn is_result(line: &str) -> bool {
    ["reverted:", "fixed:", "rotated", "set", "created", "updated", "unchanged", "the "]
        .iter()
        .any(|start| line.starts_with(start))
}

/// Writes a line with the names that stand for those that CloudFormation makes.
fn shown(line: &str) -> String {
    let queue = "http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]";
    let line = line.replace("{DeadLetterQueue}", queue);
    let line = regex::Regex::new(r"\{([A-Za-z]+Arn)\}").unwrap().replace_all(&line, "$$$1").into_owned();
    regex::Regex::new(r"\{([A-Z][A-Za-z0-9]+)\}")
        .unwrap()
        .replace_all(&line, "momento-api-$1-[ID]")
        .into_owned()
}

/// Replaces what differs from run to run in a line that the doctor named.
fn shown_again(line: &str) -> String {
    let line = regex::Regex::new(r"-[0-9A-Z]{12}\b").unwrap().replace_all(line, "-[ID]").into_owned();
    regex::Regex::new(r"localhost:\d+").unwrap().replace_all(&line, "localhost:[PORT]").into_owned()
}

#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not of the program")]
fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

//! What others say is shown, not obeyed: in the answers of AWS and Momento, in events, in dead letters.

use std::collections::BTreeMap;

use clap::CommandFactory as _;
use evbridge_momento::cli::Cli;
use regex::Regex;

use crate::harness::{Distortion, Mirror, Outcome, Session};

/// A colour that this tool never uses, a link, what clears a screen, what turns a line round, what nobody sees, a
/// line end and a carriage return before what would be a line of ours.
const EVIL: &str = "\u{1b}[38;5;201mEVIL\u{1b}]8;;http://evil.example\u{7}\u{1b}[2J\u{9b}2J\u{7f}\u{202e}\u{200b}\
                    \nFORGED: ok\r\nFORGED: ok\u{2028}FORGED";

/// What a text of ours may hold of control characters: line ends, tabs, and colours.
#[track_caller]
fn harmless(line: &str, outcome: &Outcome) -> String {
    let all = outcome.stdout() + &outcome.stderr();
    let plain = Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(&all, "");
    for character in plain.chars() {
        let harmful = character.is_control() && !matches!(character, '\n' | '\t')
            || "\u{202e}\u{200b}\u{2028}".contains(character);
        assert!(!harmful, "{line} obeys {character:?}:\n{all:?}");
    }
    assert!(!all.contains("\u{1b}[38;5;201m"), "{line} obeys a colour:\n{all:?}");
    assert!(!plain.lines().any(|line| line.starts_with("FORGED")), "{line} begins a line:\n{all}");
    plain.into_owned()
}

#[test]
fn what_the_network_says_is_shown_not_obeyed() {
    let session = Session::new();
    session.run("deploy --local").success();
    let mirror = Mirror::start(&session, "");
    mirror.set(Distortion::Texts(EVIL.to_owned()));
    for (line, shows) in [
        ("status --local", true),
        ("doctor --local", true),
        ("drift --local", false),
        ("diff --local --tags a=b", false),
        ("diff --local --tags a=b --format markdown", false),
        ("explain cacheSet --local", false),
        ("put-event cacheSet --local", false),
        ("put-event cacheSet --local --cache none --key k --value v --ttl 60", false),
        ("token check --local", false),
        ("local cache get my-cache --key test-key", false),
        ("local fault list", false),
        ("deploy --local --tags a=b", false),
        ("deploy --local --no-execute-changeset --tags c=d", false),
    ] {
        let text = harmless(line, &session.run(&format!("{line} --color always")));
        assert!(!shows || text.contains("EVIL"), "{line} does not show what was said:\n{text}");
        let json = session.run(&format!("{line} --output json"));
        harmless(line, &json);
    }
}

#[test]
fn what_a_refusal_says_is_shown_not_obeyed() {
    let session = Session::new();
    session.run("deploy --local").success();
    let mirror = Mirror::start(&session, "");
    for (service, lines) in [
        (
            "cloudformation",
            &["deploy --local", "status --local", "diff --local", "drift --local", "destroy --local --yes"][..],
        ),
        ("secretsmanager", &["deploy --local", "token check --local"]),
        ("events", &["put-event cacheSet --local", "doctor --local"]),
        ("sqs", &["status --local", "doctor --local"]),
        ("iam", &["doctor --local"]),
        ("momento", &["token check --local", "doctor --local"]),
        ("local", &["local cache list", "local fault list"]),
        ("secretsmanager", &["destroy --local --yes"]),
    ] {
        for line in lines {
            mirror.set(Distortion::Refused {
                service: service.to_owned(),
                status: 401,
                words: EVIL.to_owned(),
            });
            let text = harmless(line, &session.run(&format!("{line} --color always")));
            assert!(text.contains("EVIL") || service == "local", "{line}: {service} is not quoted:\n{text}");
            harmless(line, &session.run(&format!("{line} --output json")));
            mirror.set(Distortion::Garbage { service: service.to_owned(), body: EVIL.to_owned() });
            harmless(line, &session.run(&format!("{line} --color always -vv")));
        }
    }
}

#[test]
fn what_an_event_carries_is_shown_not_obeyed() {
    let session = Session::new();
    session.run("deploy --local").success();
    let word = |flag: &str| format!("{flag}={EVIL}");
    let run = |words: &[&str]| {
        let line = words.join(" ");
        let all = words.iter().copied().chain(["--local", "--color", "always"]);
        harmless(&line, &session.run_words(all, ""))
    };
    let (cache, key, value) = (word("--cache"), word("--key"), word("--value"));
    let text = run(&["put-event", "cacheSet", "--cache", "my-cache", &key, &value, "--ttl", "60"]);
    assert!(text.contains("EVIL"), "{text}");
    run(&["put-event", "cacheSet", &cache, &key, &value, "--ttl", "60"]);
    run(&["explain", "cacheSet", &cache, &key, &value, "--ttl", "60"]);
    run(&["put-event", "topicPublish", "--cache", "none", &word("--topic"), &word("--message")]);
    assert!(run(&["local", "cache", "get", "my-cache", &key]).contains("EVIL"));
    // The dead letters that these have become, and the question before they are deleted.
    run(&["doctor"]);
    run(&["status"]);
    run(&["local", "cache", "create", EVIL]);
    run(&["local", "cache", "list"]);
    run(&["token", "check", &word("--token-file")]);
    run(&["deploy", &word("--tags")]);
    run(&["deploy", &word("--stack-name")]);
    run(&["deploy", EVIL]);
    run(&["destroy", "--yes"]);
}

/// Each variable that stands for a flag, for a command that reads it: a refusal repeats the value.
#[test]
fn what_the_environment_holds_is_shown_not_obeyed() {
    let mut variables = BTreeMap::new();
    flags("", &Cli::command(), &mut variables);
    assert!(variables.len() > 8, "{variables:?}");
    // What a shell would give: no variable holds a zero byte, and this one holds no comma.
    let title = "\u{1b}]0;EVIL\u{7}\u{1b}[2J\nFORGED";
    for (name, command) in variables {
        for value in [EVIL, title, &format!("a,{EVIL}")] {
            let session = Session::new().env(&name, value);
            let words = if command.is_empty() { "status" } else { command.as_str() };
            for form in ["--local", "--local --color always", "--local --output json"] {
                let line = format!("{words} {form}");
                harmless(&format!("{name}: {line}"), &session.run(&line));
            }
        }
    }
    let session = Session::new().env("EVBRIDGE_MOMENTO_OUTPUT", title);
    let text = harmless("status", &session.run("status"));
    assert!(text.contains("EVIL") && text.contains("\\nFORGED' for '--output"), "{text}");
}

/// Collects the variables that stand for flags, each with a command that takes it.
fn flags(path: &str, command: &clap::Command, all: &mut BTreeMap<String, String>) {
    for name in command.get_arguments().filter_map(clap::Arg::get_env) {
        all.entry(name.to_str().unwrap().to_owned()).or_insert_with(|| path.to_owned());
    }
    for below in command.get_subcommands() {
        flags(format!("{path} {}", below.get_name()).trim_start(), below, all);
    }
}

#[test]
fn names_in_a_definition_are_shown_not_obeyed() {
    let session = Session::new();
    let text = |field: &str| format!("name: shop\n{field}: {}\n", serde_json::to_string(EVIL).unwrap());
    for field in ["bus", "kms-key", "source", "unknown", "events", "momento"] {
        session.file("stacks/shop.yaml", text(field));
        for line in ["validate shop", "render shop", "deploy shop --local"] {
            harmless(line, &session.run(&format!("{line} --color always")));
        }
    }
    session.file("stacks/shop.yaml", format!("\"{EVIL}\": 1\n"));
    harmless("validate", &session.run("validate shop --color always"));
}

/// The lines that move are drawn with the same care: what is not a colour is a movement of ours.
#[cfg(unix)]
#[test]
fn lines_that_move_obey_nothing_foreign() {
    let session = Session::new()
        .env("TERM", "xterm-256color")
        .env("MOMENTO_API_KEY", &crate::harness::token::global("Mark"));
    let fault =
        ["local", "fault", "add", "--resource", "DeadLetterQueue", "--on", "create", "--reason", EVIL];
    session.run_words(fault, "").success();
    let (_, screen) = session.at_terminal("deploy --local").end();
    assert!(screen.contains("EVIL"), "{screen:?}");
    for obeyed in [
        "\u{1b}[38;5;201m",
        "\u{1b}]8;",
        "\u{9b}",
        "\u{7f}",
        "\u{7}",
        "\u{202e}",
        "\u{200b}",
        "\rFORGED",
        "\nFORGED",
    ] {
        assert!(!screen.contains(obeyed), "{obeyed:?} is obeyed:\n{screen:?}");
    }
}

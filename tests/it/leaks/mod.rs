//! The token is nowhere but in its secret, whatever is logged and whatever fails: every command, with its
//! output, its files and the process list.

mod echoes;
mod failures;
mod search;
mod unread;

use std::collections::BTreeSet;
use std::fs;

use clap::CommandFactory as _;
use evbridge_momento::cli::Cli;

use crate::harness::Session;
use search::{MARKED, clean, clean_files, holds, marked, shared_out, watched};

/// How the commands are run: all that can be logged, in text and in JSON, in colours and without.
const FORMS: [&str; 3] = ["-v --color always", "-vvvv", "-vv --output json"];

/// Every command once or more, in an order in which most succeed; some fail in their own way.
const LINES: [&str; 43] = [
    "deploy --local",
    "render",
    "render --standalone",
    "validate",
    "regions",
    "deploy --local --output json",
    "deploy --local --tags a=b --no-execute-changeset",
    "diff --local",
    "status --local",
    "drift --local",
    "drift --local --revert --yes --output json",
    "explain cacheSet --local",
    "put-event cacheSet --local",
    "put-event cacheSet --local --cache nowhere --key k --value v --ttl 60",
    "token check --local",
    "token check --local --output json",
    "token check --local --token-file given.txt",
    "token set --local --token-file given.txt --cache nowhere",
    "token set --local --token-file given.txt",
    "token rotate --local --from-command 'cat given.txt'",
    "token rotate --local --from-command 'cat given.txt; exit 1'",
    "token rotate --local --token-file given-wrapped.txt",
    "token rotate --from-command 'cat given.txt' --schedule",
    "token rotate --local --mint --role read-write --management-key-file given.txt",
    "doctor --local",
    "doctor --local --fix --output json",
    "permissions deployer --local",
    "local cache create marked",
    "local cache list",
    "local cache get my-cache --key test-key",
    "local cache delete marked",
    "local fault add --action sqs:* --throttle",
    "local fault list",
    "local fault clear",
    "local topic subscribe my-cache my-topic --count 0",
    "completions bash",
    "man",
    "demo",
    "deploy bad --local",
    "deploy --local --token-file given.txt",
    "deploy --local --from-command 'cat given.txt' --stack-name second",
    "destroy --local --yes --stack-name second",
    "regions --output json",
];

/// Commands that another test runs with a marked token, or that print what was asked for.
const ELSEWHERE: [&str; 2] = ["local", "local key"];

#[test]
fn every_command_is_run_with_a_marked_token() {
    let mut known = BTreeSet::new();
    leaves("", &Cli::command(), &mut known);
    let run = |name: &String| {
        LINES.iter().any(|line| line.starts_with(name.as_str())) || ELSEWHERE.contains(&name.as_str())
    };
    let missing: Vec<&String> = known.iter().filter(|name| !run(name)).collect();
    assert!(missing.is_empty(), "add a line for {missing:?}");
}

/// Collects the commands that do something by themselves.
fn leaves(path: &str, command: &clap::Command, all: &mut BTreeSet<String>) {
    if !path.is_empty() && !command.is_subcommand_required_set() {
        all.insert(path.to_owned());
    }
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        leaves(format!("{path} {}", below.get_name()).trim_start(), below, all);
    }
}

#[test]
fn the_token_is_nowhere_but_in_its_secret() {
    watched(|| {
        shared_out(&FORMS, |form| {
            let session = marked();
            for line in LINES {
                let line = if line.contains("--output") {
                    format!("{line} {}", form.replace("--output json", ""))
                } else {
                    format!("{line} {form}")
                };
                clean(&line, &session.run(&line));
            }
            clean_files(&session);
        });
    });
}

/// A command that gives the token sees nothing of it in its own arguments and surroundings, nor in its parent's.
#[cfg(target_os = "linux")]
#[test]
fn a_child_is_not_told_the_token() {
    let session = Session::new();
    session.file("given.txt", MARKED[0]);
    session.run("deploy --local --token-file given.txt").success();
    session.file("given.txt", MARKED[1]);
    let command = "tr \\\\0 \\\\n < /proc/$PPID/cmdline > seen; env >> seen; cat given.txt";
    session.run_words(["token", "rotate", "--local", "--from-command", command], "").success();
    let seen = fs::read(session.directory().join("seen")).unwrap();
    assert!(
        !holds(&seen) && seen.windows(6).any(|window| window == b"rotate"),
        "{}",
        String::from_utf8_lossy(&seen)
    );
}

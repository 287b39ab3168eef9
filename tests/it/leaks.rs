//! The token is nowhere but in its secret, whatever is logged and whatever fails: every command, with its
//! output, its files and the process list.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::CommandFactory as _;
use evbridge_momento::cli::Cli;

use crate::harness::{Outcome, Session, with_cloud};

/// Keys in which one can be found: JWTs that the local Momento accepts, as it accepts any.
const MARKED: [&str; 2] = [
    "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImp0aSI6Im9uZSJ9.RklORE1FT05FRklORE1FT05F",
    "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImp0aSI6InR3byJ9.RklORE1FVFdPRklORE1FVFdP",
];

/// Every command once or more, in an order in which most succeed; some fail in their own way.
const LINES: [&str; 40] = [
    "deploy --local",
    "render",
    "render --standalone",
    "validate",
    "regions",
    "deploy --local --output json",
    "deploy --local --tags a=b --no-execute-changeset",
    "diff --local",
    "status --local",
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

/// Asserts that no marked token is in what a command wrote.
#[track_caller]
fn clean(line: &str, outcome: &Outcome) {
    for text in [outcome.stdout(), outcome.stderr()] {
        for token in MARKED {
            assert!(!text.contains(signature(token)), "{line} shows the token:\n{text}");
        }
    }
}

fn signature(token: &str) -> &str {
    token.rsplit('.').next().unwrap()
}

fn holds(bytes: &[u8]) -> bool {
    MARKED.iter().any(|token| {
        let signature = signature(token).as_bytes();
        bytes.windows(signature.len()).any(|window| window == signature)
    })
}

/// Asserts that no file of the session holds a marked token, but the secret store and the files that gave it.
#[track_caller]
fn clean_files(session: &Session) {
    let mut secret_stores = 0;
    for file in session.files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let marked = holds(&fs::read(&file).unwrap());
        if name.starts_with("secrets.db") {
            secret_stores += usize::from(marked);
        } else if !name.starts_with("given") {
            assert!(!marked, "{} holds the token", file.display());
        }
    }
    assert!(secret_stores > 0, "the token is not even where it should be: this test sees nothing");
}

/// Looks at every process's arguments for as long as some work takes, and asserts that none holds a marked token.
fn watched(work: impl FnOnce()) {
    let (done, found, looks) = (AtomicBool::new(false), Mutex::new(Vec::new()), Mutex::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
                    // A process may be gone by the time it is looked at.
                    let arguments = fs::read(process.path().join("cmdline")).unwrap_or_default();
                    *looks.lock().unwrap() += usize::from(!arguments.is_empty());
                    if holds(&arguments) {
                        found.lock().unwrap().push(String::from_utf8_lossy(&arguments).into_owned());
                    }
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        done.store(true, Ordering::Relaxed);
        if let Err(panic) = ended {
            std::panic::resume_unwind(panic);
        }
    });
    assert_eq!(*found.lock().unwrap(), Vec::<String>::new());
    assert!(*looks.lock().unwrap() > 0 || !fs::exists("/proc").unwrap(), "no process was seen");
}

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
    let session = Session::new().env("MOMENTO_API_KEY", MARKED[0]);
    session.file("given.txt", MARKED[1]);
    session
        .file("stacks/bad.yaml", "name: momento-api\nmomento: { endpoint: 'https://elsewhere.example' }\n");
    watched(|| {
        for verbosity in ["", " -v", " -vv"] {
            for line in LINES {
                let line = format!("{line}{verbosity}");
                clean(&line, &session.run(&line));
            }
        }
    });
    clean_files(&session);
}

#[test]
fn no_failure_shows_the_token() {
    let session = Session::new().env("MOMENTO_API_KEY", MARKED[0]).env("MOMENTO_MANAGEMENT_KEY", MARKED[1]);
    session.file("given.txt", MARKED[1]);
    session.run("deploy --local").success();
    let work = [
        "deploy --local --token-file given.txt -vv",
        "token set --local --token-file given.txt -vv",
        "token rotate --local --from-command 'cat given.txt' -vv",
        "token rotate --local --mint --role read-write -vv",
        "doctor --local -vv",
    ];
    // Each service refuses, breaks off or throttles, again and again.
    watched(|| {
        for service in ["secretsmanager", "cloudformation", "events", "iam", "sts", "sqs"] {
            for effect in ["--status 500", "--status 400", "--drop", "--lose-answer", "--throttle"] {
                let fault = format!("local fault add --action {service}:* {effect} --times 5");
                session.run(&fault).success();
                let line = work[(service.len() + effect.len()) % work.len()];
                clean(line, &session.run(line));
                session.run("local fault clear").success();
            }
        }
        for on in ["create", "update", "delete"] {
            session.run(&format!("local fault add --resource MomentoConnection --on {on}")).success();
        }
        for line in work {
            clean(line, &session.run(line));
        }
        session.run("local fault clear").success();
    });
    clean_files(&session);
    // No event comes through, the secret is gone, the stack is gone.
    with_cloud(&session, async |cloud| {
        let rules = cloud.clients.events().list_rules().send().await.unwrap();
        for rule in rules.rules() {
            cloud.clients.events().disable_rule().name(rule.name().unwrap()).send().await.unwrap();
        }
    });
    for line in [
        "token set --local -vv",
        "token rotate --local --from-command 'cat given.txt' -vv",
        "destroy --local --yes -vv",
        "token check --local -vv",
        "token set --local -vv",
        "doctor --local -vv",
        "deploy --local --region mars-north-1 -vv",
    ] {
        clean(line, &session.run(line));
    }
    clean_files(&session);
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

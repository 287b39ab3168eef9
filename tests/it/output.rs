//! What every command keeps: JSON that is one value, no escape sequences, no questions, no panic.

use std::io::Read as _;
use std::process::Stdio;

use proptest::prelude::*;

use crate::harness::Session;

/// Commands that work one after another in a fresh directory, with the layout that each answers in.
const WORKING: [(&str, &str); 12] = [
    ("validate", "validate/1"),
    ("regions", "regions/1"),
    ("deploy --local", "deploy/1"),
    ("deploy --local", "deploy/1"),
    ("put-event cacheSet --local", "put-event/1"),
    ("put-event topicPublish --local --dry-run", "put-event/1"),
    ("local cache get my-cache --key test-key", "local-item/1"),
    ("local cache list", "local-caches/1"),
    ("local cache create shop", "local-cache/1"),
    ("local key", "local-key/1"),
    ("completions bash", "text/1"),
    ("destroy --local", "destroy/1"),
];

/// Commands that fail, with the exit code and the kind of failure.
const FAILING: [(&str, i32, &str); 12] = [
    ("", 2, "usage"),
    ("nonsense", 2, "usage"),
    ("put-event", 2, "usage"),
    ("put-event cacheSet --ttl 0", 2, "usage"),
    ("render none", 2, "usage"),
    ("validate --template-file none", 2, "usage"),
    ("regions nowhere", 4, "settings"),
    ("deploy --local --region nowhere", 4, "settings"),
    ("deploy", 4, "settings"),
    ("put-event cacheSet --detail [] --local", 5, "validation"),
    ("destroy --local", 1, "not-there"),
    ("local topic subscribe none t", 6, "remote"),
];

#[test]
fn json_is_one_value_whatever_the_command() {
    let session = Session::new();
    for (line, schema) in WORKING {
        let outcome = session.run(&format!("{line} --output json"));
        assert_eq!((outcome.status(), outcome.json()["schema"].as_str()), (Some(0), Some(schema)), "{line}");
    }
}

#[test]
fn errors_are_json_too() {
    let session = Session::new();
    for (line, status, kind) in FAILING {
        let outcome = session.run(&format!("--output json {line}"));
        let json = outcome.json();
        assert_eq!(outcome.status(), Some(status), "{line}\n{outcome}");
        assert_eq!((&json["schema"], &json["error"]["kind"]), (&"error/1".into(), &kind.into()), "{line}");
        assert!(json["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{outcome}");
    }
    let session = Session::new().env("EVBRIDGE_MOMENTO_OUTPUT", "json");
    for line in ["nonsense", "put-event cacheSet --ttl 0", "regions nowhere"] {
        assert_eq!(session.run(line).json()["schema"], "error/1");
    }
    assert!(session.run("regions nowhere --output text").stdout().is_empty());
}

#[test]
fn nothing_piped_carries_escape_sequences() {
    for session in [Session::new(), Session::new().env("NO_COLOR", "1").env("TERM", "xterm-256color")] {
        for line in
            WORKING.iter().chain(&[("demo --quiet", "")]).map(|row| row.0).chain(FAILING.map(|row| row.0))
        {
            let outcome = session.run(line);
            assert!(
                !format!("{}{}", outcome.stdout(), outcome.stderr()).contains('\u{1b}'),
                "{line}\n{outcome}"
            );
        }
    }
}

#[test]
fn colours_can_be_asked_for() {
    let session = Session::new();
    assert!(session.run("validate --color always").success().contains("\u{1b}["));
    assert!(!session.run("validate --color never").success().contains("\u{1b}["));
}

#[test]
fn help_and_version_are_answers() {
    let session = Session::new();
    assert_eq!(
        session.run("--version").success(),
        concat!("evbridge-momento ", env!("CARGO_PKG_VERSION"), "\n")
    );
    for line in ["--help", "deploy --help", "help put-event", "local cache get -h", "completions zsh", "man"]
    {
        assert!(!session.run(line).success().is_empty(), "{line}");
    }
    assert!(session.files().is_empty());
}

#[test]
fn quiet_leaves_the_data_and_the_errors() {
    let session = Session::new();
    for line in ["deploy --local", "put-event cacheSet --local", "destroy --local"] {
        assert_eq!(session.run(&format!("{line} --quiet")).stderr(), "");
    }
    assert!(session.run("destroy --local -q").stderr().starts_with("error: nothing to delete"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let session = Session::new();
    let mut lines = vec!["render", "regions", "validate", "man", "completions bash", "--help", "demo"];
    lines.extend(["deploy --local", "put-event cacheSet --local --output json", "destroy --local"]);
    for line in lines {
        let mut command = session.command(line.split(' '));
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // `| head -1`: one byte is read, or none, and the pipe is closed.
        let mut stdout = child.stdout.take().unwrap();
        if line.len().is_multiple_of(2) {
            let _ = stdout.read(&mut [0]);
        }
        drop(stdout);
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{line}\n{said}");
        assert!(!said.contains("panicked"), "{line}\n{said}");
        // And one whose stderr goes away.
        let mut child =
            session.command(line.split(' ')).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stderr.take());
        let status = child.wait().unwrap();
        assert!(status.code().is_some_and(|code| code != 101), "{line}: {status}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn no_file_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256), yaml in "(name|bus|events|delivery|momento|: |\n|- |\\[|\\{|\\}|\\]|&a|\\*a|!x|\"|'|1|\t){0,40}") {
        let session = Session::new();
        for input in [bytes, yaml.into_bytes()] {
            session.file("stacks/shop.yaml", &input);
            for line in ["render shop", "validate shop", "validate -t stacks/shop.yaml", "deploy --local --token-file stacks/shop.yaml"] {
                let outcome = session.run(line);
                prop_assert!(matches!(outcome.status(), Some(0 | 2 | 4 | 5)), "{line}\n{outcome}");
                prop_assert!(!outcome.stderr().contains("panicked"), "{line}\n{outcome}");
            }
        }
    }
}

//! The layers of ARCHITECTURE.md, held by reading the source.

use regex::Regex;

use crate::harness::{Source, sources};

/// Which top-level modules a layer may use; layers that are not named here may use every other.
const LAYERS: [(&str, &[&str]); 4] = [
    ("aws", &["aws", "error", "model", "redaction"]),
    ("local", &["local", "model"]),
    ("model", &["model"]),
    ("momento", &["model", "momento", "redaction"]),
];

/// What a pure model does without: IO, threads, a clock, the environment, async, and anybody's SDK.
const NOT_PURE: [&str; 16] = [
    r"\basync\b",
    r"\baws_\w+::",
    r"\baxum::",
    r"\breqwest::",
    r"\brusqlite::",
    r"\bTimestamp::now\b",
    r"\btokio::",
    r"\btracing::",
    r"\bstd::env\b",
    r"\bstd::fs\b",
    r"\bstd::io\b",
    r"\bstd::net::(Tcp|Udp|ToSocket)",
    r"\bstd::process\b",
    r"\bstd::thread\b",
    r"\bstd::time::(Instant|SystemTime)\b",
    r"\bwinterbaume_\w+::",
];

/// The longest a file may be, tests included.
const MAX_LINES: usize = 350;

/// Files that are longer, and why.
const LONG_FILES: [(&str, &str); 3] = [
    ("src/local/momento/tests.rs", "the documented answers, one after another"),
    ("src/local/secretsmanager/tests.rs", "the documented answers, one after another"),
    ("src/local/sqs/tests.rs", "the documented answers, one after another"),
];

#[test]
fn each_layer_uses_only_what_it_may() {
    let mut broken = Vec::new();
    let reference = Regex::new(r"\bcrate::(\w+)").unwrap();
    let group = Regex::new(r"\bcrate::\{").unwrap();
    for (source, layer) in code() {
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else { continue };
        for (number, line) in source.code() {
            let foreign = reference
                .captures_iter(line)
                .map(|found| found[1].to_owned())
                .find(|used| !allowed.contains(&used.as_str()));
            if let Some(used) = foreign {
                broken.push(format!("{}:{number}: {layer} uses {used}", source.path));
            }
            // A group may name anything over several lines, which this test does not follow.
            if group.is_match(line) {
                broken.push(format!("{}:{number}: write one `use` per module of ours", source.path));
            }
        }
    }
    report(&broken);
}

#[test]
fn the_model_is_pure() {
    let words = Regex::new(&NOT_PURE.join("|")).unwrap();
    let mut broken = Vec::new();
    for (source, layer) in code() {
        for (number, line) in source.code().filter(|_| layer == "model" && !source.is_test()) {
            if let Some(found) = words.find(line) {
                broken.push(format!("{}:{number}: the model uses {}", source.path, found.as_str()));
            }
        }
    }
    report(&broken);
}

#[test]
fn only_the_ui_prints() {
    let prints = Regex::new(r"\be?print(ln)?!|\bio::std(out|err)\b|\b(stdout|stderr)\(\)|\bdbg!").unwrap();
    let mut broken = Vec::new();
    for (source, layer) in code() {
        for (number, line) in source.code().filter(|_| layer != "ui" && !source.is_test()) {
            if prints.is_match(line) {
                broken.push(format!("{}:{number}: prints outside ui/: {line}", source.path));
            }
        }
    }
    report(&broken);
}

#[test]
fn no_file_is_long_without_a_reason() {
    let mut broken = Vec::new();
    let files: Vec<_> = sources("src", "rs").into_iter().chain(sources("tests", "rs")).collect();
    for source in &files {
        let lines = source.text.lines().count();
        let listed = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        if lines > MAX_LINES && !listed {
            broken.push(format!("{}: {lines} lines, more than {MAX_LINES}: split it", source.path));
        } else if lines <= MAX_LINES && listed {
            broken.push(format!("{}: only {lines} lines: take it off the list", source.path));
        }
    }
    for (path, _) in LONG_FILES {
        if !files.iter().any(|source| source.path == path) {
            broken.push(format!("{path}: is gone: take it off the list"));
        }
    }
    report(&broken);
}

#[test]
fn every_module_says_what_it_is() {
    let files = sources("src", "rs");
    let modules = files.iter().filter(|source| !source.is_test() && source.path != "src/main.rs");
    let silent = modules.filter(|source| !source.text.starts_with("//! "));
    report(&silent.map(|source| format!("{}: starts without a `//!` line", source.path)).collect::<Vec<_>>());
}

/// Returns every file of src/ with its layer: its folder or file directly below src/.
fn code() -> impl Iterator<Item = (Source, String)> {
    sources("src", "rs").into_iter().map(|source| {
        let below = source.path.trim_start_matches("src/");
        let layer = below.split('/').next().unwrap_or(below).trim_end_matches(".rs").to_owned();
        (source, layer)
    })
}

fn report(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

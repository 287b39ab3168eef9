//! Rules of style that no lint holds.

use std::fs;

use regex::Regex;

use crate::harness::{Source, repository, sources};

#[test]
fn nothing_is_left_undone() {
    // Written in pieces, so that this file does not match itself.
    let words = [["to", "do!"], ["unimple", "mented!"], ["db", "g!"], ["FIX", "ME"], ["XX", "X"]];
    let marks = Regex::new(&words.map(|[start, end]| format!(r"\b{start}{end}")).join("|")).unwrap();
    let mut found = Vec::new();
    for source in everything() {
        for (index, line) in source.text.lines().enumerate().filter(|(_, line)| marks.is_match(line)) {
            found.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_path_of_somebodys_computer() {
    let here = repository().to_string_lossy().into_owned();
    let homes =
        Regex::new(concat!(r#"(^|[\s"'`(=])(/ho"#, r"me|/Us", r"ers|/ro", r"ot)/\w|C:\\+Us", r"ers\\"))
            .unwrap();
    let mut found = Vec::new();
    for source in everything() {
        for (index, line) in source.text.lines().enumerate() {
            if homes.is_match(line) || line.contains(&here) {
                found.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_test_file_is_forgotten() {
    let main = fs::read_to_string(repository().join("tests/it/main.rs")).unwrap();
    for entry in fs::read_dir(repository().join("tests/it")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let module = path.is_dir() && path.join("mod.rs").exists()
            || path.extension().is_some_and(|found| found == "rs");
        if module && name != "main" {
            assert!(main.contains(&format!("mod {name};\n")), "tests/it/main.rs does not name `mod {name};`");
        }
    }
}

/// Returns every text file that people write: code, tests, benchmarks, stacks, templates, pages.
fn everything() -> Vec<Source> {
    let places = [
        ("src", "rs"),
        ("tests/it", "rs"),
        ("benches", "rs"),
        ("examples", "rs"),
        ("stacks", "yaml"),
        ("templates", "yaml"),
        ("templates", "tera"),
        ("docs", "md"),
    ];
    let mut files: Vec<_> =
        places.iter().flat_map(|(directory, extension)| sources(directory, extension)).collect();
    for entry in fs::read_dir(repository()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == "md" || found == "toml") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push(Source { path: name, text: fs::read_to_string(&path).unwrap() });
        }
    }
    files
}

//! What the fuzzers once found, tried again: the files of tests/corpus through the functions of the fuzz targets.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use crate::entry;
use crate::harness::repository;

#[test]
fn event() {
    replay("event", entry::event::check);
}

#[test]
fn http() {
    replay("http", entry::http::check);
}

#[test]
fn pattern() {
    replay("pattern", entry::pattern::check);
}

#[test]
fn transform() {
    replay("transform", entry::transform::check);
}

/// Checks every input of a target and names all that fail.
fn replay(target: &str, check: fn(&[u8])) {
    let directory = repository().join("tests/corpus").join(target);
    let files: BTreeSet<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    let fails = |file: &&PathBuf| catch_unwind(|| check(&fs::read(file).unwrap())).is_err();
    let failed: Vec<_> = files.iter().filter(fails).filter_map(|file| file.file_name()).collect();
    assert!(failed.is_empty(), "{target}: {failed:?}");
}

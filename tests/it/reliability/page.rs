//! The parts of docs/reliability.md that the tests write.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::harness::repository;

/// Two tests write parts of one file.
static WRITING: Mutex<()> = Mutex::new(());

/// Returns whether the page is to be written anew.
#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not of the program")]
pub(super) fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Returns a part of the page by its name.
pub(super) fn read(part: &str) -> String {
    let text = std::fs::read_to_string(path()).unwrap();
    let [begin, end] = marks(part);
    text.split_once(&begin).unwrap().1.split_once(&end).unwrap().0.to_owned()
}

/// Writes a part of the page.
pub(super) fn write(part: &str, content: &str) {
    let _turn = WRITING.lock().unwrap();
    let text = std::fs::read_to_string(path()).unwrap();
    let [begin, end] = marks(part);
    let (before, rest) = text.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    std::fs::write(path(), [before, &begin, content, &end, after].concat()).unwrap();
}

/// Returns the marks between which a part stands.
fn marks(part: &str) -> [String; 2] {
    ["begins", "ends"].map(|verb| format!("<!-- {part} {verb} -->\n"))
}

fn path() -> PathBuf {
    repository().join("docs/reliability.md")
}

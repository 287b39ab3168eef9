//! A page of the documentation with parts that tests write, each between two marks.

use std::path::PathBuf;
use std::sync::Mutex;

use super::repository;

/// Several tests write parts of one file.
static WRITING: Mutex<()> = Mutex::new(());

/// A page by its path in the repository.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page(pub(crate) &'static str);

impl Page {
    /// Returns whether the pages are to be written anew.
    #[expect(clippy::disallowed_methods, reason = "a switch of the tests, not of the program")]
    pub(crate) fn is_update() -> bool {
        std::env::var_os("UPDATE").is_some()
    }

    /// Returns a part of the page by its name.
    pub(crate) fn read(self, part: &str) -> String {
        let text = std::fs::read_to_string(self.path()).unwrap();
        let [begin, end] = marks(part);
        text.split_once(&begin).unwrap().1.split_once(&end).unwrap().0.to_owned()
    }

    /// Writes a part of the page.
    pub(crate) fn write(self, part: &str, content: &str) {
        let _turn = WRITING.lock().unwrap();
        let text = std::fs::read_to_string(self.path()).unwrap();
        let [begin, end] = marks(part);
        let (before, rest) = text.split_once(&begin).unwrap();
        let (_, after) = rest.split_once(&end).unwrap();
        std::fs::write(self.path(), [before, &begin, content, &end, after].concat()).unwrap();
    }

    /// Writes a part of the page where the pages are written anew, and asserts that it is so.
    #[track_caller]
    pub(crate) fn holds(self, part: &str, content: &str) {
        if Self::is_update() {
            self.write(part, content);
        }
        snapbox::assert_data_eq!(content, snapbox::Data::text(self.read(part)).raw());
    }

    fn path(self) -> PathBuf {
        repository().join(self.0)
    }
}

/// Returns the marks between which a part stands.
fn marks(part: &str) -> [String; 2] {
    ["begins", "ends"].map(|verb| format!("<!-- {part} {verb} -->\n"))
}

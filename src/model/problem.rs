//! What is wrong in a file, where, and what to do about it.

use std::fmt;
use std::string::FromUtf8Error;

use crate::model::yaml::{self, Position};

/// One thing that is wrong in a stack definition or a template.
///
/// Its `Display` is one line, such as ``stacks/shop.yaml:4:3: unknown key `retrys` ``; the hint is printed apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    /// The file as the user named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do next, if that is known.
    pub hint: Option<String>,
}

impl Problem {
    /// Makes a problem without a hint.
    pub fn new(file: &str, at: Position, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: at.line, column: at.column, message: message.into(), hint: None }
    }

    /// Says that a text is not YAML that can be read.
    pub fn unreadable(file: &str, error: &yaml::Invalid) -> Self {
        Self::new(file, error.at, error.reason.clone()).hinted(error.hint)
    }

    /// Says that a file's bytes are not text.
    pub fn not_utf8(file: &str, error: &FromUtf8Error) -> Self {
        let good = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..good]);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let byte = error.as_bytes().get(good).copied().unwrap_or_default();
        Self::new(file, Position { line, column }, format!("the byte 0x{byte:02x} is not UTF-8 text"))
            .hinted("save the file as UTF-8")
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// Returns the name that was probably meant, or nothing where none is near.
///
/// A name is near when a third of its characters at most differ, whatever the case.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// The edit distance is quadratic in the length, and no name of ours is longer.
    const LONGEST: usize = 100;
    if name.len() > LONGEST {
        return None;
    }
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Shows foreign text in a message: escaped, and cut where it is long.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Joins names as a sentence does: `` `a`, `b` and `c` ``.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line() {
        let problem =
            Problem::new("stacks/shop.yaml", Position { line: 4, column: 3 }, "unknown key `retrys`")
                .hinted("x");
        assert_eq!(problem.to_string(), "stacks/shop.yaml:4:3: unknown key `retrys`");
    }

    #[test]
    fn bytes_that_are_no_text_have_a_place() {
        let error = String::from_utf8(b"a: 1\n\xc3\xa4: \xff".to_vec()).unwrap_err();
        let problem = Problem::not_utf8("f", &error);
        assert_eq!(problem.to_string(), "f:2:4: the byte 0xff is not UTF-8 text");
    }

    #[test]
    fn the_nearest_name_is_meant() {
        let known = ["retries", "max-age", "bus"];
        assert_eq!(did_you_mean("retrys", known), Some("retries"));
        assert_eq!(did_you_mean("MaxAge", known), Some("max-age"));
        assert_eq!(did_you_mean("bsu", known), Some("bus"));
        assert_eq!(did_you_mean("timeout", known), None);
        assert_eq!(did_you_mean("a", ["b"]), None);
        assert_eq!(did_you_mean(&"r".repeat(1_000_000), known), None);
    }

    #[test]
    fn foreign_text_is_escaped_and_cut() {
        assert_eq!(shown("a\u{1b}[31m"), "a\\u{1b}[31m");
        assert_eq!(shown(&"x".repeat(61)), format!("{}…", "x".repeat(60)));
    }

    #[test]
    fn names_are_joined_as_in_a_sentence() {
        assert_eq!(list([]), "");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}

//! Text with colours, and foreign text made harmless.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use owo_colors::OwoColorize as _;

/// What a command writes for a person: data for stdout, notes for stderr.
#[derive(Debug, Default)]
pub struct Page {
    /// The data.
    pub data: String,
    /// The notes: what to do next, what was left alone.
    pub notes: String,
}

impl Page {
    /// Writes a line of data.
    pub fn line(&mut self, line: impl fmt::Display) {
        let _ = writeln!(self.data, "{line}");
    }

    /// Writes a line for the person who watches, apart from the data.
    pub fn note(&mut self, note: impl fmt::Display) {
        let _ = writeln!(self.notes, "{note}");
    }

    /// Says which command comes next.
    pub fn next(&mut self, what: &str, command: &str) {
        self.note(format_args!("{} {what}: {}", "next:".cyan().bold(), command.cyan()));
    }
}

/// Makes foreign text harmless for a terminal: control characters are shown, not obeyed.
///
/// Line feeds and tabs stay. Escape sequences, bidirectional overrides and other controls appear as `\u{1b}`.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn is_harmful(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // Bidirectional overrides and isolates can make a line read as another.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_shown_not_obeyed() {
        assert_eq!(clean("a\u{1b}[2Jb\u{7}\r"), "a\\u{1b}[2Jb\\u{7}\\r");
        assert_eq!(clean("plain\n\ttext é"), "plain\n\ttext é");
    }
}

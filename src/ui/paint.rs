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
    /// How many columns the screen has that the data goes to; nothing where it goes elsewhere.
    pub width: Option<usize>,
}

/// How narrow a column may be that text is wrapped within.
const NARROWEST: usize = 40;

impl Page {
    /// Writes a line of data.
    pub fn line(&mut self, line: impl fmt::Display) {
        let _ = writeln!(self.data, "{line}");
    }

    /// Breaks a line between words where the screen ends; elsewhere a line stays one.
    ///
    /// Its further lines begin below `column`, or below the nearer `margin` where the screen is too narrow for that.
    pub fn wrapped(&self, line: &str, column: usize, margin: usize) -> String {
        let Some(width) = self.width.filter(|width| *width >= margin + NARROWEST) else {
            return line.to_owned();
        };
        let indent = " ".repeat(if column + NARROWEST <= width { column } else { margin });
        let options = textwrap::Options::new(width)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::fill(line, options)
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
/// Line feeds and tabs stay. Escape sequences, what changes the direction of a line and what nobody sees appear as
/// `\u{1b}`. The joiners of other scripts and of emoji stay where they stand between such characters.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let joins = matches!(character, '\u{200c}' | '\u{200d}')
            && joinable(before)
            && characters.peek().is_some_and(|next| joinable(*next));
        if harmful(character) && !joins {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
        before = character;
    }
    Cow::Owned(shown)
}

/// Makes foreign text harmless within a line: as [`clean`], and a line end begins no line.
pub fn inline(text: &str) -> Cow<'_, str> {
    match clean(text) {
        text if text.contains(['\n', '\t']) => Cow::Owned(text.replace('\n', "\\n").replace('\t', "\\t")),
        text => text,
    }
}

/// Makes foreign text harmless that goes over several lines: as [`clean`], and its further lines are set in.
pub fn indented(text: &str, by: usize) -> Cow<'_, str> {
    match clean(text) {
        text if text.contains('\n') => Cow::Owned(text.replace('\n', &format!("\n{}", " ".repeat(by)))),
        text => text,
    }
}

/// Returns whether a character does something to a terminal or a line rather than be seen in it.
pub(super) fn harmful(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // The soft hyphen; the Arabic letter mark; the Mongolian separator.
        '\u{ad}' | '\u{61c}' | '\u{180e}'
        // Without width; the marks, overrides and isolates of direction can make a line read as another.
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // The byte order mark; annotations; tags, which spell what nobody sees.
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        other => other.is_control(),
    }
}

/// Returns whether a joiner beside a character is at home: it belongs to another script or to an emoji.
fn joinable(character: char) -> bool {
    !character.is_ascii() && !harmful(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_where_the_screen_ends() {
        let page = |width| Page { width, ..Page::default() };
        let line = "warn  name  some words that go on and on, further than a narrow screen is wide";
        assert_eq!(page(None).wrapped(line, 12, 6), line);
        assert_eq!(
            page(Some(60)).wrapped(line, 12, 6),
            "warn  name  some words that go on and on, further than a\n            narrow screen is wide"
        );
        assert_eq!(
            page(Some(50)).wrapped(line, 12, 6),
            "warn  name  some words that go on and on, further\n      than a narrow screen is wide"
        );
        assert_eq!(page(Some(20)).wrapped(line, 12, 6), line);
        let long = format!("ok  {}", "x".repeat(70));
        assert_eq!(page(Some(60)).wrapped(&long, 4, 4).lines().last().unwrap().trim(), "x".repeat(70));
    }

    #[test]
    fn escape_sequences_are_shown_not_obeyed() {
        assert_eq!(clean("a\u{1b}[2Jb\u{7}\r"), "a\\u{1b}[2Jb\\u{7}\\r");
        assert_eq!(clean("plain\n\ttext é"), "plain\n\ttext é");
        assert_eq!(clean("\u{9b}2J\u{7f}\u{202e}\u{feff}"), "\\u{9b}2J\\u{7f}\\u{202e}\\u{feff}");
    }

    #[test]
    fn joiners_stay_where_they_join() {
        for text in ["👩\u{200d}🚀", "👩🏽\u{200d}🚀", "می\u{200c}خواهم"] {
            assert_eq!(clean(text), text);
        }
        assert_eq!(clean("pay\u{200d}pal \u{200c}é"), "pay\\u{200d}pal \\u{200c}é");
    }

    #[test]
    fn a_line_end_begins_no_line_of_ours() {
        assert_eq!(inline("a\nok b\tc"), "a\\nok b\\tc");
        assert_eq!(indented("a\nok", 4), "a\n    ok");
        assert!(matches!(inline("a b"), Cow::Borrowed("a b")));
    }
}

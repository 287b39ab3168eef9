//! Where a text stops being JSON, in the coordinates that AWS reports.
//!
//! AWS reads templates and constants with Jackson, whose refusals end in
//! `[Source: (String)"env:dev"; line: 1, column: 4]`: the column *after* the offending character, or
//! after the whole word when it is one.

use std::fmt;
use std::ops::Range;

/// The most of a refused text that AWS repeats.
const SHOWN: usize = 500;

/// Where AWS says a text stops being JSON: `[Source: (String)"…"; line: 1, column: 4]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source<'a> {
    text: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Source<'a> {
    /// Turns offending bytes into a line and a column of UTF-16 units, both from 1.
    pub(super) fn new(text: &'a str, offence: &Range<usize>) -> Self {
        let before = text.get(..offence.start).unwrap_or(text);
        let row = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        let column = text.get(row..offence.end).unwrap_or_default().encode_utf16().count() + 1;
        Self { text, line, column }
    }
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.text.char_indices().nth(SHOWN).map_or(self.text.len(), |(at, _)| at);
        write!(f, "[Source: (String)\"{}\"", &self.text[..end])?;
        let hidden = self.text[end..].chars().count();
        if hidden > 0 {
            write!(f, "[truncated {hidden} chars]")?;
        }
        write!(f, "; line: {}, column: {}]", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::transform::syntax::Scan;

    fn refusal(text: &str) -> String {
        Source::new(text, &Scan::of(text).offence.unwrap()).to_string()
    }

    #[test]
    fn reports_the_column_that_aws_reports() {
        // aws/aws-cli#6711 and ansible-collections/community.aws#201 show these from AWS.
        assert_eq!(refusal("env:dev"), "[Source: (String)\"env:dev\"; line: 1, column: 4]");
        assert!(refusal("{'db_name': 1}").ends_with("line: 1, column: 3]"));
        assert!(refusal("{\n \"é😀\": x}").ends_with("line: 2, column: 10]"));
        assert!(refusal("[1").ends_with("line: 1, column: 3]"));
        assert!(refusal(&"x ".repeat(300)).contains("\"[truncated 100 chars]; line: 1, column: 2]"));
    }
}

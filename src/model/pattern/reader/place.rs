//! Where the reader is, in AWS's words.

use super::{Reader, decode};

/// The most characters of the pattern that a message shows.
const SHOWN: usize = 500;

/// A line and a column, from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Reader {
    /// Returns the reader's place, as `[Source: (String)"…"; line: 1, column: 2]`.
    pub(super) fn here(&self) -> String {
        self.describe(Place { line: self.line, column: self.at - self.line_start + 1 })
    }

    pub(super) fn describe(&self, place: Place) -> String {
        let escape = |character: char| match character {
            '\n' | '\r' => character.to_string(),
            _ if character.is_control() => format!("\\u{:04X}", u32::from(character)),
            _ => character.to_string(),
        };
        let shown = decode(&self.units[..self.units.len().min(SHOWN)]);
        let shown: String = shown.chars().map(escape).collect();
        let rest = match self.units.len().saturating_sub(SHOWN) {
            0 => String::new(),
            rest => format!("[truncated {rest} chars]"),
        };
        format!("[Source: (String)\"{shown}\"{rest}; line: {}, column: {}]", place.line, place.column)
    }

    /// Remembers where a token begins.
    pub(super) fn mark(&mut self) {
        self.token_place = Place { line: self.line, column: self.at - self.line_start };
    }
}

/// Names a character as the parser does: `'x' (code 120)`.
pub(super) fn name_of(unit: u16) -> String {
    let character = char::from_u32(u32::from(unit)).unwrap_or('?');
    if character.is_control() {
        format!("(CTRL-CHAR, code {unit})")
    } else if unit > 255 {
        format!("'{character}' (code {unit} / 0x{unit:x})")
    } else {
        format!("'{character}' (code {unit})")
    }
}

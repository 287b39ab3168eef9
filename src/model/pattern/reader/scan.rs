//! Names, strings, literals, white space and the marks between them.

use super::place::name_of;
use super::{Reader, Refused, Token, decode};

/// What the parser says may stand where a value must.
const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
/// The most of an unknown word that a message shows.
const WORD: usize = 256;

impl Reader {
    pub(super) fn unit(&mut self) -> Option<u16> {
        let unit = self.units.get(self.at).copied();
        self.at += usize::from(unit.is_some());
        unit
    }

    pub(super) fn unexpected(&self, unit: u16, wanted: &str) -> Refused {
        self.refuse(format_args!("Unexpected character ({}): {wanted}", name_of(unit)))
    }

    pub(super) fn ended(&self, what: &str) -> Refused {
        self.refuse(format_args!("Unexpected end-of-input{what}"))
    }

    /// The end of the text: right after the document, wrong inside it.
    pub(super) fn end(&mut self) -> Result<Token, Refused> {
        let Some(context) = self.contexts.last() else {
            self.token = Token::End;
            return Ok(Token::End);
        };
        let kind = if context.object { "Object" } else { "Array" };
        let started = self.describe(context.started);
        Err(self.ended(&format!(": expected close marker for {kind} (start marker at {started})")))
    }

    pub(super) fn close(&mut self, unit: u16) -> Result<Token, Refused> {
        self.mark();
        let object = unit == u16::from(b'}');
        if self.contexts.last().is_some_and(|context| context.object == object) {
            self.contexts.pop();
            self.token = if object { Token::EndObject } else { Token::EndArray };
            return Ok(self.token);
        }
        let (found, wanted) = if object { ('}', ']') } else { (']', '}') };
        let (kind, started) = match self.contexts.last() {
            Some(context) => (if context.object { "Object" } else { "Array" }, context.started),
            None => ("root", super::Place { line: 1, column: 0 }),
        };
        let started = self.describe(started);
        Err(self.refuse(format_args!(
            "Unexpected close marker '{found}': expected '{wanted}' (for {kind} starting at {started})"
        )))
    }

    /// Skips white space; returns the character after it, or nothing at the end.
    pub(super) fn skip_space(&mut self) -> Result<Option<u16>, Refused> {
        while let Some(unit) = self.unit() {
            match unit {
                0x20 | 0x09 => {}
                0x0a => self.new_line(),
                0x0d => {
                    if self.units.get(self.at) == Some(&0x0a) {
                        self.at += 1;
                    }
                    self.new_line();
                }
                0..0x20 => {
                    return Err(self.refuse(format_args!(
                        "Illegal character ({}): only regular white space (\\r, \\n, \\t) is allowed between tokens",
                        name_of(unit)
                    )));
                }
                0x2f => {
                    return Err(self.unexpected(
                        unit,
                        "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)",
                    ));
                }
                _ => return Ok(Some(unit)),
            }
        }
        Ok(None)
    }

    pub(super) fn skip_comma(&mut self, unit: u16) -> Result<u16, Refused> {
        let kind = self.kind();
        if unit != u16::from(b',') {
            return Err(self.unexpected(unit, &format!("was expecting comma to separate {kind} entries")));
        }
        self.skip_space()?.ok_or_else(|| self.ended(&format!(" within/between {kind} entries")))
    }

    pub(super) fn skip_colon(&mut self) -> Result<u16, Refused> {
        let ended = |reader: &Self| reader.ended(&format!(" within/between {} entries", reader.kind()));
        let unit = self.skip_space()?.ok_or_else(|| ended(self))?;
        if unit != u16::from(b':') {
            return Err(self.unexpected(unit, "was expecting a colon to separate field name and value"));
        }
        self.skip_space()?.ok_or_else(|| ended(self))
    }

    pub(super) fn read_name(&mut self, unit: u16) -> Result<(), Refused> {
        if unit != u16::from(b'"') {
            return Err(self.unexpected(unit, "was expecting double-quote to start field name"));
        }
        self.read_text(" in field name", "name")?;
        self.name = decode(&self.text);
        Ok(())
    }

    pub(super) fn finish_text(&mut self) -> Result<(), Refused> {
        self.read_text(": was expecting closing quote for a string value", "string value")
    }

    /// Reads the token that begins with a character; a string's content stays unread.
    pub(super) fn value(&mut self, unit: u16) -> Result<Token, Refused> {
        let character = char::from_u32(u32::from(unit)).unwrap_or('?');
        match character {
            '"' => {
                self.pending_text = true;
                Ok(Token::Text)
            }
            '{' => Ok(Token::StartObject),
            '[' => Ok(Token::StartArray),
            't' => self.literal("true", Token::True),
            'f' => self.literal("false", Token::False),
            'n' => self.literal("null", Token::Null),
            '-' | '0'..='9' => self.number(unit),
            'N' => self.literal("NaN", Token::Null).and_then(|_| Err(self.non_standard("NaN"))),
            'I' => self.literal("Infinity", Token::Null).and_then(|_| Err(self.non_standard("Infinity"))),
            '_' | '$' => Err(self.unknown_word(self.at - 1)),
            _ if character.is_alphabetic() => Err(self.unknown_word(self.at - 1)),
            _ => Err(self.unexpected(unit, &format!("expected a valid value {VALUES}"))),
        }
    }

    fn kind(&self) -> &'static str {
        match self.contexts.last() {
            Some(context) if context.object => "Object",
            Some(_) => "Array",
            None => "root",
        }
    }

    fn new_line(&mut self) {
        self.line += 1;
        self.line_start = self.at;
    }

    /// Reads a string after its opening quote.
    fn read_text(&mut self, ended: &str, inside: &str) -> Result<(), Refused> {
        self.text.clear();
        loop {
            match self.unit() {
                None => return Err(self.ended(ended)),
                Some(0x22) => return Ok(()),
                Some(0x5c) => {
                    let unit = self.escape()?;
                    self.text.push(unit);
                }
                Some(unit @ 0..0x20) => {
                    return Err(self.refuse(format_args!(
                        "Illegal unquoted character ({}): has to be escaped using backslash to be included in {inside}",
                        name_of(unit)
                    )));
                }
                Some(unit) => self.text.push(unit),
            }
        }
    }

    fn escape(&mut self) -> Result<u16, Refused> {
        let Some(unit) = self.unit() else {
            return Err(self.ended(" in character escape sequence"));
        };
        Ok(match u8::try_from(unit).unwrap_or_default() {
            b'b' => 0x08,
            b't' => 0x09,
            b'n' => 0x0a,
            b'f' => 0x0c,
            b'r' => 0x0d,
            b'"' | b'/' | b'\\' => unit,
            b'u' => return self.hexadecimal(),
            _ => {
                return Err(self.refuse(format_args!("Unrecognized character escape {}", name_of(unit))));
            }
        })
    }

    fn hexadecimal(&mut self) -> Result<u16, Refused> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(unit) = self.unit() else {
                return Err(self.ended(" in character escape sequence"));
            };
            let digit = char::from_u32(u32::from(unit)).and_then(|character| character.to_digit(16));
            let Some(digit) = digit.and_then(|digit| u16::try_from(digit).ok()) else {
                return Err(self.unexpected(unit, "expected a hex-digit for character escape sequence"));
            };
            value = value << 4 | digit;
        }
        Ok(value)
    }

    fn literal(&mut self, word: &str, token: Token) -> Result<Token, Refused> {
        let start = self.at - 1;
        for wanted in word.encode_utf16().skip(1) {
            if self.units.get(self.at) != Some(&wanted) {
                return Err(self.unknown_word(start));
            }
            self.at += 1;
        }
        if self.units.get(self.at).is_some_and(|unit| is_word(*unit)) {
            return Err(self.unknown_word(start));
        }
        Ok(token)
    }

    fn non_standard(&self, word: &str) -> Refused {
        self.refuse(format_args!(
            "Non-standard token '{word}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
        ))
    }

    fn unknown_word(&mut self, start: usize) -> Refused {
        let mut more = "";
        while self.units.get(self.at).is_some_and(|unit| is_word(*unit)) {
            self.at += 1;
            if self.at - start >= WORD {
                more = "...";
                break;
            }
        }
        let word = self.since(start);
        self.refuse(format_args!("Unrecognized token '{word}{more}': was expecting {VALUES}"))
    }
}

fn is_word(unit: u16) -> bool {
    char::from_u32(u32::from(unit))
        .is_some_and(|character| character.is_alphanumeric() || "_$".contains(character))
}

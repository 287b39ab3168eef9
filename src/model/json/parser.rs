//! From text to a [`Json`] tree.

use super::{Invalid, Json, MAX_DEPTH, Place};

/// Reads one JSON text from its start to its end.
pub(super) struct Parser<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
    half: Option<usize>,
    names: Option<Vec<usize>>,
}

/// A whole text, with what its tree cannot say.
pub(super) struct Document {
    /// The tree.
    pub(super) value: Json,
    /// Where the first escape stands that is half of a character.
    pub(super) half: Option<usize>,
    /// Where each name of the outermost object stands.
    pub(super) names: Vec<usize>,
}

impl<'a> Parser<'a> {
    /// Reads the whole text as one value.
    pub(super) fn document(text: &'a str) -> Result<Json, Invalid> {
        Self { bytes: text.as_bytes(), text, at: 0, half: None, names: None }.whole().map(|whole| whole.value)
    }

    /// Reads the whole text as one value, and notes what its tree cannot say.
    pub(super) fn noted(text: &'a str) -> Result<Document, Invalid> {
        Self { bytes: text.as_bytes(), text, at: 0, half: None, names: Some(Vec::new()) }.whole()
    }

    fn whole(mut self) -> Result<Document, Invalid> {
        let value = self.value(0)?;
        self.space();
        if self.at < self.text.len() {
            return Err(self.error("unexpected text after the value"));
        }
        Ok(Document { value, half: self.half, names: self.names.unwrap_or_default() })
    }

    fn value(&mut self, depth: usize) -> Result<Json, Invalid> {
        self.space();
        match self.bytes.get(self.at) {
            Some(b'{') if depth < MAX_DEPTH => self.object(depth),
            Some(b'[') if depth < MAX_DEPTH => self.array(depth),
            Some(b'{' | b'[') => Err(self.error("nested deeper than 1000 levels")),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(_) => Err(self.error("expected a value")),
            None => Err(self.error("unexpected end")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, Invalid> {
        self.at += 1;
        let mut members: Vec<(String, Json)> = Vec::new();
        if self.skip(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            if self.bytes.get(self.at) != Some(&b'"') {
                return Err(self.error("expected a name in quotes"));
            }
            if let (0, Some(names)) = (depth, &mut self.names) {
                names.push(self.at);
            }
            let name = self.string()?;
            if !self.skip(b':') {
                return Err(self.error("expected ':'"));
            }
            members.push((name, self.value(depth + 1)?));
            if self.skip(b'}') {
                return Ok(Json::Object(members));
            }
            if !self.skip(b',') {
                return Err(self.error("expected ',' or '}'"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, Invalid> {
        self.at += 1;
        let mut items = Vec::new();
        if self.skip(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.skip(b']') {
                return Ok(Json::Array(items));
            }
            if !self.skip(b',') {
                return Err(self.error("expected ',' or ']'"));
            }
        }
    }

    fn string(&mut self) -> Result<String, Invalid> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            while !matches!(self.bytes.get(self.at), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.error("control character in a string")),
                None => return Err(self.error("unexpected end of a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Invalid> {
        self.at += 1;
        let character = match self.bytes.get(self.at) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.error("unknown escape")),
        };
        self.at += 1;
        Ok(character)
    }

    /// Reads `uXXXX`, and the second half of a surrogate pair; a lone half becomes U+FFFD.
    fn unicode(&mut self) -> Result<char, Invalid> {
        let start = self.at - 1;
        let first = self.hex()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or_else(|| self.half_at(start)));
        }
        if self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
            return Ok(self.half_at(start));
        }
        let before = self.at;
        self.at += 1;
        let second = self.hex()?;
        if !(0xdc00..0xe000).contains(&second) {
            self.at = before;
            return Ok(self.half_at(start));
        }
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn half_at(&mut self, start: usize) -> char {
        self.half.get_or_insert(start);
        char::REPLACEMENT_CHARACTER
    }

    fn hex(&mut self) -> Result<u32, Invalid> {
        let digits = self
            .text
            .get(self.at + 1..self.at + 5)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return Err(self.error("expected four hexadecimal digits"));
        };
        self.at += 5;
        Ok(code)
    }

    fn number(&mut self) -> Result<Json, Invalid> {
        let start = self.at;
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.error("expected a digit")),
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(Json::Number(self.text[start..self.at].into()))
    }

    fn some_digits(&mut self) -> Result<(), Invalid> {
        let start = self.at;
        self.digits();
        if self.at == start { Err(self.error("expected a digit")) } else { Ok(()) }
    }

    fn digits(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, Invalid> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.error("expected a value"))
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn skip(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.bytes.get(self.at) == Some(&byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn error(&self, reason: &'static str) -> Invalid {
        let Place { line, column } = Place::of(self.text, self.at);
        Invalid { reason, line, column }
    }
}

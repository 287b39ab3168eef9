//! The JSON tokens of a pattern, read one at a time as AWS's parser (Jackson) reads them.
//!
//! A refusal names the place that the parser had reached, so the order of reading is part of the
//! behaviour: a member's name is read together with the first character of its value (the whole of a
//! number or literal), and a string's content only when somebody asks for it.

mod number;
mod place;
mod scan;

use place::Place;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    StartObject,
    EndObject,
    StartArray,
    EndArray,
    Name,
    Text,
    Number,
    True,
    False,
    Null,
    /// The end of the document.
    End,
}

/// Reads tokens from a pattern's text.
pub(super) struct Reader {
    /// UTF-16, because AWS counts columns in it.
    units: Vec<u16>,
    at: usize,
    line: usize,
    line_start: usize,
    token: Token,
    /// The token after a name, which is read with the name.
    ahead: Option<Token>,
    /// Where the last token began, for contexts.
    token_place: Place,
    /// A string whose content is not read yet.
    pending_text: bool,
    text: Vec<u16>,
    name: String,
    contexts: Vec<Context>,
}

/// An object or array that is open.
struct Context {
    object: bool,
    started: Place,
    has_entries: bool,
}

/// The message of a refusal, its place included.
pub(super) type Refused = String;

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        Self {
            units: text.encode_utf16().collect(),
            at: 0,
            line: 1,
            line_start: 0,
            token: Token::End,
            ahead: None,
            token_place: Place { line: 1, column: 1 },
            pending_text: false,
            text: Vec::new(),
            name: String::new(),
            contexts: Vec::new(),
        }
    }

    /// Moves to the next token.
    pub(super) fn next(&mut self) -> Result<Token, Refused> {
        if let Some(token) = self.ahead.take() {
            return Ok(self.enter(token));
        }
        if std::mem::take(&mut self.pending_text) {
            self.finish_text()?;
        }
        let Some(mut unit) = self.skip_space()? else {
            return self.end();
        };
        if unit == u16::from(b']') || unit == u16::from(b'}') {
            return self.close(unit);
        }
        if let Some(context) = self.contexts.last_mut()
            && std::mem::replace(&mut context.has_entries, true)
        {
            unit = self.skip_comma(unit)?;
        }
        if self.contexts.last().is_some_and(|context| context.object) {
            self.read_name(unit)?;
            let first = self.skip_colon()?;
            self.mark();
            self.ahead = Some(self.value(first)?);
            self.token = Token::Name;
            return Ok(Token::Name);
        }
        self.mark();
        let token = self.value(unit)?;
        Ok(self.enter(token))
    }

    /// Returns the last member's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the current token as text: a string's content, a number as it is spelled.
    pub(super) fn text(&mut self) -> Result<String, Refused> {
        Ok(match self.token {
            Token::StartObject => "{".to_owned(),
            Token::EndObject => "}".to_owned(),
            Token::StartArray => "[".to_owned(),
            Token::EndArray => "]".to_owned(),
            Token::True => "true".to_owned(),
            Token::False => "false".to_owned(),
            Token::Null => "null".to_owned(),
            Token::Name => self.name.clone(),
            Token::End => String::new(),
            Token::Text => {
                if std::mem::take(&mut self.pending_text) {
                    self.finish_text()?;
                }
                decode(&self.text)
            }
            Token::Number => decode(&self.text),
        })
    }

    /// Returns the current string in UTF-16, because AWS folds case by UTF-16 unit.
    pub(super) fn units(&mut self) -> Result<Vec<u16>, Refused> {
        self.text()?;
        Ok(self.text.clone())
    }

    /// Returns how far the reader has come, for [`Self::since`].
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Returns the text from a position to here.
    pub(super) fn since(&self, position: usize) -> String {
        decode(self.units.get(position..self.at).unwrap_or_default())
    }

    /// Returns the message of a refusal at this place.
    pub(super) fn refuse(&self, reason: impl std::fmt::Display) -> Refused {
        format!("{reason}\n at {}", self.here())
    }

    fn enter(&mut self, token: Token) -> Token {
        if matches!(token, Token::StartObject | Token::StartArray) {
            let object = token == Token::StartObject;
            self.contexts.push(Context { object, started: self.token_place, has_entries: false });
        }
        self.token = token;
        token
    }
}

/// Reads UTF-16 as Java writes it in UTF-8: half a surrogate pair becomes a question mark.
pub(super) fn decode(units: &[u16]) -> String {
    char::decode_utf16(units.iter().copied()).map(|unit| unit.unwrap_or('?')).collect()
}

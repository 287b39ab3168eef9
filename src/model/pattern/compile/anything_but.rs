//! `{"anything-but": …}`: a value, a list, or one of four expressions of texts.

use super::super::number;
use super::super::reader::{Refused, Token};
use super::super::test::Alternative;
use super::super::text::{Folded, Wildcard};
use super::Compiler;

const TOO_MANY: &str = "Too many elements in numeric expression";

/// The expressions that anything-but may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Prefix,
    Suffix,
    Folded,
    Wildcard,
}

impl Compiler {
    /// Reads what follows `"anything-but":`.
    pub(super) fn anything_but(&mut self) -> Result<Alternative, Refused> {
        let mut token = self.reader.next()?;
        let mut kind = None;
        if token == Token::StartObject {
            if self.reader.next()? != Token::Name {
                return Err(self.reader.refuse("Anything-But expression name not found"));
            }
            kind = Some(match self.reader.name() {
                "prefix" => Kind::Prefix,
                "suffix" => Kind::Suffix,
                "equals-ignore-case" => Kind::Folded,
                "wildcard" => Kind::Wildcard,
                name => {
                    return Err(self.reader.refuse(format_args!("Unsupported anything-but pattern: {name}")));
                }
            });
            token = self.reader.next()?;
        }
        if !matches!(token, Token::StartArray | Token::Text | Token::Number) {
            return Err(self
                .reader
                .refuse("Value of anything-but must be an array or single string/number value."));
        }
        let alternative = match (kind, token) {
            (None, Token::StartArray) => self.not_list()?,
            (None, _) => self.not_value(token)?,
            (Some(kind), Token::StartArray) => self.not_texts(kind)?,
            (Some(kind), _) => {
                let text = self.not_text(kind, token)?;
                self.not_expression(kind, &[text])?
            }
        };
        self.close(TOO_MANY)?;
        if kind.is_some() {
            self.close(TOO_MANY)?;
        }
        Ok(alternative)
    }

    fn not_value(&mut self, token: Token) -> Result<Alternative, Refused> {
        let text = self.reader.text()?;
        if token == Token::Text {
            return Ok(Alternative::NotText(vec![text.into()]));
        }
        // This refusal has no place.
        number::comparable(&text)
            .map(|number| Alternative::NotNumber(vec![number]))
            .ok_or_else(|| format!("Cannot compare number : {text}"))
    }

    fn not_list(&mut self) -> Result<Alternative, Refused> {
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        // A refusal inside the list is caught and refused again, so it names its place twice.
        self.items(&mut |compiler, token| {
            let text = match token {
                Token::Text | Token::Number => compiler.reader.text()?,
                _ => {
                    return Err(compiler
                        .reader
                        .refuse("Inside anything but list, start|null|boolean is not supported."));
                }
            };
            if token == Token::Text {
                texts.push(text.into());
            } else {
                numbers.push(
                    number::comparable(&text).ok_or_else(|| format!("Cannot compare number : {text}"))?,
                );
            }
            Ok(())
        })?;
        match (texts.is_empty(), numbers.is_empty()) {
            (false, true) => Ok(Alternative::NotText(texts)),
            (true, false) => Ok(Alternative::NotNumber(numbers)),
            _ => Err(self.reader.refuse(
                "Inside anything but list, either all values are number or string, mixed type is not supported",
            )),
        }
    }

    fn not_texts(&mut self, kind: Kind) -> Result<Alternative, Refused> {
        let mut texts = Vec::new();
        self.items(&mut |compiler, token| {
            texts.push(compiler.not_text(kind, token)?);
            Ok(())
        })?;
        self.not_expression(kind, &texts)
    }

    fn not_text(&mut self, kind: Kind, token: Token) -> Result<Vec<u16>, Refused> {
        if token != Token::Text {
            return Err(self.reader.refuse(match kind {
                Kind::Folded => {
                    "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
                }
                Kind::Wildcard => "wildcard match pattern must be a string",
                Kind::Prefix | Kind::Suffix => "prefix/suffix match pattern must be a string",
            }));
        }
        let units = self.reader.units()?;
        if units.is_empty() && matches!(kind, Kind::Prefix | Kind::Suffix) {
            return Err(self.reader.refuse("Null prefix/suffix not allowed"));
        }
        Ok(units)
    }

    fn not_expression(&self, kind: Kind, texts: &[Vec<u16>]) -> Result<Alternative, Refused> {
        let decoded = || texts.iter().map(|units| super::super::reader::decode(units));
        Ok(match kind {
            Kind::Prefix => Alternative::NotPrefix(decoded().map(String::into_boxed_str).collect()),
            Kind::Suffix => Alternative::NotSuffix(decoded().map(String::into_boxed_str).collect()),
            Kind::Folded => Alternative::NotFolded(texts.iter().map(|units| Folded::new(units)).collect()),
            Kind::Wildcard => {
                let wildcards: Result<_, String> = decoded().map(|text| Wildcard::parse(&text)).collect();
                Alternative::NotWildcard(wildcards.map_err(|reason| self.reader.refuse(reason))?)
            }
        })
    }

    /// Reads a list to its end; a refusal gets this place added.
    fn items(
        &mut self,
        each: &mut dyn FnMut(&mut Self, Token) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        loop {
            let outcome = match self.reader.next() {
                Ok(Token::EndArray) => return Ok(()),
                Ok(token) => each(self, token),
                Err(refused) => Err(refused),
            };
            outcome.map_err(|refused| self.reader.refuse(refused))?;
        }
    }
}

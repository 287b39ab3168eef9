//! `{"prefix": …}` and its kind: one expression of a field's list.

use super::super::address;
use super::super::reader::{Refused, Token};
use super::super::test::Alternative;
use super::super::text::{Folded, Wildcard};
use super::Compiler;

const ONE_KEY: &str = "Only one key allowed in match expression";

impl Compiler {
    /// Reads an expression after its opening brace.
    pub(super) fn expression(&mut self) -> Result<Alternative, Refused> {
        if self.reader.next()? != Token::Name {
            return Err(self.reader.refuse("Match expression name not found"));
        }
        let name = self.reader.name().to_owned();
        match &*name {
            "exactly" => {
                self.string("exact match pattern must be a string")?;
                let text = self.reader.text()?;
                self.close(ONE_KEY)?;
                Ok(Alternative::Text(text.into()))
            }
            "prefix" => self.affix("prefix", Alternative::Prefix, Alternative::FoldedPrefix),
            "suffix" => self.affix("suffix", Alternative::Suffix, Alternative::FoldedSuffix),
            "equals-ignore-case" => Ok(Alternative::Folded(self.folded()?)),
            "numeric" => self.numeric(),
            "anything-but" => self.anything_but(),
            "exists" => {
                let alternative = match self.reader.next()? {
                    Token::True => Alternative::Present,
                    Token::False => Alternative::Absent,
                    _ => {
                        return Err(self.reader.refuse("exists match pattern must be either true or false."));
                    }
                };
                self.close(ONE_KEY)?;
                Ok(alternative)
            }
            "cidr" => {
                // AWS's own slip: it says "prefix".
                self.string("prefix match pattern must be a string")?;
                let range = address::Range::cidr(&self.reader.text()?)?;
                self.close(ONE_KEY)?;
                Ok(Alternative::Address(range))
            }
            "wildcard" => {
                self.string("wildcard match pattern must be a string")?;
                let text = self.reader.text()?;
                let wildcard = Wildcard::parse(&text).map_err(|reason| self.reader.refuse(reason))?;
                self.close(ONE_KEY)?;
                Ok(Alternative::Wildcard(wildcard))
            }
            _ => Err(self.reader.refuse(format_args!("Unrecognized match type {name}"))),
        }
    }

    /// Moves to the end of the expression.
    pub(super) fn close(&mut self, otherwise: &str) -> Result<(), Refused> {
        match self.reader.next()? {
            Token::EndObject => Ok(()),
            _ => Err(self.reader.refuse(otherwise)),
        }
    }

    fn string(&mut self, otherwise: &str) -> Result<(), Refused> {
        match self.reader.next()? {
            Token::Text => Ok(()),
            _ => Err(self.reader.refuse(otherwise)),
        }
    }

    fn folded(&mut self) -> Result<Folded, Refused> {
        self.string("equals-ignore-case match pattern must be a string")?;
        let folded = Folded::new(&self.reader.units()?);
        self.close(ONE_KEY)?;
        Ok(folded)
    }

    fn affix(
        &mut self,
        kind: &str,
        plain: fn(Box<str>) -> Alternative,
        folded: fn(Folded) -> Alternative,
    ) -> Result<Alternative, Refused> {
        match self.reader.next()? {
            Token::Text => {
                let text = self.reader.text()?;
                self.close(ONE_KEY)?;
                Ok(plain(text.into()))
            }
            Token::StartObject => {
                if self.reader.next()? != Token::Name {
                    let kind = if kind == "prefix" { "Prefix" } else { "Suffix" };
                    return Err(self.reader.refuse(format_args!("{kind} expression name not found")));
                }
                let name = self.reader.name();
                if name != "equals-ignore-case" {
                    return Err(self.reader.refuse(format_args!("Unsupported {kind} pattern: {name}")));
                }
                let text = self.folded()?;
                self.close(ONE_KEY)?;
                Ok(folded(text))
            }
            _ => Err(self.reader.refuse(format_args!("{kind} match pattern must be a string"))),
        }
    }
}

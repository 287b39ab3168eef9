//! `{"numeric": [">", 0, "<=", 5]}`: an equality or a range of numbers.

use std::cmp::Ordering;

use super::super::number;
use super::super::reader::{Refused, Token};
use super::super::test::{Alternative, Interval};
use super::Compiler;

const TOO_MANY: &str = "Too many elements in numeric expression";

impl Compiler {
    /// Reads what follows `"numeric":`.
    pub(super) fn numeric(&mut self) -> Result<Alternative, Refused> {
        if self.reader.next()? != Token::StartArray {
            return Err(self.reader.refuse("Value of numeric must be an array."));
        }
        if self.reader.next()? != Token::Text {
            let text = self.reader.text()?;
            return Err(self.reader.refuse(format_args!("Invalid member in numeric match: {text}")));
        }
        let operator = self.reader.text()?;
        let token = self.reader.next()?;
        let alternative = match &*operator {
            "=" => {
                let text = self.operand(token, "equals")?;
                self.end_of_list(TOO_MANY)?;
                Alternative::Number(self.comparable(&text)?)
            }
            "<" | "<=" => {
                let text = self.operand(token, &operator)?;
                self.end_of_list(TOO_MANY)?;
                let top = Some((self.comparable(&text)?, operator == "<"));
                Alternative::Numeric(Interval { bottom: None, top })
            }
            ">" | ">=" => {
                let text = self.operand(token, &operator)?;
                self.range(&text, operator == ">")?
            }
            _ => {
                return Err(self
                    .reader
                    .refuse(format_args!("Unrecognized numeric range operator: {operator}")));
            }
        };
        self.close(TOO_MANY)?;
        Ok(alternative)
    }

    /// Reads what follows the first number of a range.
    fn range(&mut self, bottom: &str, open: bool) -> Result<Alternative, Refused> {
        let token = self.reader.next()?;
        if token == Token::EndArray {
            let bottom = Some((self.comparable(bottom)?, open));
            return Ok(Alternative::Numeric(Interval { bottom, top: None }));
        }
        let operator = self.reader.text()?;
        if token != Token::Text {
            return Err(self.reader.refuse(format_args!("Bad value in numeric range: {operator}")));
        }
        if operator != "<" && operator != "<=" {
            return Err(self.reader.refuse(format_args!("Bad numeric range operator: {operator}")));
        }
        let token = self.reader.next()?;
        let top = self.operand(token, &operator)?;
        self.end_of_list("Too many terms in numeric range expression")?;
        let (bottom, top) = (self.comparable(bottom)?, self.comparable(&top)?);
        if number::order(bottom, top) != Ordering::Less {
            return Err(self.reader.refuse("Bottom must be less than top"));
        }
        let (bottom, top) = (Some((bottom, open)), Some((top, operator == "<")));
        Ok(Alternative::Numeric(Interval { bottom, top }))
    }

    fn operand(&mut self, token: Token, operator: &str) -> Result<String, Refused> {
        match token {
            Token::Number => self.reader.text(),
            _ => Err(self.reader.refuse(format_args!("Value of {operator} must be numeric"))),
        }
    }

    fn end_of_list(&mut self, otherwise: &str) -> Result<(), Refused> {
        match self.reader.next()? {
            Token::EndArray => Ok(()),
            _ => Err(self.reader.refuse(otherwise)),
        }
    }

    fn comparable(&self, text: &str) -> Result<f64, Refused> {
        number::comparable(text)
            .ok_or_else(|| self.reader.refuse(format_args!("Cannot compare number : {text}")))
    }
}

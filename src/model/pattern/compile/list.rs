//! A field's list: `["a", 1, null, {"prefix": "b"}]`.

use super::super::address;
use super::super::number;
use super::super::reader::{Refused, Token};
use super::super::test::{Alternative, FieldTest};
use super::{Clause, Compiler, Field, Node};

impl Compiler {
    /// Reads a field's list, after its opening bracket.
    pub(super) fn field(&mut self, clauses: &mut Vec<Clause>, name: &str) -> Result<Node, Refused> {
        let start = self.reader.position();
        let (mut alternatives, mut broken) = (Vec::new(), false);
        loop {
            match self.reader.next()? {
                Token::EndArray => break,
                Token::StartObject => {
                    let alternative = self.expression()?;
                    broken |= is_broken(&alternative);
                    alternatives.push(alternative);
                }
                Token::Text => {
                    let text = self.reader.text()?;
                    alternatives.push(
                        address::Range::exactly(&text)
                            .map_or_else(|| Alternative::Text(text.into()), Alternative::Address),
                    );
                }
                Token::Number => {
                    let text = self.reader.text()?;
                    alternatives.push(
                        number::comparable(&text)
                            .map_or_else(|| Alternative::Literal(text.into()), Alternative::Number),
                    );
                }
                Token::True | Token::False | Token::Null => {
                    alternatives.push(Alternative::Literal(self.reader.text()?.into()));
                }
                _ => {
                    return Err(self
                        .reader
                        .refuse("Match value must be String, number, true, false, or null"));
                }
            }
        }
        if alternatives.is_empty() {
            return Err(self.reader.refuse("Empty arrays are not allowed"));
        }
        let path = self.path_to(name);
        let wants = format!("[{}", self.reader.since(start)).into();
        let index = self.fields.len();
        self.fields.push(Field { path: path.clone(), test: FieldTest::new(alternatives), wants, broken });
        if clauses.is_empty() {
            clauses.push(Clause::new());
        }
        for clause in clauses {
            clause.insert(path.clone(), index);
        }
        Ok(Node::Field(index))
    }

    /// Joins the names on the way; an empty start joins without a dot, as in AWS's engine.
    fn path_to(&self, name: &str) -> Box<str> {
        let base = self.path.join(".");
        if base.is_empty() { name.into() } else { format!("{base}.{name}").into() }
    }
}

/// An empty list is accepted by AWS's compiler and breaks its engine.
fn is_broken(alternative: &Alternative) -> bool {
    match alternative {
        Alternative::NotPrefix(texts) | Alternative::NotSuffix(texts) => texts.is_empty(),
        Alternative::NotFolded(texts) => texts.is_empty(),
        Alternative::NotWildcard(texts) => texts.is_empty(),
        _ => false,
    }
}

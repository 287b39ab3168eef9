//! From a pattern's text to its clauses, refusing what AWS refuses, in AWS's words, at AWS's place.
//!
//! A pattern becomes a list of clauses, any of which may match; a clause wants something of each of its
//! fields. `$or` multiplies clauses. A path that is written twice keeps what was written last
//! (event-ruler's `JsonRuleCompiler`).

mod anything_but;
mod complexity;
mod expression;
mod list;
mod numeric;

use std::collections::{BTreeMap, BTreeSet};

use super::Invalid;
use super::reader::{Reader, Refused, Token};
use super::test::FieldTest;

/// The most clauses that `$or` may multiply a pattern into, as the EventBridge guide gives it.
const MAX_CLAUSES: usize = 1000;
/// The most fields that AWS's engine takes in one clause.
const MAX_FIELDS: usize = 256;

/// Names that mean something in `$or`, or may in future.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// A pattern, compiled.
pub(super) struct Compiled {
    /// The field tests, in the order of their writing.
    pub(super) fields: Vec<Field>,
    /// The clauses: indexes of [`Self::fields`], in the order in which AWS tries them.
    pub(super) clauses: Vec<Vec<usize>>,
    /// The pattern as it is written, for explanations.
    pub(super) tree: Vec<Node>,
}

/// One field of a pattern, as it is written.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// The names on the way, joined with dots.
    pub(super) path: Box<str>,
    pub(super) test: FieldTest,
    /// The list as it is written.
    pub(super) wants: Box<str>,
    /// Whether AWS's engine breaks on it: see [`Invalid::Engine`].
    broken: bool,
}

/// A part of a pattern as it is written.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A field: an index of [`Compiled::fields`].
    Field(usize),
    /// A `$or`: its branches.
    Any(Vec<Vec<Node>>),
}

/// A clause while it grows: paths to fields.
type Clause = BTreeMap<Box<str>, usize>;

/// Compiles a pattern's text.
pub(super) fn compile(text: &str) -> Result<Compiled, Invalid> {
    let mut compiler = Compiler { reader: Reader::new(text), fields: Vec::new(), path: Vec::new() };
    let mut clauses = Vec::new();
    let tree = compiler.document(&mut clauses).map_err(Invalid::Pattern)?;
    let fields = compiler.fields;
    let clauses: Vec<Vec<usize>> = clauses.iter().map(ordered).collect();
    let breaks =
        |clause: &Vec<usize>| clause.len() > MAX_FIELDS || clause.iter().any(|field| fields[*field].broken);
    if clauses.iter().any(breaks) {
        return Err(Invalid::Engine);
    }
    if clauses
        .iter()
        .flatten()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .any(|field| complexity::is_too_complex(&fields[*field].test))
    {
        return Err(Invalid::Pattern(complexity::REASON.to_owned()));
    }
    Ok(Compiled { fields, clauses, tree })
}

/// Orders a clause's fields as Java orders their paths: by UTF-16 unit.
fn ordered(clause: &Clause) -> Vec<usize> {
    let mut fields: Vec<_> = clause.iter().collect();
    fields.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    fields.into_iter().map(|(_, field)| *field).collect()
}

struct Compiler {
    reader: Reader,
    fields: Vec<Field>,
    path: Vec<String>,
}

impl Compiler {
    fn document(&mut self, clauses: &mut Vec<Clause>) -> Result<Vec<Node>, Refused> {
        if self.reader.next()? != Token::StartObject {
            return Err(self.reader.refuse("Filter is not an object"));
        }
        self.object(clauses, false)
    }

    fn object(&mut self, clauses: &mut Vec<Clause>, inside_or: bool) -> Result<Vec<Node>, Refused> {
        let mut nodes = Vec::new();
        let mut empty = true;
        while self.reader.next()? != Token::EndObject {
            empty = false;
            let name = self.reader.name().to_owned();
            if name == "$or" {
                nodes.push(self.or(clauses)?);
                continue;
            }
            if inside_or && RESERVED.contains(&&*name) {
                return Err(self.reader.refuse(format_args!(
                    "{name} is Ruler reserved fieldName which cannot be used inside $or."
                )));
            }
            match self.reader.next()? {
                Token::StartObject => {
                    self.path.push(name);
                    nodes.extend(self.object(clauses, inside_or)?);
                    self.path.pop();
                }
                Token::StartArray => nodes.push(self.field(clauses, &name)?),
                _ => {
                    return Err(self.reader.refuse(format_args!("\"{name}\" must be an object or an array")));
                }
            }
        }
        if empty {
            return Err(self.reader.refuse("Empty objects are not allowed"));
        }
        Ok(nodes)
    }

    fn or(&mut self, clauses: &mut Vec<Clause>) -> Result<Node, Refused> {
        let before = std::mem::take(clauses);
        if self.reader.next()? != Token::StartArray {
            return Err(self.reader.refuse("It must be an Array followed with $or."));
        }
        let mut branches = Vec::new();
        loop {
            match self.reader.next()? {
                Token::EndArray => break,
                Token::StartObject => {
                    let mut branch = if before.is_empty() { vec![Clause::new()] } else { before.clone() };
                    branches.push(self.object(&mut branch, true)?);
                    clauses.append(&mut branch);
                }
                _ => {
                    return Err(self
                        .reader
                        .refuse("Only JSON object is allowed in array of $or relationship."));
                }
            }
            if clauses.len() > MAX_CLAUSES {
                return Err(self.reader.refuse(format_args!(
                    "The $or relationships make more than {MAX_CLAUSES} rule combinations"
                )));
            }
        }
        if branches.len() < 2 {
            return Err(self.reader.refuse("There must have at least 2 Objects in $or relationship."));
        }
        Ok(Node::Any(branches))
    }
}

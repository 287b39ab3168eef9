//! YAML that knows where everything stands.
//!
//! `serde_yaml` gives values without their place, and stops at the first error. Stack definitions and
//! templates are read from the events of `saphyr-parser` instead, so that every problem can be shown
//! with its line and column. What CloudFormation refuses is refused here: aliases and more than one document.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

/// The deepest nesting that is read; no definition or template comes near.
pub const MAX_DEPTH: usize = 100;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// A whole text: its root, and the keys that stand in a mapping more than once.
#[derive(Clone, Debug)]
pub struct Document {
    /// The root; an empty text has a null scalar.
    pub root: Node,
    /// Every key that repeats an earlier key of its mapping.
    pub repeated: Vec<Repeated>,
}

/// A key that its mapping already has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The key.
    pub key: String,
    /// Where the repetition stands.
    pub at: Position,
    /// Where the key stands first.
    pub first: Position,
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where the value starts.
    pub at: Position,
    /// A local tag without its exclamation mark, such as `Sub`.
    pub tag: Option<Box<str>>,
    /// The value.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text, with whether it was written without quotes: only then can it be a number, a boolean or null.
    Scalar(String, Style),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order of the text.
    Mapping(Vec<(Node, Node)>),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: a number, a boolean, null, or text.
    Plain,
    /// In quotes or as a block: always text.
    Quoted,
}

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Invalid {
    /// What is wrong.
    pub reason: String,
    /// What to do next.
    pub hint: &'static str,
    /// Where.
    pub at: Position,
}

impl Document {
    /// Reads a text that holds one YAML document.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let mut loader = Loader { open: Vec::new(), root: None, repeated: Vec::new() };
        let mut documents = 0;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| syntax(&error))?;
            let at = position(span.start);
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(invalid(
                            at,
                            "a second YAML document starts here, and only one is read",
                            "write it into a file of its own, or remove the line `---`",
                        ));
                    }
                }
                Event::Alias(_) => {
                    return Err(invalid(
                        at,
                        "YAML aliases are not supported",
                        "write the value out where the alias stands",
                    ));
                }
                Event::Scalar(text, style, _, tag) => {
                    let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
                    loader.add(Node { at, tag: local(tag), value: Value::Scalar(text.into_owned(), style) });
                }
                Event::SequenceStart(_, tag) => loader.start(at, tag, Value::Sequence(Vec::new()))?,
                Event::MappingStart(_, tag) => loader.start(at, tag, Value::Mapping(Vec::new()))?,
                Event::SequenceEnd | Event::MappingEnd => loader.end(),
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            }
        }
        let empty = Node {
            at: Position { line: 1, column: 1 },
            tag: None,
            value: Value::Scalar(String::new(), Style::Plain),
        };
        Ok(Self { root: loader.root.unwrap_or(empty), repeated: loader.repeated })
    }
}

impl Node {
    /// Returns the text of a scalar, or nothing.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Returns the items of a list, or nothing.
    pub fn items(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the entries of a mapping, or nothing.
    pub fn entries(&self) -> Option<&[(Self, Self)]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// Returns the value of a mapping's key, or nothing.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()?.iter().find(|(name, _)| name.scalar() == Some(key)).map(|(_, value)| value)
    }

    /// Tells whether this is nothing: an empty value, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(text, Style::Plain)
            if self.tag.is_none() && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Says what this is, for a message: `a list`.
    pub fn describe(&self) -> &'static str {
        match &self.value {
            Value::Scalar(..) if self.is_null() => "nothing",
            Value::Scalar(..) => "a single value",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }
}

/// Builds the tree; what is open is on a stack of its own, so that depth costs no call stack.
struct Loader {
    open: Vec<Open>,
    root: Option<Node>,
    repeated: Vec<Repeated>,
}

/// A list or mapping whose end has not come yet.
struct Open {
    node: Node,
    key: Option<Node>,
    seen: HashMap<String, Position>,
}

impl Loader {
    fn start(&mut self, at: Position, tag: Option<Cow<'_, Tag>>, value: Value) -> Result<(), Invalid> {
        if self.open.len() >= MAX_DEPTH {
            let reason = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(invalid(at, &reason, "take the innermost brackets or indented lines out"));
        }
        self.open.push(Open { node: Node { at, tag: local(tag), value }, key: None, seen: HashMap::new() });
        Ok(())
    }

    fn end(&mut self) {
        if let Some(open) = self.open.pop() {
            self.add(open.node);
        }
    }

    fn add(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match (&mut open.node.value, open.key.take()) {
            (Value::Sequence(items), _) => items.push(node),
            (Value::Mapping(entries), Some(key)) => {
                if let Some(name) = key.scalar() {
                    match open.seen.get(name) {
                        Some(&first) => {
                            self.repeated.push(Repeated { key: name.to_owned(), at: key.at, first });
                        }
                        None => {
                            open.seen.insert(name.to_owned(), key.at);
                        }
                    }
                }
                entries.push((key, node));
            }
            (Value::Mapping(_), None) => open.key = Some(node),
            (Value::Scalar(..), _) => {}
        }
    }
}

fn local(tag: Option<Cow<'_, Tag>>) -> Option<Box<str>> {
    tag.filter(|tag| tag.handle == "!").map(|tag| tag.suffix.as_str().into())
}

fn position(marker: Marker) -> Position {
    Position { line: marker.line().max(1), column: marker.col() + 1 }
}

fn syntax(error: &ScanError) -> Invalid {
    let hint = "correct the YAML here or on the line before: quotes and brackets in pairs, the same indent for the \
                keys of one mapping, and spaces, not tabs";
    invalid(position(*error.marker()), error.info(), hint)
}

fn invalid(at: Position, reason: &str, hint: &'static str) -> Invalid {
    Invalid { reason: reason.to_owned(), hint, at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> String {
        let error = Document::parse(text).unwrap_err();
        format!("{}:{}: {error}", error.at.line, error.at.column)
    }

    #[test]
    fn nodes_know_their_place_and_tag() {
        let document = Document::parse("a:\n  b: !Sub 'x'\n  c: [1, '1']\n").unwrap();
        let a = document.root.get("a").unwrap();
        let b = a.get("b").unwrap();
        assert_eq!((b.at.line, b.at.column, b.tag.as_deref(), b.scalar()), (2, 6, Some("Sub"), Some("x")));
        let c = a.get("c").unwrap().items().unwrap();
        assert!(matches!(&c[0].value, Value::Scalar(_, Style::Plain)));
        assert!(matches!(&c[1].value, Value::Scalar(_, Style::Quoted)));
        assert_eq!((c[1].at.line, c[1].at.column), (3, 10));
    }

    #[test]
    fn repeated_keys_are_kept_and_told() {
        let document = Document::parse("a: 1\nb: {c: 1, c: 2}\na: 3\n").unwrap();
        let places: Vec<_> = document
            .repeated
            .iter()
            .map(|r| (r.key.as_str(), r.at.line, r.at.column, r.first.line))
            .collect();
        assert_eq!(places, [("c", 2, 11, 2), ("a", 3, 1, 1)]);
    }

    #[test]
    fn an_empty_text_is_null() {
        assert!(Document::parse("").unwrap().root.is_null());
        assert!(Document::parse("# nothing\n").unwrap().root.is_null());
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        assert_eq!(failure("a: &x 1\nb: *x\n"), "2:4: YAML aliases are not supported");
        assert_eq!(
            failure("a: 1\n---\nb: 2\n"),
            "2:1: a second YAML document starts here, and only one is read"
        );
        assert!(failure("a: [1\nb: 2\n").starts_with("2:"), "{}", failure("a: [1\nb: 2\n"));
        assert!(failure("a: \"x").contains("quoted scalar"), "{}", failure("a: \"x"));
    }

    #[test]
    fn hostile_texts_end_soon() {
        assert!(Document::parse(&"[".repeat(100_000)).is_err());
        assert!(Document::parse(&"- ".repeat(20_000)).is_err());
        assert!(Document::parse(&"{a: ".repeat(200)).is_err());
        let wide = (0..20_000).map(|n| format!("k{n}: {n}\n")).collect::<Vec<_>>().concat();
        assert!(Document::parse(&wide).is_ok());
        for text in
            ["\u{0}", "\t", "%", "!", "&", "*", "?", ": :", "- -\n -", "\u{feff}a: 1", "'", "|", ">-\n\t"]
        {
            drop(Document::parse(text));
        }
    }
}

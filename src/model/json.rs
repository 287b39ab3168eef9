//! A JSON document that keeps what it was written with.
//!
//! Events pass through the data plane as text that must come out as it went in: numbers keep their
//! spelling (`1.0`, `9007199254740993`), members keep their order, and depth is bounded by
//! [`MAX_DEPTH`] as PutEvents bounds it, not by the stack. `serde_json::Value` keeps neither the
//! spelling nor that depth, so events have this tree of their own.

mod parser;

use std::collections::HashMap;
use std::fmt;

use parser::{Document, Parser};

/// The deepest nesting that PutEvents accepts in a detail.
pub const MAX_DEPTH: usize = 1000;

/// One JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was spelled.
    Number(Box<str>),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object's members in their order, repeated names included: AWS keeps and matches every one of them.
    Object(Vec<(String, Json)>),
}

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at line {line} column {column}")]
pub struct Invalid {
    /// What is wrong, such as `expected a value`.
    pub reason: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

/// What a text says that its tree, or who reads the tree, cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// An escape such as `\ud800`: half of a character, which becomes U+FFFD.
    HalfCharacter {
        /// The escape as it is written.
        escape: String,
        /// Where it stands.
        at: Place,
    },
    /// A name of the outermost object that stands there more than once.
    Repeated {
        /// The name.
        name: String,
        /// Where it stands first.
        first: Place,
        /// Where it stands again.
        at: Place,
    },
}

impl Json {
    /// Reads a whole text as one JSON value.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Parser::document(text)
    }

    /// Reads a whole text as one JSON value, and says what of the text is lost to who takes fields from it.
    pub fn parse_with_loss(text: &str) -> Result<(Self, Option<Loss>), Invalid> {
        let document = Parser::noted(text)?;
        let half = document.half.map(|start| Loss::HalfCharacter {
            escape: text[start..].chars().take(6).collect(),
            at: Place::of(text, start),
        });
        let loss = half.or_else(|| repeated(text, &document));
        Ok((document.value, loss))
    }

    /// Returns the member of an object (the last, where a name is repeated), or nothing.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().rfind(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns the text of a string, or nothing.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl Place {
    /// Returns the place of a byte.
    fn of(text: &str, at: usize) -> Self {
        let before = &text.as_bytes()[..at.min(text.len())];
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = before.split(|byte| *byte == b'\n').count();
        Self { line, column: before.len() - start + 1 }
    }
}

/// Finds the first name of the outermost object that it has already.
fn repeated(text: &str, document: &Document) -> Option<Loss> {
    let Json::Object(members) = &document.value else { return None };
    let mut seen = HashMap::new();
    members.iter().zip(&document.names).find_map(|((name, _), at)| {
        let first = seen.insert(name.as_str(), *at)?;
        Some(Loss::Repeated { name: name.clone(), first: Place::of(text, first), at: Place::of(text, *at) })
    })
}

/// Compact JSON, as AWS writes it: no space, non-ASCII as it is.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) => f.write_str(text),
            Self::String(text) => write_string(f, text),
            Self::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        f.write_str(",")?;
                    }
                    write_string(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Writes a string with its quotes and escapes.
pub fn write_string(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    write_escaped(f, text)?;
    f.write_char('"')
}

/// Writes a string's escapes without the quotes.
pub fn write_escaped(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..=0x1f => "",
            _ => continue,
        };
        f.write_str(&text[plain..at])?;
        if escape.is_empty() {
            write!(f, "\\u{byte:04x}")?;
        } else {
            f.write_str(escape)?;
        }
        plain = at + 1;
    }
    f.write_str(&text[plain..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_spelling_and_the_order() {
        let text = r#"{"b":1.0,"a":[9007199254740993,1e400,-0],"c":"é\n\u0001\ud83d\ude00"}"#;
        let again = Json::parse(text).unwrap().to_string();
        assert_eq!(again, "{\"b\":1.0,\"a\":[9007199254740993,1e400,-0],\"c\":\"é\\n\\u0001😀\"}");
    }

    #[test]
    fn says_where_a_text_stops_being_json() {
        let error = Json::parse("{\n  \"a\": tru\n}").unwrap_err();
        assert_eq!(error.to_string(), "expected a value at line 2 column 8");
        for text in ["", "01", "1.", "\"\\x\"", "[1,]", "{\"a\" 1}", "nul", "1 2", "\"\n\"", "-", "\"\\ud8"] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keeps_repeated_names_and_reads_the_last() {
        let value = Json::parse(r#"{"v":0,"w":2,"v":1}"#).unwrap();
        assert_eq!(value.to_string(), r#"{"v":0,"w":2,"v":1}"#);
        assert_eq!(value.get("v"), Some(&Json::Number("1".into())));
    }

    #[test]
    fn says_what_a_tree_loses() {
        let loss = |text: &str| Json::parse_with_loss(text).unwrap().1;
        for kept in [r#"{"a":{"v":0,"v":1},"b":[{"v":0,"v":1}]}"#, r#"["\ud83d\ude00\\ud800"]"#, "1"] {
            assert_eq!(loss(kept), None, "{kept}");
        }
        let at = |line, column| Place { line, column };
        assert_eq!(
            loss("{\"a\":1,\n \"b\":2, \"\\u0061\":3}"),
            Some(Loss::Repeated { name: "a".into(), first: at(1, 2), at: at(2, 9) })
        );
        for (text, escape, column) in [
            (r#"["\ud800x"]"#, "\\ud800", 3),
            (r#"["x\uDC00"]"#, "\\uDC00", 4),
            (r#"["\ud800\ud83d\ude00"]"#, "\\ud800", 3),
            (r#"{"\udbff":1}"#, "\\udbff", 3),
        ] {
            let half = Loss::HalfCharacter { escape: escape.into(), at: at(1, column) };
            assert_eq!(loss(text), Some(half), "{text}");
        }
    }

    #[test]
    fn bounds_the_depth_as_put_events_does() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::parse(&nested(MAX_DEPTH)).is_ok());
        assert!(Json::parse(&nested(MAX_DEPTH + 1)).is_err());
    }
}

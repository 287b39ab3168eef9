//! JSON paths, in the part of the language that EventBridge takes.

use crate::model::json::Json;
use std::fmt;

/// A path into an event: `$.detail.items[0].name`, `$.detail.items[*].name`.
///
/// AWS takes `$`, names in dot notation of `A-Z a-z 0-9 _ - /`, `[n]` and `[*]`, and refuses bracket
/// names, `..`, `.*`, slices and negative indexes (vectors `path-*`, `map-*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath {
    /// Nothing for the empty path, which AWS accepts and which finds nothing.
    steps: Option<Vec<Step>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Every,
    Index(usize),
    Name(String),
}

/// A text that is not a path in EventBridge's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON path: use $, .name of A-Z a-z 0-9 _ - /, [n] and [*]")]
pub struct InvalidPath;

/// What a path found.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'a> {
    /// The list that a path with `[*]` makes, empty if nothing is there.
    Many(Vec<&'a Json>),
    /// The one value of a path without `[*]`.
    One(&'a Json),
}

impl JsonPath {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        if text.is_empty() {
            return Ok(Self { steps: None });
        }
        let mut rest = text.strip_prefix('$').ok_or(InvalidPath)?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('.') {
                let end = after.find(|c: char| !is_name(c)).unwrap_or(after.len());
                if end == 0 {
                    return Err(InvalidPath);
                }
                steps.push(Step::Name(after[..end].to_owned()));
                rest = &after[end..];
            } else {
                let (index, after) =
                    rest.strip_prefix('[').and_then(|inner| inner.split_once(']')).ok_or(InvalidPath)?;
                steps.push(Step::index(index)?);
                rest = after;
            }
        }
        Ok(Self { steps: Some(steps) })
    }

    /// Finds what the path names in an event, or nothing.
    ///
    /// A path with `[*]` always finds a list. `[*]` takes the items of an array; of anything else it takes
    /// nothing (unknown on AWS).
    pub fn find<'a>(&self, event: &'a Json) -> Option<Found<'a>> {
        let steps = self.steps.as_ref()?;
        if !steps.contains(&Step::Every) {
            return steps.iter().try_fold(event, |value, step| step.one(value)).map(Found::One);
        }
        let mut values = vec![event];
        for step in steps {
            values = match step {
                Step::Every => values.into_iter().flat_map(items).collect(),
                Step::Index(_) | Step::Name(_) => {
                    values.into_iter().filter_map(|value| step.one(value)).collect()
                }
            };
        }
        Some(Found::Many(values))
    }
}

impl Step {
    fn index(text: &str) -> Result<Self, InvalidPath> {
        match text {
            "*" => Ok(Self::Every),
            _ if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().map(Self::Index).map_err(|_| InvalidPath)
            }
            _ => Err(InvalidPath),
        }
    }

    fn one<'a>(&self, value: &'a Json) -> Option<&'a Json> {
        match self {
            Self::Every => None,
            Self::Index(index) => items(value).get(*index),
            Self::Name(name) => value.get(name),
        }
    }
}

/// Compact JSON.
impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(value) => write!(f, "{value}"),
            Self::Many(values) => {
                f.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if index > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/')
}

fn items(value: &Json) -> &[Json] {
    match value {
        Json::Array(items) => items,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(path: &str) -> Option<String> {
        let event = r#"{"a":{"b-c/d_1":[1,[2,3],{"x":null}],"o":{"x":1}},"list":[{"n":1},{},{"n":2}]}"#;
        JsonPath::parse(path).unwrap().find(&Json::parse(event).unwrap()).map(|found| found.to_string())
    }

    #[test]
    fn finds_values() {
        assert_eq!(find("$.a.b-c/d_1[1][0]").as_deref(), Some("2"));
        assert_eq!(find("$.a.b-c/d_1[2].x").as_deref(), Some("null"));
        assert_eq!(find("$.list[*].n").as_deref(), Some("[1,2]"));
        assert_eq!(find("$.list[*].m[*]").as_deref(), Some("[]"));
        assert_eq!(find("$.a.o[*]").as_deref(), Some("[]"));
        assert_eq!(find("$.list[9]"), None);
        assert_eq!(find("$.a.missing.b"), None);
        assert_eq!(find(""), None);
    }

    #[test]
    fn refuses_what_aws_refuses() {
        for path in [
            "a",
            ".a",
            "$a",
            "$.",
            "$.a.",
            "$..a",
            "$.*",
            "$.a.*",
            "$['a']",
            "$[\"a\"]",
            "$[-1]",
            "$[0:2]",
            "$[]",
            "$[1",
            "$.a b",
            "$.é",
            "$[?(@.a)]",
            "$[+1]",
            "$[99999999999999999999999]",
            " $",
            "$.a ",
        ] {
            assert_eq!(JsonPath::parse(path), Err(InvalidPath), "{path}");
        }
    }
}

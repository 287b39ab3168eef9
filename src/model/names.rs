//! The names of Momento's things: caches and topics.
//!
//! Each becomes one segment of a URL path (`/cache/{cache}`, `/topics/{cache}/{topic}`). A name that AWS
//! would have to encode in a way that nobody has documented, such as `a/b`, is refused here.

use std::fmt;
use std::str::FromStr;

/// The most bytes of a name. Momento documents no limit; 255 is safe in any path.
pub const MAX_NAME_BYTES: usize = 255;

/// Why a text is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {what} {problem}")]
pub struct InvalidName {
    /// What the name is of: `cache name` or `topic name`.
    pub what: &'static str,
    /// What is wrong, and how to right it.
    pub problem: Problem,
}

/// What is wrong with a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// `""`, or nothing but spaces.
    #[error("cannot be empty")]
    Empty,
    /// A character that cannot stand in one segment of a URL path.
    #[error("cannot contain {}: it becomes one segment of a URL path", describe(*.0))]
    Character(char),
    /// `.` or `..`, which HTTP clients fold away.
    #[error("cannot be `{0}`: HTTP clients fold that segment of a URL path away")]
    Dots(&'static str),
    /// White space at the start or the end, most often a slip.
    #[error("cannot start or end with white space: remove it")]
    Padded,
    /// More than [`MAX_NAME_BYTES`].
    #[error("has at most {MAX_NAME_BYTES} bytes, and this one has {0}: shorten it")]
    Long(usize),
}

/// The name of a Momento cache.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheName(String);

/// The name of a topic in a Momento cache.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicName(String);

macro_rules! name {
    ($type:ident, $what:literal, $sample:literal) => {
        impl $type {
            /// Returns the name of the documented example.
            pub fn sample() -> Self {
                Self($sample.to_owned())
            }

            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                match problem(text) {
                    Some(problem) => Err(InvalidName { what: $what, problem }),
                    None => Ok(Self(text.to_owned())),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(CacheName, "cache name", "my-cache");
name!(TopicName, "topic name", "my-topic");

fn problem(text: &str) -> Option<Problem> {
    let foreign = |character: &char| *character == '/' || character.is_control();
    match text {
        "." => return Some(Problem::Dots(".")),
        ".." => return Some(Problem::Dots("..")),
        _ if text.trim().is_empty() => return Some(Problem::Empty),
        _ if text.len() > MAX_NAME_BYTES => return Some(Problem::Long(text.len())),
        _ => {}
    }
    if let Some(character) = text.chars().find(foreign) {
        return Some(Problem::Character(character));
    }
    (text.trim() != text).then_some(Problem::Padded)
}

/// Names a character so that a message never carries a control character to a terminal.
fn describe(character: char) -> String {
    if character.is_control() {
        format!("the control character U+{:04X}", u32::from(character))
    } else {
        format!("`{character}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_good_name_as_it_is() {
        for text in ["my-cache", "a", "Ünïcode cache", "a.b", "...", &"n".repeat(255)] {
            assert_eq!(text.parse::<CacheName>().unwrap().as_str(), text);
            assert_eq!(text.parse::<TopicName>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn says_why_a_name_is_refused() {
        let long = "n".repeat(256);
        let rows = [
            ("", "a cache name cannot be empty"),
            ("  ", "a cache name cannot be empty"),
            ("a/b", "a cache name cannot contain `/`: it becomes one segment of a URL path"),
            (
                "a\nb",
                "a cache name cannot contain the control character U+000A: it becomes one segment of a URL path",
            ),
            ("..", "a cache name cannot be `..`: HTTP clients fold that segment of a URL path away"),
            (" a", "a cache name cannot start or end with white space: remove it"),
            (&long, "a cache name has at most 255 bytes, and this one has 256: shorten it"),
        ];
        for (text, message) in rows {
            assert_eq!(text.parse::<CacheName>().unwrap_err().to_string(), message);
        }
        assert_eq!("".parse::<TopicName>().unwrap_err().to_string(), "a topic name cannot be empty");
    }
}

//! Filter patterns of terms.
//!
//! Source: CloudWatch Logs user guide, "Filter pattern syntax": terms must all be there, in any order and
//! case-sensitive, also as a part of a word (captured); `"…"` is one term with spaces; `-term` must not be
//! there; of `?term`s one is enough, and they do not count beside other terms.

use crate::local::wire::ApiError;

use super::error;

/// A filter pattern of terms.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Terms {
    needed: Vec<String>,
    excluded: Vec<String>,
    any: Vec<String>,
}

impl Terms {
    /// Reads a pattern; JSON, space-delimited and regular expression patterns are refused.
    pub(super) fn parse(pattern: &str) -> Result<Self, ApiError> {
        let mut terms = Self::default();
        let mut rest = pattern.trim();
        if rest.starts_with(['{', '[', '%']) {
            return Err(error::invalid(
                "Invalid filter pattern: the local CloudWatch Logs knows patterns of terms only",
            ));
        }
        while !rest.is_empty() {
            let (list, word) = match rest.strip_prefix('-') {
                Some(word) => (&mut terms.excluded, word),
                None => match rest.strip_prefix('?') {
                    Some(word) => (&mut terms.any, word),
                    None => (&mut terms.needed, rest),
                },
            };
            let (term, after) = take(word)?;
            list.push(term);
            rest = after.trim_start();
        }
        Ok(terms)
    }

    /// Whether a message has the terms.
    pub(super) fn matches(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        let alone = self.needed.is_empty() && self.excluded.is_empty() && !self.any.is_empty();
        self.needed.iter().all(has) && !self.excluded.iter().any(has) && (!alone || self.any.iter().any(has))
    }
}

/// Takes one term off the front.
fn take(text: &str) -> Result<(String, &str), ApiError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut term = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Ok((term, &quoted[index + 1..])),
            '\\' => term.extend(characters.next().map(|(_, escaped)| escaped)),
            other => term.push(other),
        }
    }
    Err(error::invalid("Invalid filter pattern"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_looked_for_as_aws_does() {
        let cases = [
            ("", "anything", true),
            ("ERROR", "TERROR REQUEST", true),
            ("ERROR", "error", false),
            ("ARGUMENTS ERROR", "ERROR ARGUMENTS", true),
            ("ERROR -ARGUMENTS", "ERROR ARGUMENTS", false),
            ("?ERROR ?WARN", "WARN 404", true),
            ("?ERROR ?WARN", "INFO", false),
            ("\"INTERNAL SERVER\"", "INTERNAL  SERVER", false),
            ("\"INTERNAL SERVER\"", "ERROR INTERNAL SERVER ERROR", true),
            ("\"a\\\"b\"", "a\"b", true),
            ("-\"a b\"", "x a b", false),
        ];
        for (pattern, message, matches) in cases {
            assert_eq!(Terms::parse(pattern).unwrap().matches(message), matches, "{pattern}");
        }
        for pattern in ["{ $.a = 1 }", "[a, b]", "%x%", "\"open"] {
            let error = Terms::parse(pattern).unwrap_err().to_string();
            assert!(error.starts_with("InvalidParameterException: Invalid filter pattern"), "{error}");
        }
    }
}

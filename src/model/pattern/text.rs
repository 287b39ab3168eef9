//! Texts that ignore case or hold wildcards.
//!
//! AWS matches a string with its quotes around it, which shows: the prefix `abc"` matches the string
//! `abc`. Every function here takes the string without quotes and minds them itself.

/// A text that ignores case as AWS does: each UTF-16 unit is either its lower or its upper case, so `ß` is
/// `ß` or `SS` (never `ss`), and half a surrogate pair is a question mark.
#[derive(Clone, Debug)]
pub(super) struct Folded(Vec<[Box<str>; 2]>);

impl Folded {
    pub(super) fn new(units: &[u16]) -> Self {
        let fold = |unit: &u16| match char::from_u32(u32::from(*unit)) {
            Some(character) => [
                character.to_lowercase().collect::<String>().into(),
                character.to_uppercase().collect::<String>().into(),
            ],
            None => ["?".into(), "?".into()],
        };
        Self(units.iter().map(fold).collect())
    }

    pub(super) fn equals(&self, text: &str) -> bool {
        self.0.iter().try_fold(text, |rest, cases| strip(rest, cases)) == Some("")
    }

    pub(super) fn starts(&self, text: &str) -> bool {
        let mut rest = text;
        for (index, cases) in self.0.iter().enumerate() {
            match strip(rest, cases) {
                Some(after) => rest = after,
                None => return rest.is_empty() && is_quote(&self.0[index..]),
            }
        }
        true
    }

    pub(super) fn ends(&self, text: &str) -> bool {
        let mut rest = text;
        for (index, [lower, upper]) in self.0.iter().enumerate().rev() {
            match rest.strip_suffix(&**lower).or_else(|| rest.strip_suffix(&**upper)) {
                Some(before) => rest = before,
                None => return rest.is_empty() && is_quote(&self.0[..=index]),
            }
        }
        true
    }
}

/// Reports whether a string starts with a text, its closing quote included.
pub(super) fn starts(text: &str, prefix: &str) -> bool {
    text.starts_with(prefix) || prefix.strip_suffix('"') == Some(text)
}

/// Reports whether a string ends with a text, its opening quote included.
pub(super) fn ends(text: &str, suffix: &str) -> bool {
    text.ends_with(suffix) || suffix.strip_prefix('"') == Some(text)
}

/// A text with `*` for any characters; `\*` and `\\` are themselves.
#[derive(Clone, Debug)]
pub(super) struct Wildcard {
    /// The texts between the stars.
    parts: Vec<Box<str>>,
}

impl Wildcard {
    /// Reads a wildcard text; the error is AWS's reason.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = vec![String::new()];
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            // AWS counts bytes, from the opening quote.
            let position = at + 1;
            let next = characters.peek().map(|(_, next)| *next);
            match character {
                '*' if next == Some('*') => {
                    return Err(format!("Consecutive wildcard characters at pos {position}"));
                }
                '*' => parts.push(String::new()),
                '\\' => match next.filter(|next| "*\\".contains(*next)) {
                    Some(next) => {
                        characters.next();
                        parts.last_mut().into_iter().for_each(|part| part.push(next));
                    }
                    None => return Err(format!("Invalid escape character at pos {position}")),
                },
                _ => parts.last_mut().into_iter().for_each(|part| part.push(character)),
            }
        }
        Ok(Self { parts: parts.into_iter().map(String::into_boxed_str).collect() })
    }

    /// Reports whether a text matches, in time linear in the text for each part at worst.
    ///
    /// The first place where a part fits is always the best one, so nothing is ever tried again.
    pub(super) fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &self.parts[..] else {
            return self.parts.first().is_some_and(|only| **only == *text);
        };
        let Some(mut rest) = text.strip_prefix(&**first).and_then(|rest| rest.strip_suffix(&**last)) else {
            return false;
        };
        for part in middle {
            match rest.find(&**part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }

    /// Returns the text's bytes with the quotes around them, and nothing for each star.
    pub(super) fn tokens(&self) -> Vec<Option<u8>> {
        let mut tokens = vec![Some(b'"')];
        for (index, part) in self.parts.iter().enumerate() {
            tokens.extend((index > 0).then_some(None));
            tokens.extend(part.bytes().map(Some));
        }
        tokens.push(Some(b'"'));
        tokens
    }

    /// Returns the text before the first star.
    pub(super) fn start(&self) -> &str {
        self.parts.first().map_or("", |part| part)
    }
}

fn strip<'a>(text: &'a str, [lower, upper]: &[Box<str>; 2]) -> Option<&'a str> {
    text.strip_prefix(&**lower).or_else(|| text.strip_prefix(&**upper))
}

fn is_quote(cases: &[[Box<str>; 2]]) -> bool {
    matches!(cases, [[lower, _]] if **lower == *"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Folded {
        Folded::new(&text.encode_utf16().collect::<Vec<_>>())
    }

    #[test]
    fn folds_case_by_utf16_unit() {
        assert!(folded("Straße").equals("STRASSE"));
        assert!(!folded("ß").equals("Ss"));
        assert!(folded("😀").equals("??"));
        assert!(!folded("K").equals("\u{212a}"));
        assert!(folded("ß").ends("abcSS"));
        assert!(!folded("ß").starts("ssabc"));
        assert!(folded("").starts("x") && folded("").ends("") && !folded("").equals("x"));
        assert!(folded("AB\"").starts("ab") && folded("\"AB").ends("ab") && !folded("b\"").starts("ab"));
    }

    #[test]
    fn reads_the_quotes_around_a_string() {
        assert!(starts("abc", "abc\"") && !starts("abcd", "abc\"") && starts("abc\"d", "abc\""));
        assert!(ends("abc", "\"abc") && !ends("xabc", "\"abc"));
    }

    #[test]
    fn matches_wildcards() {
        for (pattern, text, expected) in [
            ("a*b", "ab", true),
            ("a*b", "axxb", true),
            ("a*a", "a", false),
            ("*", "", true),
            ("*x*", "axb", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("*ab*ab*", "ab", false),
            ("é*ü", "éü", true),
            ("", "", true),
        ] {
            assert_eq!(Wildcard::parse(pattern).unwrap().matches(text), expected, "{pattern} {text}");
        }
        assert_eq!(Wildcard::parse("a**").unwrap_err(), "Consecutive wildcard characters at pos 2");
        assert_eq!(Wildcard::parse("é\\q").unwrap_err(), "Invalid escape character at pos 3");
        assert_eq!(Wildcard::parse("\\").unwrap_err(), "Invalid escape character at pos 1");
    }
}

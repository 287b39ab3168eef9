//! Whether a text is JSON, and where it stops being so.
//!
//! The scan is iterative: depth costs memory and no stack.

use std::ops::Range;

/// What a text holds: values, each on a line of its own, as AWS lets a template and its output be.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// How many whole values there are.
    pub(super) values: usize,
    /// Where the contents of the object keys are, in order.
    pub(super) keys: Vec<Range<usize>>,
    /// The offending bytes, if the text is not JSON.
    pub(super) offence: Option<Range<usize>>,
}

impl Scan {
    /// Scans a text to its end or to the first offence.
    pub(super) fn of(text: &str) -> Self {
        let mut scanner = Scanner { text, at: 0, scan: Self::default() };
        if let Err(offence) = scanner.all() {
            scanner.scan.offence = Some(offence);
        }
        scanner.scan
    }

    /// Tells whether the text is at least one value and nothing else.
    pub(super) fn is_json(&self) -> bool {
        self.offence.is_none() && self.values > 0
    }
}

/// What may come next inside a container.
#[derive(Clone, Copy)]
enum Expect {
    Key,
    KeyOrEnd,
    Next,
    Value,
    ValueOrEnd,
}

type Step<T> = Result<T, Range<usize>>;

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    scan: Scan,
}

impl Scanner<'_> {
    fn all(&mut self) -> Step<()> {
        loop {
            let new_line = self.space();
            if self.peek().is_none() {
                return Ok(());
            }
            // Two values on one line: AWS's answer is unknown, so it is refused.
            if self.scan.values > 0 && !new_line {
                return self.offence();
            }
            self.value()?;
            self.scan.values += 1;
        }
    }

    /// Passes over one value, however deep.
    fn value(&mut self) -> Step<()> {
        let mut open: Vec<u8> = Vec::new();
        let mut expect = Expect::Value;
        loop {
            self.space();
            expect = match (expect, self.peek()) {
                (Expect::Value | Expect::ValueOrEnd, Some(b'{')) => {
                    self.at += 1;
                    open.push(b'}');
                    Expect::KeyOrEnd
                }
                (Expect::Value | Expect::ValueOrEnd, Some(b'[')) => {
                    self.at += 1;
                    open.push(b']');
                    Expect::ValueOrEnd
                }
                (Expect::KeyOrEnd, Some(b'}')) | (Expect::ValueOrEnd, Some(b']')) => {
                    self.at += 1;
                    open.pop();
                    Expect::Next
                }
                (Expect::Key | Expect::KeyOrEnd, Some(b'"')) => {
                    let key = self.string()?;
                    self.scan.keys.push(key);
                    self.space();
                    if self.peek() != Some(b':') {
                        return self.offence();
                    }
                    self.at += 1;
                    Expect::Value
                }
                (Expect::Value | Expect::ValueOrEnd, _) => {
                    self.scalar()?;
                    Expect::Next
                }
                (Expect::Next, Some(b',')) => {
                    self.at += 1;
                    if open.last() == Some(&b'}') { Expect::Key } else { Expect::Value }
                }
                (Expect::Next, byte) if byte == open.last().copied() => {
                    self.at += 1;
                    open.pop();
                    Expect::Next
                }
                (Expect::Key | Expect::KeyOrEnd | Expect::Next, _) => return self.offence(),
            };
            if open.is_empty() && matches!(expect, Expect::Next) {
                return Ok(());
            }
        }
    }

    fn scalar(&mut self) -> Step<()> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let rest = &self.text[self.at..];
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
                let word = &rest[..end.unwrap_or(rest.len())];
                match word {
                    "true" | "false" | "null" => {
                        self.at += word.len();
                        Ok(())
                    }
                    "" => self.offence(),
                    _ => Err(self.at..self.at + word.len()),
                }
            }
        }
    }

    /// Passes over a string and returns where its contents are.
    fn string(&mut self) -> Step<Range<usize>> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(start..self.at - 1);
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
                        Some(b'u') => {
                            self.at += 1;
                            for _ in 0..4 {
                                self.one_of(|byte| byte.is_ascii_hexdigit())?;
                            }
                        }
                        _ => return self.offence(),
                    }
                }
                None | Some(0..=0x1f) => return self.offence(),
                Some(_) => self.at += 1,
            }
        }
    }

    fn number(&mut self) -> Step<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        if self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) { self.offence() } else { Ok(()) }
    }

    fn digits(&mut self) -> Step<()> {
        self.one_of(|byte| byte.is_ascii_digit())?;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn one_of(&mut self, wanted: impl Fn(u8) -> bool) -> Step<()> {
        if self.peek().is_some_and(wanted) {
            self.at += 1;
            return Ok(());
        }
        self.offence()
    }

    /// Passes over white space and tells whether a new line began.
    fn space(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.text[start..self.at].contains('\n')
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The character at hand is the offence, or the end is.
    fn offence<T>(&self) -> Step<T> {
        let length = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Err(self.at..self.at + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Json;
    use proptest::prelude::*;

    #[test]
    fn accepts_values_on_lines_of_their_own() {
        for text in
            ["\"a\"\n\"b\"", " {} \n", "[[],{}]", "-0.1e+3", "null", "{\"a\":{\"b\":[1,\"\\u00e9\"]}}"]
        {
            assert!(Scan::of(text).is_json(), "{text}");
        }
        for text in
            ["", " ", "\"a\" \"b\"", "1x", "nullx", "{,}", "[1,]", "{\"a\":1,}", "[}", "\"\\x\"", "01", "]"]
        {
            assert!(!Scan::of(text).is_json(), "{text}");
        }
        assert!(Scan::of(&("[".repeat(100_000) + &"]".repeat(100_000))).is_json());
    }

    proptest! {
        #[test]
        fn agrees_with_the_document_parser(text in "[\\[\\]{}:,\"\\\\ \n0-9.eE+tru\\-null<>é]{0,24}") {
            let scan = Scan::of(&text);
            if scan.values < 2 {
                prop_assert_eq!(scan.is_json(), Json::parse(&text).is_ok());
            }
        }
    }
}

//! The calls that probe: they change nothing, whatever the answer.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 leaves as it is in a URL.
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A call of the cache API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    verb: Verb,
    target: String,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Deletes an item; that there is none is a success.
    Delete,
    /// Reads an item.
    Get,
}

impl Call {
    /// Makes a call that reads an item.
    pub fn get(cache: &str, key: &str) -> Self {
        Self::of(Verb::Get, cache, key)
    }

    /// Makes a call that deletes an item.
    pub fn delete(cache: &str, key: &str) -> Self {
        Self::of(Verb::Delete, cache, key)
    }

    fn of(verb: Verb, cache: &str, key: &str) -> Self {
        let escaped = |text| utf8_percent_encode(text, RESERVED);
        Self { verb, target: format!("/cache/{}?key={}", escaped(cache), escaped(key)) }
    }

    /// Returns what the call does.
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// Returns the path and the query.
    pub fn target(&self) -> &str {
        &self.target
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        assert_eq!(
            Call::get("a b/ü", "k&key_base64=x").target(),
            "/cache/a%20b%2F%C3%BC?key=k%26key_base64%3Dx"
        );
        assert_eq!(Call::delete("c", "k").verb(), Verb::Delete);
    }
}

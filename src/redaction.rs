//! Text without secrets: without those that this process has read, and without whatever looks like a token.
//!
//! No message of ours holds a token. What others say may: Momento or a proxy that repeats a request in its answer,
//! AWS in a message about a wrong value, a vault's command, a dead letter with an older answer. Whatever is written goes
//! through [`redact`], which knows what to look for because every secret is made by [`secret`]. Only hashes are kept: of
//! each piece of twelve characters, as it is, in base64 and in a URL, so that a part of a token is found as well. A
//! token that was never read is known by its [`shape`].

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use parking_lot::RwLock;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::model::token::{Token, shape};

/// How many bytes of a secret are recognised; what is shorter may be part of anything.
const PIECE: usize = 12;

/// What stands for a secret.
const SHOWN: &str = "***";

static SEEN: LazyLock<RwLock<Seen>> = LazyLock::new(RwLock::default);

/// The hashes of the pieces of all secrets.
#[derive(Default)]
struct Seen {
    state: RandomState,
    pieces: HashSet<u64>,
    /// The tokens that are shown, since they were asked for.
    shown: HashSet<u64>,
}

/// Makes a secret of a text; nothing that is written shows it from then on.
pub fn secret(text: &str) -> SecretString {
    remember(text);
    SecretString::from(text)
}

/// Has a text shown nowhere from now on, nor the key that it wraps where it is a token that wraps one.
fn remember(text: &str) {
    let mut seen = SEEN.write();
    seen.remember(text);
    if let Ok(token) = Token::parse(text) {
        seen.remember(token.inner().expose_secret());
    }
}

/// Has a token shown that was asked for, although it looks like one: a key of the local cloud.
pub fn show(token: &str) {
    let mut seen = SEEN.write();
    let hash = seen.state.hash_one(token.as_bytes());
    seen.shown.insert(hash);
}

/// Returns a text with `***` in place of every secret that this process has read, and of whatever looks like a token.
pub fn redact(text: &str) -> Cow<'_, str> {
    SEEN.read().redact(text)
}

impl Seen {
    fn remember(&mut self, text: &str) {
        let words = text.split(|character: char| !character.is_ascii() || !is_of_token(character as u8));
        let is_alone = !text.trim().contains(char::is_whitespace);
        for word in words.map(|word| secret_part(word, is_alone)).filter(|word| word.len() >= PIECE) {
            self.add(word.as_bytes());
            let escaped: Zeroizing<String> =
                Zeroizing::new(utf8_percent_encode(word, NON_ALPHANUMERIC).to_string());
            self.add(escaped.as_bytes());
            for offset in 0..3 {
                let shifted = Zeroizing::new(format!("{}{word}", &"   "[..offset]));
                let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(shifted.as_bytes()));
                // The characters at both ends depend on what stands beside the secret.
                self.add(&encoded.as_bytes()[offset * 2..encoded.len() - 2]);
            }
        }
    }

    fn add(&mut self, form: &[u8]) {
        for piece in form.windows(PIECE) {
            self.pieces.insert(self.state.hash_one(piece));
        }
    }

    fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.without_known(text) {
            Cow::Borrowed(text) => self.without_tokens(text),
            Cow::Owned(text) => Cow::Owned(self.without_tokens(&text).into_owned()),
        }
    }

    /// Replaces what looks like a token, read before or not.
    fn without_tokens<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut redacted = String::new();
        let mut rest = text;
        while let Some(found) = shape::find(rest) {
            let token = &rest[found.clone()];
            redacted.push_str(&rest[..found.start]);
            let is_shown = self.shown.contains(&self.state.hash_one(token.as_bytes()));
            redacted.push_str(if is_shown { token } else { SHOWN });
            rest = &rest[found.end..];
        }
        if rest.len() == text.len() {
            return Cow::Borrowed(text);
        }
        redacted.push_str(rest);
        Cow::Owned(redacted)
    }

    /// Replaces the words with a part of a secret that was read.
    fn without_known<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.pieces.is_empty() || text.len() < PIECE {
            return Cow::Borrowed(text);
        }
        let bytes = text.as_bytes();
        let mut redacted = String::new();
        let (mut kept, mut at) = (0, 0);
        while let Some(piece) = bytes.get(at..at + PIECE) {
            if !self.pieces.contains(&self.state.hash_one(piece)) {
                at += 1;
                continue;
            }
            // The whole word goes: of a token the parts that are no secret, and a start or an end that is cut.
            let is_word = |at: &usize| is_of_token(bytes[*at]);
            let start = (kept..at).rev().take_while(is_word).last().unwrap_or(at);
            let end =
                (at + PIECE..bytes.len()).take_while(is_word).last().map_or(at + PIECE, |last| last + 1);
            redacted.push_str(&text[kept..start]);
            redacted.push_str(SHOWN);
            (kept, at) = (end, end);
        }
        if redacted.is_empty() {
            return Cow::Borrowed(text);
        }
        redacted.push_str(&text[kept..]);
        Cow::Owned(redacted)
    }
}

/// Returns what of a word is secret: of a JWT the signature and of a v1 key the second half, since all begin alike.
///
/// What is no token may be a key of another kind: alone, it is secret as a whole, but for the name of a variable.
fn secret_part(word: &str, is_alone: bool) -> &str {
    let value = word.split_once('=').map_or(word, |(_, rest)| if rest.len() >= PIECE { rest } else { word });
    match value.rsplit_once('.') {
        Some((_, signature)) if value.starts_with("ey") && signature.len() >= PIECE => signature,
        _ if is_alone && !value.starts_with("ey") => value,
        Some((_, last)) if last.len() >= PIECE => last,
        _ => &word[word.len() / 2..],
    }
}

/// Returns whether a byte is of a kind that tokens are made of: those of base64 in both alphabets, and dots.
fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.+/=%~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyJ9.U2lnbmF0dXJlT2ZBVG9rZW4x";

    fn seen(text: &str) -> Seen {
        let mut seen = Seen::default();
        seen.remember(text);
        seen
    }

    #[test]
    fn a_token_is_found_in_whatever_form() {
        let seen = seen(JWT);
        let shown = |text: &str| seen.redact(text).into_owned();
        assert_eq!(shown(&format!("the key {JWT} is not good")), "the key *** is not good");
        assert_eq!(shown(&format!("{{\"got\":\"{JWT}\"}}")), "{\"got\":\"***\"}");
        assert_eq!(shown(&format!("{JWT} and {JWT}")), "*** and ***");
        // Cut off, or a part of it.
        assert_eq!(shown(&format!("key {}…", &JWT[..50])), "key ***…");
        assert_eq!(shown(&format!("ends in …{}", &JWT[JWT.len() - 12..])), "ends in …***");
        for offset in 0..3 {
            let encoded = STANDARD_NO_PAD.encode(format!("{}{JWT}", "x".repeat(offset)));
            assert_eq!(shown(&format!("<{encoded}>")), "<***>");
        }
        // What is no part of the secret, and the parts of a token that are none.
        for text in ["", "short", "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyJ9", "é".repeat(20).as_str()] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn a_token_that_nobody_has_read_is_hidden_unless_it_was_asked_for() {
        let text = format!("é {JWT}, {JWT} and 'token={JWT}'");
        assert_eq!(Seen::default().redact(&text), "é ***, *** and 'token=***'");
        let mut seen = seen("another-secret-of-one-word");
        seen.shown.insert(seen.state.hash_one(JWT.as_bytes()));
        assert_eq!(seen.redact(&text), text);
        assert!(seen.redact(&format!("{JWT}x")).ends_with("***"));
    }

    #[test]
    fn characters_that_a_url_escapes_are_found_as_well() {
        let key = "abc+def/ghi=jkl+mno/pqr=stu+vwx/yz=";
        let seen = seen(key);
        assert_eq!(
            seen.redact(&format!("?token={}&x", utf8_percent_encode(key, NON_ALPHANUMERIC))),
            "?***&x"
        );
        assert_eq!(seen.redact(&format!("é{key}é")), "é***é");
    }

    #[test]
    fn what_is_too_short_to_be_told_apart_is_left() {
        let seen = seen("test-key and such");
        assert!(seen.pieces.is_empty());
        assert_eq!(seen.redact("test-key and such"), "test-key and such");
    }

    #[test]
    fn a_key_that_is_no_token_is_hidden_whole() {
        let short = seen("mgmt_0123456");
        assert_eq!(short.redact("'mgmt_0123456'"), "'***'");
        let long = seen(" ManagementKeyThatIsLongerThanThat\n");
        assert_eq!(long.redact("starts ManagementKe…"), "starts ***…");
        assert_eq!(long.redact("…ngerThanThat"), "…***");
        // A pasted `NAME=key` is not to hide its variable's name wherever that is said.
        let named = seen("MOMENTO_MANAGEMENT_KEY=0123456789abcdef");
        assert_eq!(named.redact("set MOMENTO_MANAGEMENT_KEY"), "set MOMENTO_MANAGEMENT_KEY");
        assert_eq!(named.redact("has 0123456789ab"), "has ***");
    }

    #[test]
    fn a_secret_that_is_made_is_shown_no_more() {
        let inner = "eyJhbGciOiJIUzI1NiJ9.eyJ4IjoxfQ.SW5uZXJTaWduYXR1cmVPZlRoaXNUZXN0";
        let json = format!(r#"{{"endpoint":"cell-1.example.com","api_key":"{inner}"}}"#);
        let wrapped = base64::engine::general_purpose::STANDARD.encode(json);
        assert_eq!(secret(&wrapped).expose_secret(), wrapped);
        assert_eq!(redact(&format!("{wrapped} holds {inner}")), "*** holds ***");
    }
}

//! The secrets that this process has read, and text without them.
//!
//! No message of ours holds a token. What others say may: Momento or a proxy that repeats a request in its answer,
//! AWS in a message about a wrong value, a vault's command. Whatever is written goes through [`redact`], which knows
//! what to look for because every secret is made by [`secret`]. Only hashes are kept: of each piece of twelve
//! characters, as it is, in base64 and in a URL, so that a part of a token is found as well.

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

use crate::model::token::Token;

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

/// Returns a text with `***` in place of every secret that this process has read.
pub fn redact(text: &str) -> Cow<'_, str> {
    SEEN.read().redact(text)
}

impl Seen {
    fn remember(&mut self, text: &str) {
        let words = text.split(|character: char| !character.is_ascii() || !is_of_token(character as u8));
        for word in words.map(secret_part).filter(|word| word.len() >= PIECE) {
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

/// Returns what of a word is secret: of a JWT the signature, since all tokens begin alike; of another the second half.
fn secret_part(word: &str) -> &str {
    match word.rsplit_once('.') {
        Some((_, signature)) if signature.len() >= PIECE => signature,
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
        // What is no part of the secret, and another token that begins alike.
        for text in
            ["", "short", "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyJ9.QW5vdGhlclNpZ25hdHVyZQ", "é".repeat(20).as_str()]
        {
            assert_eq!(shown(text), text);
        }
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
    fn a_secret_that_is_made_is_shown_no_more() {
        let inner = "eyJhbGciOiJIUzI1NiJ9.eyJ4IjoxfQ.SW5uZXJTaWduYXR1cmVPZlRoaXNUZXN0";
        let json = format!(r#"{{"endpoint":"cell-1.example.com","api_key":"{inner}"}}"#);
        let wrapped = base64::engine::general_purpose::STANDARD.encode(json);
        assert_eq!(secret(&wrapped).expose_secret(), wrapped);
        assert_eq!(redact(&format!("{wrapped} holds {inner}")), "*** holds ***");
    }
}

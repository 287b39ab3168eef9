//! What looks like a token wherever it stands, for those that nobody here has read.

use std::ops::Range;

use serde_json::{Map, Value};

use super::claims;

/// How long a text is at least that is worth a look.
const SHORTEST: usize = 40;

/// How much of a text is decoded to see what it is: the header of a JWT, or a v1 key up to its `api_key`.
const LOOKED_AT: usize = 1024;

/// How base64 of a JSON object begins: a brace, then a quote or white space.
const STARTS: [&str; 5] = ["eyJ", "eyA", "ewo", "ewk", "ew0"];

/// Finds the first token in a text, whole or with its end cut off, from where it begins to where its word ends.
///
/// That is a JWT with a signature, and base64 of JSON with an `api_key`.
pub fn find(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let last = bytes.len().checked_sub(SHORTEST)?;
    let starts =
        (0..=last).filter(|at| STARTS.iter().any(|start| bytes[*at..].starts_with(start.as_bytes())));
    starts.into_iter().find_map(|start| {
        let end = run(bytes, start, is_of_word);
        let is_long = end - start >= SHORTEST;
        (is_long && (is_jwt(text, start) || is_wrapped(text, start))).then_some(start..end)
    })
}

/// Returns whether a JWT begins here: a header with an algorithm, anything, and a signature.
fn is_jwt(text: &str, start: usize) -> bool {
    let bytes = text.as_bytes();
    let dot = |at: usize| bytes.get(at) == Some(&b'.');
    let header = run(bytes, start, is_base64);
    if header - start > LOOKED_AT || !dot(header) {
        return false;
    }
    let claims = run(bytes, header + 1, is_base64);
    if !dot(claims) || !bytes.get(claims + 1).copied().is_some_and(is_base64) {
        return false;
    }
    let json = claims::decode(&text[start..header]);
    json.and_then(|json| serde_json::from_slice::<Map<String, Value>>(&json).ok())
        .is_some_and(|header| header.contains_key("alg"))
}

/// Returns whether a v1 key begins here, or a disposable token: its end may be missing.
fn is_wrapped(text: &str, start: usize) -> bool {
    let length = (run(text.as_bytes(), start, is_base64) - start).min(LOOKED_AT);
    // Four characters are three bytes; what is left over of the last four is no matter.
    let json = claims::decode(text[start..start + length / 4 * 4].trim_end_matches('='));
    json.is_some_and(|json| json.windows(9).any(|word| word == b"\"api_key\""))
}

/// Returns where characters of a kind end that begin here.
fn run(bytes: &[u8], start: usize, kind: fn(u8) -> bool) -> usize {
    bytes[start..].iter().position(|byte| !kind(*byte)).map_or(bytes.len(), |length| start + length)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte)
}

/// What may follow in the same word: more parts, or what a URL escapes.
fn is_of_word(byte: u8) -> bool {
    is_base64(byte) || b".%~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    fn jwt(header: &str, signature: &str) -> String {
        format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(r#"{"t":"g"}"#))
    }

    #[test]
    fn a_token_is_known_by_its_shape() {
        let whole = jwt(r#"{"alg":"HS256"}"#, "AnySignatureThatNobodyHasRead");
        let wrapped = |json: &str| STANDARD.encode(json);
        for token in [
            &whole,
            &jwt(r#"{"typ":"JWT","alg":"none"}"#, "x-_x"),
            &jwt("{\n  \"alg\": \"HS512\"\n}", "QUJD"),
            &format!("{}..{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), "s".repeat(40)),
            &wrapped(r#"{"endpoint":"cell-1.prod.a.momentohq.com","api_key":"some-key"}"#),
            &wrapped(r#"{ "api_key": "some-key", "endpoint": "cell-1.prod.a.momentohq.com" }"#),
            &wrapped(&format!(r#"{{"endpoint":"cell-1.prod.a.momentohq.com","api_key":"{whole}"}}"#))[..101],
        ] as [&str; 7]
        {
            for (before, after) in [("", ""), ("é [", "]"), ("token=", "&x"), ("Bearer ", " é"), ("x/", "\"")]
            {
                let text = format!("{before}{token}{after}");
                let found = find(&text).map(|range| text[range].to_owned());
                assert_eq!(found.as_deref(), Some(token), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_token_is_left() {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let without = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","kid":"a-key"}"#);
        for text in [
            "",
            "eyJ",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:evbridge-momento/momento-api-AbCdEf",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "eyJuZXh0VG9rZW4iOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAxMDB9",
            "com.example.eyJhbGciOiJIUzI1NiJ9xxxxxxxxxxxxxxxxxxxxxx.service.name.of.a.package",
            "/eyJ/eyJ/eyJ/eyJ/eyJ/eyJ/eyJ/eyJ/eyJ/eyJ/eyJ/eyJ/eyJ/",
            &format!("{header}.{header}"),
            &format!("{header}.{header}."),
            &format!("{without}.{without}.{without}"),
            &STANDARD.encode(r#"{"endpoint":"cell-1.prod.a.momentohq.com","key":"an item"}"#),
            &STANDARD.encode("an item's value that is as long as a token is, but of words alone"),
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

const CELL: &str = "cell-4-us-west-2-1.prod.a.momentohq.com";
/// 2026-01-01T00:00:00Z
const NOW: i64 = 1_767_225_600;
const HOUR: i64 = 3600;

fn jwt(claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2lnbmF0dXJl", part(r#"{"alg":"HS512"}"#), part(claims))
}

fn wrapped(endpoint: &str, inner: &str) -> String {
    STANDARD.encode(format!(r#"{{"endpoint":"{endpoint}","api_key":"{inner}"}}"#))
}

fn check(text: &str) -> Result<Checked, Refused> {
    let endpoint = Endpoint::new(&format!("https://api.cache.{CELL}"));
    Token::parse(text).unwrap().check(Some(&endpoint), Timestamp::from_second(NOW).unwrap(), MAX_LENGTH)
}

fn refusal(text: &str) -> (String, String) {
    let refused = check(text).unwrap_err();
    (refused.to_string(), refused.hint())
}

#[test]
fn a_v1_key_is_unwrapped() {
    let inner = jwt(r#"{"sub":"someone","exp":1999999999}"#);
    let json = format!(r#"{{"endpoint":"{CELL}","api_key":"{inner}"}}"#);
    let spellings = [
        STANDARD.encode(&json),
        STANDARD_NO_PAD.encode(&json),
        URL_SAFE.encode(&json),
        URL_SAFE_NO_PAD.encode(&json),
    ];
    for text in spellings {
        let token = Token::parse(&format!("\u{feff} {text}\r\n")).unwrap();
        assert_eq!(token.inner().expose_secret(), inner);
        assert_eq!(token.kind(), Kind::V1);
        assert_eq!(token.endpoint().unwrap().region(), Some("us-west-2"));
        assert_eq!(token.expires_at().unwrap().as_second(), 1_999_999_999);
    }
}

#[test]
fn the_other_forms_are_sent_as_they_are() {
    let v2 = jwt(r#"{"t":"g","jti":"some-id"}"#);
    let token = Token::parse(&v2).unwrap();
    assert_eq!((token.kind(), token.endpoint()), (Kind::V2, None));
    assert_eq!(token.inner().expose_secret(), v2);
    assert_eq!(check(&v2).unwrap().warning(), None);

    let legacy = jwt(&format!(r#"{{"sub":"someone","cp":"control.{CELL}","c":"cache.{CELL}"}}"#));
    let token = Token::parse(&legacy).unwrap();
    assert_eq!((token.kind(), token.endpoint()), (Kind::Legacy, Some(&Endpoint::new(CELL))));

    let inner = jwt(r#"{"sub":"someone"}"#);
    let warning = check(&inner).unwrap().warning().unwrap().to_string();
    assert_eq!(warning, "the token names no endpoint, so its region cannot be checked here");
}

#[test]
fn says_what_a_text_looks_like_that_is_no_token() {
    let key = jwt(r#"{"t":"g"}"#);
    let again = "copy the token again, as one piece";
    let whole = "copy the whole key from https://console.gomomento.com, or make a new one there";
    let unknown = "this is not a Momento token: neither a v1 key (base64 of JSON) nor a v2 key (a JWT)";
    let rows: Vec<(String, &str, &str)> = vec![
        (
            " \n".to_owned(),
            "the token is empty",
            "set MOMENTO_API_KEY, or give --token-file or --token-stdin; keys are made at \
             https://console.gomomento.com",
        ),
        (format!("\"{key}\""), "the token has quotes round it", "remove the quotes"),
        (format!("{key}'"), "the token has quotes round it", "remove the quotes"),
        (
            format!("Bearer {key}"),
            "the token starts with `Bearer`",
            "give only the token: Momento takes it without a scheme",
        ),
        (
            format!("MOMENTO_API_KEY={key}"),
            "the token starts with a variable's name and `=`",
            "give only what stands after the `=`",
        ),
        (
            format!("export MOMENTO_API_KEY={key}"),
            "the token starts with a variable's name and `=`",
            "give only what stands after the `=`",
        ),
        (
            format!(r#"{{"apiKey":"{key}"}}"#),
            "this is a JSON document, not a token",
            "give only the value of its `apiKey` field",
        ),
        (
            "./momento-token.txt".to_owned(),
            "this looks like the path of a file, not like a token",
            "give a file with --token-file",
        ),
        (
            "C:\\keys\\momento".to_owned(),
            "this looks like the path of a file, not like a token",
            "give a file with --token-file",
        ),
        ("abc def".to_owned(), "the token has white space or a line break inside, at position 4", again),
        ("abc\ndef".to_owned(), "the token has white space or a line break inside, at position 4", again),
        ("abc\u{7}def".to_owned(), "the token contains a control character at position 4", again),
        (key[..key.len() / 2].to_owned(), unknown, whole),
        ("secret".to_owned(), unknown, whole),
        ("a.b.c".to_owned(), unknown, whole),
        (STANDARD.encode("[1]"), unknown, whole),
        (
            STANDARD.encode(r#"{"endpoint":"x"}"#),
            "the token holds no `api_key`: it is not whole, or not a Momento token",
            whole,
        ),
        (
            STANDARD.encode(r#"{"api_key":"x","endpoint":""}"#),
            "the token holds no `endpoint`: it is not whole, or not a Momento token",
            whole,
        ),
    ];
    for (text, message, hint) in rows {
        let invalid = Token::parse(&text).unwrap_err();
        assert_eq!((invalid.to_string().as_str(), invalid.hint()), (message, hint), "{text}");
    }
}

#[test]
fn refuses_a_token_of_another_region() {
    let other = "cell-ap-northeast-1-1.prod.a.momentohq.com";
    let (message, hint) = refusal(&wrapped(other, &jwt("{}")));
    assert_eq!(
        message,
        "the token belongs to ap-northeast-1 (cell-ap-northeast-1-1), and the stack calls us-west-2 \
         (cell-4-us-west-2-1)"
    );
    assert_eq!(
        hint,
        "deploy with --region ap-northeast-1, or make a key at https://console.gomomento.com for us-west-2"
    );
    let (message, hint) = refusal(&wrapped("private.example.com", &jwt("{}")));
    assert_eq!(
        message,
        "the token belongs to private.example.com, and the stack calls us-west-2 (cell-4-us-west-2-1)"
    );
    assert_eq!(
        hint,
        "give the token's own endpoint with --momento-endpoint, or make a key at \
         https://console.gomomento.com for this one"
    );
    let token = Token::parse(&wrapped(other, &jwt("{}"))).unwrap();
    assert!(token.check(None, Timestamp::UNIX_EPOCH, MAX_LENGTH).is_ok());
}

#[test]
fn refuses_a_token_that_has_ended() {
    let make = "make a key at https://console.gomomento.com";
    for exp in [NOW.to_string(), format!("{NOW}.75"), (NOW - HOUR * 24).to_string()] {
        let (message, hint) = refusal(&wrapped(CELL, &jwt(&format!(r#"{{"exp":{exp}}}"#))));
        assert!(message.starts_with("the token expired at 202"), "{message}");
        assert_eq!(hint, make);
    }
    let (message, _) = refusal(&jwt(r#"{"t":"g","exp":1700000000,"iat":1690000000}"#));
    assert_eq!(message, "the token expired at 2023-11-14T22:13:20Z");
}

#[test]
fn refuses_a_disposable_token() {
    let disposable = |claims: String| refusal(&wrapped(CELL, &jwt(&claims)));
    let (message, hint) = disposable(format!(r#"{{"iat":{NOW},"exp":{}}}"#, NOW + HOUR));
    assert_eq!(
        message,
        "the token is disposable: it expires at 2026-01-01T01:00:00Z, and a connection needs a key that lasts"
    );
    assert_eq!(
        hint,
        "make a key at https://console.gomomento.com: one that never expires, or in some months (disposable \
         tokens last 25 hours at most)"
    );
    let (without_a_start, _) = disposable(format!(r#"{{"exp":{}}}"#, NOW + 25 * HOUR));
    assert!(without_a_start.starts_with("the token is disposable"), "{without_a_start}");
}

#[test]
fn warns_of_a_key_in_its_last_week() {
    let claims = format!(r#"{{"t":"g","iat":{},"exp":{}}}"#, NOW - 90 * 24 * HOUR, NOW + HOUR);
    let warning = check(&jwt(&claims)).unwrap().warning().unwrap();
    assert_eq!(
        warning.to_string(),
        "the token expires at 2026-01-01T01:00:00Z: make a new one before that, or every delivery fails with 401"
    );
    let later = format!(r#"{{"t":"g","exp":{}}}"#, NOW + 8 * 24 * HOUR);
    assert_eq!(check(&jwt(&later)).unwrap().warning(), None);
}

#[test]
fn refuses_what_a_connection_cannot_hold() {
    let fits = "x".repeat(512);
    assert_eq!(check(&wrapped(CELL, &fits)).unwrap().inner().expose_secret(), fits);
    let (message, hint) = refusal(&wrapped(CELL, &"x".repeat(513)));
    assert_eq!(message, "the token has 513 characters, and an EventBridge connection holds at most 512");
    assert_eq!(
        hint,
        "make a key at https://console.gomomento.com with fewer permissions, or a v2 key: those are short"
    );
    let rows = [
        ("ab:c", "`:` at position 3"),
        (r"ab\u0007c", "the character U+0007 at position 3"),
        (r"ab\nc", "the character U+000A at position 3"),
        ("abé", "the character U+00E9 at position 3"),
        ("ab c", "the character U+0020 at position 3"),
    ];
    for (inner, found) in rows {
        let (message, hint) = refusal(&wrapped(CELL, inner));
        let expected = format!("the token contains {found}, which an EventBridge connection cannot send");
        assert_eq!((message, hint.as_str()), (expected, "copy the whole key again, as one piece"));
    }
}

#[test]
fn nothing_shows_the_secret() {
    let text = wrapped(CELL, "super-secret");
    let token = Token::parse(&text).unwrap();
    let shown = format!("{token:?} {:?}", token.clone().check(None, Timestamp::UNIX_EPOCH, MAX_LENGTH));
    assert!(
        shown.contains("us-west-2") && !shown.contains("super-secret") && !shown.contains(&text),
        "{shown}"
    );
    let refused = token.check(Some(&Endpoint::new("elsewhere")), Timestamp::UNIX_EPOCH, 3).unwrap_err();
    assert!(!format!("{refused:?} {refused}").contains("secret"));
}

#[test]
fn odd_claims_are_no_claims() {
    for claims in [r#"{"exp":"soon"}"#, r#"{"exp":1e300}"#, r#"{"exp":null}"#, r#"{"exp":[1]}"#] {
        assert_eq!(Token::parse(&jwt(claims)).unwrap().expires_at(), None, "{claims}");
    }
    assert_eq!(Token::parse(&jwt("[]")).unwrap_err(), Invalid::Unknown);
}

proptest! {
    #[test]
    fn never_panics(text in ".*", claims in ".*") {
        let _ = Token::parse(&text);
        let _ = Token::parse(&jwt(&claims));
        let _ = Token::parse(&STANDARD.encode(&claims));
        let _ = Token::parse(&wrapped(&text, &claims));
    }
}

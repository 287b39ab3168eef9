//! Where `deploy` gets the token from, in which order, and which tokens it refuses.

mod chosen;

use snapbox::str;

use crate::harness::token::{global, jwt, wrapped};
use crate::harness::{Outcome, Session};

/// Returns the token that the stack's secret holds now.
fn stored(session: &Session) -> String {
    session.cloud("us-east-1").ask(async |clients| {
        let call = clients.secrets().get_secret_value().secret_id("evbridge-momento/momento-api");
        let body: serde_json::Value =
            serde_json::from_str(call.send().await.unwrap().secret_string().unwrap()).unwrap();
        body["token"].as_str().unwrap().to_owned()
    })
}

#[test]
fn the_sources_go_in_order() {
    let [file, stdin, environment] = ["file", "stdin", "environment"].map(global);
    let session = Session::new().env("MOMENTO_API_KEY", &environment);
    session.file("key.txt", format!("\u{feff}  {file}\r\n"));
    // Stdin is not read unless it is asked for.
    session.run_with("deploy --local --token-file key.txt", &stdin).success();
    assert_eq!(stored(&session), file);
    session.run_with("deploy --local --token-stdin", format!("{stdin}\n")).success();
    assert_eq!(stored(&session), stdin);
    session.run("deploy --local").success();
    assert_eq!(stored(&session), environment);
}

#[test]
fn the_stored_token_is_kept_when_no_other_is_given() {
    let session = Session::new();
    session.run_with("deploy --local --token-stdin", global("mine")).success();
    assert_eq!(session.run("deploy --local --output json").json()["outcome"], "unchanged");
    assert_eq!(stored(&session), global("mine"));
    // The same token again is no new version.
    let again = session.run_with("deploy --local --token-stdin --output json", global("mine")).json();
    assert_eq!(again["outcome"], "unchanged");
}

#[test]
fn a_v1_key_is_stored_unwrapped() {
    let session = Session::new();
    let inner = jwt(r#"{"sub":"me"}"#, "inner");
    session.run_with("deploy --local --token-stdin", wrapped("cell-us-east-1-1", &inner)).success();
    assert_eq!(stored(&session), inner);
    session.run("put-event cacheSet --local").success();
}

#[test]
fn a_legacy_key_is_held_against_its_region() {
    let session = Session::new();
    let legacy = |cell: &str| jwt(&format!(r#"{{"c":"cache.{cell}.prod.a.momentohq.com"}}"#), "legacy");
    session.run_with("deploy --local --token-stdin", legacy("cell-us-east-1-1")).success();
    refused(&session, legacy("cell-4-us-west-2-1")).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token belongs to us-west-2 (cell-4-us-west-2-1), and the stack calls us-east-1 (cell-us-east-1-1)

hint: deploy with --region us-west-2, or make a key at https://console.gomomento.com for us-east-1
[exit status: 4]

"#]]);
}

#[test]
fn a_source_that_cannot_be_read_is_no_reason_to_take_the_next() {
    let session = Session::new().env("MOMENTO_API_KEY", &global("environment"));
    session.run("deploy --local --token-file none.txt").is(str![[r#"
------- stderr -------
error: the token file none.txt cannot be opened
  cause: No such file or directory (os error 2)
[exit status: 4]

"#]]);
    session.run("deploy --local --token-file .").is(str![[r#"
------- stderr -------
error: the token cannot be read as text
  cause: Is a directory (os error 21)
[exit status: 4]

"#]]);
    session.run("deploy --local --token-file a --token-stdin").is(str![[r#"
------- stderr -------
error: the argument '--token-file <FILE>' cannot be used with '--token-stdin'

Usage: evbridge-momento deploy --local --token-file <FILE> [STACK]

For more information, try '--help'.
[exit status: 2]

"#]]);
}

fn refused(session: &Session, token: impl AsRef<[u8]>) -> Outcome {
    let outcome = session.run_with("deploy --local --token-stdin", token);
    assert_eq!(outcome.status(), Some(4), "{outcome}");
    outcome
}

#[test]
fn what_is_no_token_is_refused() {
    let session = Session::new();
    refused(&session, "").is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token is empty

hint: pipe the token in: `--token-stdin < key.txt`
[exit status: 4]

"#]]);
    refused(&session, " \r\n\t").is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token is empty

hint: pipe the token in: `--token-stdin < key.txt`
[exit status: 4]

"#]]);
    refused(&session, format!("\"{}\"", global("x"))).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token has quotes round it

hint: remove the quotes
[exit status: 4]

"#]]);
    refused(&session, format!("Bearer {}", global("x"))).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token starts with `Bearer`

hint: give only the token: Momento takes it without a scheme
[exit status: 4]

"#]]);
    refused(&session, format!("MOMENTO_API_KEY={}", global("x"))).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token starts with a variable's name and `=`

hint: give only what stands after the `=`
[exit status: 4]

"#]]);
    refused(&session, format!(r#"{{"apiKey":"{}"}}"#, global("x"))).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: this is a JSON document, not a token

hint: give only the value of its `apiKey` field
[exit status: 4]

"#]]);
    refused(&session, "./key.txt").is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: this looks like the path of a file, not like a token

hint: give a file with --token-file
[exit status: 4]

"#]]);
    refused(&session, format!("{}\n{}", global("x"), global("y"))).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token has white space or a line break inside, at position 56

hint: copy the token again, as one piece
[exit status: 4]

"#]]);
    refused(&session, "secret").is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: this is not a Momento token: neither a v1 key (base64 of JSON) nor a v2 key (a JWT)

hint: copy the whole key from https://console.gomomento.com, or make a new one there
[exit status: 4]

"#]]);
    refused(&session, [0xff, 0x00, 0x80]).is(str![[r#"
------- stderr -------
error: the token cannot be read as text
  cause: stream did not contain valid UTF-8
[exit status: 4]

"#]]);
    refused(&session, [b'a', 0x07, b'b']).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token contains a control character at position 2

hint: copy the token again, as one piece
[exit status: 4]

"#]]);
    refused(&session, vec![b'x'; 200_000]).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: this is not a Momento token: neither a v1 key (base64 of JSON) nor a v2 key (a JWT)

hint: copy the whole key from https://console.gomomento.com, or make a new one there
[exit status: 4]

"#]]);
    assert!(session.cloud("us-east-1").footprint("momento-api").secrets.is_empty());
}

#[test]
fn a_token_that_a_connection_cannot_use_is_refused() {
    let session = Session::new();
    refused(&session, jwt(r#"{"t":"g","iat":1690000000,"exp":1700000000}"#, "x")).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token expired at [TIME]

hint: make a key at https://console.gomomento.com
[exit status: 4]

"#]]);
    refused(&session, jwt(r#"{"t":"g","iat":4102444800,"exp":4102448400}"#, "x")).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token is disposable: it expires at [TIME], and a connection needs a key that lasts

hint: make a key at https://console.gomomento.com: one that never expires, or in some months (disposable tokens last 25 hours at most)
[exit status: 4]

"#]]);
    refused(&session, wrapped("cell-ap-northeast-1-1", &global("x"))).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token belongs to ap-northeast-1 (cell-ap-northeast-1-1), and the stack calls us-east-1 (cell-us-east-1-1)

hint: deploy with --region ap-northeast-1, or make a key at https://console.gomomento.com for us-east-1
[exit status: 4]

"#]]);
    refused(&session, wrapped("my-cell", &global("x"))).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token belongs to my-cell.prod.a.momentohq.com, and the stack calls us-east-1 (cell-us-east-1-1)

hint: give the token's own endpoint with --momento-endpoint, or make a key at https://console.gomomento.com for this one
[exit status: 4]

"#]]);
    refused(&session, global(&"x".repeat(600))).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token has 654 characters, and an EventBridge connection holds at most 512

hint: make a key at https://console.gomomento.com with fewer permissions, or a v2 key: those are short
[exit status: 4]

"#]]);
    refused(&session, wrapped("cell-us-east-1-1", "ab:c")).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token contains `:` at position 3, which an EventBridge connection cannot send

hint: copy the whole key again, as one piece
[exit status: 4]

"#]]);
    refused(&session, wrapped("cell-us-east-1-1", "abé")).is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token contains the character U+00E9 at position 3, which an EventBridge connection cannot send

hint: copy the whole key again, as one piece
[exit status: 4]

"#]]);
    let footprint = session.cloud("us-east-1").footprint("momento-api");
    assert_eq!((footprint.stacks.len(), footprint.secrets.len()), (0, 0));
}

#[test]
fn a_refused_token_of_the_environment_or_a_file_is_named() {
    let session = Session::new().env("MOMENTO_API_KEY", "Bearer x");
    session.run("deploy --local").is(str![[r#"
------- stderr -------
error: the token from MOMENTO_API_KEY is refused
  cause: the token starts with `Bearer`

hint: give only the token: Momento takes it without a scheme
[exit status: 4]

"#]]);
    session.file("key.txt", "'x'");
    session.run("deploy --local --token-file key.txt").is(str![[r#"
------- stderr -------
error: the token from the file key.txt is refused
  cause: the token has quotes round it

hint: remove the quotes
[exit status: 4]

"#]]);
}

#[test]
fn a_key_that_soon_ends_or_names_no_endpoint_is_taken_with_a_warning() {
    let session = Session::new();
    let inner = jwt(r#"{"sub":"me"}"#, "x");
    let outcome = session.run_with("deploy --local --token-stdin --output json", &inner);
    assert_eq!(outcome.json()["outcome"], "created");
    assert!(
        outcome
            .stderr()
            .starts_with("warning: the token names no endpoint, so its region cannot be checked here\n"),
        "{outcome}"
    );
}

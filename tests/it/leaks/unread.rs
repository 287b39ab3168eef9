//! Tokens that the process itself has not read: only their shape gives them away.

use serde_json::json;

use super::search::{MARKED, clean, holds, unprimed, wrapped};
use crate::harness::{Session, token, with_cloud};

/// What a key that nobody here has ever seen is looked for by.
const STRANGE: &str = "StrangeSignatureOfNobodys";

/// Puts dead letters into the stack's queue whose error message repeats a token, as Momento's answer may.
fn dead_letters(session: &Session, tokens: &[String]) {
    with_cloud(session, async |cloud| {
        let queues = cloud.clients.queues();
        let urls = queues.list_queues().send().await.unwrap();
        let attribute = |text: String| {
            let value = aws_sdk_sqs::types::MessageAttributeValue::builder();
            value.data_type("String").string_value(text).build().unwrap()
        };
        for token in tokens {
            let call = queues.send_message().queue_url(&urls.queue_urls()[0]).message_body("{}");
            let words = format!("the token {token} is not good, {{\"authorization\":\"{token}\"}}");
            call.message_attributes("ERROR_MESSAGE", attribute(words)).send().await.unwrap();
        }
    });
}

#[test]
fn a_token_in_a_dead_letter_is_hidden_though_nobody_read_it() {
    let session = unprimed();
    session.run("deploy --local --token-file given.txt").success();
    session.file("given.txt", MARKED[0]);
    session.run("token set --local --token-file given.txt").success();
    let strange = token::global(STRANGE);
    // The previous one, the current one, those of no stack here; whole, wrapped, and cut off.
    let cut = |text: &str| text[..text.len() - 9].to_owned();
    let all = [MARKED[1].to_owned(), MARKED[0].to_owned(), strange.clone(), wrapped(), cut(&wrapped())];
    dead_letters(&session, &all);
    let forms = ["", " -vv", " --output json", " --output json -vvv", " --color always"];
    let look = |seen: &str| {
        for form in forms {
            for line in ["doctor --local", "status --local"] {
                let line = format!("{line}{form}");
                let outcome = session.run(&line);
                clean(&line, &outcome);
                let text = outcome.stdout() + &outcome.stderr();
                assert!(!text.contains(STRANGE), "{seen}: {line} shows a token:\n{text}");
                let repeats = text.contains("the token *** is not good");
                assert!(repeats || line.starts_with("status"), "{seen}: {line} does not show it:\n{text}");
            }
        }
    };
    look("who may read the secret");
    // An operator without secretsmanager:GetSecretValue reads no token at all.
    let place = json!({ "Service": "secretsmanager", "Action": "GetSecretValue" });
    super::failures::fault(&session, &place, &json!({ "Status": 403 }), 1000);
    look("who may not");
}

#[test]
fn a_key_of_the_local_cloud_is_shown_where_it_was_asked_for() {
    let session = unprimed();
    let key = session.run("local key").success();
    assert!(key.starts_with("eyJ") && !key.contains('*'), "{key}");
    let json = session.run("local key --output json").json();
    assert!(json["key"].as_str().unwrap().starts_with("eyJ"), "{json}");
}

/// The management key may be of any form.
#[test]
fn a_management_key_that_is_no_token_is_hidden_whole() {
    for key in ["Mgmt-key-0123", "ManagementKeyThatIsLongerThanTwentyFourCharacters"] {
        let session = Session::new().env("MOMENTO_MANAGEMENT_KEY", key);
        for part in [key, &key[..12]] {
            let outcome = session.run(&format!("validate {part}"));
            let text = outcome.stdout() + &outcome.stderr();
            assert!(text.contains("***") && !text.contains(part), "{text}");
        }
    }
    assert!(!holds(b"Mgmt-key-0123"));
}

//! Others that repeat the token: AWS, Momento or a proxy in what they answer.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::search::{MARKED, clean, clean_files, marked, shared_out, wrapped};
use crate::harness::{Distortion, Mirror};

/// Says all keys, whole, cut, and in base64.
fn words() -> String {
    let mut words = format!("the request had {}", wrapped());
    for token in MARKED {
        let cut = &token[..token.len() - 8];
        let _ = write!(
            words,
            " {token} [{cut}…] \"{token}\" token={token}&x {}",
            STANDARD.encode(format!("key {token}"))
        );
    }
    words
}

/// A command with the service that repeats the token to it.
const ECHOES: [(&str, &[&str]); 10] = [
    ("deploy --local --token-file given.txt", &["secretsmanager", "cloudformation", "events"]),
    ("deploy --local --tags a=b", &["cloudformation", "secretsmanager", "momento"]),
    ("status --local", &["cloudformation", "events", "sqs", "iam"]),
    ("put-event cacheSet --local", &["events", "local"]),
    ("explain cacheSet --local --aws", &["events"]),
    ("local cache list", &["local"]),
    ("token check --local --token-file given-wrapped.txt", &["momento", "secretsmanager"]),
    ("token rotate --local --token-file given.txt", &["momento", "secretsmanager", "events"]),
    ("token rotate --local --mint --role read-write", &["momento", "secretsmanager"]),
    ("doctor --local", &["momento", "secretsmanager", "cloudformation", "events", "sqs", "iam", "sts"]),
];

#[test]
fn a_token_that_is_repeated_is_not_shown() {
    shared_out(&ECHOES, |(line, services)| {
        let session = marked();
        session.run("deploy --local").success();
        let mut mirror = Mirror::start(&session, "-vv");
        let mut hidden = 0;
        let mut run = |form: &str| {
            let line = format!("{line} {form}");
            let outcome = session.run(&line);
            clean(&line, &outcome);
            hidden += usize::from((outcome.stdout() + &outcome.stderr()).contains("***"));
        };
        for service in *services {
            let statuses: &[u16] =
                if *service == "momento" { &[400, 401, 403, 404, 429, 500] } else { &[400, 500] };
            for (index, status) in statuses.iter().copied().enumerate() {
                let service = (*service).to_owned();
                mirror.set(Distortion::Refused { service, status, words: words() });
                run(["-vv", "--output json -vvv", "--color always"][index % 3]);
            }
            let garbage = [
                serde_json::json!({ "api_key": MARKED[1], "title": words(), "SecretString": words() })
                    .to_string(),
                words(),
            ];
            for body in garbage {
                mirror.set(Distortion::Garbage { service: (*service).to_owned(), body });
                run("-vv");
            }
        }
        mirror.set(Distortion::Texts(words()));
        run("-vv");
        run("--output json");
        assert!(hidden > 0, "{line} repeats nothing: this test sees nothing");
        mirror.set(Distortion::None);
        clean("deploy", &session.run("deploy --local --token-file given.txt"));
        clean_files(&session);
        // The server's own log, at its fullest.
        let said = mirror.server.said();
        assert!(said.contains("GetSecretValue") || said.contains("secretsmanager"), "{said}");
        assert!(!super::holds(said.as_bytes()), "{said}");
    });
}

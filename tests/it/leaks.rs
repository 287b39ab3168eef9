//! The token is nowhere but in its secret, whatever is logged and whatever fails.

use std::fs;

use crate::harness::{Outcome, Session, with_cloud};

/// A key in which one can be found: a JWT that the local Momento accepts, as it accepts any.
const MARKED: [&str; 2] = [
    "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImp0aSI6Im9uZSJ9.RklORE1FT05FRklORE1FT05F",
    "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImp0aSI6InR3byJ9.RklORE1FVFdPRklORE1FVFdP",
];

/// Asserts that no marked token is in what a command wrote.
#[track_caller]
fn clean(line: &str, outcome: &Outcome) {
    for text in [outcome.stdout(), outcome.stderr()] {
        for token in MARKED {
            let signature = token.rsplit('.').next().unwrap();
            assert!(!text.contains(signature), "{line} shows the token:\n{text}");
        }
    }
}

/// Asserts that no file of the session holds a marked token, but the secret store and the files that gave it.
#[track_caller]
fn clean_files(session: &Session) {
    let mut secret_stores = 0;
    for file in session.files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(&file).unwrap();
        let holds = MARKED.iter().any(|token| {
            let signature = token.rsplit('.').next().unwrap().as_bytes();
            bytes.windows(signature.len()).any(|window| window == signature)
        });
        if name.starts_with("secrets.db") {
            secret_stores += usize::from(holds);
        } else if !name.starts_with("given") {
            assert!(!holds, "{} holds the token", file.display());
        }
    }
    assert!(secret_stores > 0, "the token is not even where it should be: this test sees nothing");
}

#[test]
fn the_token_is_nowhere_but_in_its_secret() {
    let session = Session::new().env("MOMENTO_API_KEY", MARKED[0]);
    session.file("given.txt", MARKED[1]);
    session
        .file("stacks/bad.yaml", "name: momento-api\nmomento: { endpoint: 'https://elsewhere.example' }\n");
    let lines = [
        "deploy --local",
        "render",
        "deploy --local --output json",
        "put-event cacheSet --local",
        "put-event cacheSet --local --cache nowhere --key k --value v --ttl 60",
        "token check --local",
        "token check --local --output json",
        "token check --local --token-file given.txt",
        "token set --local --token-file given.txt --cache nowhere",
        "token rotate --local --from-command 'cat given.txt'",
        "token rotate --local --from-command 'cat given.txt; exit 1'",
        "token rotate --from-command 'cat given.txt' --schedule",
        "doctor --local",
        "doctor --local --fix --output json",
        "permissions deployer --local",
        "deploy bad --local",
    ];
    for verbosity in ["", " -v", " -vv"] {
        for line in lines {
            let line = format!("{line}{verbosity}");
            clean(&line, &session.run(&line));
        }
    }
    clean_files(&session);
    // Failures of every kind: no event comes through, the secret is gone, the stack is gone.
    with_cloud(&session, async |cloud| {
        let rules = cloud.clients.events().list_rules().send().await.unwrap();
        for rule in rules.rules() {
            cloud.clients.events().disable_rule().name(rule.name().unwrap()).send().await.unwrap();
        }
    });
    for line in [
        "token set --local -vv",
        "token rotate --local --from-command 'cat given.txt' -vv",
        "destroy --local --yes -vv",
        "token check --local -vv",
        "token set --local -vv",
        "doctor --local -vv",
        "deploy --local --region mars-north-1 -vv",
    ] {
        clean(line, &session.run(line));
    }
    clean_files(&session);
}

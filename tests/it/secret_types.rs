//! What holds a token cannot show it: held by reading the source, and by looking at the fullest log.

use regex::Regex;

use crate::harness::{Session, Source, sources, token};

/// Types that hold a secret as it is, because they are what is stored or sent.
const PLAIN: [(&str, &str); 5] = [
    ("src/local/cloudformation/record/mod.rs", "Hidden"),
    ("src/local/eventbridge/documents.rs", "ConnectionSecret"),
    ("src/local/momento/keys.rs", "Record"),
    ("src/local/secretsmanager/secret.rs", "Content"),
    ("src/local/secretsmanager/secret.rs", "Secret"),
];

/// The parts in which every secret is made by `redaction::secret`, so that nothing shows it from then on.
const REMEMBERED: [&str; 5] = ["src/aws/", "src/commands/", "src/momento/", "src/settings.rs", "src/ui/"];

/// Returns the code of a file without its tests.
fn code(source: &Source) -> String {
    source.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_type_that_holds_a_token_derives_debug() {
    let types = Regex::new(
        r"(?s)#\[derive\(([^)]*)\)\]\s*(?:#\[[^\n]*\n\s*)*(?:pub(?:\([a-z]+\))? )?(?:struct|enum) (\w+)([^;{]*(?:\{.*?\n\s*\}|;))",
    )
    .unwrap();
    // A token that is text; one that names a request of CloudFormation is called so too.
    let member =
        Regex::new(r"\b(api_key|api_token|password|management_key)\w*: *(Option<)?(String|&|Vec<u8>|Bytes)")
            .unwrap();
    let (mut found, mut seen) = (Vec::new(), 0);
    for source in sources("src", "rs").iter().filter(|source| !source.is_test()) {
        for declared in types.captures_iter(&code(source)) {
            let (derived, name, body) = (&declared[1], &declared[2], &declared[3]);
            let plain = PLAIN.contains(&(source.path.as_str(), name));
            let holds = plain || member.is_match(body);
            seen += usize::from(holds);
            if holds && derived.split(',').any(|derived| derived.trim() == "Debug") {
                found.push(format!("{}: {name} derives Debug", source.path));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    assert!(seen >= PLAIN.len(), "only {seen} types were seen that hold a secret: this test sees nothing");
}

#[test]
fn every_secret_is_remembered() {
    let mut found = Vec::new();
    for source in sources("src", "rs").iter().filter(|source| !source.is_test()) {
        if !REMEMBERED.iter().any(|part| source.path.starts_with(part)) {
            continue;
        }
        for (number, line) in source.code() {
            if line.contains("SecretString::from") || line.contains("SecretString::new") {
                found.push(format!("{}:{number}: use `redaction::secret`", source.path));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn keys_travel_in_headers_that_debug_does_not_show() {
    let mut found = Vec::new();
    for source in sources("src", "rs").iter().filter(|source| !source.is_test()) {
        // The local cloud's own client of its topics sends a key that is good nowhere else.
        for (number, line) in source.code().filter(|_| !source.path.starts_with("src/local/")) {
            if line.contains("AUTHORIZATION,") && line.contains("expose_secret") {
                found.push(format!("{}:{number}: use `momento::authorization`", source.path));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// Whatever is asked for: the SDK's lines about Secrets Manager could hold whole bodies.
#[test]
fn calls_of_secrets_manager_are_never_logged_by_the_sdk() {
    let provider = Session::new();
    let (_server, url) = provider.serve_cloud("");
    let session = Session::new()
        .env("AWS_ENDPOINT_URL", &url)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("RUST_LOG", "trace,aws_sdk_secretsmanager=trace")
        .env("MOMENTO_API_KEY", &token::global("MarkOfTheLog"));
    for verbosity in ["-vv", "-vvvvvv"] {
        let outcome = session.run(&format!("deploy --yes {verbosity}"));
        outcome.success();
        let log = outcome.stderr();
        assert!(log.contains("DEBUG"), "nothing is logged: this test sees nothing:\n{log}");
        for hidden in ["aws_sdk_secretsmanager", "SecretString", "SecretId", "TRACE"] {
            assert!(!log.contains(hidden), "{hidden} is logged:\n{log}");
        }
    }
}

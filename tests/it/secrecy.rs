//! Nothing of the token is anywhere but in the secret store.

use std::io::Write as _;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::harness::token::{global, jwt, wrapped};
use crate::harness::{Outcome, Session};

/// What the signatures of the tests' tokens are, so that it can be looked for.
const MARK: &str = "MarkedByTheTestOfSecrecy";

#[test]
fn a_token_that_is_deployed_is_shown_nowhere() {
    let session = Session::new().env("MOMENTO_API_KEY", &global(MARK));
    for line in [
        "deploy --local --no-execute-changeset --output json -vv",
        "deploy --local -vv",
        "deploy --local --tags a=b -vv",
        "deploy --local --output json -vv",
        "put-event cacheSet --local -vv",
        "put-event cacheSet --local --output json -vv",
        "put-event topicPublish --local --cache none --topic t --message m -vv",
        "local cache get my-cache --key test-key -vv",
        "render -vv",
    ] {
        assert_unmarked(&session.run(line));
    }
    let told = session.cloud("us-east-1").ask(async |clients| {
        let cloudformation = clients.cloudformation();
        let stack = cloudformation.describe_stacks().stack_name("momento-api").send().await.unwrap();
        let events = cloudformation.describe_stack_events().stack_name("momento-api").send().await.unwrap();
        let template = cloudformation.get_template().stack_name("momento-api").send().await.unwrap();
        let connections = clients.events().list_connections().send().await.unwrap();
        let name = connections.connections()[0].name().unwrap();
        let connection = clients.events().describe_connection().name(name).send().await.unwrap();
        format!("{stack:?}{events:?}{template:?}{connections:?}{connection:?}")
    });
    assert_eq!(found(told.as_bytes()), None);
    assert!(is_stored(&session), "the token is in no secrets.db: the search finds nothing");
    assert_unmarked(&session.run("destroy --local --purge -vv"));
    assert_files_unmarked(&session);
}

#[test]
fn a_change_set_holds_a_reference_only() {
    let session = Session::new().env("MOMENTO_API_KEY", &global(MARK));
    let prepared = session.run("deploy --local --no-execute-changeset --output json").json();
    let told = session.cloud("us-east-1").ask(async |clients| {
        let call = clients.cloudformation().describe_change_set().include_property_values(true);
        format!("{:?}", call.change_set_name(prepared["change_set"].as_str().unwrap()).send().await.unwrap())
    });
    assert!(told.contains("{{resolve:secretsmanager:"), "{told}");
    assert_eq!(found(told.as_bytes()), None);
}

#[test]
fn a_token_that_is_refused_is_not_shown_either() {
    let session = Session::new();
    let tokens = [
        jwt(r#"{"t":"g","exp":1700000000}"#, MARK),
        jwt(r#"{"t":"g","iat":4102444800,"exp":4102448400}"#, MARK),
        wrapped("cell-4-us-west-2-1", &global(MARK)),
        wrapped(MARK, "x"),
        format!("Bearer {}", global(MARK)),
        format!("\"{}\"", global(MARK)),
        format!("KEY_NAME={}", global(MARK)),
        format!("{} {}", global(MARK), global(MARK)),
        format!(r#"{{"apiKey":"{}"}}"#, global(MARK)),
        format!("/tmp/{MARK}"),
        global(&MARK.repeat(30)),
        global(&format!("{MARK}:")),
        MARK.to_owned(),
        format!("{MARK}\u{7}"),
    ];
    for (index, token) in tokens.iter().enumerate() {
        let outcome = session.run_with("deploy --local --token-stdin -vv", token);
        assert_eq!(outcome.status(), Some(4), "{index}: {outcome}");
        // A wrong endpoint is named, as it must be; the key beside it is not.
        if index != 3 {
            assert_unmarked(&outcome);
        }
        assert_unmarked(
            &session.run_with("deploy --local --token-stdin --output json", token.replace(MARK, "")),
        );
    }
    assert_files_unmarked(&session);
}

#[test]
fn other_failures_do_not_show_the_token() {
    let session = Session::new().env("MOMENTO_API_KEY", &global(MARK));
    for line in [
        "deploy --local --bus none -vv",
        "deploy --local --region nowhere -vv",
        "deploy --yes -vv",
        "deploy --yes --region us-east-1 --endpoint-url http://127.0.0.1:9 -vv",
        "deploy none -vv",
        "deploy --nonsense",
    ] {
        let outcome = session.run(line);
        assert_ne!(outcome.status(), Some(0), "{outcome}");
        assert_unmarked(&outcome);
    }
    assert_files_unmarked(&session);
}

#[test]
fn nothing_is_shown_over_the_network_nor_by_the_server() {
    let provider = Session::new();
    let (mut server, url) = provider.serve_cloud("-vv");
    let user = Session::new()
        .env("AWS_ENDPOINT_URL", &url)
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .env("MOMENTO_API_KEY", &global(MARK));
    for line in ["deploy --yes -vv", "deploy --yes -vv", "put-event cacheSet -vv", "destroy --yes -vv"] {
        let outcome = user.run(line);
        assert_eq!(outcome.status(), Some(0), "{outcome}");
        assert_unmarked(&outcome);
    }
    assert_eq!(found(server.said().as_bytes()), None);
    assert_files_unmarked(&user);
    assert_files_unmarked(&provider);
    assert!(is_stored(&provider));
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_list_does_not_show_the_token() {
    let session = Session::new();
    let mut child = session
        .command(["deploy", "--local", "--token-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(global(MARK).as_bytes()).unwrap();
    // It has the token, or waits for more of it.
    std::thread::sleep(std::time::Duration::from_millis(200));
    let command_line = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let environment = std::fs::read(format!("/proc/{}/environ", child.id())).unwrap();
    assert!(String::from_utf8_lossy(&command_line).contains("--token-stdin"));
    assert_eq!((found(&command_line), found(&environment)), (None, None));
    drop(stdin);
    assert!(child.wait().unwrap().success());
    // There is no flag that takes the token itself.
    assert_eq!(session.run("deploy --token x").status(), Some(2));
}

#[track_caller]
fn assert_unmarked(outcome: &Outcome) {
    assert_eq!(found(outcome.stdout().as_bytes()), None, "{outcome}");
    assert_eq!(found(outcome.stderr().as_bytes()), None, "{outcome}");
}

#[track_caller]
fn assert_files_unmarked(session: &Session) {
    for path in session.files() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("secrets.db") {
            assert_eq!(found(&std::fs::read(&path).unwrap()), None, "{}", path.display());
        }
    }
}

fn is_stored(session: &Session) -> bool {
    session.files().iter().any(|path| {
        path.to_string_lossy().contains("secrets.db") && found(&std::fs::read(path).unwrap()).is_some()
    })
}

/// Looks for the mark, as it is and in base64 at each of the three offsets.
fn found(bytes: &[u8]) -> Option<String> {
    let encoded = (0..3).map(|offset| {
        let text = STANDARD_NO_PAD.encode(format!("{}{MARK}", " ".repeat(offset)));
        // The characters at both ends depend on what stands beside the mark.
        text[offset * 2..text.len() - 2].to_owned()
    });
    let mut wanted = std::iter::once(MARK.to_owned()).chain(encoded);
    wanted.find(|wanted| bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes()))
}

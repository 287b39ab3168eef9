//! `doctor` on a token that a deploy would take, and on one beside the stack's own.

use evbridge_momento::momento::{Call, Client};
use snapbox::str;

use crate::harness::{Session, with_cloud};

/// A token that ended in 2020.
const EXPIRED: &str = "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImV4cCI6MTYwMDAwMDAwMH0.c2ln";

/// Returns what the doctor says of the secret, the token and Momento.
fn about_the_token(session: &Session, line: &str) -> String {
    let shown = session.run(line).to_string();
    let from = shown.lines().position(|line| line.contains(" secret ")).unwrap();
    // A column is as wide as its longest name, which is not looked at here.
    let lines =
        shown.lines().skip(from).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n");
    lines.collect()
}

#[test]
fn the_token_that_a_deploy_would_take_is_tried_before_it() {
    let session = Session::new();
    session.file("key.txt", session.run("local key").success());
    snapbox::assert_data_eq!(
        about_the_token(&session, "doctor --local --token-file key.txt --cache my-cache"),
        str![[r#"
skipped secret the secret evbridge-momento/momento-api does not exist
ok token v2 key, good in every region; names no expiry; 217 of at most 512 characters
ok Momento https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
unknown key accepted; in the cache my-cache it may perhaps write and may perhaps read
fail cache there is no cache my-cache
-> create the cache my-cache in the region of the endpoint, or name another with `--cache`
skipped clock there is no other clock to compare with
[exit status: 5]

"#]]
    );
    snapbox::assert_data_eq!(
        about_the_token(&session, "doctor --local --from-command 'cat key.txt' --cache nowhere"),
        str![[r#"
skipped secret the secret evbridge-momento/momento-api does not exist
ok token v2 key, good in every region; names no expiry; 217 of at most 512 characters
ok Momento https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
unknown key accepted; in the cache nowhere it may perhaps write and may perhaps read
fail cache there is no cache nowhere
-> create the cache nowhere in the region of the endpoint, or name another with `--cache`
skipped clock there is no other clock to compare with
[exit status: 5]

"#]]
    );
    session.file("two.txt", "a\nb");
    snapbox::assert_data_eq!(
        about_the_token(&session, "doctor --local --token-file two.txt"),
        str![[r#"
skipped secret the secret evbridge-momento/momento-api does not exist
fail token the token has white space or a line break inside, at position 2
-> copy the token again, as one piece
ok Momento https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
skipped clock there is no other clock to compare with
[exit status: 5]

"#]]
    );
    session.run("doctor --local --cache ''").is(str![[r#"
------- stderr -------
error: a value is required for '--cache <CACHE>' but none was supplied

For more information, try '--help'.
[exit status: 2]

"#]]);
    let session = session.env("MOMENTO_API_KEY", EXPIRED);
    snapbox::assert_data_eq!(
        about_the_token(&session, "doctor --local"),
        str![[r#"
skipped secret the secret evbridge-momento/momento-api does not exist
fail token v2 key, good in every region; expired at [TIME]; 61 of at most 512 characters: the token expired at [TIME]
-> make a key at https://console.gomomento.com
ok Momento https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
fail key Momento does not accept the key (401, Unauthorized: The token has expired.)
-> make a key at https://console.gomomento.com and deploy with it
skipped clock there is no other clock to compare with
[exit status: 5]

"#]]
    );
    // A flag goes before the environment, and a region's own variable before the common one.
    let key = std::fs::read_to_string(session.directory().join("key.txt")).unwrap();
    assert!(!about_the_token(&session, "doctor --local --token-file key.txt").contains("fail"));
    let session = session.env("MOMENTO_API_KEY_US_EAST_1", key.trim());
    assert!(!about_the_token(&session, "doctor --local").contains("fail"));
    assert!(about_the_token(&session, "doctor --local --region eu-west-1").contains("fail key"));
}

#[test]
fn a_given_token_is_compared_with_the_one_that_the_stack_uses() {
    let session = Session::new();
    session.file("key.txt", session.run("local key").success());
    session.file("other.txt", session.run("local key").success());
    session.run("deploy --local --token-file key.txt").success();
    let same = about_the_token(&session, "doctor --local --token-file key.txt");
    let line = "ok given token the token from the file key.txt is the one that the stack uses\n";
    assert!(same.ends_with(line), "{same}");
    snapbox::assert_data_eq!(
        about_the_token(&session, "doctor --local --token-file other.txt --cache my-cache"),
        str![[r#"
ok secret the secret evbridge-momento/momento-api is there
ok token version the stack uses the current version [UUID]; what the connection itself holds nobody can read: `evbridge-momento put-event --local` tries it
ok token v2 key, good in every region; names no expiry; 217 of at most 512 characters
ok Momento https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
ok key accepted; in the cache my-cache it may write and may read
ok cache the cache my-cache exists
skipped clock there is no other clock to compare with
warn given token the token from the file other.txt is not the one that the stack uses
-> to give it to the stack, run `evbridge-momento token set --local` with it
ok its form v2 key, good in every region; names no expiry; 217 of at most 512 characters
ok its key accepted; in the cache my-cache it may write and may read
ok its cache the cache my-cache exists

"#]]
    );
    let wrong = session.run_with("doctor --local --token-stdin", EXPIRED);
    assert_eq!(wrong.status(), Some(5), "{wrong}");
    assert!(wrong.stdout().contains("its key"), "{wrong}");
}

#[test]
fn without_a_token_the_endpoint_alone_is_tried() {
    let provider = Session::new();
    let (_server, url) = provider.serve_cloud("");
    let user = Session::new()
        .env("AWS_ENDPOINT_URL", &url)
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .env("HTTPS_PROXY", "http://127.0.0.1:9");
    snapbox::assert_data_eq!(
        about_the_token(&user, "doctor --region us-east-1"),
        str![[r#"
skipped secret the secret evbridge-momento/momento-api does not exist
skipped token none was given: MOMENTO_API_KEY or --token-file
fail Momento https://api.cache.cell-us-east-1-1.prod.a.momentohq.com does not answer: Connection refused (os error 111)
-> check the network, the endpoint's name and https://status.gomomento.com
skipped clock there is no other clock to compare with
[exit status: 5]

"#]]
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(async {
        let client = Client::new(&format!("{url}/momento/us-east-1")).unwrap();
        client.knock(&Call::get("my-cache", "k")).await.unwrap()
    });
    assert_eq!(answer.finding, evbridge_momento::momento::Finding::Unauthorized);
}

#[test]
fn of_a_stack_with_its_token_in_a_parameter_the_given_token_is_tried() {
    let session = Session::new();
    let template = session.run("render --standalone").success();
    let key = session.run("local key").success();
    session.file("key.txt", &key);
    with_cloud(&session, async |cloud| {
        let parameter = aws_sdk_cloudformation::types::Parameter::builder()
            .parameter_key("MomentoToken")
            .parameter_value(key.trim());
        let call = cloud.clients.cloudformation().create_stack().stack_name("momento-api");
        let call = call.template_body(template).parameters(parameter.build());
        call.capabilities("CAPABILITY_NAMED_IAM".into()).send().await.unwrap();
    });
    session.run("status --follow --local").success();
    let shown = about_the_token(&session, "doctor --local --token-file key.txt");
    assert!(shown.contains("does not exist: the stack has its token from a parameter\n"), "{shown}");
    assert!(shown.contains("ok Momento https://"), "{shown}");
    assert!(shown.contains("skipped given token whether it is the stack's own cannot be told"), "{shown}");
    let shown = about_the_token(&session, "doctor --local");
    assert!(shown.contains("skipped token none was given"), "{shown}");
}

//! `local`: the server, and the commands that talk to it or open the state themselves.

use snapbox::str;

use crate::harness::Session;

#[test]
fn commands_talk_to_the_server_while_it_runs() {
    let session = Session::new();
    let (mut server, _) = session.serve_cloud("");
    session.run("deploy --region ap-northeast-1 --local").success();
    session.run("put-event cacheSet --local").success();
    session.run("local cache get my-cache --key test-key").is(str![[r#"
"hello world!"
------- stderr -------
kept until [TIME]

"#]]);
    session.run("local --port 0").is(str![[r#"
------- stderr -------
error: the local cloud in .evbridge-momento is being served already

hint: it answers at http://127.0.0.1:[PORT]
[exit status: 1]

"#]]);
    server.kill();
    // The state is that of the directory, whoever has it open.
    session.run("local cache get my-cache --key test-key").success();
    session.run("destroy --local").success();
}

#[test]
fn the_server_says_where_it_is() {
    let session = Session::new();
    let mut server = session.serve("local --port 0 --output json");
    let line = server.wait_for("{\"schema\":\"local/1\",");
    assert!(line.starts_with("\"url\":\"http://127.0.0.1:"), "{line}");
    server.kill();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = session.run(&format!("local --port {port}"));
    assert_eq!(refused.status(), Some(1), "{refused}");
    assert!(refused.stderr().contains("cannot listen on port"), "{refused}");
}

#[test]
fn caches_are_made_listed_and_deleted() {
    let session = Session::new();
    session.run("local cache list").is(str![[r#"
------- stderr -------
there is no cache in us-east-1

"#]]);
    session.run("local cache create shop").is(str![[r#"
------- stderr -------
created cache shop in us-east-1

"#]]);
    session.run("local cache create shop").is(str![[r#"
------- stderr -------
unchanged cache shop in us-east-1

"#]]);
    session.run("local cache list").is(str![[r#"
shop

"#]]);
    session.run("local cache list --region eu-west-1").is(str![[r#"
------- stderr -------
there is no cache in eu-west-1

"#]]);
    session.run("local cache get shop --key k").is(str![[r#"
------- stderr -------
error: the cache shop holds no item with this key in us-east-1

hint: the key may be another, its time to live may be over, or the event did not arrive: see `put-event --local`
[exit status: 1]

"#]]);
    session.run("local cache get cart --key k").is(str![[r#"
------- stderr -------
error: there is no cache named "cart" in us-east-1
[exit status: 1]

"#]]);
    session.run("local cache delete shop").is(str![[r#"
------- stderr -------
deleted cache shop in us-east-1

"#]]);
    session.run("local cache delete shop").is(str![[r#"
------- stderr -------
unchanged cache shop in us-east-1

"#]]);
}

#[test]
fn flags_say_what_they_take() {
    let session = Session::new();
    session.run("local cache create a/b").is(str![[r#"
------- stderr -------
error: invalid value 'a/b' for '<NAME>': a cache name cannot contain `/`: it becomes one segment of a URL path

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local cache create ''").is(str![[r#"
------- stderr -------
error: invalid value '' for '<NAME>': a cache name cannot be empty

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local cache get c").is(str![[r#"
------- stderr -------
error: the following required arguments were not provided:
  --key <KEY>

Usage: evbridge-momento local cache get --key <KEY> <NAME>

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local cache get c --key ''").is(str![[r#"
------- stderr -------
error: invalid value '' for '--key <KEY>': a key cannot be empty

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local cache get c --key-base64 '?'").is(str![[r#"
------- stderr -------
error: invalid value '?' for '--key-base64 <BASE64>': a base64 key is written in base64url, such as `ZXhhbXBsZV9rZXk`, and this text is not: Invalid symbol 63, offset 0.

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local topic subscribe c ''").is(str![[r#"
------- stderr -------
error: invalid value '' for '<TOPIC>': a topic name cannot be empty

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local topic subscribe c t --count x").is(str![[r#"
------- stderr -------
error: invalid value 'x' for '--count <NUMBER>': invalid digit found in string

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local --port 99999").is(str![[r#"
------- stderr -------
error: invalid value '99999' for '--port <PORT>': 99999 is not in 0..=65535

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("local topic subscribe no-such-cache t").is(str![[r#"
------- stderr -------
error: the topic t cannot be listened to
  cause: 404 Not Found: Cache not found

hint: make the cache with `evbridge-momento local cache create no-such-cache`
[exit status: 6]

"#]]);
}

#[test]
fn a_key_opens_the_http_api_and_nothing_else_does() {
    let session = Session::new();
    let (_server, url) = session.serve_cloud("");
    session.run("local cache create shop").success();
    let key = session.run("local key").success();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let get = |key: &str| {
        let request =
            reqwest::Client::new().get(format!("{url}/cache/shop?key=k")).header("Authorization", key);
        runtime.block_on(async { request.send().await.unwrap().status().as_u16() })
    };
    assert_eq!((get(key.trim()), get("nobody")), (404, 401));
    assert_eq!(session.run("local key --output json").json()["schema"], "local-key/1");
}

#[test]
fn a_subscriber_gets_json_line_by_line() {
    let session = Session::new();
    session.run("deploy --local").success();
    let (_server, _) = session.serve_cloud("");
    let mut subscriber = session.serve("local topic subscribe my-cache my-topic --count 2 --output json");
    let first = r#"{"schema":"local-message/1","cache":"my-cache","topic":"my-topic","sequence":"#;
    // Nothing tells when the subscriber listens: publish until it has heard.
    let publisher = std::thread::spawn({
        let command = session.command(["put-event", "topicPublish", "--local", "--quiet"]);
        let mut command = command;
        move || {
            for _ in 0..4 {
                command.output().unwrap();
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        }
    });
    let rest = subscriber.wait_for(first);
    assert!(rest.ends_with(r#","text":"\"hello world!\"","binary":null}"#), "{rest}");
    subscriber.wait_for(first);
    publisher.join().unwrap();
}

#[test]
fn a_damaged_state_is_named_with_the_way_out() {
    let session = Session::new();
    session.run("local cache create shop").success();
    session.file(".evbridge-momento/state.db", "this is no database");
    session.run("local cache list").is(str![[r#"
------- stderr -------
error: the local state in .evbridge-momento/state.db cannot be read
  cause: file is not a database
  cause: Error code 26: file is not a database

hint: remove .evbridge-momento to begin with an empty local cloud, or use another `--local-dir`
[exit status: 1]

"#]]);
    session.run("local cache list --local-dir other").success();
}

//! Every flag and field of `put-event` that can be wrong.

use snapbox::str;

use crate::harness::Session;

#[test]
fn flags_say_what_they_take() {
    let session = Session::new();
    for (line, said) in [
        ("put-event", "the following required arguments were not provided:\n  <EVENT>"),
        (
            "put-event cacheGet",
            "invalid value 'cacheGet' for '<EVENT>'\n  [possible values: cacheSet, cacheDelete, topicPublish]\n\n  tip: a similar value exists: 'cacheSet'",
        ),
        (
            "put-event cacheSet --cache ''",
            "invalid value '' for '--cache <NAME>': a cache name cannot be empty",
        ),
        (
            "put-event cacheSet --cache a/b",
            "invalid value 'a/b' for '--cache <NAME>': a cache name cannot contain `/`: it becomes one segment of a URL path",
        ),
        (
            "put-event cacheSet --cache ..",
            "invalid value '..' for '--cache <NAME>': a cache name cannot be `..`: HTTP clients fold that segment of a URL path away",
        ),
        (
            "put-event cacheSet --cache ' a'",
            "invalid value ' a' for '--cache <NAME>': a cache name cannot start or end with white space: remove it",
        ),
        (
            "put-event topicPublish --topic ''",
            "invalid value '' for '--topic <NAME>': a topic name cannot be empty",
        ),
        (
            "put-event topicPublish --topic a/b",
            "invalid value 'a/b' for '--topic <NAME>': a topic name cannot contain `/`: it becomes one segment of a URL path",
        ),
        ("put-event cacheSet --key ''", "invalid value '' for '--key <KEY>': a key cannot be empty"),
        (
            "put-event cacheSet --key-base64 ''",
            "invalid value '' for '--key-base64 <BASE64>': a key cannot be empty",
        ),
        (
            "put-event cacheSet --key-base64 'a b'",
            "invalid value 'a b' for '--key-base64 <BASE64>': a base64 key is written in base64url, such as `ZXhhbXBsZV9rZXk`, and this text is not: Invalid symbol 32, offset 1.",
        ),
        (
            "put-event cacheSet --key a --key-base64 YQ",
            "the argument '--key <KEY>' cannot be used with '--key-base64 <BASE64>'",
        ),
        (
            "put-event cacheSet --ttl 5m",
            "invalid value '5m' for '--ttl <SECONDS>': a ttl is a whole number of seconds, such as 300",
        ),
        (
            "put-event cacheSet --ttl 1.5",
            "invalid value '1.5' for '--ttl <SECONDS>': a ttl is a whole number of seconds, such as 300",
        ),
        (
            "put-event cacheSet --ttl ''",
            "invalid value '' for '--ttl <SECONDS>': a ttl is a whole number of seconds, such as 300",
        ),
        (
            "put-event cacheSet --ttl 0",
            "invalid value '0' for '--ttl <SECONDS>': a ttl is 1 to 86400 seconds (24 hours)",
        ),
        (
            "put-event cacheSet --ttl 86401",
            "invalid value '86401' for '--ttl <SECONDS>': a ttl is 1 to 86400 seconds (24 hours)",
        ),
        (
            "put-event cacheSet --ttl -5",
            "invalid value '-5' for '--ttl <SECONDS>': a ttl is 1 to 86400 seconds (24 hours)",
        ),
        (
            "put-event cacheSet --ttl 99999999999999999999",
            "invalid value '99999999999999999999' for '--ttl <SECONDS>': a ttl is 1 to 86400 seconds (24 hours)",
        ),
        (
            "put-event cacheSet --value a --message b",
            "the argument '--value <TEXT>' cannot be used with '--message <TEXT>'",
        ),
        (
            "put-event cacheSet --value a --value-file b",
            "the argument '--value <TEXT>' cannot be used with '--value-file <FILE>'",
        ),
        (
            "put-event cacheSet --detail {} --ttl 1",
            "the argument '--detail <JSON|@FILE|->' cannot be used with '--ttl <SECONDS>'",
        ),
        (
            "put-event cacheSet --unchecked",
            "the following required arguments were not provided:\n  --detail <JSON|@FILE|->",
        ),
        (
            "put-event cacheSet --source ''",
            "invalid value '' for '--source <SOURCE>': a source cannot be empty: name the application that puts the event, such as `demo`",
        ),
        (
            "put-event cacheSet --source aws.x",
            "invalid value 'aws.x' for '--source <SOURCE>': a source cannot start with `aws.`: only AWS puts such events; choose another, such as `demo`",
        ),
        (
            "put-event cacheSet --bus 'a b'",
            "invalid value 'a b' for '--bus <BUS>': `a b` cannot name an event bus: a bus name has 1 to 256 letters, digits, and the characters / . - _",
        ),
        (
            "put-event cacheSet --bus arn:aws:events:us-east-1:123456789012:event-bus/shop",
            "invalid value 'arn:aws:events:us-east-1:123456789012:event-bus/shop' for '--bus <BUS>': `arn:aws:events:us-east-1:123456789012:event-bus/shop` cannot name an event bus: give the name of a bus in the stack's own account and region: what follows `event-bus/` in its ARN",
        ),
        (
            "put-event cacheSet --stack-name 1",
            "invalid value '1' for '--stack-name <NAME>': `1` cannot name a CloudFormation stack: a stack name has a letter first, then letters, digits and hyphens, 128 characters at most",
        ),
    ] {
        let outcome = session.run(line);
        assert_eq!(outcome.status(), Some(2), "{line}\n{outcome}");
        assert!(outcome.stderr().starts_with(&format!("error: {said}\n")), "{line}\n{outcome}");
        assert_eq!(outcome.stdout(), "", "{line}");
    }
}

#[test]
fn fields_that_do_not_make_an_event_are_named() {
    let session = Session::new();
    let long = "x".repeat(5000);
    for (line, said) in [
        (
            "cacheSet --cache c",
            "cacheSet needs --key or --key-base64, --value and --ttl: add what is missing",
        ),
        ("cacheSet --cache c --key k --value v", "cacheSet needs --ttl: add what is missing"),
        ("cacheDelete --cache c", "cacheDelete needs --key or --key-base64: add what is missing"),
        ("cacheDelete --cache c --key k --ttl 1", "cacheDelete has no --ttl: leave it out"),
        ("cacheDelete --cache c --key k --value v", "cacheDelete has no --value: leave it out"),
        ("cacheDelete --cache c --key k --message v", "cacheDelete has no --message: leave it out"),
        (
            &format!("topicPublish --cache c --topic t --value {long}"),
            "--value: a topic message has at most 4096 bytes as JSON, and this one has 5002: shorten it, or store it with cacheSet and publish its key",
        ),
        ("cacheSet --cache c --key k --value v --ttl 1 --topic t", "cacheSet has no --topic: leave it out"),
        ("topicPublish --cache c --topic t", "topicPublish needs --message: add what is missing"),
        ("topicPublish --topic t --key k", "topicPublish has no --key: leave it out"),
        (
            &format!("topicPublish --cache c --topic t --message {long}"),
            "--message: a topic message has at most 4096 bytes as JSON, and this one has 5002: shorten it, or store it with cacheSet and publish its key",
        ),
    ] {
        let outcome = session.run(&format!("put-event {line} --local"));
        let kind = line.split(' ').next().unwrap();
        assert_eq!(outcome.stderr(), format!("error: {kind} cannot be sent\n  cause: {said}\n"));
        assert_eq!(outcome.status(), Some(5));
    }
}

#[test]
fn a_detail_that_breaks_the_contract_is_refused_with_the_field() {
    const DEAD: &str = "to send it all the same, and see it end in the dead-letter queue, add `--unchecked`";
    const CALL: &str =
        "to send it all the same, add `--unchecked`: the rule CacheSetByKeyRule would call Momento with it";
    let session = Session::new();
    let good = r#""cacheName":"c","key":"k","message":"m""#;
    for (detail, said, hint) in [
        ("", "the detail is not JSON: unexpected end at line 1 column 1", None),
        ("{", "the detail is not JSON: expected a name in quotes at line 1 column 2", None),
        ("[]", "the detail is an array, and EventBridge takes an object: write {\"cacheName\": …}", None),
        (
            "{}",
            "the detail of cacheSet needs `cacheName`, `key` (or `key_base64`), `message` and `ttl`: add what is missing",
            Some(DEAD),
        ),
        (&format!("{{{good}}}"), "the detail of cacheSet needs `ttl`: add what is missing", Some(DEAD)),
        (
            &format!("{{{good},\"ttl\":\"60\"}}"),
            "`ttl` is a string: write the seconds as a number without quotes, such as 300",
            Some(DEAD),
        ),
        (&format!("{{{good},\"ttl\":0}}"), "`ttl` is 0: a ttl is 1 to 86400 seconds (24 hours)", Some(DEAD)),
        (
            &format!("{{{good},\"ttl\":1.5}}"),
            "`ttl` is 1.5: a ttl is a whole number of seconds, such as 300",
            Some(CALL),
        ),
        (
            &format!("{{{good},\"ttl\":60,\"key_base64\":\"aw\"}}"),
            "the detail has `key` and `key_base64`, two forms of one key: leave one out",
            Some(DEAD),
        ),
        (
            &format!("{{{good},\"ttl\":60,\"cache\":\"c\"}}"),
            "the detail of cacheSet has no field `cache`: did you mean `cacheName`?",
            Some(CALL),
        ),
        (
            r#"{"cacheName":"a/b","key":"k","message":"m","ttl":1}"#,
            "`cacheName`: a cache name cannot contain `/`: it becomes one segment of a URL path",
            Some(CALL),
        ),
        (
            r#"{"cacheName":7,"key":"k","message":"m","ttl":1}"#,
            "`cacheName` is a number: write the cache's name as a string, such as \"my-cache\"",
            Some(CALL),
        ),
        (r#"{"cacheName":"c","key":"","message":"m","ttl":1}"#, "`key`: a key cannot be empty", Some(DEAD)),
        (
            r#"{"cacheName":"c","key":"k","message":null,"ttl":1}"#,
            "`message`: a message cannot be null: EventBridge would send {} in its place",
            Some(CALL),
        ),
        (
            r#"{"source":"s","detail-type":"cacheSet","detail":{}}"#,
            "this is a whole event: give only what is in its `detail`",
            Some("to send it all the same, add `--unchecked`"),
        ),
    ] {
        let outcome = session.run(&format!("put-event cacheSet --detail '{detail}' --local"));
        let hint = hint.map_or_else(String::new, |hint| format!("\nhint: {hint}\n"));
        assert_eq!(outcome.stderr(), format!("error: the detail is not a cacheSet\n  cause: {said}\n{hint}"));
        assert_eq!(outcome.status(), Some(5));
    }
}

#[test]
fn what_unchecked_would_come_to_is_read_from_the_rules() {
    let session = Session::new();
    session.file("stacks/topics.yaml", "name: topics\nevents: [topicPublish]\n");
    let line = "put-event cacheSet --stack topics --local --detail {}";
    let outcome = session.run(line);
    let hint = "\nhint: to send it all the same, add `--unchecked`: no rule of the stack matches it, so it would be lost\n";
    assert!(outcome.stderr().ends_with(hint), "{outcome}");
    session.run("deploy topics --local").success();
    assert!(session.run(&format!("{line} --unchecked")).stdout().contains("lost no rule matched"));
    // A key that is a number is sent as its digits, whatever else the detail has.
    session.run("deploy --local").success();
    let detail = r#"{"cacheName":"my-cache","key":7,"message":null,"ttl":1,"x":1}"#;
    let outcome = session.run(&format!("put-event cacheSet --local --detail '{detail}'"));
    assert!(
        outcome.stderr().ends_with("the rule CacheSetByKeyRule would call Momento with it\n"),
        "{outcome}"
    );
    let outcome = session.run(&format!("put-event cacheSet --local --unchecked --detail '{detail}'"));
    assert!(outcome.stdout().contains("delivered by rule momento-api-CacheSetByKeyRule-"), "{outcome}");
}

#[test]
fn what_cannot_be_read_is_named() {
    let session = Session::new();
    session.file("bytes", [0x61, 0xff]);
    session.file("large.txt", "x".repeat(1_100_000));
    session.run("put-event cacheSet --value-file none --local").is(str![[r#"
------- stderr -------
error: none cannot be read
  cause: No such file or directory (os error 2)
[exit status: 2]

"#]]);
    session.run("put-event cacheSet --cache c --key k --ttl 1 --value-file bytes --local").is(str![[r#"
------- stderr -------
error: --value-file: a message is UTF-8 text, and byte 1 is not: encode the value first, for example in base64
[exit status: 5]

"#]]);
    session.run("put-event cacheSet --cache c --key k --ttl 1 --value-file large.txt --local").is(str![[
        r#"
------- stderr -------
error: the event cannot be sent
  cause: the event has 1100060 bytes, and EventBridge takes at most 1048576 (1 MB): shorten the message
[exit status: 5]

"#
    ]]);
    session.run("put-event cacheSet --detail @none --local").is(str![[r#"
------- stderr -------
error: none cannot be read
  cause: No such file or directory (os error 2)
[exit status: 2]

"#]]);
    session.run("put-event cacheSet --detail @bytes --local").is(str![[r#"
------- stderr -------
error: the detail is not UTF-8 text
  cause: invalid utf-8 sequence of 1 bytes from index 1
[exit status: 5]

"#]]);
    session.run_with("put-event cacheSet --detail - --local", [0xff]).is(str![[r#"
------- stderr -------
error: the detail is not UTF-8 text
  cause: invalid utf-8 sequence of 1 bytes from index 0
[exit status: 5]

"#]]);
    session.run("put-event cacheSet --stack none --local").is(str![[r#"
------- stderr -------
error: there is no stack definition none: stacks/none.yaml does not exist

hint: leave the name out for Momento's own integration, or write the definition there
[exit status: 2]

"#]]);
}

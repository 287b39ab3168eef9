//! Events of the local cloud, `put-event --explain`, and AWS asked for its opinion.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use snapbox::str;

use super::json;
use crate::harness::Session;

#[test]
fn an_event_that_was_put_locally_is_explained_by_its_id() {
    let session = Session::new();
    session.run("deploy --local --region eu-west-1 --quiet").success();
    let sent = session.run("put-event cacheSet --local --explain --output json").success();
    let sent = json(&sent);
    let id = sent["event_id"].as_str().unwrap();
    let explained = session.run(&format!("explain {id} --local --output json")).success();
    let explained = json(&explained);
    assert_eq!((&explained["schema"], &explained["region"]), (&"explain/1".into(), &"eu-west-1".into()));
    assert_eq!((&explained["made_up"], &explained["dropped"]), (&json("[]"), &false.into()));
    let request = &explained["rules"][0]["targets"][0]["request"];
    assert_eq!(request["method"], "PUT");
    assert_eq!(
        request["url"],
        "https://api.cache.cell-1-eu-west-1-1.prod.a.momentohq.com/cache/my-cache?key=test-key&ttl_seconds=300"
    );
    // What is explained is what was sent, byte for byte.
    assert_eq!(request["message"], sent["deliveries"][0]["request"]);
    assert_eq!(&sent["explanation"]["rules"][0]["targets"][0]["request"], request);
    session.run("explain 6f1c2d3e-0000-4000-8000-0123456789ab --local").is(str![[r#"
------- stderr -------
error: no event [UUID] was put on the local cloud in eu-west-1
  cause: it keeps the newest thousand of each region

hint: say which region with `--region`, or put the event again
[exit status: 2]

"#]]);
}

#[test]
fn a_dead_letter_is_explained_as_it_was_written() {
    let session = Session::new();
    session.run("deploy --local --quiet").success();
    let line = "put-event cacheSet --local --unchecked --output json --detail '{\"cacheName\":\"c\"}'";
    let sent = json(&session.run(line).stdout());
    let id = sent["event_id"].as_str().unwrap();
    let explained = json(&session.run(&format!("explain {id} --local --output json")).success());
    let rules = explained["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["matched"] == true).unwrap();
    assert_eq!(rule["targets"][0]["body"], sent["deliveries"][0]["request"]);
    assert_eq!(rule["targets"][0]["end"]["where"], "dead-letter-queue");
}

#[test]
fn put_event_explains_before_it_sends() {
    let session = Session::new();
    session.run("put-event cacheDelete --dry-run --explain").is(str![[r#"
CacheDeleteByKeyRule        yes → Momento (CacheDeleteDestination)
  > DELETE /cache/my-cache?key=test-key HTTP/1.1
  > Host: api.cache.cell-us-east-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 2
  > Content-Type: application/json; charset=utf-8
  > Authorization: ***
  >
  > {}
CacheDeleteByKeyBase64Rule  no  detail.key_base64 is absent
                                detail.key is present, and should be absent
CacheDeleteRejectedRule     no  none of the 5 alternatives of $or:
                                - detail.cacheName holds "my-cache", wants
                                [{"exists":false},""]
                                - detail.key_base64 is absent
                                - detail.key is present, and should be absent
                                - detail.key is "test-key", not ""
CacheSetByKeyRule           no  detail-type is "cacheDelete", not "cacheSet"
CacheSetByKeyBase64Rule     no  detail-type is "cacheDelete", not "cacheSet"
CacheSetRejectedRule        no  detail-type is "cacheDelete", not "cacheSet"
TopicPublishRule            no  detail-type is "cacheDelete", not "topicPublish"
TopicPublishRejectedRule    no  detail-type is "cacheDelete", not "topicPublish"
{
  "EventBusName": "default",
  "Source": "demo",
  "DetailType": "cacheDelete",
  "Detail": "{\"cacheName\":\"my-cache\",\"key\":\"test-key\"}"
}
------- stderr -------
dry run: nothing was sent

"#]]);
    session.run("deploy --local --quiet").success();
    let text = session.run("put-event cacheDelete --local --explain").success();
    assert!(text.starts_with("CacheDeleteByKeyRule        yes → Momento"), "{text}");
    assert!(text.contains("\ndelivered by rule momento-api-CacheDeleteByKeyRule-"), "{text}");
}

#[test]
fn aws_is_asked_about_every_rule() {
    let server = Session::new();
    let mut serving = server.serve("local --port 0");
    let url = format!(
        "http://127.0.0.1:{}",
        serving.wait_for("http://127.0.0.1:").split(|c: char| !c.is_ascii_digit()).next().unwrap()
    );
    let session = aws(&url);
    let text = session.run("explain --aws --region us-east-1").success();
    assert!(text.ends_with("agrees AWS says the same of all 8 rules\n"), "{text}");
    let text = session.run("explain --aws --region us-east-1 --output json").success();
    let rules = json(&text)["rules"].clone();
    let verdicts: Vec<bool> =
        rules.as_array().unwrap().iter().map(|rule| rule["aws"].as_bool().unwrap()).collect();
    assert_eq!(verdicts, [true, false, false, false, false, false, false, false]);
}

#[test]
fn a_disagreement_with_aws_is_an_exit_code() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // Says no to everything, like an AWS that has changed its mind.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                request.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&request).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            let mut body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\n\
                          content-length: 16\r\nconnection: close\r\n\r\n{\"Result\":false}";
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    aws(&url).run("explain --aws --region us-east-1").is(str![[r#"
CacheSetByKeyRule           yes → Momento (CacheSetDestination)
                                AWS says no
  > PUT /cache/my-cache?key=test-key&ttl_seconds=300 HTTP/1.1
  > Host: api.cache.cell-us-east-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 14
  > Content-Type: application/json; charset=utf-8
  > Authorization: ***
  >
  > "hello world!"
CacheSetByKeyBase64Rule     no  detail.key_base64 is absent
                                detail.key is present, and should be absent
CacheSetRejectedRule        no  none of the 6 alternatives of $or:
                                - detail.cacheName holds "my-cache", wants
                                [{"exists":false},""]
                                - detail.key_base64 is absent
                                - detail.key is present, and should be absent
                                - detail.key is "test-key", not ""
                                - detail.ttl holds 300
CacheDeleteByKeyRule        no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteByKeyBase64Rule  no  detail-type is "cacheSet", not "cacheDelete"
CacheDeleteRejectedRule     no  detail-type is "cacheSet", not "cacheDelete"
TopicPublishRule            no  detail-type is "cacheSet", not "topicPublish"
TopicPublishRejectedRule    no  detail-type is "cacheSet", not "topicPublish"
differs AWS says something else of 1 of 8 rules
------- stderr -------
no event was given: this is the documented sample of cacheSet
[exit status: 9]

"#]]);
}

/// A session whose AWS is at an address.
fn aws(url: &str) -> Session {
    Session::new()
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
}

#[test]
fn what_is_on_the_local_bus_is_explained() {
    let session = Session::new();
    // Nothing is there, and looking makes nothing.
    let text = session.run("explain --local cacheDelete").success();
    assert!(text.starts_with("CacheDeleteByKeyRule        yes → Momento"), "{text}");
    assert!(!session.directory().join(".evbridge-momento").exists());
    session.run("deploy --local --quiet --momento-endpoint https://momento.example").success();
    let (serving, url) = session.serve_cloud("");
    let url = url.trim_start_matches("http://");
    let call = |action: &str, input: &str| {
        let request = [
            format!("POST / HTTP/1.1\r\nhost: {url}\r\nx-amz-target: AWSEvents.{action}"),
            "authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/events/aws4_request".to_owned(),
            "content-type: application/x-amz-json-1.1\r\nconnection: close".to_owned(),
            format!("content-length: {}\r\n\r\n{input}", input.len()),
        ];
        let mut stream = std::net::TcpStream::connect(url).unwrap();
        stream.write_all(request.join("\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        json(answer.split("\r\n\r\n").nth(1).unwrap())
    };
    // A rule that others made, and one that is turned off.
    call("PutRule", r#"{"Name":"mine","EventPattern":"{\"source\":[\"demo\"]}"}"#);
    call(
        "PutTargets",
        r#"{"Rule":"mine","Targets":[{"Id":"q","Arn":"arn:aws:sqs:us-east-1:000000000000:jobs"}]}"#,
    );
    let rules = call("ListRules", "{}");
    let names = rules["Rules"].as_array().unwrap().iter().map(|rule| rule["Name"].as_str().unwrap());
    let off = names.into_iter().find(|name| name.contains("CacheSetByKeyRule")).unwrap();
    call("DisableRule", &format!(r#"{{"Name":"{off}"}}"#));
    let sent = json(&session.run("put-event cacheSet --local --explain --output json").stdout());
    let id = sent["event_id"].as_str().unwrap();
    let lines = ["explain cacheSet --local --output json", "explain cacheSet --local --aws --output json"];
    let by_id = format!("explain {id} --local --output json");
    let mut all: Vec<_> =
        lines.into_iter().chain([by_id.as_str()]).map(|line| json(&session.run(line).success())).collect();
    assert_eq!(all[1]["disagreement"], false);
    all.push(sent["explanation"].clone());
    for explained in all {
        assert_eq!((&explained["deployed"], &explained["dropped"]), (&true.into(), &false.into()));
        let rules = explained["rules"].as_array().unwrap();
        let seen = |rule: &serde_json::Value| {
            let state = (rule["matched"] == true, rule["enabled"] == true);
            (rule["rule"].as_str().unwrap().to_owned(), state)
        };
        let matching: Vec<_> = rules.iter().map(seen).filter(|(_, (matched, _))| *matched).collect();
        assert_eq!(
            matching,
            [("CacheSetByKeyRule".to_owned(), (true, false)), ("mine".to_owned(), (true, true))]
        );
        assert_eq!(rules[8]["targets"][0]["name"], "arn:aws:sqs:us-east-1:000000000000:jobs");
    }
    // The endpoint is that of the deploy, in the explanation as in what is sent.
    let sent = json(&session.run("put-event cacheDelete --local --explain --output json").stdout());
    let request = &sent["explanation"]["rules"][3]["targets"][0]["request"];
    assert_eq!(request["url"], "https://momento.example/cache/my-cache?key=test-key");
    let deliveries = sent["deliveries"].as_array().unwrap();
    assert!(deliveries.iter().any(|delivery| delivery["request"] == request["message"]), "{sent}");
    // A connection that is not authorised any more is told before anything is sent.
    let connection = call("ListConnections", "{}")["Connections"][0]["Name"].clone();
    call("DeauthorizeConnection", &format!(r#"{{"Name":{connection}}}"#));
    let text = session.run("explain cacheDelete --local").success();
    assert!(text.contains("→ dead-letter queue, not CacheDeleteDestination:\n"), "{text}");
    drop(serving);
}

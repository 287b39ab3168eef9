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

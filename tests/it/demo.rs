//! `demo`: the tour, whose every step checks itself.

use regex::Regex;
use snapbox::str;

use crate::harness::{Session, repository};

#[test]
fn the_tour_works_and_leaves_nothing() {
    let session = Session::new();
    session.run("demo").without_line("\"hello world!\"").is(str![[r#"
1/7 Deploy the integration: connection, API destinations, rules, role, dead-letter queue
$ evbridge-momento deploy --region ap-northeast-1 --local
EventBusName        default
MomentoEndpoint     https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]

2/7 Put the documented sample event on the bus: it becomes a call to Momento
$ evbridge-momento put-event cacheSet --local
[UUID]
delivered by rule momento-api-CacheSetByKeyRule-[ID]
  > PUT /cache/my-cache?key=test-key&ttl_seconds=300 HTTP/1.1
  > Host: api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 14
  > Content-Type: application/json; charset=utf-8
  > Authorization: ***
  >
  > "hello world!"
  < 204
stored my-cache/test-key = "hello world!"

3/7 Read the value back from the cache
$ evbridge-momento local cache get my-cache --key test-key

4/7 Publish to a topic that somebody listens to
$ evbridge-momento local topic subscribe my-cache my-topic --count 1
$ evbridge-momento put-event topicPublish --local
[UUID]
delivered by rule momento-api-TopicPublishRule-[ID]
  > POST /topics/my-cache/my-topic HTTP/1.1
  > Host: api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 14
  > Authorization: ***
  > Content-Type: text/plain
  >
  > "hello world!"
  < 204

5/7 Delete the item
$ evbridge-momento put-event cacheDelete --local
[UUID]
delivered by rule momento-api-CacheDeleteByKeyRule-[ID]
  > DELETE /cache/my-cache?key=test-key HTTP/1.1
  > Host: api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
  > User-Agent: Amazon/EventBridge/ApiDestinations
  > Range: bytes=0-1048575
  > Accept-Encoding: gzip,deflate
  > Connection: close
  > Content-Length: 2
  > Content-Type: application/json; charset=utf-8
  > Authorization: ***
  >
  > {}
  < 204
stored my-cache/test-key holds nothing

6/7 Send an event with both kinds of key: nothing is lost, it waits in the dead-letter queue
$ evbridge-momento put-event cacheSet --local --unchecked --detail '{"cacheName":"my-cache","key":"a","key_base64":"YQ","message":"m","ttl":60}'
[UUID]
dead letter by rule momento-api-CacheSetRejectedRule-[ID]
  the event breaks the contract: the detail has `key` and `key_base64`, two forms of one key: leave one out

7/7 Delete everything again
$ evbridge-momento destroy --local --yes

------- stderr -------
  + MomentoConnection           AWS::Events::Connection
  + CacheSetDestination         AWS::Events::ApiDestination
  + CacheDeleteDestination      AWS::Events::ApiDestination
  + TopicPublishDestination     AWS::Events::ApiDestination
  + DeliveryRole                AWS::IAM::Role
  + DeadLetterQueue             AWS::SQS::Queue
  + CacheSetByKeyRule           AWS::Events::Rule
  + CacheSetByKeyBase64Rule     AWS::Events::Rule
  + CacheSetRejectedRule        AWS::Events::Rule
  + CacheDeleteByKeyRule        AWS::Events::Rule
  + CacheDeleteByKeyBase64Rule  AWS::Events::Rule
  + CacheDeleteRejectedRule     AWS::Events::Rule
  + TopicPublishRule            AWS::Events::Rule
  + TopicPublishRejectedRule    AWS::Events::Rule
  + DeadLetterQueuePolicy       AWS::SQS::QueuePolicy

  CREATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
  CREATE_COMPLETE  DeadLetterQueue             [DURATION] AWS::SQS::Queue
  CREATE_COMPLETE  CacheSetDestination         [DURATION] AWS::Events::ApiDestination
  CREATE_COMPLETE  CacheDeleteDestination      [DURATION] AWS::Events::ApiDestination
  CREATE_COMPLETE  TopicPublishDestination     [DURATION] AWS::Events::ApiDestination
  CREATE_COMPLETE  CacheSetRejectedRule        [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  CacheDeleteRejectedRule     [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  TopicPublishRejectedRule    [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  DeliveryRole                [DURATION] AWS::IAM::Role
  CREATE_COMPLETE  CacheSetByKeyRule           [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  CacheSetByKeyBase64Rule     [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  CacheDeleteByKeyRule        [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  CacheDeleteByKeyBase64Rule  [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  TopicPublishRule            [DURATION] AWS::Events::Rule
  CREATE_COMPLETE  DeadLetterQueuePolicy       [DURATION] AWS::SQS::QueuePolicy
created momento-api in ap-northeast-1 in [DURATION]
next: put an event: evbridge-momento put-event cacheSet --local
no field was given: this is the documented sample of cacheSet
kept until [TIME]
no field was given: this is the documented sample of topicPublish
no field was given: this is the documented sample of cacheDelete
warning: 1 undelivered message in the dead-letter queue will be lost
  DELETE_COMPLETE  DeadLetterQueuePolicy       [DURATION] AWS::SQS::QueuePolicy
  DELETE_COMPLETE  TopicPublishRule            [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheDeleteByKeyBase64Rule  [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheDeleteByKeyRule        [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheSetByKeyBase64Rule     [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheSetByKeyRule           [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  TopicPublishRejectedRule    [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheDeleteRejectedRule     [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  CacheSetRejectedRule        [DURATION] AWS::Events::Rule
  DELETE_COMPLETE  DeliveryRole                [DURATION] AWS::IAM::Role
  DELETE_COMPLETE  DeadLetterQueue             [DURATION] AWS::SQS::Queue
  DELETE_COMPLETE  TopicPublishDestination     [DURATION] AWS::Events::ApiDestination
  DELETE_COMPLETE  CacheDeleteDestination      [DURATION] AWS::Events::ApiDestination
  DELETE_COMPLETE  CacheSetDestination         [DURATION] AWS::Events::ApiDestination
  DELETE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
destroyed momento-api in ap-northeast-1 in [DURATION]
The secret evbridge-momento/momento-api is deleted in 7 days; a deploy before then takes it back.
The Momento token itself, the caches and the event bus are left as they are.
done all 7 steps did what they should, in [DURATION]; nothing is left on this computer
next: the same, to keep: evbridge-momento deploy --local
next: on AWS: evbridge-momento deploy --region ap-northeast-1

"#]]);
    assert_eq!(session.files(), Vec::<std::path::PathBuf>::new());
    assert_eq!(std::fs::read_dir(session.directory()).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(session.temporary()).unwrap().count(), 0);
}

#[test]
fn the_tour_heeds_nothing_of_the_environment() {
    let session = Session::new()
        .env("MOMENTO_API_KEY", "not a token")
        .env("AWS_REGION", "us-gov-west-1")
        .env("EVBRIDGE_MOMENTO_STACK_NAME", "other")
        .env("EVBRIDGE_MOMENTO_BUS", "other")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    session.run("demo --quiet").success();
}

#[test]
fn the_tour_as_json() {
    let session = Session::new();
    session.run("demo --output json").is(str![[r#"
{
  "schema": "demo/1",
  "steps": [
    "evbridge-momento deploy --region ap-northeast-1 --local",
    "evbridge-momento put-event cacheSet --local",
    "evbridge-momento local cache get my-cache --key test-key",
    "evbridge-momento local topic subscribe my-cache my-topic --count 1",
    "evbridge-momento put-event cacheDelete --local",
    "evbridge-momento put-event cacheSet --local --unchecked --detail '{\"cacheName\":\"my-cache\",\"key\":\"a\",\"key_base64\":\"YQ\",\"message\":\"m\",\"ttl\":60}'",
    "evbridge-momento destroy --local --yes"
  ],
  "seconds": [NUMBER]
}

"#]]);
}

#[test]
fn the_readme_shows_the_real_output() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let recording = readme.split_once("```text\n").unwrap().1.split_once("```").unwrap().0;
    let ids = Regex::new(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|-[0-9A-Z]{12}\b|\d+\.\ds").unwrap();
    let plain = |text: &str| -> Vec<String> {
        text.lines().map(|line| ids.replace_all(line, "*").into_owned()).collect()
    };
    let outcome = Session::new().run("demo");
    let real = plain(&(outcome.success() + &outcome.stderr()));
    for line in plain(recording).iter().filter(|line| line.trim() != "…") {
        assert!(real.contains(line), "the README shows, and demo does not print:\n{line}");
    }
}

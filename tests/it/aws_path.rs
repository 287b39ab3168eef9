//! The commands without `--local`: the SDK's own network client, against the served local cloud or nothing.

use std::io::{Read as _, Write as _};

use snapbox::str;

use crate::harness::{Server, Session, token};

/// Nobody is there: what would go to Momento goes nowhere, whatever the network is like.
const NO_NETWORK: &str = "http://127.0.0.1:9";

/// A session whose AWS is the local cloud of another session.
struct Aws {
    user: Session,
    provider: Session,
    _server: Server,
}

impl Aws {
    fn start() -> Self {
        let provider = Session::new();
        let (server, url) = provider.serve_cloud("");
        let user = Session::new()
            .env("AWS_ENDPOINT_URL", &url)
            .env("AWS_ACCESS_KEY_ID", "x")
            .env("AWS_SECRET_ACCESS_KEY", "y")
            .env("HTTPS_PROXY", NO_NETWORK);
        Self { user, provider, _server: server }
    }
}

#[test]
fn the_three_lines_over_the_network() {
    let Aws { user, provider, _server } = Aws::start();
    let user = user.env("MOMENTO_API_KEY", &token::global("x"));
    user.run("deploy --region ap-northeast-1 --yes").is(str![[r#"
EventBusName        default
MomentoEndpoint     https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://127.0.0.1:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]
------- stderr -------
warning: whether Momento takes the token could not be found out: https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com does not answer: Connection refused (os error 111)
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
next: put an event: evbridge-momento put-event cacheSet

"#]]);
    user.run("deploy --region ap-northeast-1 --yes").is(str![[r#"
EventBusName        default
MomentoEndpoint     https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://127.0.0.1:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]
------- stderr -------
warning: whether Momento takes the token could not be found out: https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com does not answer: Connection refused (os error 111)
unchanged momento-api in ap-northeast-1 is as it should be
next: put an event: evbridge-momento put-event cacheSet

"#]]);
    provider.run("local cache create my-cache --region ap-northeast-1").success();
    user.run("put-event cacheSet").is(str![[r#"
[UUID]
------- stderr -------
no field was given: this is the documented sample of cacheSet
put cacheSet to default in ap-northeast-1

"#]]);
    // What the event did is seen by a --local command, which asks the server.
    let held = provider.run("local cache get my-cache --key test-key --region ap-northeast-1");
    assert_eq!(held.success(), "\"hello world!\"\n");
    user.run("destroy").is(str![[r#"
------- stderr -------
error: nobody is there to confirm that the stack momento-api is to be deleted

hint: add `--yes` to delete it without a question
[exit status: 2]

"#]]);
    user.run("destroy --yes").is(str![[r#"
------- stderr -------
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

"#]]);
    user.run("destroy --yes").is(str![[r#"
------- stderr -------
error: no AWS region was given

hint: add `--region`, for example `--region us-east-1`, or set AWS_REGION or a region in the profile

hint: to work without an AWS account, add `--local`
[exit status: 4]

"#]]);
}

#[test]
fn an_unattended_deploy_needs_no_answer_but_a_token() {
    let Aws { user, provider, _server } = Aws::start();
    user.run("deploy --region eu-west-1").is(str![[r#"
------- stderr -------
error: no Momento token was given

hint: set MOMENTO_API_KEY, or pipe the token in with `--token-stdin`, or name a file with `--token-file`

hint: to work without a Momento account, add `--local`
[exit status: 4]

"#]]);
    assert!(provider.cloud("eu-west-1").footprint("momento-api").secrets.is_empty());
    let deployed = user.run_with("deploy --region eu-west-1 --token-stdin --output json", token::global("x"));
    assert_eq!(deployed.json()["outcome"], "created");
    let footprint = provider.cloud("eu-west-1").footprint("momento-api");
    assert_eq!((footprint.resources.len(), footprint.secrets.len()), (15, 1));
}

#[test]
fn the_endpoint_can_be_a_flag_and_the_region_a_variable() {
    let provider = Session::new();
    let (_server, url) = provider.serve_cloud("");
    let user = Session::new()
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .env("AWS_REGION", "us-west-2")
        .env("HTTPS_PROXY", NO_NETWORK)
        .env("MOMENTO_API_KEY", &token::global("x"));
    user.run(&format!("deploy --yes --endpoint-url {url}")).success();
    assert_eq!(provider.cloud("us-west-2").footprint("momento-api").resources.len(), 15);
}

#[test]
fn no_region_is_a_setting_that_is_missing() {
    let session = Session::new();
    session.run("deploy --yes").is(str![[r#"
------- stderr -------
error: no AWS region was given

hint: add `--region`, for example `--region us-east-1`, or set AWS_REGION or a region in the profile

hint: to work without an AWS account, add `--local`
[exit status: 4]

"#]]);
    let error = session.run("put-event cacheSet --output json");
    assert_eq!((error.status(), &error.json()["error"]["kind"]), (Some(4), &"settings".into()));
}

#[test]
fn no_credentials_are_a_setting_that_is_missing() {
    // Without this the SDK would ask the metadata address of cloud computers, which takes as long as the network lets it.
    let session = Session::new().env("AWS_EC2_METADATA_DISABLED", "true");
    session.run("deploy --yes --region us-east-1").is(str![[r#"
------- stderr -------
error: no AWS credentials were found

hint: sign in with `aws login` or `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY

hint: to work without an AWS account, add `--local`
[exit status: 4]

"#]]);
    for line in ["put-event cacheSet --region us-east-1", "destroy --yes --region us-east-1"] {
        let outcome = session.run(line);
        assert_eq!(outcome.status(), Some(4), "{outcome}");
        assert!(outcome.stderr().contains("error: no AWS credentials were found\n"), "{outcome}");
    }
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let session = Session::new().env("AWS_EC2_METADATA_DISABLED", "true");
    session.run("deploy --yes --region us-east-1 --profile nobody").is(str![[r#"
------- stderr -------
error: there is no AWS profile nobody

hint: make it with `aws configure sso` or `aws configure`: ~/.aws/config has no profile
[exit status: 4]

"#]]);
    let directory = session.directory();
    std::fs::create_dir(directory.join("../home/.aws")).unwrap();
    std::fs::write(directory.join("../home/.aws/config"), "[profile shop]\nregion = eu-west-1\n[default]\n")
        .unwrap();
    session.run("deploy --yes --profile shpo").is(str![[r#"
------- stderr -------
error: there is no AWS profile shpo

hint: the profiles of ~/.aws/config and ~/.aws/credentials are default, shop
[exit status: 4]

"#]]);
    // One that is there and gives no credentials is another matter.
    let outcome = session.run("deploy --yes --profile shop");
    assert!(outcome.stderr().starts_with("error: no AWS credentials were found\n"), "{outcome}");
}

#[test]
fn a_metadata_address_that_is_silent_does_not_hang_the_command() {
    // It takes the connection and never answers, as some networks do for the address of cloud computers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let session = Session::new().env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url);
    let outcome = session.run("deploy --yes --region us-east-1");
    assert_eq!(outcome.status(), Some(4), "{outcome}");
    assert!(outcome.stderr().starts_with("error: no AWS credentials were found\n"), "{outcome}");
}

#[test]
fn a_metadata_address_that_refuses_has_no_credentials() {
    let refusing = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", refusing.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in refusing.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ =
                stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    let session = Session::new().env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url);
    let outcome = session.run("deploy --yes --region us-east-1");
    assert_eq!(outcome.status(), Some(4), "{outcome}");
    assert!(outcome.stderr().starts_with("error: no AWS credentials were found\n"), "{outcome}");
}

#[test]
fn an_endpoint_where_nobody_answers_is_named() {
    let session = Session::new()
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    session.run("deploy --yes --region us-east-1").is(str![[r#"
------- stderr -------
error: looking for the event bus default could not reach AWS
  cause: io error
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)

hint: check the network, HTTPS_PROXY, the region's name and `--endpoint-url`
[exit status: 6]

"#]]);
}

#[test]
fn the_next_command_of_a_deploy_puts_an_event_that_arrives() {
    let Aws { user, provider, _server } = Aws::start();
    let user = user.env("MOMENTO_API_KEY", &token::global("x"));
    user.file(
        "stacks/shop.yaml",
        "name: shop-momento\nbus: { name: shop, create: true }\nsource: [shop.orders]\n",
    );
    provider.run("local cache create my-cache --region eu-west-1").success();
    for (line, expected) in [
        ("deploy --yes --region eu-west-1", "put-event cacheSet"),
        ("deploy shop --yes --region eu-west-1", "put-event cacheSet --stack shop"),
        (
            "deploy shop --stack-name till --yes --region eu-west-1 --local-dir here",
            "put-event cacheSet --stack shop --stack-name till --local-dir here",
        ),
    ] {
        // The stack of another name makes the same bus.
        drop(user.run("destroy shop --yes --quiet"));
        let deployed = user.run(line);
        let stderr = deployed.stderr();
        let next = stderr.lines().last().unwrap().split_once("evbridge-momento ").unwrap().1;
        assert_eq!(next, expected, "{deployed}");
        user.run(next).success();
        let held = provider.run("local cache get my-cache --key test-key --region eu-west-1");
        assert_eq!(held.success(), "\"hello world!\"\n", "{line}");
        provider.run("local cache delete my-cache --region eu-west-1").success();
        provider.run("local cache create my-cache --region eu-west-1").success();
    }
}

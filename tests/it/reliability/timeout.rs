//! A call that is never answered is made again; in the end the command says so.

use crate::harness::Session;

use super::count::{Count, count};

/// The calls that the commands make; each is left without an answer once.
const CALLS: &str = "cloudformation:DescribeStacks cloudformation:CreateChangeSet \
    cloudformation:DescribeChangeSet cloudformation:ExecuteChangeSet cloudformation:DescribeStackEvents \
    cloudformation:DeleteStack events:DescribeEventBus secretsmanager:GetSecretValue \
    secretsmanager:CreateSecret secretsmanager:DeleteSecret sqs:GetQueueAttributes";

#[test]
fn every_call_may_be_left_without_an_answer_once() {
    let session = Session::new().env("EVBRIDGE_MOMENTO_CALL_TIMEOUT", "1s");
    for line in ["deploy --local --quiet", "status --local --quiet", "destroy --local --quiet --purge"] {
        session.run(&format!("local fault add --action {CALLS} --hang")).success();
        let outcome = session.run(line);
        assert_eq!(outcome.status(), Some(0), "{line}: {outcome}");
        session.run("local fault clear").success();
    }
    assert_eq!(count(&session), Count::default());
}

#[test]
fn an_endpoint_that_never_answers_is_given_up_and_named() {
    // It takes every connection and answers none.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let session = Session::new()
        .env("AWS_ENDPOINT_URL", &url)
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .env("AWS_MAX_ATTEMPTS", "2");
    session.run("deploy --yes --region us-east-1 --call-timeout 200ms").is(snapbox::str![[r#"
------- stderr -------
error: looking for the event bus default got no answer in time

hint: try again; if it stays so, look at the network, proxy and region, or allow more time with `--call-timeout`
[exit status: 6]

"#]]);
}

//! A customer's own key, for the secret, the dead-letter queue and the connection.

use aws_sdk_sqs::types::QueueAttributeName;
use evbridge_momento::aws::deployed;
use snapbox::str;

use crate::harness::{Session, with_cloud};

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// Returns the key of the secret, the queue and the connection; empty where it is AWS's own.
fn keys(session: &Session, stack: &str) -> [String; 3] {
    with_cloud(session, async |cloud| {
        let clients = &cloud.clients;
        let found = deployed::find(clients, stack).await.unwrap().unwrap();
        let secret = clients.secrets().describe_secret().secret_id(format!("evbridge-momento/{stack}"));
        let secret = secret.send().await.unwrap().kms_key_id().unwrap_or_default().to_owned();
        let queue = clients.queues().get_queue_attributes().queue_url(&found.outputs["DeadLetterQueueUrl"]);
        let queue = queue.attribute_names(QueueAttributeName::All).send().await.unwrap();
        let queue = queue.attributes().unwrap().get(&QueueAttributeName::KmsMasterKeyId).cloned();
        let name = found.outputs["ConnectionArn"].split('/').nth(1).unwrap().to_owned();
        let connection = clients.events().describe_connection().name(name).send().await.unwrap();
        let connection = connection.kms_key_identifier().unwrap_or_default().to_owned();
        [secret, queue.unwrap_or_default(), connection]
    })
}

#[test]
fn a_key_of_ones_own_encrypts_all_that_rests() {
    let session = Session::new();
    session.file("stacks/private.yaml", include_str!("../../stacks/private.yaml"));
    session.run("deploy private --local").success();
    assert_eq!(keys(&session, "private-momento"), [KEY; 3]);
    assert_eq!(session.run("deploy private --local --output json").json()["outcome"], "unchanged");
    session.run("put-event cacheSet --local --stack-name private-momento").success();
    let doctor = session.run("doctor private --local").success();
    let check: String = doctor
        .lines()
        .skip_while(|line| !line.contains("encryption key"))
        .take(22)
        .fold(String::new(), |text, line| text + line.trim_end() + "\n");
    snapbox::Assert::new().normalize_paths(false).action_env("SNAPSHOTS").eq(check, str![[r#"
unknown  encryption key                       arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab is used; what it allows and whether it is enabled can only be seen in KMS
         -> its policy needs this statement, or EventBridge cannot write to the dead-letter queue and what fails is lost; and the key needs the tag EventBridgeApiDestinations=true, or the connection cannot be used
         {
           "Version": "2012-10-17",
           "Statement": [
             {
               "Sid": "DeadLettersOfEventBridge",
               "Effect": "Allow",
               "Principal": {
                 "Service": "events.amazonaws.com"
               },
               "Action": [
                 "kms:Decrypt",
                 "kms:GenerateDataKey"
               ],
               "Resource": "*",
               "Condition": {
                 "StringEquals": {
                   "aws:SourceAccount": "000000000000"
                 }
               }
             }

"#]]);
}

#[test]
fn a_key_can_come_later_and_go_again() {
    let session = Session::new();
    session.file("stacks/a.yaml", "name: a\n");
    session.file("stacks/b.yaml", format!("name: a\nkms-key: {KEY}\n"));
    session.run("deploy a --local").success();
    session.run("deploy b --local").success();
    assert_eq!(keys(&session, "a"), [KEY; 3]);
    session.run("token rotate b --local").success();
    session.run("deploy a --local").success();
    // The secret is not the stack's: it keeps the key that it was given.
    assert_eq!(keys(&session, "a"), [KEY, "", ""]);
    session.run("put-event cacheSet --local --stack-name a").success();
}

#[test]
fn an_alias_is_refused() {
    let session = Session::new();
    session.file("stacks/a.yaml", "name: a\nkms-key: alias/mine\n");
    session.run("validate a").is(str![[r#"
------- stderr -------
error: stacks/a.yaml has 1 problem
  cause: stacks/a.yaml:2:10: `alias/mine` is not the ARN of a KMS key

hint: give a key's ARN, such as arn:aws:kms:us-east-1:123456789012:key/[UUID], and no alias: `aws kms describe-key --key-id ALIAS` names it
[exit status: 5]

"#]]);
}

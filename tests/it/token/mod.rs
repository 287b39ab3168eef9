//! `token`: what a token is good for, and how the deployed one is changed.

mod minted;
mod rollback;
mod schedule;
mod sources;

use evbridge_momento::context::Session as Cloud;
use evbridge_momento::local::Handle;
use evbridge_momento::local::momento::{Access, Scope};
use snapbox::str;

use crate::harness::{Session, with_cloud};

#[test]
fn check_says_what_the_token_is_and_may() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("token check --local --cache my-cache").is(str![[r#"
ok  token          v2 key, good in every region; names no expiry; 217 of at most 512 characters
ok  token version  the stack uses the current version [UUID]; what the connection itself holds nobody can read: `evbridge-momento put-event --local` tries it
ok  Momento        https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
ok  key            accepted; in the cache my-cache it may write and may read
ok  cache          the cache my-cache exists
------- stderr -------
the token from the secret evbridge-momento/momento-api

"#]]);
    let json: serde_json::Value =
        serde_json::from_str(&session.run("token check --local --output json").success()).unwrap();
    assert_eq!(json["schema"], "token-check/1");
    assert_eq!(json["token"]["kind"], "v2 key");
    assert_eq!(json["token"]["limit"], 512);
    assert_eq!(json["stored_version"], json["deployed_version"]);
}

#[test]
fn check_finds_a_version_that_did_not_reach_the_connection() {
    let session = Session::new();
    session.run("deploy --local").success();
    with_cloud(&session, async |cloud| {
        let secrets = cloud.clients.secrets();
        let call = secrets.put_secret_value().secret_id("evbridge-momento/momento-api");
        call.secret_string(r#"{"token":"e30.e30.x"}"#).send().await.unwrap();
    });
    session.run("token check --local").is(str![[r#"
ok    token          v2 key, good in every region; names no expiry; 217 of at most 512 characters
fail  token version  version [UUID] is stored, and the stack uses [UUID]: a secret that changes does not reach the connection
         -> run `evbridge-momento deploy --local`, which gives the current version to the connection
ok    Momento        https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
ok    key            accepted; in the cache my-cache it may write and may read
ok    cache          the cache my-cache exists
------- stderr -------
the token from the secret evbridge-momento/momento-api
[exit status: 5]

"#]]);
}

#[test]
fn check_finds_a_cache_that_is_not_there_and_a_token_that_is_none() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("token check --local --cache nowhere").is(str![[r#"
ok       token          v2 key, good in every region; names no expiry; 217 of at most 512 characters
ok       token version  the stack uses the current version [UUID]; what the connection itself holds nobody can read: `evbridge-momento put-event --local` tries it
ok       Momento        https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
unknown  key            accepted; in the cache nowhere it may perhaps write and may perhaps read
fail     cache          there is no cache nowhere
         -> create the cache nowhere in the region of the endpoint, or name another with `--cache`
------- stderr -------
the token from the secret evbridge-momento/momento-api
[exit status: 5]

"#]]);
    session.run_with("token check --local --token-stdin", "not a token").is(str![[r#"
fail  token  the token has white space or a line break inside, at position 4
         -> copy the token again, as one piece
------- stderr -------
the token from standard input
[exit status: 5]

"#]]);
    let expired = "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImV4cCI6MTYwMDAwMDAwMH0.c2ln";
    session.run_with("token check --local --token-stdin", expired).is(str![[r#"
fail  token    v2 key, good in every region; expired at [TIME]; 61 of at most 512 characters: the token expired at [TIME]
         -> make a key at https://console.gomomento.com
ok    Momento  https://api.cache.cell-us-east-1-1.prod.a.momentohq.com answers
fail  key      Momento does not accept the key (401, Unauthorized: The token has expired.)
         -> make a key at https://console.gomomento.com and run `evbridge-momento token rotate --local`
------- stderr -------
the token from standard input
[exit status: 5]

"#]]);
}

#[test]
fn rotate_gives_the_connection_another_token_and_keeps_the_old_one() {
    let session = Session::new();
    session.run("deploy --local").success();
    let old = current_token(&session);
    session.run("token rotate --local").is(str![[r#"
[UUID]
------- stderr -------
stored the new token as a pending version
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
the connection is authorised with the new token
an event came through with the new token
the new version is the current one, the old one is labelled AWSPREVIOUS
changed the token of momento-api in us-east-1
The old token still works: revoke it at https://console.gomomento.com when nothing else uses it.

"#]]);
    assert_eq!(labels(&session), ["AWSCURRENT", "AWSPREVIOUS"]);
    with_cloud(&session, async |cloud| {
        let Handle::Embedded(cloud) = cloud.local.as_ref().unwrap() else { panic!("nobody serves") };
        cloud.momento().revoke_key(&old).unwrap();
    });
    // Only the new token is good now.
    session.run("put-event cacheSet --local").success();
    session.run("token check --local").success();
    session.run("deploy --local").success();
}

#[test]
fn an_event_that_does_not_come_through_brings_the_old_token_back() {
    let session = Session::new();
    session.run("deploy --local").success();
    let before = session.run("token check --local --output json").success();
    with_cloud(&session, async |cloud| {
        for rule in rules(cloud).await {
            cloud.clients.events().disable_rule().name(rule).send().await.unwrap();
        }
    });
    session.run("token rotate --local").is(str![[r#"
------- stderr -------
stored the new token as a pending version
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
the connection is authorised with the new token
going back to the old token
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
error: the probe event [UUID] did not arrive in the cache my-cache
  cause: Momento said: Key Not Found: The key was not found in the cache.
  cause: the stack uses the old token again

hint: find out where events stop with `evbridge-momento doctor`
[exit status: 9]

"#]]);
    assert_eq!(session.run("token check --local --output json").success(), before);
    assert_eq!(labels(&session), ["AWSCURRENT"]);
}

#[test]
fn set_refuses_a_bad_token_before_anything_changes() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run_with("token set --local --token-stdin", "not a token").is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token has white space or a line break inside, at position 4

hint: copy the token again, as one piece
[exit status: 4]

"#]]);
    let read_only = with_cloud(&session, async |cloud| {
        let Handle::Embedded(cloud) = cloud.local.as_ref().unwrap() else { panic!("nobody serves") };
        let scope = Scope { access: Access::ReadOnly, cache: None };
        cloud.momento().issue_key(&scope).unwrap()
    });
    session.run_with("token set --local --token-stdin", &read_only).is(str![[r#"
------- stderr -------
error: the new token cannot be used; nothing was changed
  cause: accepted; in the cache my-cache it may not write and may read

hint: give the key write access to the cache my-cache, or rotate to one that has it
[exit status: 6]

"#]]);
    session.run("token set --local").is(str![[r#"
------- stderr -------
error: no new token was given

hint: name where it is: `--token-file`, `--token-stdin`, `--from-command`, or MOMENTO_API_KEY
[exit status: 4]

"#]]);
    let same = current_token(&session);
    session.run_with("token set --local --token-stdin", &same).is(str![[r#"
------- stderr -------
unchanged momento-api in us-east-1 uses this token already

"#]]);
    assert_eq!(labels(&session), ["AWSCURRENT"]);
}

#[test]
fn a_command_gives_the_token_and_a_schedule_is_only_printed() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.file("key.txt", session.run("local key").success());
    session.run("token rotate --local --from-command 'cat key.txt' --quiet").success();
    session.run("token rotate --local --from-command 'exit 3'").is(str![[r#"
------- stderr -------
error: the command of `--from-command` failed: exit status: 3

hint: run the command of `--from-command` by itself: it must print the token and nothing else
[exit status: 4]

"#]]);
    session
        .run("token rotate --region eu-west-1 --from-command 'vault kv get -field=key 100%' --schedule")
        .is(str![[r#"
0 3 1 * * cd [ROOT]/work && [PROGRAM] token rotate --region eu-west-1 --from-command 'vault kv get -field=key 100\%' --yes --quiet

"#]]);
    session.run("token rotate --schedule='whenever' --from-command x").is(str![[r#"
------- stderr -------
error: `whenever` are not the times of a cron line
  cause: it has 1 of the five fields minute, hour, day of the month, month and day of the week

hint: give five fields, for example `--schedule='0 3 1 * *'`: at 3:00 on the first of each month
[exit status: 2]

"#]]);
    session.run("token rotate --schedule").is(str![[r#"
------- stderr -------
error: a schedule needs a token that a command gives, or a key that Momento makes

hint: add `--from-command`, or `--mint` with `--management-key-file`: a question or a variable is not there next month
[exit status: 2]

"#]]);
}

async fn rules(cloud: &Cloud) -> Vec<String> {
    let answer = cloud.clients.events().list_rules().send().await.unwrap();
    answer.rules().iter().map(|rule| rule.name().unwrap().to_owned()).collect()
}

fn current_token(session: &Session) -> String {
    with_cloud(session, async |cloud| {
        let call = cloud.clients.secrets().get_secret_value().secret_id("evbridge-momento/momento-api");
        let answer = call.send().await.unwrap();
        let value: serde_json::Value = serde_json::from_str(answer.secret_string().unwrap()).unwrap();
        value["token"].as_str().unwrap().to_owned()
    })
}

/// Returns AWS's labels of the secret's versions in alphabetical order.
fn labels(session: &Session) -> Vec<String> {
    with_cloud(session, async |cloud| {
        let call = cloud.clients.secrets().describe_secret().secret_id("evbridge-momento/momento-api");
        let answer = call.send().await.unwrap();
        let mut labels: Vec<String> =
            answer.version_ids_to_stages().unwrap().values().flatten().cloned().collect();
        labels.retain(|label| label.starts_with("AWS"));
        labels.sort();
        labels
    })
}

//! `token rotate --mint`: Momento makes the key, the stack gets it, the old one is revoked.

use evbridge_momento::local::Handle;
use evbridge_momento::local::momento::{Access, Scope};
use http::Request;
use serde_json::Value;
use snapbox::str;

use super::{current_token, labels, rules};
use crate::harness::{Session, with_cloud};

/// Returns the ids of the keys that the account has, as the API lists them.
fn keys(session: &Session) -> Vec<String> {
    with_cloud(session, async |cloud| {
        let local = cloud.local.as_ref().unwrap();
        let manager = manager(local);
        let answer = local.get("/api-keys", &manager).await.unwrap();
        let page: Value = serde_json::from_slice(answer.body()).unwrap();
        page["key_info"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["key_id"].as_str().unwrap().into())
            .collect()
    })
}

fn manager(local: &Handle) -> String {
    let Handle::Embedded(cloud) = local else { panic!("nobody serves") };
    cloud.momento().issue_key(&Scope { access: Access::Management, cache: None }).unwrap()
}

/// Returns the status with which Momento answers to a key.
fn answer_to(session: &Session, key: &str) -> u16 {
    with_cloud(session, async |cloud| {
        let request = Request::get("/cache/my-cache?key=none").header("authorization", key);
        let request = request.body(bytes::Bytes::new()).unwrap();
        cloud.local.as_ref().unwrap().send(request).await.unwrap().status().as_u16()
    })
}

#[test]
fn the_second_rotation_revokes_what_the_first_made() {
    let session = Session::new();
    session.run("deploy --local").success();
    let first = current_token(&session);
    session.run("token rotate --local --mint --role read-write --expires 90d").is(str![[r#"
[UUID]
------- stderr -------
Momento made the key [UUID]
stored the new token as a pending version
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
the connection is authorised with the new token
an event came through with the new token
the new version is the current one, the old one is labelled AWSPREVIOUS
changed the token of momento-api in us-east-1
The new key ends at [TIME]: rotate again before.
The old token still works: revoke it at https://console.gomomento.com when nothing else uses it.

"#]]);
    assert_eq!(labels(&session), ["AWSCURRENT", "AWSPREVIOUS"]);
    // Nobody knows the id of the key that the stack had before.
    assert_eq!(answer_to(&session, &first), 404);
    let second = current_token(&session);
    let ids = keys(&session);
    assert_eq!(ids.len(), 1);
    let json =
        session.run("token rotate --local --mint --role read-write --expires never --output json").json();
    assert_eq!(json["revoked"], ids[0].as_str());
    assert_eq!(json["expires_at"], Value::Null);
    assert_eq!(keys(&session), [json["key_id"].as_str().unwrap()]);
    assert_eq!(answer_to(&session, &second), 401);
    session.run("put-event cacheSet --local").success();
    session.run("token check --local").success();
    assert_eq!(session.run("deploy --local --output json").json()["outcome"], "unchanged");
}

#[test]
fn without_an_event_that_came_through_the_old_key_is_kept() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("token rotate --local --mint --role read-write").success();
    let json = session.run("token rotate --local --mint --role read-write --no-probe --output json").json();
    assert_eq!((&json["revoked"], keys(&session).len()), (&Value::Null, 2));
}

#[test]
fn a_key_that_is_not_used_in_the_end_is_revoked_again() {
    let session = Session::new();
    session.run("deploy --local").success();
    let before = current_token(&session);
    // The role lets the key read only: Momento makes it, and it cannot be used.
    session.run("token rotate --local --mint --role read-only").is(str![[r#"
------- stderr -------
Momento made the key [UUID]
error: the new token cannot be used; nothing was changed
  cause: accepted; in the cache my-cache it may not write and may read
  cause: the new key [UUID] was revoked again

hint: give the key write access to the cache my-cache, or rotate to one that has it
[exit status: 6]

"#]]);
    with_cloud(&session, async |cloud| {
        for rule in rules(cloud).await {
            cloud.clients.events().disable_rule().name(rule).send().await.unwrap();
        }
    });
    let lost = session.run("token rotate --local --mint --role read-write");
    assert_eq!(lost.status(), Some(9), "{lost}");
    assert!(lost.stderr().contains("was revoked again"), "{lost}");
    assert_eq!((keys(&session), current_token(&session)), (Vec::new(), before));
}

#[test]
fn what_momento_refuses_is_told_and_changes_nothing() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("token rotate --local --mint --role admin").is(str![[r#"
------- stderr -------
error: Momento made no new key; nothing was changed
  cause: Momento said: 404 NotFound: There is no role admin.

hint: the account has no role admin: make it at https://console.gomomento.com, or name another with `--role`
[exit status: 6]

"#]]);
    let session = session.env("MOMENTO_MANAGEMENT_KEY", session_key(&Session::new()).as_str());
    session.run("token rotate --local --mint --role read-write").is(str![[r#"
------- stderr -------
error: Momento made no new key; nothing was changed
  cause: Momento said: 403 PermissionDenied: The token does not grant the required access to this resource.

hint: the management key may not manage keys: make one that grants auth management at https://console.gomomento.com
[exit status: 6]

"#]]);
    session.file("manager.txt", "not a key");
    session.run("token rotate --local --mint --role read-write --management-key-file manager.txt").is(str![[r#"
------- stderr -------
error: the management key from the file manager.txt is refused
  cause: the token has white space or a line break inside, at position 4

hint: make a key that grants auth management at https://console.gomomento.com, and put it alone into the file of `--management-key-file`, or into MOMENTO_MANAGEMENT_KEY
[exit status: 4]

"#]]);
    session.run("token rotate --local --mint").is(str![[r#"
------- stderr -------
error: the following required arguments were not provided:
  --role <ROLE>

Usage: evbridge-momento token rotate --mint --role <ROLE> --local [STACK]

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("token rotate --local --mint --role r --expires 20h").is(str![[r#"
------- stderr -------
error: invalid value '20h' for '--expires <DURATION>': a key for a connection lasts more than 25 hours, and less than 100 years

For more information, try '--help'.
[exit status: 2]

"#]]);
    session
        .run("token rotate --mint --role r --management-key-file 'my key.txt' --schedule --region eu-west-1")
        .is(str![[r#"
0 3 1 * * cd [ROOT]/work && [PROGRAM] token rotate --region eu-west-1 --role r --expires 90d --management-key-file 'my key.txt' --mint --yes --quiet

"#]]);
    assert_eq!(labels(&session), ["AWSCURRENT"]);
}

/// A key of another account, which has no right to manage this one's.
fn session_key(other: &Session) -> String {
    other.run("local key").success().trim().to_owned()
}

#[test]
fn the_api_is_called_over_the_network_too() {
    let provider = Session::new();
    provider.run("deploy --local").success();
    let key = with_cloud(&provider, async |cloud| manager(cloud.local.as_ref().unwrap()));
    let (_server, url) = provider.serve_cloud("");
    let user = Session::new()
        .env("AWS_ENDPOINT_URL", &url)
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("MOMENTO_MANAGEMENT_KEY", &key);
    // Momento itself is out of reach, so that the key cannot be tried: it was made, and is revoked again.
    let line =
        format!("token rotate --mint --role read-write --yes --region us-east-1 --momento-registry {url}");
    user.run(&line).is(str![[r#"
------- stderr -------
Momento made the key [UUID]
error: the new token cannot be used; nothing was changed
  cause: https://api.cache.cell-us-east-1-1.prod.a.momentohq.com does not answer: Connection refused (os error 111)
  cause: the new key [UUID] was revoked again

hint: check the network, the endpoint's name and https://status.gomomento.com
[exit status: 6]

"#]]);
}

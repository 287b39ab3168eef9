//! A rotation that fails, and whose way back has a fault too: the stack and the labels are told apart.

use snapbox::str;

use super::MINT;
use super::state::state;
use crate::harness::Session;

const PUT_FAILS: &str = "local fault add --action events:PutEvents --status 400";

fn rotated_once() -> Session {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run(MINT).success();
    session
}

#[test]
fn a_label_that_moved_although_nobody_knew_is_put_back() {
    let session = rotated_once();
    let before = state(&session);
    // The label moves, no answer comes, and the labels cannot be looked at until the stack is back.
    session
        .run("local fault add --action secretsmanager:UpdateSecretVersionStage --lose-answer --times 3")
        .success();
    session.run("local fault add --action secretsmanager:DescribeSecret --status 400 --after 3").success();
    session.run(MINT).is(str![[r#"
------- stderr -------
Momento made the key [UUID]
stored the new token as a pending version
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
the connection is authorised with the new token
an event came through with the new token
going back to the old token
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
error: moving the label AWSCURRENT of the secret evbridge-momento/momento-api could not reach AWS
  cause: io error
  cause: connection reset
  cause: the stack uses the old token again
  cause: the old version has the label AWSCURRENT again
  cause: the new key [UUID] was revoked again

hint: check the network, HTTPS_PROXY, the region's name and `--endpoint-url`
[exit status: 6]

"#]]);
    assert_eq!(state(&session), before);
    session.run("put-event cacheSet --local").success();
    session.run(MINT).success();
    assert!(state(&session).is_clean());
}

#[test]
fn an_answer_about_the_label_that_is_lost_is_found_out() {
    let session = rotated_once();
    session
        .run("local fault add --action secretsmanager:UpdateSecretVersionStage --lose-answer --always")
        .success();
    session.run(MINT).success();
    session.run("local fault clear").success();
    assert!(state(&session).is_clean());
}

#[test]
fn a_stack_that_cannot_go_back_is_told_and_its_key_is_kept() {
    let session = rotated_once();
    session.run(PUT_FAILS).success();
    session.run("local fault add --action cloudformation:UpdateStack --status 400 --after 1").success();
    session.run(MINT).is(str![[r#"
------- stderr -------
Momento made the key [UUID]
stored the new token as a pending version
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
the connection is authorised with the new token
going back to the old token
error: putting the event was refused
  cause: InternalFailure: A fault was asked for (local fault)
  cause: and the stack could not be given the old token back
  cause: updating the stack was refused
  cause: InternalFailure: A fault was asked for (local fault)
  cause: the new key [UUID] was not revoked, as the stack may use it

hint: when its cause is gone, give the stack the old token back with `evbridge-momento deploy`

hint: if the stack does not use it in the end, the next `token rotate --mint` revokes it, once an event came through; or revoke it at https://console.gomomento.com
[exit status: 6]

"#]]);
    let after = state(&session);
    assert!(after.is_connected && !after.agrees(), "{after:?}");
    assert_eq!(after.keys.len(), 2);
    // What the hint says.
    session.run("put-event cacheSet --local").success();
    session.run("deploy --local").success();
    assert!(state(&session).agrees());
    session.run("put-event cacheSet --local").success();
    session.run(MINT).success();
    assert!(state(&session).is_clean());
}

#[test]
fn credentials_that_end_in_the_middle_leave_what_the_next_rotation_puts_right() {
    let session = rotated_once();
    session.run("local fault add --action '*:*' --expire --after 11 --always").success();
    let ended = session.run(MINT);
    assert_eq!(ended.status(), Some(4), "{ended}");
    session.run("local fault clear").success();
    session.run("put-event cacheSet --local").success();
    session.run(MINT).success();
    assert!(state(&session).is_clean());
}

#[test]
fn a_key_that_cannot_be_revoked_is_named_and_the_next_rotation_revokes_it() {
    let session = rotated_once();
    session.run("local fault add --action momento:RevokeKey --status 503 --always").success();
    session.run(MINT).is(str![[r#"
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
not revoked: the key [UUID]
  the key could not be revoked: Momento said: 503 
  -> the next `token rotate --mint` revokes it, once an event came through; or revoke it at https://console.gomomento.com

"#]]);
    session.run(PUT_FAILS).success();
    session.run(MINT).is(str![[r#"
------- stderr -------
Momento made the key [UUID]
stored the new token as a pending version
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
the connection is authorised with the new token
going back to the old token
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
error: putting the event was refused
  cause: InternalFailure: A fault was asked for (local fault)
  cause: the stack uses the old token again
  cause: and the new key [UUID] is alive
  cause: the key could not be revoked
  cause: Momento said: 503 

hint: the next `token rotate --mint` revokes it, once an event came through; or revoke it at https://console.gomomento.com
[exit status: 6]

"#]]);
    assert_eq!(state(&session).keys.len(), 3);
    session.run("local fault clear").success();
    let json = session.run(&format!("{MINT} --output json")).json();
    assert_eq!(json["revoked_leftovers"].as_array().unwrap().len(), 2, "{json}");
    assert_eq!(json["kept_keys"], serde_json::json!([]));
    assert!(state(&session).is_clean());
}

#[test]
fn a_key_whose_making_had_no_answer_is_found_by_its_description() {
    let session = rotated_once();
    let before = state(&session);
    session.run("local fault add --action momento:MakeKey --lose-answer").success();
    session.run(MINT).is(str![[r#"
------- stderr -------
error: Momento's API keys cannot be reached
  cause: the connection was broken
  cause: the new key [UUID] was revoked again
[exit status: 6]

"#]]);
    assert_eq!(state(&session), before);
    session.run("local fault add --action momento:MakeKey --lose-answer").success();
    session.run("local fault add --action momento:ListKeys --status 503 --times 3 --after 1").success();
    session.run(MINT).is(str![[r#"
------- stderr -------
error: Momento's API keys cannot be reached
  cause: the connection was broken
  cause: a key may have been made all the same, described as `evbridge-momento momento-api in us-east-1 of 000000000000, version [UUID]`

hint: the next `evbridge-momento token rotate --mint` revokes it; or look for it at https://console.gomomento.com
[exit status: 6]

"#]]);
    assert_eq!(state(&session).keys.len(), 2);
    session.run(MINT).success();
    assert!(state(&session).is_clean());
}

#[test]
fn what_no_management_key_can_revoke_is_named() {
    let session = rotated_once();
    session.run("token rotate --local").is(str![[r#"
[UUID]
------- stderr -------
stored the new token as a pending version
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
the connection is authorised with the new token
an event came through with the new token
the new version is the current one, the old one is labelled AWSPREVIOUS
changed the token of momento-api in us-east-1
not revoked: the key [UUID]
  Momento revokes it for a management key only, which this command does not have
  -> the next `token rotate --mint` revokes it, once an event came through; or revoke it at https://console.gomomento.com

"#]]);
    let json = session.run("token rotate --local --output json").json();
    assert_eq!(json["kept_keys"][0]["id"], state(&session).keys[0].as_str());
    // A minted key that is gone back to is the one in use again.
    let session = rotated_once();
    session.run(&format!("{MINT} --no-probe")).is(str![[r#"
[UUID]
------- stderr -------
Momento made the key [UUID]
stored the new token as a pending version
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
the connection is authorised with the new token
the new version is the current one, the old one is labelled AWSPREVIOUS
changed the token of momento-api in us-east-1
No event was sent to try it: see that events arrive.
The new key ends at [TIME]: rotate again before.
not revoked: the key [UUID]
  no event was sent to see that the new token works
  -> the next `token rotate --mint` revokes it, once an event came through; or revoke it at https://console.gomomento.com

"#]]);
    session.run(MINT).success();
    assert!(state(&session).is_clean());
}

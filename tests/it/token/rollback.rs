//! A rotation whose stack update fails: the old token stays in use and works.

use snapbox::str;

use super::labels;
use crate::harness::Session;

#[test]
fn an_update_that_rolls_back_leaves_the_old_token_in_use() {
    let session = Session::new();
    session.run("deploy --local").success();
    let before = session.run("token check --local --output json").success();
    session.run("local fault add --resource MomentoConnection --on update").success();
    session.run("token rotate --local").is(str![[r#"
------- stderr -------
stored the new token as a pending version
  UPDATE_FAILED    MomentoConnection           [DURATION] AWS::Events::Connection
      A fault was asked for (local fault)
  UPDATE_COMPLETE  MomentoConnection           [DURATION] AWS::Events::Connection
going back to the old token
error: the stack could not be updated to the new token
  cause: MomentoConnection failed first: A fault was asked for (local fault)
  cause: the stack uses the old token again
[exit status: 7]

"#]]);
    assert_eq!(session.run("token check --local --output json").success(), before);
    assert_eq!(labels(&session), ["AWSCURRENT"]);
    session.run("put-event cacheSet --local").success();
    assert_eq!(session.run("deploy --local --output json").json()["outcome"], "unchanged");
    // The stack is in UPDATE_ROLLBACK_COMPLETE, from which the next rotation goes on.
    session.run("token rotate --local").success();
    session.run("put-event cacheSet --local").success();
}

#[test]
fn an_update_that_cloudformation_refuses_leaves_the_old_token_in_use() {
    let session = Session::new();
    session.run("deploy --local").success();
    let before = session.run("token check --local --output json").success();
    session.run("local fault add --action cloudformation:UpdateStack --status 400").success();
    let refused = session.run("token rotate --local");
    assert_eq!(refused.status(), Some(6), "{refused}");
    assert_eq!(session.run("token check --local --output json").success(), before);
    assert_eq!(labels(&session), ["AWSCURRENT"]);
    session.run("put-event cacheSet --local").success();
}

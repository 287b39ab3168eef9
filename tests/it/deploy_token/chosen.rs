//! Tokens that Momento does not take, that a command gives, and that take a rotated stack back.

use evbridge_momento::local::Handle;
use evbridge_momento::local::momento::{Access, Scope};
use snapbox::str;

use super::stored;
use crate::harness::token::global;
use crate::harness::{Session, with_cloud};

#[test]
fn a_token_that_momento_does_not_take_stops_the_deploy_before_anything_is_done() {
    let session = Session::new();
    let key = session.run("local key").success();
    with_cloud(&session, async |cloud| {
        let Handle::Embedded(cloud) = cloud.local.as_ref().unwrap() else { panic!("nobody serves") };
        cloud.momento().revoke_key(key.trim()).unwrap();
    });
    session.run_with("deploy --local --token-stdin", &key).is(str![[r#"
------- stderr -------
error: the stack could deliver nothing; nothing was changed
  cause: Momento does not accept the token (401, Unauthorized: The token has been revoked.)

hint: make a key at https://console.gomomento.com and deploy with it: `--token-file`, `--token-stdin`, `--from-command` or MOMENTO_API_KEY
[exit status: 6]

"#]]);
    let footprint = session.cloud("us-east-1").footprint("momento-api");
    assert_eq!((footprint.stacks.len(), footprint.secrets.len()), (0, 0));
    // A token that only reads, or in another cache only, is Momento's to judge: a deploy names no cache.
    let narrow = with_cloud(&session, async |cloud| {
        let Handle::Embedded(cloud) = cloud.local.as_ref().unwrap() else { panic!("nobody serves") };
        cloud.momento().issue_key(&Scope { access: Access::WriteOnly, cache: Some("shop".into()) }).unwrap()
    });
    session.run_with("deploy --local --token-stdin --quiet", &narrow).success();
}

#[test]
fn a_command_may_give_the_token() {
    let session = Session::new();
    session.file("key.txt", global("mine"));
    session.run("deploy --local --from-command 'cat key.txt'").success();
    assert_eq!(stored(&session), global("mine"));
}

#[test]
fn an_environment_that_takes_a_rotated_stack_back_is_warned_of() {
    let session = Session::new().env("MOMENTO_API_KEY", &global("old"));
    session.run("deploy --local").success();
    session.file("new.txt", global("new"));
    session.run("token rotate --local --from-command 'cat new.txt'").success();
    let outcome = session.run("deploy --local");
    outcome.success();
    assert!(
        outcome.stderr().starts_with(
            "warning: MOMENTO_API_KEY holds the token from before the last rotation, and the stack goes back to it: \
             unset it to keep the newer one\n"
        ),
        "{outcome}"
    );
    assert_eq!(stored(&session), global("old"));
    // One that was never there is simply the new one, and so is a flag's.
    let session = session.env("MOMENTO_API_KEY", &global("other"));
    assert!(!session.run("deploy --local").stderr().contains("warning"));
    session.file("old.txt", global("old"));
    assert!(!session.run("deploy --local --token-file old.txt").stderr().contains("warning"));
}

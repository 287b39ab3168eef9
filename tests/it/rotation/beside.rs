//! Another change of the token at the same time: a deploy, or a second rotation.

use super::MINT;
use super::state::state;
use crate::harness::Session;

#[test]
fn a_deploy_that_comes_between_is_seen_and_no_key_in_use_is_revoked() {
    let session = Session::new();
    let _server = session.serve_cloud("");
    session.run("deploy --local").success();
    session.run(MINT).success();
    session.run("local fault add --action events:PutEvents --hang --times 1").success();
    let mut rotation = session.serve(&format!("{MINT} --call-timeout 4s"));
    rotation.wait_for("the connection is authorised");
    // The version that is tried does not count yet: a deploy gives the stack the one that does.
    session.run("deploy --local --yes").success();
    let code = rotation.exit_code();
    let said = rotation.said();
    assert_eq!(code, Some(6), "{said}");
    assert!(said.contains("the stack was deployed or changed since, with another token"), "{said}");
    session.run("put-event cacheSet --local").success();
    assert!(state(&session).is_clean(), "{said}\n{:?}", state(&session));
}

#[test]
fn a_rotation_that_another_one_overtook_gives_way() {
    let session = Session::new();
    let _server = session.serve_cloud("");
    session.run("deploy --local").success();
    session.run(MINT).success();
    session.run("local fault add --action cloudformation:UpdateStack --hang --times 1").success();
    let mut first = session.serve(&format!("{MINT} --call-timeout 4s"));
    first.wait_for("pending version");
    while !session.run("local fault list").success().contains("cloudformation:UpdateStack") {}
    std::thread::sleep(std::time::Duration::from_millis(300));
    session.run(MINT).success();
    let code = first.exit_code();
    let said = first.said();
    assert_ne!(code, Some(0), "{said}");
    let put = session.run("put-event cacheSet --local");
    assert_eq!(put.status(), Some(0), "{said}\n{put}");
    assert!(state(&session).agrees(), "{said}\n{:?}", state(&session));
    session.run(MINT).success();
    assert!(state(&session).is_clean(), "{said}\n{:?}", state(&session));
}

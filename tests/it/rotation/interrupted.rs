//! Ctrl-C in the middle of a rotation: what was made is taken back, or named; the next rotation leaves one key.

use std::process::Command;

use super::MINT;
use super::state::state;
use crate::harness::{Server, Session};

fn press(server: &Server) {
    Command::new("kill").args(["-INT", &server.id().to_string()]).status().unwrap();
}

/// Rotates on a served local cloud; presses Ctrl-C when a line comes, and returns the exit code and what was said.
fn interrupted(session: &Session, line: &str, at: &str) -> (Option<i32>, String) {
    let mut command = session.serve(line);
    command.wait_for(at);
    press(&command);
    let code = command.exit_code();
    (code, command.said())
}

/// Starts a rotation and presses Ctrl-C when the server has got a call, which it never answers.
fn pressed_in(session: &Session, server: &mut Server, call: &str, line: &str) -> Server {
    session.run(&format!("local fault add --action {call} --hang --always")).success();
    let command = session.serve(line);
    // CloudFormation makes some of them too, for itself.
    while server.wait_for(&format!("call {call}")).contains(" via ") {}
    press(&command);
    command
}

#[test]
fn an_update_goes_on_by_itself_and_the_next_rotation_revokes_both_keys() {
    let session = Session::new();
    let _server = session.serve_cloud("--local-clock real");
    session.run("deploy --local").success();
    session.run(MINT).success();
    session.run("local fault add --resource MomentoConnection --on update --delay 3s").success();
    let (code, said) = interrupted(&session, MINT, "pending version");
    assert_eq!(code, Some(8), "{said}");
    assert!(said.contains("CloudFormation goes on with the update"), "{said}");
    assert!(said.contains("was not revoked, as the stack may use it"), "{said}");
    // It waits for the update first.
    session.run(MINT).success();
    assert!(state(&session).is_clean(), "{:?}", state(&session));
}

#[test]
fn a_wait_is_given_up_and_what_was_made_is_taken_back() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run(MINT).success();
    let before = state(&session);
    let (mut server, _) = session.serve_cloud("-v");
    for call in ["secretsmanager:PutSecretValue", "events:DescribeConnection", "events:PutEvents"] {
        let mut command = pressed_in(&session, &mut server, call, &format!("{MINT} --call-timeout 1s"));
        let (code, said) = (command.exit_code(), command.said());
        session.run("local fault clear").success();
        assert_eq!(code, Some(if call.ends_with("Value") { 6 } else { 130 }), "{call}: {said}");
        assert!(said.contains("was revoked again"), "{call}: {said}");
        let mut after = state(&session);
        // CloudFormation has updated the stack, and taken it back.
        after.status.clone_from(&before.status);
        assert_eq!(after, before, "{call}: {said}");
    }
    session.run("put-event cacheSet --local").success();
}

#[test]
fn the_second_ctrl_c_names_what_is_left() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run(MINT).success();
    let (mut server, _) = session.serve_cloud("-v");
    let mut command = pressed_in(&session, &mut server, "secretsmanager:PutSecretValue", MINT);
    command.wait_for("Ctrl-C again leaves it");
    press(&command);
    let code = command.exit_code();
    let said = command.said();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("is alive"), "{said}");
    session.run("local fault clear").success();
    assert_eq!(state(&session).keys.len(), 2);
    session.run(MINT).success();
    assert!(state(&session).is_clean());
}

//! `kill -9` of a command with the local cloud in its own process, at its n-th call: its own calls, and those that
//! CloudFormation makes for it, which are the steps of the operation.

use super::count::{Count, count, count_and_purge};
use super::{is_long, share_out};
use crate::harness::Session;

const DEPLOY: &str = "deploy --local";
const DESTROY: &str = "destroy --local";

/// The short form kills at every so many calls.
const STRIDE: usize = 4;

#[test]
fn a_command_that_is_killed_at_any_step_of_its_own_cloud_is_run_again() {
    let session = Session::new();
    let steps = [DEPLOY, DESTROY].map(|line| kill_at(&session, line, usize::MAX)).into_iter().max().unwrap();
    assert!(steps > 30, "{steps}");
    let pieces: Vec<usize> = (1..=steps).step_by(if is_long() { 1 } else { STRIDE }).collect();
    share_out(&pieces, Session::new, |session, step| {
        kill_at(session, DEPLOY, *step);
        let again = session.run(DEPLOY);
        assert_eq!(again.status(), Some(0), "killed at step {step}: {again}");
        assert_eq!(count(session), Count::of_stack("CREATE_COMPLETE", 1), "killed at step {step}: {again}");
        kill_at(session, DESTROY, *step);
        let again = session.run(DESTROY);
        assert!(matches!(again.status(), Some(0 | 1)), "killed at step {step}: {again}");
        let left = count_and_purge(session);
        assert_eq!(left, Count::of_nothing_but_a_scheduled_secret(), "killed at step {step}: {again}");
    });
}

/// Kills a command when it has logged its n-th call, or lets it end; returns how many it logged.
fn kill_at(session: &Session, line: &str, step: usize) -> usize {
    let mut command = session.serve(&format!("{line} -v"));
    let mut logged = 0;
    while logged < step && command.next_with(" call ").is_some() {
        logged += 1;
    }
    command.kill();
    logged
}

//! `kill -9` at every call of a rotation; the same command again ends right, and one key is left.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use serde_json::json;

use super::state::state;
use super::{MINT, PAGE};
use crate::harness::{Moment, Page, Pick, Proxy, Server, Session};
use crate::reliability::{is_long, share_out};

/// What is killed.
const COMMANDS: [(&str, &str); 2] = [
    ("token rotate", "token rotate --local --quiet"),
    ("token rotate --mint", "token rotate --local --mint --role read-write --quiet"),
];

/// A served local cloud, behind a proxy that the commands take for it.
struct Place {
    session: Session,
    proxy: Proxy,
    _server: Server,
}

impl Place {
    fn new() -> Self {
        let session = Session::new();
        let (server, url) = session.serve_cloud("");
        session.run("deploy --local").success();
        session.run(MINT).success();
        let proxy = Proxy::start(&url);
        let address = json!({ "url": proxy.url(), "pid": server.id() });
        let file = session
            .files()
            .into_iter()
            .find(|file| std::fs::read_to_string(file).is_ok_and(|text| text.contains(&url)));
        std::fs::write(file.unwrap(), address.to_string()).unwrap();
        Self { session, proxy, _server: server }
    }

    /// Kills each command at a call and a moment, and runs it again; returns the calls.
    fn live(&self, call: usize, moment: Moment) -> Vec<(usize, String)> {
        let mut killed = Vec::new();
        for (index, (_, line)) in COMMANDS.iter().enumerate() {
            let command = self.session.command(line.split(' '));
            let Some(at) = self.proxy.kill_at(command, Pick::Call(call), moment) else {
                continue;
            };
            let story = format!("`{line}` killed when call {call} ({at}) was {moment:?}");
            // Whatever happened, the connection has a token that works.
            let put = self.session.run("put-event cacheSet --local");
            assert_eq!(put.status(), Some(0), "{story}\n{put}");
            let again = self.session.run(line);
            assert_eq!(again.status(), Some(0), "{story}\n{again}");
            let after = state(&self.session);
            assert!(after.agrees(), "{story}\n{again}\n{after:?}");
            if index == 1 {
                assert!(after.is_clean(), "{story}\n{again}\n{after:?}");
            }
            killed.push((index, at));
        }
        killed
    }
}

#[test]
fn a_rotation_that_is_killed_at_any_call_is_run_again() {
    let place = Place::new();
    let calls = COMMANDS.map(|(_, line)| {
        place.proxy.calls();
        place.session.run(line).success();
        place.proxy.calls()
    });
    drop(place);
    let longest = calls.iter().map(Vec::len).max().unwrap();
    let both = [Moment::Arrived, Moment::Answered];
    // The short form kills at every third call, at one of the moments.
    let pieces: Vec<(usize, Moment)> = (1..=longest + 4)
        .flat_map(|call| both.map(|moment| (call, moment)))
        .step_by(if is_long() { 1 } else { 5 })
        .collect();
    let killed = Mutex::new(BTreeMap::<(usize, String), usize>::new());
    share_out(&pieces, Place::new, |place, (call, moment)| {
        let seen = place.live(*call, *moment);
        let mut killed = killed.lock().unwrap();
        for at in seen {
            *killed.entry(at).or_default() += 1;
        }
    });
    let killed = killed.into_inner().unwrap();
    if is_long() {
        for (index, calls) in calls.iter().enumerate() {
            for call in calls {
                assert!(
                    killed.contains_key(&(index, call.clone())),
                    "{index} was not killed at {call}: {killed:?}"
                );
            }
        }
    }
    if Page::is_update() {
        PAGE.write("the kill list", &page_of(&killed));
    }
}

/// The calls without how often: an update is looked at more or less often from run to run.
fn page_of(killed: &BTreeMap<(usize, String), usize>) -> String {
    let mut text = "\n| command | killed at |\n| --- | --- |\n".to_owned();
    for (index, (name, _)) in COMMANDS.iter().enumerate() {
        let own = killed.keys().filter(|(of, _)| *of == index).map(|(_, call)| call.as_str());
        let cells: Vec<&str> = own.filter(|call| !call.starts_with("local:")).collect();
        writeln!(text, "| `{name}` | {} |", cells.join(", ")).unwrap();
    }
    text.push('\n');
    text
}

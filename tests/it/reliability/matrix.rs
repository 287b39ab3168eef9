//! The fault matrix: every command, every API call that it makes, every fault.
//!
//! `UPDATE=1 cargo test --test it reliability` runs all of it and writes the counts into docs/reliability.md; without
//! it, a sample is run and held against that page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use serde_json::json;

use super::count::{Count, count};
use super::{is_long, page, share_out};
use crate::harness::{Server, Session};

/// The commands of a stack's life, in the order in which they can follow one another.
const COMMANDS: [(&str, &str); 7] = [
    ("deploy, new", "deploy --local --quiet"),
    ("deploy, no change", "deploy --local --quiet"),
    ("diff", "diff --local --quiet"),
    ("status", "status --local --quiet"),
    ("put-event", "put-event cacheSet --local --quiet"),
    ("deploy, changed", "deploy --local --quiet --momento-endpoint https://api.example.com"),
    ("destroy", "destroy --local --quiet --purge"),
];

/// The faults: the column's head, the effect, whether the command ends right by itself.
const FAULTS: [(&str, &str, bool); 6] = [
    ("throttled", r#"{"Throttle": true}"#, true),
    ("503", r#"{"Status": 503}"#, true),
    ("reset before", r#"{"Drop": true}"#, true),
    ("reset after", r#"{"LoseAnswer": true}"#, true),
    ("no answer", r#"{"Hang": true}"#, true),
    ("expired", r#"{"Expire": true}"#, false),
];

/// How a command ended whose call had a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Right.
    Right,
    /// With exit code 4; the same command again ended right.
    Resumed,
}

/// The ends by command, call and fault.
type Ends = BTreeMap<(usize, String, usize), End>;

/// A session whose local cloud is served, so that connections can break and stay silent.
struct Place {
    session: Session,
    _server: Server,
}

impl Place {
    fn new() -> Self {
        let session = Session::new().env("EVBRIDGE_MOMENTO_CALL_TIMEOUT", "2s");
        let (server, _) = session.serve_cloud("");
        Self { session, _server: server }
    }

    /// Lets a stack live, with one fault of one call in every command that makes it.
    fn live(&self, call: &str, fault: usize) -> Ends {
        let (name, effect, heals) = FAULTS[fault];
        let (service, action) = call.split_once(':').unwrap();
        let effect: serde_json::Value = serde_json::from_str(effect).unwrap();
        let place = json!({ "Service": service, "Action": action });
        let mut ends = Ends::new();
        for (index, (_, line)) in COMMANDS.iter().enumerate() {
            let control = |action: &str, input| self.session.cloud("us-east-1").control(action, input);
            control("AddFault", json!({ "Place": place, "Effect": effect, "Times": 1 }));
            let outcome = self.session.run(line);
            let happened = control("ListFaults", json!({}))["Faults"][0]["Happened"] == 1;
            control("ClearFaults", json!({}));
            let story = format!("`{line}` with {call} {name}\n{outcome}");
            if !happened || heals {
                assert_eq!(outcome.status(), Some(0), "{story}");
            } else {
                assert_eq!(outcome.status(), Some(4), "{story}");
                let again = self.session.run(line);
                let is_gone = again.stderr().contains("nothing to delete");
                assert!(again.status() == Some(0) || (is_gone && index == 6), "{story}\n{again}");
            }
            if happened {
                let end = if heals { End::Right } else { End::Resumed };
                ends.insert((index, call.to_owned(), fault), end);
            }
            let expected = match index {
                0..=4 => Count::of_stack("CREATE_COMPLETE", 1),
                5 => Count::of_stack("UPDATE_COMPLETE", 1),
                _ => Count::default(),
            };
            assert_eq!(count(&self.session), expected, "{story}");
        }
        ends
    }
}

#[test]
fn the_fault_matrix() {
    let calls = calls();
    let all: Vec<(&str, usize)> =
        calls.iter().flat_map(|call| (0..FAULTS.len()).map(move |fault| (call.as_str(), fault))).collect();
    // A stride that has no factor in common with the number of faults: each call, and each fault, has its turn.
    let pieces: Vec<_> = all.into_iter().step_by(if is_long() { 1 } else { 13 }).collect();
    let ends = Mutex::new(Ends::new());
    share_out(&pieces, Place::new, |place, (call, fault)| {
        let seen = place.live(call, *fault);
        ends.lock().unwrap().extend(seen);
    });
    let ends = ends.into_inner().unwrap();
    if page::is_update() {
        page::write("the matrix", &page_of(&ends));
    }
    let matrix = page::read("the matrix");
    if is_long() {
        assert!(matrix == page_of(&ends), "docs/reliability.md is not what was seen: run it with `UPDATE=1`");
    } else {
        for (command, call, fault) in ends.keys() {
            let row = format!("| {} | {call} |", COMMANDS[*command].0);
            let row = matrix.lines().find(|line| line.starts_with(&row));
            let cell = row.and_then(|row| row.split(" | ").nth(fault + 2));
            let expected = word(ends.get(&(*command, call.clone(), *fault)));
            assert_eq!(cell.map(|cell| cell.trim_end_matches(" |")), Some(expected), "{call} {fault}");
        }
    }
}

/// Returns all calls that the commands make, as the local cloud logs them.
fn calls() -> Vec<String> {
    let session = Session::new();
    let mut server = session.serve("local --port 0 -v");
    server.wait_for("http://");
    for (_, line) in COMMANDS {
        session.run(line).success();
    }
    let logged = server.said();
    let mut calls: Vec<String> = logged
        .lines()
        .filter(|line| !line.contains(" via "))
        .filter_map(|line| line.split_once(" call ")?.1.split(' ').next())
        .map(str::to_owned)
        .collect();
    calls.sort();
    calls.dedup();
    calls
}

fn word(end: Option<&End>) -> &'static str {
    match end {
        Some(End::Right) => "right",
        Some(End::Resumed) => "resumed",
        None => "-",
    }
}

fn page_of(ends: &Ends) -> String {
    let counted = |end: End| ends.values().filter(|seen| **seen == end).count();
    let (right, resumed) = (counted(End::Right), counted(End::Resumed));
    let mut page = format!(
        "\n{} runs with a fault: {right} ended right by themselves, {resumed} ended with exit code 4 and \
         ended right when the same command was run again, 0 ended otherwise.\n\n",
        ends.len()
    );
    let heads: Vec<&str> = FAULTS.iter().map(|(head, ..)| *head).collect();
    writeln!(page, "| command | call | {} |", heads.join(" | ")).unwrap();
    writeln!(page, "{}|", "| --- ".repeat(FAULTS.len() + 2)).unwrap();
    let mut rows: Vec<_> = ends.keys().map(|(command, call, _)| (*command, call.clone())).collect();
    rows.dedup();
    for (command, call) in rows {
        let cells = (0..FAULTS.len()).map(|fault| word(ends.get(&(command, call.clone(), fault))));
        let cells: Vec<&str> = cells.collect();
        writeln!(page, "| {} | {call} | {} |", COMMANDS[command].0, cells.join(" | ")).unwrap();
    }
    page.push('\n');
    page
}

//! The fault matrix of a rotation: every call that it makes, every fault.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::state::{State, state};
use super::{MINT, PAGE};
use crate::harness::{Outcome, Server, Session};
use crate::reliability::{is_long, share_out};

/// The calls of a rotation, with how many of each have the faults, one after the other. An update is looked at again
/// and again: of those calls the first one has them.
const CALLS: [(&str, u32); 15] = [
    ("cloudformation:DescribeStackEvents", 1),
    ("cloudformation:DescribeStacks", 1),
    ("cloudformation:UpdateStack", 1),
    ("events:DescribeConnection", 1),
    ("events:PutEvents", 1),
    ("secretsmanager:DescribeSecret", 4),
    ("secretsmanager:GetSecretValue", 1),
    ("secretsmanager:PutSecretValue", 1),
    ("secretsmanager:UpdateSecretVersionStage", 3),
    ("momento:Delete", 2),
    ("momento:Get", 2),
    ("momento:ListKeys", 1),
    ("momento:MakeKey", 1),
    ("momento:RevokeKey", 1),
    ("momento:Set", 1),
];

/// The faults: the column's head, the effect, how often.
const FAULTS: [(&str, &str, Option<u32>); 8] = [
    ("throttled", r#"{"Throttle": true}"#, Some(1)),
    ("503", r#"{"Status": 503}"#, Some(1)),
    ("reset before", r#"{"Drop": true}"#, Some(1)),
    ("reset after", r#"{"LoseAnswer": true}"#, Some(1)),
    ("no answer", r#"{"Hang": true}"#, Some(1)),
    ("expired", r#"{"Expire": true}"#, Some(1)),
    ("refused, always", r#"{"Status": 400}"#, None),
    ("reset after, always", r#"{"LoseAnswer": true}"#, None),
];

/// How a rotation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// The stack has the new token, and there is one key.
    Right,
    /// The stack has the new token; a key that is left is named.
    Named,
    /// The stack has the old token, and there is one key.
    Back,
    /// The stack has the old token; a key that is left is named.
    BackNamed,
}

type Ends = BTreeMap<(&'static str, u32, usize), End>;

/// A session whose local cloud is served, with a stack whose key was made by a rotation.
struct Place {
    session: Session,
    _server: Server,
}

impl Place {
    fn new() -> Self {
        let session = Session::new().env("EVBRIDGE_MOMENTO_CALL_TIMEOUT", "2s");
        let (server, _) = session.serve_cloud("");
        session.run("deploy --local").success();
        session.run(MINT).success();
        Self { session, _server: server }
    }

    /// Rotates with a fault; nothing where the call with the fault is not made.
    fn live(&self, call: &'static str, after: u32, fault: usize) -> Option<End> {
        let (name, effect, times) = FAULTS[fault];
        let (service, action) = call.split_once(':').unwrap();
        let effect: Value = serde_json::from_str(effect).unwrap();
        let place = json!({ "Service": service, "Action": action });
        let control = |action: &str, input| self.session.cloud("us-east-1").control(action, input);
        let before = state(&self.session);
        control("AddFault", json!({ "Place": place, "Effect": effect, "Times": times, "After": after }));
        let outcome = self.session.run(MINT);
        let happened = control("ListFaults", json!({}))["Faults"][0]["Happened"] != 0;
        control("ClearFaults", json!({}));
        let story = format!("{call} after {after}, {name}\n{outcome}");
        let end = end(&before, &outcome, &state(&self.session), &story);
        let put = self.session.run("put-event cacheSet --local");
        assert_eq!(put.status(), Some(0), "{story}\n{put}");
        let again = self.session.run(MINT);
        assert_eq!(again.status(), Some(0), "{story}\n{again}");
        let state = state(&self.session);
        assert!(state.is_clean(), "{story}\n{again}\n{state:?}");
        happened.then_some(end)
    }
}

/// Holds what there is against what was said.
fn end(before: &State, outcome: &Outcome, after: &State, story: &str) -> End {
    let said = outcome.stderr();
    assert!(after.agrees(), "{story}\n{after:?}");
    let is_new = after.deployed != before.deployed;
    assert_eq!(outcome.status() == Some(0), is_new, "{story}\n{after:?}");
    if is_new {
        assert_eq!(outcome.stdout().trim(), after.deployed, "{story}");
    } else {
        let is_said = said.contains("uses the old token") || said.contains("nothing was changed");
        let is_early = !said.contains("stored the new token");
        assert!(is_said || is_early, "{story}");
        let is_pending = after.labels.contains_key("AWSPENDING");
        assert!(!is_pending || said.contains("warning: moving the label AWSPENDING"), "{story}\n{after:?}");
    }
    let left: Vec<&String> = after.keys.iter().filter(|id| Some(*id) != after.key.as_ref()).collect();
    for id in &left {
        assert!(
            said.contains(*id) || said.contains("a key may have been made"),
            "{id} is not named\n{story}"
        );
    }
    match (is_new, left.is_empty()) {
        (true, true) => End::Right,
        (true, false) => End::Named,
        (false, true) => End::Back,
        (false, false) => End::BackNamed,
    }
}

#[test]
fn the_fault_matrix_of_a_rotation() {
    assert_eq!(calls_of_a_rotation(), CALLS.map(|(call, _)| call).to_vec()[..9]);
    let mut all = Vec::new();
    for (call, times) in CALLS {
        for (fault, (name, ..)) in FAULTS.iter().enumerate() {
            // Momento neither knows AWS's credentials nor hangs on request.
            let is_possible = !call.starts_with("momento:") || !matches!(*name, "no answer" | "expired");
            all.extend((0..times).filter(|_| is_possible).map(|after| (call, after, fault)));
        }
    }
    let pieces: Vec<_> = all.into_iter().step_by(if is_long() { 1 } else { 13 }).collect();
    let ends = Mutex::new(Ends::new());
    share_out(&pieces, Place::new, |place, (call, after, fault)| {
        if let Some(end) = place.live(call, *after, *fault) {
            ends.lock().unwrap().insert((call, *after, *fault), end);
        }
    });
    let ends = ends.into_inner().unwrap();
    if is_long() {
        PAGE.holds("the matrix", &page_of(&ends));
        return;
    }
    let matrix = PAGE.read("the matrix");
    for ((call, after, fault), end) in ends {
        let row = format!("| {call} | {} |", after + 1);
        let row = matrix.lines().find(|line| line.starts_with(&row)).unwrap();
        assert_eq!(
            row.split(" | ").nth(fault + 2).unwrap().trim_end_matches(" |"),
            word(Some(&end)),
            "{row}"
        );
    }
}

/// Returns the calls that a rotation makes of AWS, as the local cloud logs them.
fn calls_of_a_rotation() -> Vec<String> {
    let session = Session::new();
    let (mut server, _) = session.serve_cloud("-v");
    session.run("deploy --local").success();
    session.run(MINT).success();
    server.wait_for("call secretsmanager:UpdateSecretVersionStage");
    session.run(MINT).success();
    let logged = server.said();
    let (_, rotations) = logged.split_once("secretsmanager:PutSecretValue").unwrap();
    let mut calls: Vec<String> = rotations
        .lines()
        .filter(|line| !line.contains(" via "))
        .filter_map(|line| line.split_once(" call ")?.1.split(' ').next())
        .chain(["secretsmanager:PutSecretValue"])
        .map(str::to_owned)
        .collect();
    calls.sort();
    calls.dedup();
    calls
}

fn word(end: Option<&End>) -> &'static str {
    match end {
        Some(End::Right) => "right",
        Some(End::Named) => "right, key named",
        Some(End::Back) => "back",
        Some(End::BackNamed) => "back, key named",
        None => "-",
    }
}

fn page_of(ends: &Ends) -> String {
    let counted = |wanted: End| ends.values().filter(|end| **end == wanted).count();
    let mut page = format!(
        "\n{} rotations with a fault: {} ended right, {} right with a key that is left and named, {} went back to the \
         old token, {} went back with a key that is left and named, 0 ended otherwise.\n\n",
        ends.len(),
        counted(End::Right),
        counted(End::Named),
        counted(End::Back),
        counted(End::BackNamed)
    );
    let heads: Vec<&str> = FAULTS.iter().map(|(head, ..)| *head).collect();
    writeln!(page, "| call | which | {} |", heads.join(" | ")).unwrap();
    writeln!(page, "{}|", "| --- ".repeat(FAULTS.len() + 2)).unwrap();
    for (call, times) in CALLS {
        for after in 0..times {
            let cells = (0..FAULTS.len()).map(|fault| word(ends.get(&(call, after, fault))));
            let cells: Vec<&str> = cells.collect();
            writeln!(page, "| {call} | {} | {} |", after + 1, cells.join(" | ")).unwrap();
        }
    }
    page.push('\n');
    page
}

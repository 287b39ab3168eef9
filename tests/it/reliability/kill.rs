//! `kill -9` at every API call of a deploy and a destroy; the same command again converges.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use super::count::{Count, count, count_and_purge};
use super::{is_long, page, share_out};
use crate::harness::{Moment, Outcome, Pick, Proxy, Server, Session, token};

/// The commands of a stack's life: made, compared, changed with a new token, deleted.
const COMMANDS: [&str; 4] = [
    "deploy --yes --region us-east-1 --token-file one",
    "diff --region us-east-1 --momento-endpoint https://api.example.com",
    "deploy --yes --region us-east-1 --token-file two --momento-endpoint https://api.example.com",
    "destroy --yes --region us-east-1",
];

/// Where the calls of a command go: through a proxy to the served local cloud of another session.
struct Place {
    user: Session,
    provider: Session,
    proxy: Proxy,
    _server: Server,
}

impl Place {
    fn new() -> Self {
        let provider = Session::new();
        let (server, url) = provider.serve_cloud("");
        let proxy = Proxy::start(&url);
        let user = Session::new()
            .env("AWS_ENDPOINT_URL", proxy.url())
            .env("AWS_ACCESS_KEY_ID", "x")
            .env("AWS_SECRET_ACCESS_KEY", "y");
        user.file("one", token::global("one"));
        user.file("two", token::global("two"));
        Self { user, provider, proxy, _server: server }
    }

    /// Lets a stack live, and kills each of its commands once, at a call and a moment; then runs it again.
    ///
    /// Returns the calls at which the commands were killed, nothing for one that has fewer calls.
    fn live(&self, calls: &[Vec<String>; 4], call: usize, moment: Moment) -> [Option<String>; 4] {
        let mut killed = [const { None }; 4];
        for (index, line) in COMMANDS.iter().enumerate() {
            let pick = Pick::of(&calls[index], call);
            killed[index] =
                pick.and_then(|pick| self.proxy.kill_at(self.user.command(line.split(' ')), pick, moment));
            let story = format!("`{line}` killed when call {call} ({:?}) was {moment:?}", killed[index]);
            let again = self.user.run(line);
            let is_gone = again.status() == Some(1) && again.stderr().contains("nothing to delete");
            assert!(again.status() == Some(0) || (index == 3 && is_gone), "{story}\n{again}");
            let expected = match index {
                0 | 1 => Count::of_stack("CREATE_COMPLETE", 1),
                2 => Count::of_stack("UPDATE_COMPLETE", 2),
                _ => Count::of_nothing_but_a_scheduled_secret(),
            };
            let counted = if index == 3 { count_and_purge(&self.provider) } else { count(&self.provider) };
            assert_eq!(counted, expected, "{story}\n{again}");
        }
        assert_eq!(count(&self.provider), Count::default());
        killed
    }

    /// Returns the calls of each command when nothing happens to it.
    fn undisturbed(&self) -> [Vec<String>; 4] {
        let calls = COMMANDS.map(|line| {
            self.proxy.calls();
            Outcome::success(&self.user.run(line));
            self.proxy.calls()
        });
        count_and_purge(&self.provider);
        calls
    }
}

#[test]
fn a_command_that_is_killed_at_any_call_is_run_again() {
    let calls = Place::new().undisturbed();
    let longest = calls.iter().map(Vec::len).max().unwrap();
    // The short form kills at each call at one moment, the long form at both.
    let both = [Moment::Arrived, Moment::Answered];
    let moments = |call: usize| if is_long() { both.to_vec() } else { vec![both[call % 2]] };
    let pieces: Vec<(usize, Moment)> =
        (1..=longest).flat_map(|call| moments(call).into_iter().map(move |moment| (call, moment))).collect();
    let killed = Mutex::new(Kills::new());
    share_out(&pieces, Place::new, |place, (call, moment)| {
        let seen = place.live(&calls, *call, *moment);
        let mut killed = killed.lock().unwrap();
        for (index, call) in seen.into_iter().enumerate() {
            if let Some(call) = call {
                *killed.entry((index, call)).or_default() += 1;
            }
        }
    });
    let killed = killed.into_inner().unwrap();
    // How often a command looks at the stack differs from run to run; what it does besides does not.
    for (index, calls) in calls.iter().enumerate() {
        for call in calls.iter().filter(|call| !call.contains(":Describe")) {
            assert!(
                killed.contains_key(&(index, call.clone())),
                "{index} was not killed at {call}: {killed:?}"
            );
        }
    }
    if page::is_update() {
        page::write("the kill list", &page_of(&killed));
    }
}

/// How often each command was killed at each call.
type Kills = BTreeMap<(usize, String), usize>;

fn page_of(kills: &Kills) -> String {
    let mut text = format!(
        "\n{} runs were killed, and each ended right when the same command was run again.\n\n\
         | command | killed at |\n| --- | --- |\n",
        kills.values().sum::<usize>()
    );
    for (index, name) in ["deploy, new", "diff", "deploy, changed", "destroy"].iter().enumerate() {
        let own = kills.iter().filter(|((of, _), _)| *of == index);
        let cells: Vec<String> = own.map(|((_, call), times)| format!("{call} {times}×")).collect();
        writeln!(text, "| {name} | {} |", cells.join(", ")).unwrap();
    }
    text.push('\n');
    text
}

//! A command that serves until it is stopped, such as `local`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How long a line may take to come before the server counts as hung.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running command; it is killed when the value is dropped.
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Server {
    pub(super) fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
        }
        Self { child, lines, seen: Vec::new() }
    }

    /// Waits for a line, of either stream, that contains a text, and returns what follows the text.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        match self.next_with(text) {
            Some(rest) => rest,
            None => panic!("no line with `{text}` came; what came:\n{}", self.seen.join("\n")),
        }
    }

    /// Waits for a line that contains a text, and returns what follows the text; nothing when none comes any more.
    pub(crate) fn next_with(&mut self, text: &str) -> Option<String> {
        let end = Instant::now() + PATIENCE;
        while let Ok(line) = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.seen.push(line);
            if let Some((_, rest)) = self.seen.last().and_then(|line| line.split_once(text)) {
                return Some(rest.to_owned());
            }
        }
        None
    }

    /// Ends the process at once and returns all that it wrote.
    pub(crate) fn said(&mut self) -> String {
        self.kill();
        self.seen.extend(self.lines.iter());
        self.seen.join("\n")
    }

    /// Returns the process id, for tests that send signals.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end of the process and returns its exit code.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Ends the process at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself; either way it has ended after this.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(unix)]
#[test]
fn a_server_is_awaited_and_killed() {
    let mut command = Command::new("sh");
    command.args(["-c", "echo starting; echo 'listening on port 7' >&2; exec sleep 600"]);
    let mut server = Server::start(command);
    assert_eq!(server.wait_for("listening on "), "port 7");
    assert_ne!(server.id(), 0);
    server.kill();
}

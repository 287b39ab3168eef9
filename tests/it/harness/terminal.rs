//! A command at a terminal, where it asks and somebody types.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::pty::openpty;
use nix::sys::termios::{LocalFlags, tcgetattr};

/// How long a question may take to come before the command counts as hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running command whose three streams are a terminal.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    shown: String,
    /// How much of what was shown was looked at.
    seen: usize,
}

impl Terminal {
    pub(super) fn start(mut command: Command) -> Self {
        let pty = openpty(None, None).unwrap();
        let stream = || Stdio::from(pty.slave.try_clone().unwrap());
        let child = command.stdin(stream()).stdout(stream()).stderr(stream()).spawn().unwrap();
        // The command has the only copies of its side: the reading ends when it ends.
        drop(command);
        drop(pty.slave);
        let keyboard = File::from(pty.master);
        let (sender, screen) = mpsc::channel();
        let mut reader = keyboard.try_clone().unwrap();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keyboard, screen, shown: String::new(), seen: 0 }
    }

    /// Waits for a question and types an answer to it.
    #[track_caller]
    pub(crate) fn answer(mut self, question: &str, answer: &str) -> Self {
        self.wait_for(question);
        self.keyboard.write_all(format!("{answer}\n").as_bytes()).unwrap();
        self
    }

    /// Waits for a question whose answer is not shown, and types the answer.
    #[track_caller]
    pub(crate) fn answer_hidden(mut self, question: &str, answer: &str) -> Self {
        self.wait_for(question);
        let end = Instant::now() + PATIENCE;
        while tcgetattr(self.keyboard.as_fd()).unwrap().local_flags.contains(LocalFlags::ECHO) {
            assert!(Instant::now() < end, "what is typed would be shown:\n{}", self.shown);
            thread::sleep(Duration::from_millis(5));
        }
        self.keyboard.write_all(format!("{answer}\n").as_bytes()).unwrap();
        self
    }

    /// Waits for the end; returns the exit status and all that was on the screen.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + PATIENCE;
        while let Ok(bytes) = self.screen.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
        if Instant::now() >= end {
            self.child.kill().unwrap();
        }
        let status = self.child.wait().unwrap();
        (status.code(), self.shown.replace("\r\n", "\n"))
    }

    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown[self.seen..].find(text) {
                self.seen += at + text.len();
                return;
            }
            match self.screen.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown.push_str(&String::from_utf8_lossy(&bytes)),
                Err(error) => panic!("`{text}` did not come ({error}); what came:\n{}", self.shown),
            }
        }
    }
}

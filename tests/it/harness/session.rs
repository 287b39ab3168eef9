//! One user at one computer: a home, a working directory, an environment, and nothing of ours in them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::{Cloud, Outcome, Server};

/// How long a command may take before it counts as hung.
const PATIENCE: Duration = Duration::from_mins(1);

/// A user's session in a temporary directory that is removed at the end.
///
/// The environment is empty but for `HOME`, `TMPDIR`, `COLUMNS=80` and `TERM=dumb`: no AWS profile, no token
/// and no proxy of whoever runs the tests is seen.
pub(crate) struct Session {
    root: TempDir,
    environment: Vec<(String, String)>,
}

impl Session {
    /// Starts a session in an empty directory.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("evbridge-").tempdir().unwrap();
        for directory in ["home", "tmp", "work"] {
            fs::create_dir(root.path().join(directory)).unwrap();
        }
        Self { root, environment: Vec::new() }
    }

    /// Sets a variable for every command that follows.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns the working directory.
    pub(crate) fn directory(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Returns the directory for temporary files.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.root.path().join("tmp")
    }

    /// Writes a file into the working directory and returns its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Runs a command line, given as it is typed after the program's name.
    ///
    /// Words are split at spaces; single quotes keep them together. There is no other shell syntax.
    pub(crate) fn run(&self, line: &str) -> Outcome {
        self.run_words(words(line), "")
    }

    /// Opens the local cloud in the working directory.
    pub(crate) fn cloud(&self, region: &str) -> Cloud {
        Cloud::open(self, region)
    }

    /// Runs a command line with a text on its standard input.
    pub(crate) fn run_with(&self, line: &str, input: impl AsRef<[u8]>) -> Outcome {
        self.run_words(words(line), input)
    }

    /// Runs a command given word by word, for words that cannot be typed.
    pub(crate) fn run_words(
        &self,
        words: impl IntoIterator<Item: AsRef<OsStr>>,
        input: impl AsRef<[u8]>,
    ) -> Outcome {
        let output = snapbox::cmd::Command::from_std(self.command(words))
            .stdin(input.as_ref().to_vec())
            .timeout(PATIENCE)
            .output()
            .unwrap();
        Outcome::new(output, self.root.path())
    }

    /// Starts a command that serves until it is stopped, and leaves it running.
    pub(crate) fn serve(&self, line: &str) -> Server {
        Server::start(self.command(words(line)))
    }

    /// Starts a command at a terminal.
    #[cfg(unix)]
    pub(crate) fn at_terminal(&self, line: &str) -> super::Terminal {
        super::Terminal::start(self.command(words(line)))
    }

    /// Starts the local cloud's server, with more arguments, and returns it and its base URL.
    pub(crate) fn serve_cloud(&self, arguments: &str) -> (Server, String) {
        let mut server = self.serve(&format!("local --port 0 {arguments}"));
        let line = server.wait_for("http://");
        let address = line.split_whitespace().next().unwrap();
        (server, format!("http://{address}"))
    }

    /// Returns the process that a command is, for tests that do with it what nothing above does.
    pub(crate) fn command(&self, words: impl IntoIterator<Item: AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evbridge-momento"));
        command
            .env_clear()
            .env("HOME", self.root.path().join("home"))
            .env("TMPDIR", self.root.path().join("tmp"))
            .env("COLUMNS", "80")
            .env("TERM", "dumb")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.directory())
            .args(words);
        command
    }

    /// Returns every file below the session's directory, for tests that search what was left behind.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(self.root.path(), &mut files);
        files
    }
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Splits a line into words at spaces outside single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    assert!(!quoted, "a quote is not closed in: {line}");
    words.extend(word);
    words
}

#[test]
fn a_line_is_split_as_it_is_typed() {
    assert_eq!(
        words("  put-event --key 'a b'  --value '' x'y z' "),
        ["put-event", "--key", "a b", "--value", "", "xy z"]
    );
    assert!(words("").is_empty());
}

#[test]
fn the_environment_is_empty_but_for_the_sessions_own() {
    let session = Session::new().env("MOMENTO_API_KEY", "x");
    let command = session.command(["render"]);
    let names: Vec<_> = command.get_envs().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(names, ["COLUMNS", "HOME", "MOMENTO_API_KEY", "TERM", "TMPDIR"]);
    session.file("stacks/shop.yaml", "name: shop\n");
    assert_eq!(session.files().len(), 1);
}

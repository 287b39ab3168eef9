//! What the benchmarks of whole processes share: a directory of their own, the program, figures.

#![allow(dead_code, reason = "each benchmark uses its part")]

pub(crate) mod http;
pub(crate) mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Why a benchmark cannot go on.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A user's empty directory, and an environment with nothing in it but a home.
pub(crate) struct Home {
    root: TempDir,
}

impl Home {
    /// Makes the directory.
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self { root: tempfile::Builder::new().prefix("evbridge-bench-").tempdir()? })
    }

    /// Returns the directory in which the commands run.
    pub(crate) fn directory(&self) -> &Path {
        self.root.path()
    }

    /// Returns where the local cloud keeps its state.
    pub(crate) fn state(&self) -> PathBuf {
        self.directory().join(".evbridge-momento")
    }

    /// Returns the program with arguments, split at spaces, and nothing to read or write to.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(program());
        self.surround(&mut command);
        command.args(line.split_whitespace());
        command
    }

    /// Gives a command the directory and the environment.
    pub(crate) fn surround(&self, command: &mut Command) {
        command
            .env_clear()
            .env("HOME", self.directory())
            .env("TERM", "dumb")
            .current_dir(self.directory())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
    }

    /// Runs a command that has to succeed.
    pub(crate) fn run(&self, line: &str) -> Result<(), Failure> {
        let output = self.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{line}` ended with {}: {said}", output.status).into())
    }
}

/// Returns the program that is measured.
pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_evbridge-momento")
}

/// Returns the duration below which a share of the durations lies.
pub(crate) fn percentile(durations: &mut [Duration], share: f64) -> Duration {
    durations.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "an index into the durations"
    )]
    let index = (durations.len() as f64 * share).ceil() as usize;
    durations.get(index.saturating_sub(1)).copied().unwrap_or_default()
}

/// Writes a duration as milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// Returns what the kernel says of a process's memory in kilobytes, such as `VmRSS` or `VmHWM`.
///
/// Nothing where there is no `/proc`.
pub(crate) fn memory(process: u32, line: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = status.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'))?;
    value.split_whitespace().next()?.parse().ok()
}

/// Writes kilobytes as megabytes.
pub(crate) fn megabytes(kilobytes: Option<u64>) -> String {
    kilobytes.map_or_else(
        || "-".to_owned(),
        |kilobytes| format!("{}.{} MB", kilobytes / 1024, kilobytes % 1024 * 10 / 1024),
    )
}

//! What came of a command: its two streams and its status, without what differs from run to run.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use regex::Regex;
use snapbox::Assert;
use snapbox::data::Inline;

/// What a command wrote and how it ended.
#[must_use = "compare it with .is(str![[…]]), or assert how it ended with .success() or .status()"]
pub(crate) struct Outcome {
    output: Output,
    root: PathBuf,
}

impl Outcome {
    pub(super) fn new(output: Output, root: &Path) -> Self {
        Self { output, root: root.to_owned() }
    }

    /// Compares the whole outcome with a snapshot in the source.
    #[track_caller]
    pub(crate) fn is(&self, expected: Inline) {
        Assert::new().normalize_paths(false).action_env("SNAPSHOTS").eq(self.to_string(), expected);
    }

    /// Drops a line of stdout that comes when it comes, after asserting that it is there.
    #[track_caller]
    pub(crate) fn without_line(mut self, line: &str) -> Self {
        let stdout = self.stdout();
        assert!(stdout.lines().any(|found| found == line), "{self}");
        let kept = stdout.split_inclusive('\n').filter(|found| found.trim_end() != line);
        self.output.stdout = kept.collect::<String>().into_bytes();
        self
    }

    /// Asserts that the command succeeded, and returns what it wrote to stdout.
    #[track_caller]
    pub(crate) fn success(&self) -> String {
        assert!(self.output.status.success(), "{self}");
        self.stdout()
    }

    /// Returns the one JSON value that stdout is, which names its layout; of a command that follows an operation the
    /// last line, after those of its progress.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        let stdout = self.stdout();
        let is_progress = |line: &&str| line.starts_with(r#"{"schema":"progress/1","#);
        let progress: usize = stdout.split_inclusive('\n').take_while(is_progress).map(str::len).sum();
        let value: serde_json::Value =
            serde_json::from_str(&stdout[progress..]).unwrap_or_else(|error| panic!("{error}\n{self}"));
        assert!(value["schema"].is_string(), "{self}");
        value
    }

    /// Returns what a command that follows an operation told before its answer.
    pub(crate) fn steps(&self) -> Vec<serde_json::Value> {
        let stdout = self.stdout();
        let steps = stdout.lines().filter(|line| line.starts_with(r#"{"schema":"progress/1","#));
        steps.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Returns the exit status, or nothing where a signal ended the command.
    pub(crate) fn status(&self) -> Option<i32> {
        self.output.status.code()
    }

    /// Returns what a person sees: progress and errors before the data, and a status other than zero.
    pub(crate) fn on_screen(&self) -> String {
        let status = self.status().filter(|status| *status != 0);
        let status = status.map(|status| format!("[exit status: {status}]\n")).unwrap_or_default();
        [normalise(&self.stderr(), &self.root), normalise(&self.stdout(), &self.root), status].concat()
    }

    /// Returns stdout byte for byte, which must be UTF-8.
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    /// Returns stderr byte for byte, which must be UTF-8.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).unwrap()
    }
}

/// Stdout, then `------- stderr -------` and stderr where there is any, then a status other than zero.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lines(f, &normalise(&self.stdout(), &self.root))?;
        let stderr = self.stderr();
        if !stderr.is_empty() {
            f.write_str("------- stderr -------\n")?;
            write_lines(f, &normalise(&stderr, &self.root))?;
        }
        match self.status() {
            Some(0) => Ok(()),
            Some(status) => writeln!(f, "[exit status: {status}]"),
            None => writeln!(f, "[ended by a signal]"),
        }
    }
}

fn write_lines(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(text)?;
    if text.is_empty() || text.ends_with('\n') { Ok(()) } else { f.write_str("[no line break]\n") }
}

/// Replaces what differs from run to run: paths, ports, times, durations, UUIDs.
fn normalise(text: &str, root: &Path) -> String {
    static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let rules = [
            (r"(127\.0\.0\.1|\[::1\]|localhost):\d{2,5}\b", "$1:[PORT]"),
            (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "[UUID]"),
            (r"-[0-9A-Z]{12}\b", "-[ID]"),
            (r#"("(?:seconds|bytes)": ?)[\d.]+"#, "$1[NUMBER]"),
            (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?", "[TIME]"),
            (r"\b\d\d:\d\d:\d\d(\.\d+)?\b", "[TIME]"),
            (r"(^|[\s(\[])(\d+m )?\d+(\.\d+)?(ms|µs|s)\b", "$1[DURATION]"),
        ];
        rules
            .map(|(pattern, replacement)| (Regex::new(&format!("(?m){pattern}")).unwrap(), replacement))
            .into()
    });
    let mut text = text.replace("\r\n", "\n");
    // The system may show a temporary directory under its real path, which is longer: that one first.
    let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    for path in [real.as_path(), root] {
        text = text.replace(&*path.to_string_lossy(), "[ROOT]");
    }
    text = text.replace(env!("CARGO_BIN_EXE_evbridge-momento"), "[PROGRAM]");
    for (pattern, replacement) in RULES.iter() {
        text = pattern.replace_all(&text, *replacement).into_owned();
    }
    text
}

#[test]
fn what_differs_from_run_to_run_is_replaced() {
    let root = tempfile::tempdir().unwrap();
    let text = format!(
        "{}/work at 2026-11-21T14:45:00.123Z (1.2s), 14:45:00\n3ms http://127.0.0.1:34567/ \
         0a1b2c3d-0000-4000-8000-0123456789ab ttl_seconds=300\r\n",
        root.path().display()
    );
    assert_eq!(
        normalise(&text, root.path()),
        "[ROOT]/work at [TIME] ([DURATION]), [TIME]\n[DURATION] http://127.0.0.1:[PORT]/ [UUID] ttl_seconds=300\n"
    );
}

#[cfg(unix)]
#[test]
fn an_outcome_reads_like_a_terminal() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    let shown = |stdout: &str, stderr: &str, status: i32| {
        let output =
            Output { status: ExitStatus::from_raw(status), stdout: stdout.into(), stderr: stderr.into() };
        Outcome::new(output, Path::new("/nowhere")).to_string()
    };
    assert_eq!(shown("data\n", "", 0), "data\n");
    assert_eq!(
        shown("data", "error: no\n", 2 << 8),
        "data[no line break]\n------- stderr -------\nerror: no\n[exit status: 2]\n"
    );
    assert_eq!(shown("", "", 9), "[ended by a signal]\n");
}

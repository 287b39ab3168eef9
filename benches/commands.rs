//! How long the commands take as whole processes, and how much memory they need.
//!
//! Prints a line a command: the least, the median and the 95th percentile of the time from starting the
//! process to its end, the processor time (which other programs on the computer hardly change), and the peak
//! of its resident memory, with the goals.

mod harness;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use harness::server::Server;
use harness::{Failure, Home, megabytes, memory, milliseconds, percentile};

/// The argument that makes this program run another one and print what the other one used.
const USAGE: &str = "--usage-of";

/// Runs before those that count.
const WARM_UP: usize = 3;

/// What is measured: one after another in one directory, so that a deploy is followed by what needs it.
struct Case {
    name: &'static str,
    /// The command lines that are one run.
    lines: &'static [&'static str],
    runs: usize,
    /// In milliseconds.
    goal: u64,
    /// In megabytes.
    memory_goal: Option<u64>,
}

const OFFLINE: [Case; 4] = [
    Case { name: "--version", lines: &["--version"], runs: 200, goal: 5, memory_goal: Some(10) },
    Case { name: "render", lines: &["render"], runs: 100, goal: 15, memory_goal: None },
    Case { name: "validate", lines: &["validate"], runs: 100, goal: 15, memory_goal: None },
    Case {
        name: "render, then validate",
        lines: &["render", "validate"],
        runs: 100,
        goal: 15,
        memory_goal: None,
    },
];

const SERVER: Case =
    Case { name: "local, to its first answer", lines: &[], runs: 20, goal: 50, memory_goal: None };

const LOCAL: [Case; 3] = [
    Case {
        name: "deploy --local, no change",
        lines: &["deploy --local"],
        runs: 50,
        goal: 100,
        memory_goal: None,
    },
    Case {
        name: "put-event cacheSet --local",
        lines: &["put-event cacheSet --local"],
        runs: 50,
        goal: 60,
        memory_goal: None,
    },
    Case { name: "demo", lines: &["demo"], runs: 5, goal: 5000, memory_goal: None },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next() {
        Some(first) if first == USAGE => run_and_print_usage(arguments),
        _ => measure_all(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn measure_all() -> Result<(), Failure> {
    print("command", ["least", "median", "p95", "goal", "processor", "memory", "goal"].map(str::to_owned));
    let home = Home::new()?;
    for case in &OFFLINE {
        measure(&home, case)?;
    }
    measure_server()?;
    home.run("deploy --local")?;
    for case in &LOCAL {
        measure(&home, case)?;
    }
    Ok(())
}

fn measure(home: &Home, case: &Case) -> Result<(), Failure> {
    let mut durations = Vec::with_capacity(case.runs);
    for run in 0..case.runs + WARM_UP {
        let start = Instant::now();
        for line in case.lines {
            let status = home.command(line).status()?;
            if !status.success() {
                return Err(format!("`{line}` ended with {status}").into());
            }
        }
        if run >= WARM_UP {
            durations.push(start.elapsed());
        }
    }
    let mut used = Usage::default();
    for line in case.lines {
        used = used.and(usage(home, line)?);
    }
    print_figures(case, &mut durations, &used);
    Ok(())
}

/// Measures the server from the start of its process to the end of its first answer.
fn measure_server() -> Result<(), Failure> {
    let home = Home::new()?;
    let (mut durations, mut used) = (Vec::new(), Usage::default());
    for run in 0..SERVER.runs + WARM_UP {
        let start = Instant::now();
        let server = Server::start(&home)?;
        server.control("Status", "{}")?;
        let duration = start.elapsed();
        if run >= WARM_UP {
            durations.push(duration);
            used.memory = used.memory.max(memory(server.id(), "VmHWM"));
        }
    }
    print_figures(&SERVER, &mut durations, &used);
    Ok(())
}

/// What a command used.
#[derive(Default, Clone, Copy)]
struct Usage {
    processor: Option<Duration>,
    /// The peak of the resident memory in kilobytes.
    memory: Option<u64>,
}

impl Usage {
    /// Returns what two commands used, one after the other.
    fn and(self, other: Self) -> Self {
        let processor = self.processor.unwrap_or_default() + other.processor.unwrap_or_default();
        Self { processor: other.processor.map(|_| processor), memory: self.memory.max(other.memory) }
    }
}

/// Returns what a command uses: of ten runs the one in the middle.
///
/// The kernel tells it of all the children of a process together, so a process of its own waits for the one.
fn usage(home: &Home, line: &str) -> Result<Usage, Failure> {
    let mut runs = Vec::new();
    for _ in 0..10 {
        let mut command = Command::new(std::env::current_exe()?);
        home.surround(&mut command);
        command.arg(USAGE).args(line.split_whitespace()).stdout(std::process::Stdio::piped());
        let printed = String::from_utf8(command.output()?.stdout)?;
        let mut numbers = printed.split_whitespace().map(str::parse::<u64>);
        if let (Some(Ok(microseconds)), Some(Ok(memory))) = (numbers.next(), numbers.next()) {
            runs.push((microseconds, memory));
        }
    }
    runs.sort_unstable();
    let middle = runs.get(runs.len() / 2);
    Ok(Usage {
        processor: middle.map(|(microseconds, _)| Duration::from_micros(*microseconds)),
        memory: middle.map(|(_, memory)| *memory),
    })
}

#[cfg(unix)]
fn run_and_print_usage(arguments: impl Iterator<Item = String>) -> Result<(), Failure> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike as _;
    Command::new(harness::program()).args(arguments).stdout(std::process::Stdio::null()).status()?;
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let microseconds = (used.user_time() + used.system_time()).num_microseconds();
    // macOS counts bytes, the others kilobytes.
    let memory = if cfg!(target_vendor = "apple") { used.max_rss() / 1024 } else { used.max_rss() };
    write(&format!("{microseconds} {memory}"));
    Ok(())
}

#[cfg(not(unix))]
fn run_and_print_usage(_: impl Iterator<Item = String>) -> Result<(), Failure> {
    Err("what a process used is not known on this system".into())
}

fn print_figures(case: &Case, durations: &mut [Duration], used: &Usage) {
    let memory_goal = case.memory_goal.map_or_else(String::new, |goal| format!("{goal} MB"));
    let times = [0.0, 0.5, 0.95].map(|share| milliseconds(percentile(durations, share)));
    let [least, median, slow] = times;
    let processor = used.processor.map_or_else(|| "-".to_owned(), milliseconds);
    let goal = format!("{} ms", case.goal);
    print(case.name, [least, median, slow, goal, processor, megabytes(used.memory), memory_goal]);
}

fn print(name: &str, figures: [String; 7]) {
    let figures = figures.map(|figure| format!("{figure:>10}"));
    write(format!("{name:<28}{}", figures.concat()).trim_end());
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn write(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "a benchmark says why it cannot run")]
fn fail(failure: &Failure) -> ExitCode {
    eprintln!("{failure}");
    ExitCode::FAILURE
}

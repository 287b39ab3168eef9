//! Create and no-change deploy, ours beside `aws cloudformation deploy`, against the same endpoint.
//!
//! The endpoint is a served local cloud, which is done with a stack before it answers: neither side waits for
//! CloudFormation, so what is measured is what each tool adds to it. Both deploy the same template with the same
//! parameters; ours looks after the token's secret besides. The AWS CLI is the one that
//! `EVBRIDGE_MOMENTO_AWS_CLI` names, else the one of `.ci/clients`, else the one on the `PATH`.

mod harness;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use harness::server::Server;
use harness::{Failure, Home, milliseconds, percentile};

/// How often each is measured.
const RUNS: usize = 7;

/// The most that ours may take of their time.
const GOAL: f64 = 0.2;

const REGION: &str = "us-east-1";

fn main() -> ExitCode {
    let Some(aws) = aws_cli() else {
        say(
            "SKIPPED: the AWS CLI is not installed: run `.ci/clients`, or name it in EVBRIDGE_MOMENTO_AWS_CLI",
        );
        return ExitCode::SUCCESS;
    };
    match measure_all(&aws) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("{failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Finds the AWS CLI.
#[expect(clippy::disallowed_methods, reason = "a switch of the benchmark, not of the program")]
fn aws_cli() -> Option<PathBuf> {
    let named = std::env::var_os("EVBRIDGE_MOMENTO_AWS_CLI").map(PathBuf::from);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/bin/aws");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|directory| directory.join("aws"));
    named.into_iter().chain([own]).chain(found).find(|path| path.is_file())
}

/// Both tools in one directory, with one endpoint.
struct Tools<'a> {
    home: &'a Home,
    aws: &'a Path,
    url: String,
    /// The parameters of the stack as the AWS CLI takes them.
    parameters: Vec<String>,
}

fn measure_all(aws: &Path) -> Result<(), Failure> {
    let home = Home::new()?;
    let server = Server::start(&home)?;
    let mut tools = Tools { home: &home, aws, url: server.url(), parameters: Vec::new() };
    let version = tools.aws(&["--version"])?;
    say(version.split(' ').next().unwrap_or_default());
    let template = succeeded(tools.ours("render"))?;
    std::fs::write(home.directory().join("template.yaml"), template)?;
    // The stack whose parameters and secret the AWS CLI uses too.
    succeeded(tools.ours("deploy --yes --stack-name model"))?;
    tools.parameters = tools.parameters_of("model")?;

    print(["", "least", "median", "least", "median", "share", "goal"]);
    print(["", "ours", "ours", "aws", "aws", "", ""]);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        // Turn about, so that whatever else the computer does hits both. The first ones warm up.
        let [mine, other] = ["ours", "theirs"].map(|whose| format!("{whose}-{run}"));
        let times = (tools.time_ours(&mine)?, tools.time_theirs(&other)?);
        if run > 0 {
            ours.push(times.0);
            theirs.push(times.1);
        }
        if run < RUNS {
            for stack in [mine, other] {
                succeeded(tools.ours(&format!("destroy --yes --purge --stack-name {stack}")))?;
            }
        }
    }
    show("create", &mut ours, &mut theirs);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(tools.time_ours(&format!("ours-{RUNS}"))?);
        theirs.push(tools.time_theirs(&format!("theirs-{RUNS}"))?);
    }
    show("no change", &mut ours, &mut theirs);
    Ok(())
}

impl Tools<'_> {
    fn ours(&self, line: &str) -> Command {
        let mut command = self.home.command(line);
        self.surround(&mut command);
        // A signature is not checked; the token has the form of a real one.
        command.env("MOMENTO_API_KEY", TOKEN);
        command
    }

    fn surround(&self, command: &mut Command) {
        command
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_ACCESS_KEY_ID", "x")
            .env("AWS_SECRET_ACCESS_KEY", "y")
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    /// Runs the AWS CLI and returns what it prints.
    fn aws(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = Command::new(self.aws);
        self.home.surround(&mut command);
        self.surround(&mut command);
        command.args(arguments);
        succeeded(command)
    }

    /// Returns a stack's parameters as `NAME=VALUE`.
    fn parameters_of(&self, stack: &str) -> Result<Vec<String>, Failure> {
        let query = "Stacks[0].Parameters[].[ParameterKey, ParameterValue]";
        let asked = ["cloudformation", "describe-stacks", "--stack-name", stack, "--query", query];
        let listed = self.aws(&[&asked[..], &["--output", "json"]].concat())?;
        let pairs: Vec<(String, String)> = serde_json::from_str(&listed)?;
        Ok(pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect())
    }

    fn time_ours(&self, stack: &str) -> Result<Duration, Failure> {
        let command = self.ours(&format!("deploy --yes --stack-name {stack}"));
        let begun = Instant::now();
        succeeded(command)?;
        Ok(begun.elapsed())
    }

    fn time_theirs(&self, stack: &str) -> Result<Duration, Failure> {
        let mut line = vec!["cloudformation", "deploy", "--stack-name", stack, "--template-file"];
        line.extend(["template.yaml", "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset"]);
        line.push("--parameter-overrides");
        line.extend(self.parameters.iter().map(String::as_str));
        // The AWS CLI names a change set by the second.
        std::thread::sleep(Duration::from_millis(1100));
        let begun = Instant::now();
        self.aws(&line)?;
        Ok(begun.elapsed())
    }
}

/// A token that says of itself that it is good in every region and never ends.
const TOKEN: &str = "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6ImEtYmVuY2gifQ.bench";

fn succeeded(mut command: Command) -> Result<String, Failure> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(format!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr))
        .into())
}

fn show(name: &str, ours: &mut [Duration], theirs: &mut [Duration]) {
    let of = |durations: &mut [Duration]| [0.0, 0.5].map(|share| percentile(durations, share));
    let ([our_least, our_median], [their_least, their_median]) = (of(ours), of(theirs));
    let share = our_median.as_secs_f64() / their_median.as_secs_f64();
    print([
        name,
        &milliseconds(our_least),
        &milliseconds(our_median),
        &milliseconds(their_least),
        &milliseconds(their_median),
        &format!("{share:.3}"),
        &format!("{GOAL:.3}"),
    ]);
}

fn print(columns: [&str; 7]) {
    let [name, figures @ ..] = columns;
    let figures = figures.map(|figure| format!("{figure:>12}"));
    say(format!("{name:<12}{}", figures.concat()).trim_end());
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn say(line: &str) {
    println!("{line}");
}

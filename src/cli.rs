//! The command line: global flags, the commands, and their dispatch.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands::{
    again, completions, demo, deploy, destroy, diff, doctor, drift, each_region, explain, local, man,
    permissions, put_event, regions, render, status, token, validate,
};
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::local::clock::Pace;
use crate::places::Places;
use crate::settings::Environment;
use crate::ui::{Format, Printer, Report, log, refusal};

/// Deploy, drive and test the EventBridge to Momento integration
#[derive(Debug, Parser)]
#[command(
    name = "evbridge-momento",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "\
Examples:
  evbridge-momento demo                            see the whole path work, without any account
  evbridge-momento deploy --region ap-northeast-1  deploy to AWS
  evbridge-momento put-event cacheSet              send the documented sample event
  evbridge-momento deploy --local                  the same on this computer

Exit codes: 0 ok, 1 failed, 2 usage, 3 differences found, 4 credentials or settings,
5 validation failed, 6 AWS or Momento said no, 7 rolled back, 8 timed out or detached,
9 delivery failed, 130 interrupted"
)]
pub struct Cli {
    /// The flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The flags that every command takes, in any position.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Where the command works.
    #[command(flatten)]
    pub places: Places,
    /// Ask this endpoint instead of AWS
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Make a call of AWS again that has no answer after this long, such as 30s; twice, then give up
    #[arg(
        long,
        global = true,
        env = "EVBRIDGE_MOMENTO_CALL_TIMEOUT",
        default_value = "30s",
        value_name = "DURATION",
        value_parser = deploy::duration
    )]
    pub call_timeout: Duration,
    /// Use the embedded local cloud: no AWS or Momento account is needed
    #[arg(long, global = true, env = "EVBRIDGE_MOMENTO_LOCAL", value_parser = clap::builder::FalseyValueParser::new())]
    pub local: bool,
    /// Directory of the local cloud's state and of what was deployed from here
    #[arg(
        long,
        global = true,
        env = "EVBRIDGE_MOMENTO_LOCAL_DIR",
        default_value = ".evbridge-momento",
        value_name = "DIR"
    )]
    pub local_dir: PathBuf,
    /// How time passes in the local cloud: retries are played at once, or waited for
    #[arg(
        long,
        global = true,
        env = "EVBRIDGE_MOMENTO_LOCAL_CLOCK",
        default_value = "virtual",
        value_name = "PACE"
    )]
    pub local_clock: ClockPace,
    /// Form of the output on stdout
    #[arg(long, global = true, env = "EVBRIDGE_MOMENTO_OUTPUT", default_value = "text", value_name = "FORM")]
    pub output: Format,
    /// When to use colours
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub color: ColorChoice,
    /// Print nothing but the data and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Log what happens to stderr; twice for more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// The flags of the place that were typed, for the command that comes next.
    #[arg(skip)]
    pub typed: String,
}

/// How time passes in the local cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ClockPace {
    /// Waiting is skipped
    Virtual,
    /// Waiting takes its time
    Real,
}

impl From<ClockPace> for Pace {
    fn from(pace: ClockPace) -> Self {
        match pace {
            ClockPace::Virtual => Self::Virtual,
            ClockPace::Real => Self::Real,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole integration at work on a throw-away local cloud
    Demo(demo::DemoArgs),
    /// Deploy the stack: the token's secret, a change set, live progress, the outputs
    Deploy(deploy::DeployArgs),
    /// Show what a deploy would change, property by property
    Diff(diff::DiffArgs),
    /// Put one event on the bus
    PutEvent(put_event::PutEventArgs),
    /// Say why an event goes where it goes, rule by rule, before it is sent
    Explain(explain::ExplainArgs),
    /// Check the Momento token, or change it without losing an event
    Token(token::TokenArgs),
    /// Show the stack and its parts, or follow the operation that runs
    Status(status::StatusArgs),
    /// Show what of the stack was changed by hand, property by property, and change it back
    Drift(drift::DriftArgs),
    /// Find what is wrong with the stack and say what to do about it
    Doctor(doctor::DoctorArgs),
    /// Print the least-privilege policy of who deploys, operates or produces
    Permissions(permissions::PermissionsArgs),
    /// Delete the stack and its secret
    Destroy(destroy::DestroyArgs),
    /// Print the CloudFormation template
    Render(render::RenderArgs),
    /// Check the stack definition and its template, offline
    Validate(validate::ValidateArgs),
    /// List Momento's regions and their base URLs
    Regions(regions::RegionsArgs),
    /// Serve the embedded local cloud over HTTP, or manage its caches
    Local(local::LocalArgs),
    /// Print the shell's completion script
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    #[command(hide = true)]
    Man(man::ManArgs),
}

impl Command {
    /// Returns whether the command can work in several regions at once.
    fn takes_regions(&self) -> bool {
        matches!(
            self,
            Self::Deploy(_)
                | Self::Destroy(_)
                | Self::Diff(_)
                | Self::Doctor(_)
                | Self::Drift(_)
                | Self::Status(_)
        )
    }

    /// Returns whether the JSON of the command is a stream of lines: of what happens while it follows an operation.
    fn streams(&self) -> bool {
        match self {
            Self::Deploy(_) | Self::Destroy(_) => true,
            Self::Status(args) => args.streams(),
            _ => false,
        }
    }
}

/// Runs the program with its arguments and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let environment = Environment::read();
    let cli = match Cli::command().try_get_matches_from(&arguments).and_then(|matches| {
        let mut cli = Cli::from_arg_matches(&matches)?;
        cli.global.typed = again::typed(&matches);
        Ok(cli)
    }) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, &arguments, &environment),
    };
    choose_colors(cli.global.color);
    log::start(cli.global.verbose);
    let printer = Printer::new(cli.global.output, cli.global.quiet, environment.plain);
    let printer = Printer { streams: cli.command.streams(), ..printer };
    let context = Context::new(printer.clone(), cli.global, environment);
    dispatch(&context, cli.command).unwrap_or_else(|error| {
        printer.error(&error);
        error.kind.exit_code()
    })
}

/// Answers a command line that is no command: help and version to stdout, what is wrong as it was asked for.
fn refuse(error: &clap::Error, arguments: &[OsString], environment: &Environment) -> u8 {
    if !error.use_stderr() {
        // A closed pipe is nobody's fault.
        let _ = error.print();
        return 0;
    }
    if !wants_json(arguments, environment) {
        refusal(&error.render().ansi().to_string(), &[arguments, &environment.flags].concat());
        return Kind::Usage.exit_code();
    }
    let text = error.render().to_string();
    let mut paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let first = paragraphs.next().unwrap_or_default();
    let mut usage = match first.strip_prefix("error: ") {
        Some(message) => Error::usage(message),
        // Without any argument the whole help is the answer.
        None => Error::usage("no command was given").hint("`evbridge-momento --help` lists the commands"),
    };
    if first.starts_with("error: ") {
        usage.hints.extend(paragraphs.map(str::to_owned));
    }
    Printer::new(Format::Json, true, true).error(&usage);
    Kind::Usage.exit_code()
}

/// Returns whether a command line that cannot be parsed asks for JSON all the same.
fn wants_json(arguments: &[OsString], environment: &Environment) -> bool {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let next = words.windows(2).filter(|pair| pair[0] == "--output").map(|pair| pair[1]);
    let own = words.iter().filter_map(|word| word.strip_prefix("--output="));
    next.chain(own).last().map_or(environment.json, |form| form == "json")
}

/// Runs a command and prints its answer; starts a runtime only for a command that waits for something.
fn dispatch(context: &Context, command: Command) -> Result<u8> {
    match command {
        Command::Render(args) => Ok(print(context, &render::run(context, &args)?)),
        Command::Validate(args) => Ok(print(context, &validate::run(&args)?)),
        Command::Regions(args) => Ok(print(context, &regions::run(&args)?)),
        Command::Completions(args) => Ok(print(context, &completions::run(&args))),
        Command::Man(args) => Ok(print(context, &man::run(&args)?)),
        command => with_runtime(matches!(command, Command::Local(_)), execute(context, command)),
    }
}

/// Runs a command that waits for something, and prints its answer.
pub async fn execute(context: &Context, command: Command) -> Result<u8> {
    if let Some(region) = context.global.places.stray() {
        return Err(Error::usage(format!(
            "`--profile` or `--assume-role` names {region}, and `--region` does not"
        ))
        .hint("name the region with `--region` too, or correct its spelling"));
    }
    if context.global.places.regions().len() > 1 && !command.takes_regions() {
        return Err(Error::usage("this command works in one region at a time").hint(
            "deploy, destroy, diff, doctor, drift and status take several `--region`, or `--region all`",
        ));
    }
    match command {
        Command::Demo(args) => Ok(print(context, &demo::run(context, args).await?)),
        Command::Deploy(args) => {
            each_region::run(context, async |context| deploy::run(context, args.clone()).await).await
        }
        Command::Status(args) => status::run(context, args).await,
        Command::Diff(args) => diff::run(context, args).await,
        Command::PutEvent(args) => Ok(print(context, &put_event::run(context, args).await?)),
        Command::Explain(args) => Ok(print(context, &explain::run(context, args).await?)),
        Command::Destroy(args) => {
            each_region::run(context, async |context| destroy::run(context, args.clone()).await).await
        }
        Command::Drift(args) => {
            each_region::run(context, async |context| drift::run(context, args.clone()).await).await
        }
        Command::Doctor(args) => {
            each_region::run(context, async |context| doctor::run(context, args.clone()).await).await
        }
        Command::Permissions(args) => Ok(print(context, &permissions::run(context, args).await?)),
        Command::Token(args) => token::run(context, args).await,
        Command::Local(args) => local::run(context, args).await,
        other => dispatch(context, other),
    }
}

/// Prints a command's answer and returns its exit code.
pub fn print<R: Report>(context: &Context, report: &R) -> u8 {
    context.printer.report(report)
}

/// Starts a runtime for a command: of one thread, or of one per core for the server.
fn with_runtime(serves: bool, work: impl Future<Output = Result<u8>>) -> Result<u8> {
    let mut builder = if serves {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = builder
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Failed, "the program cannot start its runtime").because(&error))?;
    runtime.block_on(work)
}

fn choose_colors(choice: ColorChoice) {
    match choice {
        ColorChoice::Auto => {}
        ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
}

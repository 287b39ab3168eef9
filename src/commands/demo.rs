//! `demo`: the tour for a newcomer, on a throw-away local cloud.

use clap::builder::Resettable;
use clap::{Args, Command, CommandFactory as _, FromArgMatches as _};
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::cli::{Cli, execute};
use crate::context::Context;
use crate::error::{Context as _, Error, Kind, Result};
use crate::places::Places;
use crate::settings::Environment;
use crate::ui::{Format, Page, Printer, Report};

/// The region of the tour.
const REGION: &str = "ap-northeast-1";

/// The arguments of `demo`.
#[derive(Args, Debug)]
pub struct DemoArgs {}

/// One step: what it shows, what is typed, and what must then be so.
struct Step {
    title: &'static str,
    typed: &'static [&'static str],
    check: Check,
}

/// What must be so after a step.
enum Check {
    /// Nothing more than that the command worked.
    Worked,
    /// The sample's item is there, or is not.
    Item(bool),
    /// A subscriber got the message.
    Heard,
    /// The dead-letter queue holds one message.
    DeadLetter,
}

const STEPS: &[Step] = &[
    Step {
        title: "Deploy the integration: connection, API destinations, rules, role, dead-letter queue",
        typed: &["deploy", "--region", REGION, "--local"],
        check: Check::Worked,
    },
    Step {
        title: "Put the documented sample event on the bus: it becomes a call to Momento",
        typed: &["put-event", "cacheSet", "--local"],
        check: Check::Item(true),
    },
    Step {
        title: "Read the value back from the cache",
        typed: &["local", "cache", "get", "my-cache", "--key", "test-key"],
        check: Check::Worked,
    },
    Step {
        title: "Publish to a topic that somebody listens to",
        typed: &["local", "topic", "subscribe", "my-cache", "my-topic", "--count", "1"],
        check: Check::Heard,
    },
    Step {
        title: "Delete the item",
        typed: &["put-event", "cacheDelete", "--local"],
        check: Check::Item(false),
    },
    Step {
        title: "Send an event with both kinds of key: nothing is lost, it waits in the dead-letter queue",
        typed: &[
            "put-event",
            "cacheSet",
            "--local",
            "--unchecked",
            "--detail",
            r#"{"cacheName":"my-cache","key":"a","key_base64":"YQ","message":"m","ttl":60}"#,
        ],
        check: Check::DeadLetter,
    },
    Step { title: "Delete everything again", typed: &["destroy", "--local", "--yes"], check: Check::Worked },
];

/// What the tour showed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Shown {
    /// The commands, as they would be typed; each did what it should.
    pub steps: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// Runs the tour; fails where a step does not do what it should.
pub async fn run(context: &Context, _args: DemoArgs) -> Result<Shown> {
    let started = std::time::Instant::now();
    let directory = Throwaway::make()?;
    let stage = stage(context, directory.path());
    let mut shown = Shown { steps: Vec::new(), seconds: 0.0 };
    for (index, step) in STEPS.iter().enumerate() {
        announce(context, index + 1, step);
        if matches!(step.check, Check::Heard) {
            hear(context, &stage, step).await?;
        } else {
            perform(&stage, step.typed).await?;
        }
        check(&stage, step).await?;
        shown.steps.push(line(step.typed));
        stage.printer.data("\n");
    }
    shown.seconds = started.elapsed().as_secs_f64();
    Ok(shown)
}

/// Makes what the commands of the tour work with: nothing of the person's settings or environment.
fn stage(context: &Context, directory: &std::path::Path) -> Context {
    let mut global = context.global.clone();
    global.local = true;
    global.typed.clear();
    directory.clone_into(&mut global.local_dir);
    global.places = Places::default();
    global.output = Format::Text;
    let silent = context.printer.format == Format::Json;
    let mut printer = Printer::new(Format::Text, context.printer.quiet || silent, true);
    printer.silent = silent;
    let environment = Environment { plain: true, unattended: true, ..Environment::default() };
    Context::new(printer, global, environment)
}

fn announce(context: &Context, number: usize, step: &Step) {
    if context.printer.format == Format::Json {
        return;
    }
    let title = format!("{number}/{} {}", STEPS.len(), step.title);
    context.printer.data(&format!("{}\n{} {}\n", title.bold(), "$".dimmed(), line(step.typed).cyan()));
}

/// Runs a command through the parser that a typed one goes through.
async fn perform(stage: &Context, typed: &[&str]) -> Result<()> {
    let words = std::iter::once("evbridge-momento").chain(typed.iter().copied());
    let matches = without_environment(Cli::command()).try_get_matches_from(words);
    let cli = matches
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .context(Kind::Failed, || format!("the tour's command `{}` does not parse", line(typed)))?;
    let mut scene = stage.again();
    if let Some(region) = cli.global.places.regions().pop() {
        scene.region = Some(region);
    }
    match Box::pin(execute(&scene, cli.command)).await? {
        0 => Ok(()),
        code => Err(Error::new(Kind::Failed, format!("`{}` ended with exit code {code}", line(typed)))),
    }
}

/// Makes a command heed its flags alone: a variable such as `EVBRIDGE_MOMENTO_BUS` is not for the tour.
fn without_environment(command: Command) -> Command {
    command.mut_args(|arg| arg.env(Resettable::Reset)).mut_subcommands(without_environment)
}

/// Listens to the topic while an event is published to it.
async fn hear(context: &Context, stage: &Context, step: &Step) -> Result<()> {
    const PUBLISH: &[&str] = &["put-event", "topicPublish", "--local"];
    let publish = async {
        // The subscriber asks first, as one does at a second terminal.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        if context.printer.format == Format::Text {
            context.printer.data(&format!("{} {}\n", "$".dimmed(), line(PUBLISH).cyan()));
        }
        perform(stage, PUBLISH).await
    };
    let patience = std::time::Duration::from_secs(10);
    let both = async { tokio::try_join!(perform(stage, step.typed), publish) };
    match tokio::time::timeout(patience, both).await {
        Ok(both) => both.map(drop),
        Err(_) => Err(Error::new(Kind::Delivery, "the subscriber heard nothing for ten seconds")),
    }
}

async fn check(stage: &Context, step: &Step) -> Result<()> {
    let wrong = |what: &str| Error::new(Kind::Delivery, format!("after `{}` {what}", line(step.typed)));
    match step.check {
        Check::Worked | Check::Heard => Ok(()),
        Check::Item(expected) => {
            let session = stage.session("momento-api").await?;
            let input = json!({ "Cache": "my-cache", "Key": "dGVzdC1rZXk" });
            let answer = session.local()?.call(REGION, "GetItem", input).await?;
            match (answer["Item"].is_null(), expected) {
                (true, true) => Err(wrong("the item is not in the cache")),
                (false, false) => Err(wrong("the item is still in the cache")),
                _ => Ok(()),
            }
        }
        Check::DeadLetter => {
            let session = stage.session("momento-api").await?;
            let stack = crate::aws::cloudformation::find(&session.clients, "momento-api").await?;
            let url = stack
                .and_then(|stack| stack.outputs.into_iter().find(|(name, _)| name == "DeadLetterQueueUrl"));
            let depth = match url {
                Some((_, url)) => crate::aws::queues::depth(&session.clients, &url).await?,
                None => None,
            };
            if depth == Some(1) {
                Ok(())
            } else {
                Err(wrong("the dead-letter queue does not hold the event"))
            }
        }
    }
}

/// Writes a command as one would type it.
fn line(typed: &[&str]) -> String {
    let words = typed
        .iter()
        .map(|word| if word.contains(['{', ' ']) { format!("'{word}'") } else { (*word).to_owned() });
    std::iter::once("evbridge-momento".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A directory that is gone when the tour is over.
struct Throwaway(std::path::PathBuf);

impl Throwaway {
    fn make() -> Result<Self> {
        let path =
            std::env::temp_dir().join(format!("evbridge-momento-demo-{}", uuid::Uuid::new_v4().simple()));
        crate::local::private::directory(&path)
            .context(Kind::Failed, || format!("the tour cannot make its directory {}", path.display()))?;
        Ok(Self(path))
    }

    fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Report for Shown {
    const SCHEMA: &'static str = "demo/1";

    fn text(&self, page: &mut Page) {
        page.note(format_args!(
            "{} all {} steps did what they should, in {:.1}s; nothing is left on this computer",
            "done".green().bold(),
            self.steps.len(),
            self.seconds
        ));
        page.next("the same, to keep", "evbridge-momento deploy --local");
        page.next("on AWS", &format!("evbridge-momento deploy --region {REGION}"));
    }
}

//! `explain`: why an event goes where it goes, rule by rule, before it is sent.

mod given;
mod report;
mod rules;
mod text;

use clap::Args;
use jiff::tz::TimeZone;

pub use report::{Explained, ExplainedRule};

use self::given::Given;
use self::rules::Rules;
use super::stack::{StackArg, load, momento_base_url};
use crate::aws::events;
use crate::context::Context;
use crate::deployments::{Deployment, Place as Where};
use crate::error::Result;
use crate::local::wire::ACCOUNT;
use crate::model::definition::{Definition, Endpoint, StackName};
use crate::model::event::{Entry, Kind as Sample, Source};
use crate::model::explain::Event;
use crate::model::explain::event::Surroundings;

/// The region when neither a flag nor a deployment nor the environment names one.
const DEFAULT_REGION: &str = "us-east-1";

/// The arguments of `explain`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento explain event.json
  evbridge-momento explain detail.json --detail-type cacheSet --stack shop
  evbridge-momento explain '{\"cacheName\":\"c\"}' --detail-type cacheSet
  evbridge-momento put-event cacheSet --dry-run | evbridge-momento explain -
  evbridge-momento explain 6f1c2d3e-0000-4000-8000-0123456789ab --local

An event has at least source, detail-type and detail. Without one it takes the \
documented sample of cacheSet. Works offline from the rendered stack: no state, \
no credentials. With --local and rules on the local cloud's bus it explains \
those, whoever made them, as they are now; an event's id always means them. \
Exit code 9: AWS was asked, and says something else.")]
pub struct ExplainArgs {
    /// The event: a file, - for standard input, JSON text, cacheSet, cacheDelete or topicPublish for the
    /// documented sample, or with --local the id of an event that was put
    #[arg(value_name = "EVENT")]
    event: Option<String>,
    /// What is given is only the detail of an event with this detail-type
    #[arg(long, value_name = "TYPE", requires = "event")]
    detail_type: Option<String>,
    /// Who sends the event, where only the detail is given
    #[arg(long, default_value = "demo", value_name = "SOURCE", requires = "detail_type")]
    source: Source,
    /// Stack definition whose rules are held against it: a name for stacks/NAME.yaml, or a file
    #[arg(long, value_name = "STACK")]
    stack: Option<String>,
    /// Name of the CloudFormation stack, to find the region and the bus that it was deployed to
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME")]
    stack_name: Option<StackName>,
    /// Momento's base URL, when it is not the region's own
    #[arg(long, env = "EVBRIDGE_MOMENTO_ENDPOINT", value_name = "URL")]
    momento_endpoint: Option<Endpoint>,
    /// Ask AWS too, one `TestEventPattern` per rule, and report where it disagrees
    #[arg(long)]
    aws: bool,
}

/// What is explained, and against which stack.
pub(super) struct Question<'a> {
    /// The stack's definition.
    pub(super) definition: &'a Definition,
    /// The CloudFormation stack's name.
    pub(super) stack: &'a str,
    /// The bus.
    pub(super) bus: &'a str,
    /// The region.
    pub(super) region: &'a str,
}

/// Explains an event.
pub async fn run(context: &Context, args: ExplainArgs) -> Result<Explained> {
    let mut definition = load(&StackArg { stack: args.stack.clone() })?;
    if let Some(endpoint) = args.momento_endpoint.clone() {
        definition.momento.endpoint = endpoint;
    }
    let stack = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let given = Given::of(&args)?;
    let known = known(context, &stack);
    let mut bus = known.as_ref().map_or_else(|| definition.bus.name.to_string(), |known| known.bus.clone());
    let mut region = region(context, known.as_ref());
    let mut local = None;
    let (text, sample) = match given {
        Given::Event(text) => (Some(text), None),
        Given::Sample(kind) => (None, Some(kind)),
        Given::Sent(id) => {
            let (session, sent) = given::sent(context, &stack, &id).await?;
            (bus, region) = (sent.bus, sent.region);
            local = Some(session);
            (Some(sent.event), None)
        }
    };
    let was_sent = local.is_some();
    if !was_sent && context.global.local && context.has_local_cloud() {
        let session = context.session(&stack).await?;
        session.region().clone_into(&mut region);
        local = Some(session);
    }
    let around = Around::new(context, &region);
    let event = match (&text, sample) {
        (Some(text), _) => given::event(text, &args, &around.borrow())?,
        (None, kind) => given::sample(kind.unwrap_or(Sample::CacheSet), &around.borrow())?,
    };
    if let Some(kind) = sample {
        let why = if args.event.is_none() { "no event was given: " } else { "" };
        context.printer.status(&format!("{why}this is the documented sample of {kind}"));
    }
    let question = Question { definition: &definition, stack: &stack, bus: &bus, region: &region };
    let rules = match &local {
        Some(session) if was_sent => rules::on_bus(session, &stack, &bus).await?.0,
        local => rules::of(context, local.as_ref(), &question).await?,
    };
    if rules.deployed && args.momento_endpoint.is_some() {
        context.printer.warn("--momento-endpoint has no effect: the rules that are deployed are explained");
    }
    let mut explained = explain(&question, &event, &rules);
    explained.is_sample = sample.is_some();
    if args.aws {
        ask(context, &stack, &mut explained).await?;
    }
    Ok(explained)
}

/// Explains an event that is about to be put on a bus.
pub(super) async fn entry(
    context: &Context,
    definition: &Definition,
    stack: &str,
    bus: &str,
    entry: &Entry,
) -> Result<Explained> {
    let mut region = region(context, known(context, stack).as_ref());
    let local = if context.global.local && context.has_local_cloud() {
        Some(context.session(stack).await?)
    } else {
        None
    };
    if let Some(session) = &local {
        session.region().clone_into(&mut region);
    }
    let around = Around::new(context, &region);
    let event = Event::of_detail(&entry.detail, &entry.detail_type, entry.source.as_str(), &around.borrow())
        .map_err(|error| given::invalid("the event", &error))?;
    let question = Question { definition, stack, bus, region: &region };
    let rules = rules::of(context, local.as_ref(), &question).await?;
    Ok(explain(&question, &event, &rules))
}

/// Asks AWS about every rule.
async fn ask(context: &Context, stack: &str, explained: &mut Explained) -> Result<()> {
    let session = context.session(stack).await?;
    let mut answers = Vec::with_capacity(explained.rules.len());
    for rule in &explained.rules {
        let pattern = &rule.explanation.pattern;
        answers.push(events::test_pattern(&session.clients, pattern, &explained.event).await?);
    }
    explained.compare(answers);
    Ok(())
}

/// Returns where the stack was deployed from here: to the cloud that is meant, else to the other.
fn known(context: &Context, stack: &str) -> Option<Deployment> {
    let deployments = context.deployments();
    let flag = context.region.as_deref();
    let (place, other) = match context.place() {
        Where::Aws => (Where::Aws, Where::Local),
        Where::Local => (Where::Local, Where::Aws),
    };
    let mut all = deployments.of(place, stack).chain(deployments.of(other, stack));
    all.find(|known| flag.is_none_or(|region| region == known.region)).cloned()
}

/// Returns the region: the flag, where the stack was deployed from here, the environment.
fn region(context: &Context, known: Option<&Deployment>) -> String {
    let flag = context.region.clone();
    flag.or_else(|| known.map(|known| known.region.clone()))
        .or_else(|| context.environment.region.clone())
        .unwrap_or_else(|| DEFAULT_REGION.to_owned())
}

fn explain(question: &Question<'_>, event: &Event, rules: &Rules) -> Explained {
    let mut explained = Explained::new(question, event, rules.stack.explain(&event.json));
    explained.deployed = rules.deployed;
    explained
}

/// What EventBridge adds to an event that is put now.
struct Around {
    region: String,
    time: String,
}

impl Around {
    fn new(context: &Context, region: &str) -> Self {
        let time = context.now().to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self { region: region.to_owned(), time }
    }

    fn borrow(&self) -> Surroundings<'_> {
        Surroundings { account: ACCOUNT, region: &self.region, time: &self.time }
    }
}

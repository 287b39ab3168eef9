//! `explain`: why an event goes where it goes, rule by rule, before it is sent.

mod given;
mod report;
mod text;

use std::collections::BTreeMap;

use clap::Args;
use jiff::tz::TimeZone;

pub use report::{Explained, ExplainedRule};

use self::given::Given;
use super::stack::{StackArg, load, momento_base_url};
use crate::aws::events;
use crate::context::Context;
use crate::error::{Context as _, Error, Kind, Result};
use crate::local::wire::ACCOUNT;
use crate::model::definition::{Definition, StackName};
use crate::model::event::Source;
use crate::model::explain::event::Surroundings;
use crate::model::explain::{Event, Place, Stack};
use crate::model::template::{self, Variant};

/// The region when neither a flag nor a deployment nor the environment names one.
const DEFAULT_REGION: &str = "us-east-1";

/// The arguments of `explain`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento explain event.json
  evbridge-momento explain '{\"source\":\"demo\",\"detail-type\":\"cacheSet\",\"detail\":{\"cacheName\":\"c\",\"key\":\"k\"}}'
  evbridge-momento explain detail.json --detail-type cacheSet --stack shop
  evbridge-momento put-event cacheSet --dry-run | evbridge-momento explain -
  evbridge-momento explain 6f1c2d3e-0000-4000-8000-0123456789ab --local

Works offline from the rendered stack: no state, no credentials. Without an event it takes the documented
sample of cacheSet. Exit code 9: AWS was asked and disagrees.")]
pub struct ExplainArgs {
    /// The event: a file, - for standard input, JSON text, cacheSet, cacheDelete or topicPublish for the
    /// documented sample, or with --local the id of an event that was put
    #[arg(value_name = "EVENT", allow_hyphen_values = true)]
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
    /// Ask AWS too, one TestEventPattern per rule, and report where it disagrees
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
    let definition = load(&StackArg { stack: args.stack.clone() })?;
    let stack = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let given = Given::of(&args)?;
    let sent = match &given {
        Given::Sent(id) => Some(given::sent(context, &stack, id).await?),
        _ => None,
    };
    let region = match &sent {
        Some(sent) => sent.region.clone(),
        None => region(context, &stack),
    };
    let event = match (&sent, &given) {
        (Some(sent), _) => &Given::Event(sent.event.clone()),
        (None, given) => given,
    };
    let bus = super::put_event::bus(context, None, &stack, definition.bus.name.as_str());
    let event = event.event(&surroundings(context, &region).borrow(), &args)?;
    if let Given::Sample(kind) = &given {
        context.printer.status(&format!("this is the documented sample of {kind}"));
    }
    let question = Question { definition: &definition, stack: &stack, bus: &bus, region: &region };
    let mut explained = explain(&question, &event)?;
    explained.is_sample = matches!(given, Given::Sample(_));
    if args.aws {
        let session = context.session(&stack).await?;
        let mut answers = Vec::with_capacity(explained.rules.len());
        for rule in &explained.rules {
            let pattern = &rule.explanation.pattern;
            answers.push(events::test_pattern(&session.clients, pattern, &explained.event).await?);
        }
        explained.compare(answers);
    }
    Ok(explained)
}

/// Explains an event that is about to be put.
pub(super) fn entry(
    context: &Context,
    question: &Question<'_>,
    entry: &crate::model::event::Entry,
) -> Result<Explained> {
    let surroundings = surroundings(context, question.region);
    let (detail_type, source) = (&entry.detail_type, entry.source.as_str());
    let event = Event::of_detail(&entry.detail, detail_type, source, &surroundings.borrow())
        .map_err(|error| given::invalid("the event", &error))?;
    explain(question, &event)
}

/// Returns the region that is explained: the flag, where the stack was deployed from here, the environment.
pub(super) fn region(context: &Context, stack: &str) -> String {
    let deployments = context.deployments();
    let known = || deployments.of(context.place(), stack).next().map(|known| known.region.clone());
    let flag = context.global.region.clone();
    flag.or_else(known)
        .or_else(|| context.environment.region.clone())
        .unwrap_or_else(|| DEFAULT_REGION.to_owned())
}

fn explain(question: &Question<'_>, event: &Event) -> Result<Explained> {
    let Question { definition, stack, bus, region } = *question;
    // The template would refuse a region without Momento too, in CloudFormation's words.
    momento_base_url(&definition.momento.endpoint, region)?;
    let text = template::render(definition, Variant::Managed)
        .context(Kind::Failed, || "the template cannot be rendered".to_owned())?;
    let place = Place { region, account: ACCOUNT, stack_name: stack };
    let parameters = BTreeMap::from([("EventBusName".to_owned(), bus.to_owned())]);
    let rules = Stack::read(&text, &place, &parameters)
        .map_err(|error| Error::validation("the stack's rules cannot be read").because(&error))?;
    Ok(Explained::new(question, event, rules.explain(&event.json)))
}

/// What EventBridge adds to an event that is put now.
struct Around {
    region: String,
    time: String,
}

impl Around {
    fn borrow(&self) -> Surroundings<'_> {
        Surroundings { account: ACCOUNT, region: &self.region, time: &self.time }
    }
}

fn surroundings(context: &Context, region: &str) -> Around {
    let time = context.now().to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Around { region: region.to_owned(), time }
}

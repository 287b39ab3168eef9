//! `put-event`: puts one event on the bus, and on the local cloud shows where it went.

mod delivery;
mod fields;
mod report;
mod unchecked;
mod watch;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use serde_json::json;

pub use fields::FieldArgs;
pub use report::Put;
pub(super) use report::show_request;

use self::delivery::Delivery;
use self::fields::Given;
use self::report::Stored;
use super::again::Again;
use super::explain;
use super::stack::{StackArg, flag, load};
use crate::aws::{cloudformation, events};
use crate::context::{Context, Session};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::local::clock::Pace;
use crate::local::eventbridge::Trace;
use crate::model::definition::{BusName, Definition, StackName};
use crate::model::event::entry::InvalidSource;
use crate::model::event::{Entry, Event, Kind, Size, Source};

/// Who sends the event where neither a flag nor the stack says so.
const SOURCE: &str = "demo";

/// The arguments of `put-event`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento put-event cacheSet
  evbridge-momento put-event cacheSet --cache my-cache --key test-key --value 'hello world!' --ttl 300
  evbridge-momento put-event topicPublish --detail '{\"cacheName\":\"my-cache\",\"topicName\":\"t\",\"message\":\"hi\"}'
  evbridge-momento put-event cacheDelete --detail @event.json --dry-run --explain

Without fields it asks for them on a terminal; elsewhere it sends the documented sample and says so.")]
pub struct PutEventArgs {
    /// The event's detail-type
    #[arg(value_name = "EVENT", value_parser = clap::builder::PossibleValuesParser::new(["cacheSet", "cacheDelete", "topicPublish"]))]
    event: String,
    #[command(flatten)]
    fields: FieldArgs,
    /// Stack definition that names the bus: a name for stacks/NAME.yaml, or a file
    #[arg(long, value_name = "STACK")]
    stack: Option<String>,
    /// Name of the CloudFormation stack, to find the region and the bus that it was deployed to
    #[arg(long, env = "EVBRIDGE_MOMENTO_STACK_NAME", value_name = "NAME", value_parser = flag::<StackName>)]
    stack_name: Option<StackName>,
    /// Event bus, by its name
    #[arg(long, env = "EVBRIDGE_MOMENTO_BUS", value_name = "BUS", value_parser = flag::<BusName>)]
    bus: Option<BusName>,
    /// Who sends the event: the definition's first source when left out, else demo
    #[arg(long, value_name = "SOURCE")]
    source: Option<Source>,
    /// Send the detail even if it breaks the documented contract
    #[arg(long, requires = "detail")]
    unchecked: bool,
    /// Say first, rule by rule, where the event will go and why
    #[arg(long)]
    explain: bool,
    /// Print the entry that would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
}

/// Puts the event on the bus.
pub async fn run(context: &Context, args: PutEventArgs) -> Result<Put> {
    let kind: Kind = args
        .event
        .parse()
        .map_err(|error: crate::model::event::InvalidKind| Error::usage(error.to_string()))?;
    let definition = load(&StackArg { stack: args.stack.clone() })?;
    let stack = args.stack_name.as_ref().unwrap_or(&definition.name).to_string();
    let bus = bus(context, args.bus.as_ref(), &stack, definition.bus.name.as_str());
    let source = source(args.source, &definition)?;
    let entry = |detail: &str| Entry {
        source: source.clone(),
        detail_type: kind.detail_type().to_owned(),
        detail: detail.to_owned(),
        resources: Vec::new(),
        time: None,
    };
    let hint = async |detail: &str| {
        let explained = explain::entry(context, &definition, &stack, &bus, &entry(detail)).await;
        unchecked::hint(explained.ok().as_ref())
    };
    let given = args.fields.resolve(context, kind, args.unchecked, hint).await?;
    let entry = entry(&given.detail);
    check_size(context, &entry)?;
    let mut put = Put::new(kind, &entry, &bus, &given);
    if args.explain {
        let mut explained = explain::entry(context, &definition, &stack, &bus, &entry).await?;
        explained.is_sample = given.is_sample;
        explained.show(&context.printer);
        put.explanation = Some(explained);
    }
    if args.dry_run {
        return Ok(put);
    }
    if given.is_sample {
        context.printer.status(&format!("no field was given: this is the documented sample of {kind}"));
    }
    let session = context.session(&stack).await?;
    session.region().clone_into(&mut put.region);
    if !events::bus_exists(&session.clients, &bus).await? {
        return Err(no_bus(&bus, session.region()));
    }
    let sent = events::Entry {
        bus,
        source: entry.source.as_str().to_owned(),
        detail_type: entry.detail_type.clone(),
        detail: entry.detail.clone(),
    };
    let id = events::put(&session.clients, &sent).await?;
    if let Some(local) = &session.local {
        let trace = if local.pace() == Pace::Real {
            put.announce(&context.printer, &id);
            let (trace, interrupted) = watch::watch(context, &session, &id).await?;
            if interrupted {
                put.interrupt();
            }
            trace
        } else {
            let answer = local.call(session.region(), "Trace", json!({ "EventId": id })).await?;
            serde_json::from_value::<Option<Trace>>(answer["Trace"].clone()).unwrap_or_default()
        };
        put.deliveries = trace.as_ref().map(Delivery::all).unwrap_or_default();
        put.stored = stored(&session, kind, &given).await?;
        put.local = true;
        if put.deliveries.is_empty() {
            let again = Again::new(
                context,
                args.stack.as_deref(),
                &definition,
                &stack,
                &put.entry.event_bus_name,
                session.region(),
            );
            put.next = Some(after_loss(&session, &stack, &id, &again).await?);
        }
    }
    put.event_id = Some(id);
    put.expects_rejection = args.unchecked && given.broken.is_some();
    Ok(put)
}

/// Returns what helps when no rule has matched an event, and the command that does it.
async fn after_loss(
    session: &Session,
    stack: &str,
    event: &str,
    again: &Again,
) -> Result<(&'static str, String)> {
    let deployed = cloudformation::find(&session.clients, stack).await?;
    Ok(match deployed {
        Some(stack) if stack.status.is_deployed() => ("see why", again.explain(event)),
        _ => ("deploy the rules", again.deploy()),
    })
}

/// Returns who sends the event: the flag, the first source that the stack takes events of, or `demo`.
fn source(flag: Option<Source>, definition: &Definition) -> Result<Source> {
    let of_stack = || definition.source.iter().find_map(|source| source.as_str().parse().ok());
    match flag.or_else(of_stack) {
        Some(source) => Ok(source),
        None => SOURCE.parse().map_err(|error: InvalidSource| Error::usage(error.to_string())),
    }
}

/// Returns the bus: the flag, the bus that the stack was deployed with from here, the definition.
fn bus(context: &Context, flag: Option<&BusName>, stack: &str, default: &str) -> String {
    if let Some(bus) = flag {
        return bus.to_string();
    }
    let region = context.region.as_deref();
    let deployments = context.deployments();
    let known = deployments
        .of(context.place(), stack)
        .filter(|known| region.is_none_or(|region| region == known.region));
    known.last().map_or_else(|| default.to_owned(), |known| known.bus.clone())
}

fn check_size(context: &Context, entry: &Entry) -> Result<()> {
    match entry.size() {
        Ok(Size::Fits(_)) => Ok(()),
        Ok(Size::Doubtful(bytes)) => {
            context.printer.warn(&format!(
                "the event has {bytes} bytes: EventBridge takes up to 1 MB since 2025, but older documentation says 256 KB"
            ));
            Ok(())
        }
        Err(error) => Err(Error::validation("the event cannot be sent").cause(error.to_string())),
    }
}

fn no_bus(bus: &str, region: &str) -> Error {
    Error::settings(format!("the event bus {bus} does not exist in {region}"))
        .cause("EventBridge would answer with an event id all the same, and drop the event")
        .hint("say which bus with `--bus`, which region with `--region`, or deploy the stack first")
}

/// Returns what Momento holds under the event's key now.
async fn stored(session: &Session, kind: Kind, given: &Given) -> Result<Option<Stored>> {
    let Ok(event) = Event::from_detail(kind, &given.detail) else { return Ok(None) };
    let Some(key) = event.key() else { return Ok(None) };
    let input = json!({ "Cache": event.cache().as_str(), "Key": URL_SAFE_NO_PAD.encode(key.bytes()) });
    let answer = match session.local()?.call(session.region(), "GetItem", input).await {
        Ok(answer) => answer,
        // There is no such cache: the delivery says so, and the event is put all the same.
        Err(error) if error.code == "ValidationException" => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let item = &answer["Item"];
    let bytes = item["Value"].as_str().map(|value| URL_SAFE_NO_PAD.decode(value).unwrap_or_default());
    Ok(Some(Stored {
        cache: event.cache().to_string(),
        key: String::from_utf8_lossy(key.bytes()).into_owned(),
        value: bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        expires_at: item["ExpiresAt"].as_str().map(str::to_owned),
    }))
}

/// Says that an event did not arrive where it should.
pub fn undelivered() -> u8 {
    ErrorKind::Delivery.exit_code()
}

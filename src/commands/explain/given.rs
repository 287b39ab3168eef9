//! Where the event comes from: a file, standard input, the command line, a sample, or the local cloud.

use std::fs::File;
use std::io::Read;

use serde_json::json;
use uuid::Uuid;

use super::ExplainArgs;
use crate::context::{Context, Session};
use crate::error::{Context as _, Error, Kind as ErrorKind, Result};
use crate::local::eventbridge::Trace;
use crate::model::event::{self, Kind, Source};
use crate::model::explain::Event;
use crate::model::explain::event::{InvalidEvent, Surroundings};

/// The largest file or standard input that is read: more does not fit an event.
const LARGEST: u64 = 2 * 1024 * 1024;

/// What the user gave.
#[derive(Debug)]
pub(super) enum Given {
    /// The text of an event, or of a detail.
    Event(String),
    /// The documented sample.
    Sample(Kind),
    /// The id of an event that was put on the local cloud.
    Sent(String),
}

impl Given {
    /// Finds out what the argument means, and reads it.
    pub(super) fn of(args: &ExplainArgs) -> Result<Self> {
        let Some(given) = args.event.as_deref() else { return Ok(Self::Sample(Kind::CacheSet)) };
        if given == "-" {
            return Ok(Self::Event(read(std::io::stdin().lock(), "standard input")?));
        }
        if given.trim_start().starts_with(['{', '[', '"']) {
            return Ok(Self::Event(given.to_owned()));
        }
        let path = given.strip_prefix('@').unwrap_or(given);
        match File::open(path) {
            Ok(file) => read(file, path).map(Self::Event),
            Err(_) if given.len() == 36 && Uuid::parse_str(given).is_ok() => Ok(Self::Sent(given.to_owned())),
            Err(error) => match given.parse() {
                Ok(kind) if args.detail_type.is_none() => Ok(Self::Sample(kind)),
                _ => Err(Error::usage(format!("the event {given} cannot be read"))
                    .because(&error)
                    .hint("give a file, `-` for standard input, JSON text that starts with {, cacheSet, cacheDelete or topicPublish for a sample, or the id of an event that was put locally")),
            },
        }
    }
}

/// Reads the event, or its detail.
pub(super) fn event(text: &str, args: &ExplainArgs, surroundings: &Surroundings<'_>) -> Result<Event> {
    match &args.detail_type {
        Some(detail_type) => Event::of_detail(text, detail_type, args.source.as_str(), surroundings)
            .map_err(|error| invalid("the detail", &error)),
        None => Event::read(text, surroundings).map_err(|error| invalid("the event", &error)),
    }
}

/// Makes the documented sample.
pub(super) fn sample(kind: Kind, surroundings: &Surroundings<'_>) -> Result<Event> {
    let detail = event::Event::sample(kind).detail().to_string();
    Event::of_detail(&detail, kind.detail_type(), Source::default().as_str(), surroundings)
        .map_err(|error| invalid("the sample", &error))
}

/// An event that was put on the local cloud.
pub(super) struct Sent {
    /// The bus.
    pub(super) bus: String,
    /// The region.
    pub(super) region: String,
    /// The event, JSON as text.
    pub(super) event: String,
}

/// Looks up an event that was put on the local cloud.
pub(super) async fn sent(context: &Context, stack: &str, id: &str) -> Result<(Session, Sent)> {
    if !context.global.local {
        return Err(Error::usage(format!("{id} is the id of an event, and AWS keeps no events"))
            .hint("add `--local` for an event that was put on the local cloud")
            .hint("for another one give the event itself: a file, `-`, or JSON text"));
    }
    let session = context.session(stack).await?;
    let answer = session.local()?.call(session.region(), "Trace", json!({ "EventId": id })).await?;
    let trace: Option<Trace> = serde_json::from_value(answer["Trace"].clone()).unwrap_or_default();
    let region = session.region().to_owned();
    let trace = trace.ok_or_else(|| {
        Error::usage(format!("no event {id} was put on the local cloud in {region}"))
            .cause("it keeps the newest thousand of each region")
            .hint("say which region with `--region`, or put the event again")
    })?;
    Ok((session, Sent { bus: trace.bus, region: trace.region, event: trace.event }))
}

/// Says why a text is not an event.
pub(super) fn invalid(what: &str, error: &InvalidEvent) -> Error {
    Error::validation(format!("{what} cannot be explained")).cause(error.to_string()).hint(error.hint())
}

fn read(source: impl Read, name: &str) -> Result<String> {
    let mut bytes = Vec::new();
    source
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .context(ErrorKind::Usage, || format!("{name} cannot be read"))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::validation(format!("{name} is larger than any event"))
            .cause("EventBridge takes events of at most 1 MB"));
    }
    String::from_utf8(bytes).context(ErrorKind::Validation, || format!("{name} is not UTF-8 text"))
}

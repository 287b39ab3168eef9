//! The fields of the event: from flags, from `--detail`, from questions, or the documented sample.

use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;

use crate::context::Context;
use crate::error::{Context as _, Error, Kind as ErrorKind, Result};
use crate::model::event::{
    Event, Field, Fields, InvalidDetail, InvalidFields, InvalidTtl, Key, Kind, Message, Ttl,
};
use crate::model::json::Json;
use crate::model::names::{CacheName, TopicName};
use crate::ui::prompt;

/// The largest file or standard input that is read for a value or a detail: more does not fit an event.
const LARGEST: u64 = 2 * 1024 * 1024;

/// The flags that say what the event holds.
#[derive(Args, Clone, Debug, Default)]
pub struct FieldArgs {
    /// Cache name
    #[arg(long, value_name = "NAME")]
    cache: Option<CacheName>,
    /// Key of the cache item
    #[arg(long, value_name = "KEY", value_parser = Key::from_text, allow_hyphen_values = true)]
    key: Option<Key>,
    /// Key of the cache item, base64url-encoded
    #[arg(long, value_name = "BASE64", value_parser = Key::from_base64, conflicts_with = "key", allow_hyphen_values = true)]
    key_base64: Option<Key>,
    /// Value of the cache item
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    value: Option<String>,
    /// File that holds the value of the cache item
    #[arg(long, value_name = "FILE", conflicts_with_all = ["value", "message"])]
    value_file: Option<PathBuf>,
    /// Time to live of the cache item, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = ttl, allow_negative_numbers = true)]
    ttl: Option<Ttl>,
    /// Topic name
    #[arg(long, value_name = "NAME")]
    topic: Option<TopicName>,
    /// Message for the topic
    #[arg(long, value_name = "TEXT", conflicts_with = "value", allow_hyphen_values = true)]
    message: Option<String>,
    /// The whole detail: JSON, @FILE, or - for standard input
    #[arg(
        long,
        value_name = "JSON|@FILE|-",
        conflicts_with_all = ["cache", "key", "key_base64", "value", "value_file", "ttl", "topic", "message"],
        allow_hyphen_values = true
    )]
    detail: Option<String>,
}

/// What is to be sent, and where it came from.
#[derive(Debug)]
pub struct Given {
    /// The detail's text.
    pub detail: String,
    /// Why the detail breaks the documented contract, when it does and that was asked for.
    pub broken: Option<String>,
    /// Whether it is the documented sample.
    pub is_sample: bool,
}

impl FieldArgs {
    /// Makes the arguments that give the whole detail.
    pub fn detail(text: &str) -> Self {
        Self { detail: Some(text.to_owned()), ..Self::default() }
    }

    /// Finds out what the event holds; `unchecked` lets a detail through that breaks the contract.
    ///
    /// `hint` says how a detail that breaks it can be sent all the same.
    pub async fn resolve(
        &self,
        context: &Context,
        kind: Kind,
        unchecked: bool,
        hint: impl AsyncFn(&str) -> String,
    ) -> Result<Given> {
        if let Some(detail) = &self.detail {
            return whole(&text_of(detail)?, kind, unchecked, hint).await;
        }
        let fields = self.fields()?;
        if fields.is_empty() && !context.can_ask() {
            let event = Event::sample(kind);
            return Ok(Given { detail: event.detail().to_string(), broken: None, is_sample: true });
        }
        let fields = if context.can_ask() { ask(fields, kind)? } else { fields };
        let event = fields.event(kind).map_err(|error| {
            Error::validation(format!("{kind} cannot be sent")).cause(self.refused(&error))
        })?;
        Ok(Given { detail: event.detail().to_string(), broken: None, is_sample: false })
    }

    /// Says why the fields make no event, with the flag that was typed: a message has three.
    fn refused(&self, error: &InvalidFields) -> String {
        let flag = if self.value_file.is_some() {
            "--value-file"
        } else if self.value.is_some() {
            "--value"
        } else {
            "--message"
        };
        match error {
            InvalidFields::Unused { kind, field: Field::Message } => {
                format!("{kind} has no {flag}: leave it out")
            }
            InvalidFields::Message(problem) => format!("{flag}: {problem}"),
            error => error.to_string(),
        }
    }

    fn fields(&self) -> Result<Fields> {
        let message = match (&self.value_file, self.value.as_ref().or(self.message.as_ref())) {
            (Some(path), _) => {
                let bytes = limited(std::fs::File::open(path), &path.display().to_string())?;
                let message = Message::from_bytes(&bytes);
                Some(message.map_err(|error| Error::validation(format!("--value-file: {error}")))?)
            }
            (None, Some(text)) => Some(Message::from_text(text)),
            (None, None) => None,
        };
        Ok(Fields {
            cache: self.cache.clone(),
            key: self.key.clone(),
            key_base64: self.key_base64.clone(),
            message,
            topic: self.topic.clone(),
            ttl: self.ttl,
        })
    }
}

/// Takes the whole detail; unchecked it is sent as it is given, byte for byte.
async fn whole(text: &str, kind: Kind, unchecked: bool, hint: impl AsyncFn(&str) -> String) -> Result<Given> {
    match Event::from_detail(kind, text) {
        Ok(_) if unchecked => Ok(Given { detail: text.to_owned(), broken: None, is_sample: false }),
        Ok(event) => Ok(Given { detail: event.detail().to_string(), broken: None, is_sample: false }),
        Err(error) if unchecked => {
            // EventBridge itself takes nothing but JSON, whatever the contract says.
            Json::parse(text).context(ErrorKind::Validation, || "the detail is not JSON".to_owned())?;
            Ok(Given { detail: text.to_owned(), broken: Some(error.to_string()), is_sample: false })
        }
        Err(error) => {
            let refused = Error::validation(format!("the detail is not a {kind}")).cause(error.to_string());
            // Nothing makes EventBridge take what is no JSON object.
            Err(match error {
                InvalidDetail::Json(_) | InvalidDetail::Object(_) => refused,
                _ => refused.hint(hint(text).await),
            })
        }
    }
}

/// Asks for what is missing, with the documented sample as defaults.
fn ask(mut fields: Fields, kind: Kind) -> Result<Fields> {
    for field in fields.missing(kind) {
        match field {
            Field::Cache => fields.cache = Some(answer("cache name", "my-cache", str::parse)?),
            Field::Topic => fields.topic = Some(answer("topic name", "my-topic", str::parse)?),
            Field::Key | Field::KeyBase64 => fields.key = Some(answer("key", "test-key", Key::from_text)?),
            Field::Message => {
                fields.message = Some(answer("message", "hello world!", |text| {
                    Ok::<_, String>(Message::from_text(text))
                })?);
            }
            Field::Ttl => fields.ttl = Some(answer("time to live in seconds", "300", ttl)?),
        }
    }
    Ok(fields)
}

fn answer<T, E: std::fmt::Display>(
    label: &str,
    default: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T> {
    loop {
        let Some(text) = prompt::text(label, default) else {
            return Err(Error::new(
                ErrorKind::Interrupted,
                "no event was sent: the questions were not answered",
            ));
        };
        match parse(&text) {
            Ok(value) => return Ok(value),
            Err(error) => prompt::say(&error.to_string()),
        }
    }
}

fn ttl(text: &str) -> Result<Ttl, InvalidTtl> {
    text.trim().parse()
}

fn text_of(detail: &str) -> Result<String> {
    let bytes = match detail.strip_prefix('@') {
        Some(path) => limited(std::fs::File::open(path), path)?,
        None if detail == "-" => limited(Ok(std::io::stdin().lock()), "standard input")?,
        None => return Ok(detail.to_owned()),
    };
    String::from_utf8(bytes).context(ErrorKind::Validation, || "the detail is not UTF-8 text".to_owned())
}

fn limited(source: std::io::Result<impl std::io::Read>, name: &str) -> Result<Vec<u8>> {
    let context = || format!("{name} cannot be read");
    let mut bytes = Vec::new();
    source
        .context(ErrorKind::Usage, context)?
        .take(LARGEST)
        .read_to_end(&mut bytes)
        .context(ErrorKind::Usage, context)?;
    Ok(bytes)
}

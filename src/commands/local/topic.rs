//! `local topic`: listening to a topic of the local cloud, through Momento's own HTTP API.

use clap::Subcommand;
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::Value;

use super::session;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::model::names::{CacheName, TopicName};
use crate::ui::{Page, Report, clean};

/// What to do with topics.
#[derive(Debug, Subcommand)]
pub enum TopicCommand {
    /// Print the messages of a topic as they come, until stopped
    Subscribe {
        /// The cache's name.
        cache: CacheName,
        /// The topic's name.
        topic: TopicName,
        /// Stop after so many messages
        #[arg(long, value_name = "NUMBER")]
        count: Option<u64>,
    },
}

/// Does what the command says.
pub(super) async fn run(context: &Context, command: TopicCommand) -> Result<u8> {
    let TopicCommand::Subscribe { cache, topic, count } = command;
    let session = session(context).await?;
    let local = session.local()?;
    let key = local.issue_key(session.region()).await?;
    let mut left = count.unwrap_or(u64::MAX);
    let (mut sequence, mut page) = (0, 0);
    while left > 0 {
        let path = format!(
            "/momento/{}/topics/{cache}/{topic}?sequence_number={sequence}&sequence_page={page}",
            session.region()
        );
        let response = local.get(&path, key.expose_secret()).await?;
        let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        if !response.status().is_success() {
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            return Err(Error::new(Kind::Remote, format!("the topic {topic} cannot be listened to"))
                .cause(format!("{} {}: {}", response.status().as_u16(), text("title"), text("description")))
                .hint(format!("make the cache with `evbridge-momento local cache create {cache}`")));
        }
        for item in body["items"].as_array().into_iter().flatten() {
            if let Some(discontinuity) = item.get("discontinuity") {
                sequence = discontinuity["new_topic_sequence"].as_u64().unwrap_or(sequence);
                page = discontinuity["new_sequence_page"].as_u64().unwrap_or(page);
                continue;
            }
            let item = &item["item"];
            sequence = item["topic_sequence_number"].as_u64().unwrap_or(sequence) + 1;
            page = item["sequence_page"].as_u64().unwrap_or(page);
            context.printer.stream(&Heard::of(&cache, &topic, item));
            left -= 1;
            if left == 0 {
                break;
            }
        }
    }
    Ok(0)
}

/// A message of a topic.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Heard {
    /// The cache's name.
    pub cache: String,
    /// The topic's name.
    pub topic: String,
    /// The message's number in the topic.
    pub sequence: u64,
    /// The message when it is text.
    pub text: Option<String>,
    /// The message in base64 when it is bytes.
    pub binary: Option<String>,
}

impl Heard {
    fn of(cache: &CacheName, topic: &TopicName, item: &Value) -> Self {
        let value = |form: &str| item["value"][form].as_str().map(str::to_owned);
        Self {
            cache: cache.to_string(),
            topic: topic.to_string(),
            sequence: item["topic_sequence_number"].as_u64().unwrap_or_default(),
            text: value("text"),
            binary: value("binary"),
        }
    }
}

impl Report for Heard {
    const SCHEMA: &'static str = "local-message/1";

    fn text(&self, page: &mut Page) {
        page.line(clean(self.text.as_deref().or(self.binary.as_deref()).unwrap_or_default()));
    }
}

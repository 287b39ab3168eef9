//! `local topic`: listening to a topic of the local cloud, through Momento's own HTTP API.

use clap::Subcommand;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::session;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::model::names::{CacheName, TopicName};
use crate::ui::{Format, clean};

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
            context.printer.data(&match context.printer.format {
                Format::Json => format!("{item}\n"),
                Format::Text => format!("{}\n", clean(text_of(&item["value"]))),
            });
            left -= 1;
            if left == 0 {
                break;
            }
        }
    }
    Ok(0)
}

fn text_of(value: &Value) -> &str {
    value["text"].as_str().or_else(|| value["binary"].as_str()).unwrap_or_default()
}

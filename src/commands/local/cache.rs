//! `local cache`: the caches of the local cloud.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clap::Subcommand;
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::session;
use crate::cli::print;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::model::event::Key;
use crate::model::names::CacheName;
use crate::ui::{Page, Report, clean, inline};

/// What to do with the caches.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Make a cache
    Create {
        /// The cache's name.
        name: CacheName,
    },
    /// Delete a cache and all that it holds
    Delete {
        /// The cache's name.
        name: CacheName,
    },
    /// Print the value of an item, byte for byte
    Get {
        /// The cache's name.
        name: CacheName,
        /// Key of the item
        #[arg(long, value_parser = Key::from_text, required_unless_present = "key_base64", allow_hyphen_values = true)]
        key: Option<Key>,
        /// Key of the item, base64url-encoded
        #[arg(long, value_name = "BASE64", value_parser = Key::from_base64, conflicts_with = "key", allow_hyphen_values = true)]
        key_base64: Option<Key>,
    },
    /// List the caches
    List,
}

/// Does what the command says.
pub(super) async fn run(context: &Context, command: CacheCommand) -> Result<u8> {
    match command {
        CacheCommand::Create { name } => Ok(print(context, &change(context, "create", &name).await?)),
        CacheCommand::Delete { name } => Ok(print(context, &change(context, "delete", &name).await?)),
        CacheCommand::Get { name, key, key_base64 } => match key.or(key_base64) {
            Some(key) => Ok(print(context, &item(context, &name, &key).await?)),
            None => Err(Error::usage("say which item with `--key` or `--key-base64`")),
        },
        CacheCommand::List => Ok(print(context, &list(context).await?)),
    }
}

/// A cache that was made or deleted, or was so already.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Changed {
    /// The cache's name.
    pub cache: String,
    /// The region.
    pub region: String,
    /// `created`, `deleted`, or `unchanged` when it was so already.
    pub outcome: &'static str,
}

/// The caches of a region.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Caches {
    /// The region.
    pub region: String,
    /// Their names.
    pub caches: Vec<String>,
}

/// An item of a cache.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Item {
    /// The cache's name.
    pub cache: String,
    /// The value when it is text.
    pub value: Option<String>,
    /// The value in base64.
    pub value_base64: String,
    /// When the item is gone.
    pub expires_at: String,
}

async fn change(context: &Context, verb: &str, name: &CacheName) -> Result<Changed> {
    let session = session(context).await?;
    let (action, field, outcome) = match verb {
        "create" => ("CreateCache", "Created", "created"),
        _ => ("DeleteCache", "Deleted", "deleted"),
    };
    let answer = session.local()?.call(session.region(), action, json!({ "Name": name.as_str() })).await?;
    let outcome = if answer[field] == true { outcome } else { "unchanged" };
    Ok(Changed { cache: name.to_string(), region: session.region().to_owned(), outcome })
}

async fn list(context: &Context) -> Result<Caches> {
    let session = session(context).await?;
    let answer = session.local()?.call(session.region(), "ListCaches", json!({})).await?;
    let names = answer["Caches"].as_array().into_iter().flatten();
    let caches = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    Ok(Caches { region: session.region().to_owned(), caches })
}

async fn item(context: &Context, cache: &CacheName, key: &Key) -> Result<Item> {
    let session = session(context).await?;
    let input = json!({ "Cache": cache.as_str(), "Key": URL_SAFE_NO_PAD.encode(key.bytes()) });
    let answer = session.local()?.call(session.region(), "GetItem", input).await?;
    let Some(encoded) = answer["Item"]["Value"].as_str() else {
        return Err(Error::new(Kind::Failed, format!("the cache {cache} holds no item with this key in {}", session.region()))
            .hint("the key may be another, its time to live may be over, or the event did not arrive: see `put-event --local`"));
    };
    let bytes = URL_SAFE_NO_PAD.decode(encoded).unwrap_or_default();
    Ok(Item {
        cache: cache.to_string(),
        value_base64: STANDARD.encode(&bytes),
        value: String::from_utf8(bytes).ok(),
        expires_at: answer["Item"]["ExpiresAt"].as_str().unwrap_or_default().to_owned(),
    })
}

impl Report for Changed {
    const SCHEMA: &'static str = "local-cache/1";

    fn text(&self, page: &mut Page) {
        page.note(format_args!(
            "{} cache {} in {}",
            self.outcome.green().bold(),
            self.cache.bold(),
            self.region
        ));
    }
}

impl Report for Caches {
    const SCHEMA: &'static str = "local-caches/1";

    fn text(&self, page: &mut Page) {
        self.caches.iter().for_each(|cache| page.line(inline(cache)));
        if self.caches.is_empty() {
            page.note(format_args!("there is no cache in {}", self.region));
        }
    }
}

impl Report for Item {
    const SCHEMA: &'static str = "local-item/1";

    fn text(&self, page: &mut Page) {
        match &self.value {
            Some(value) => page.line(clean(value)),
            None => page.line(&self.value_base64),
        }
        page.note(format_args!("kept until {}", inline(&self.expires_at)));
    }
}

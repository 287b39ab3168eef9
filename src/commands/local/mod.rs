//! `local`: serves the embedded local cloud over HTTP, and manages its caches and topics.

mod cache;
mod fault;
mod serve;
mod topic;

use clap::{Args, Subcommand};

use crate::cli::print;
use crate::context::{Context, Session};
use crate::error::Result;

pub use cache::{CacheCommand, Caches, Changed, Item};
pub use fault::{FaultCommand, Faults};
pub use serve::{LocalKey, Serving};
pub use topic::{Heard, TopicCommand};

/// The arguments of `local`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento local                                    serve until stopped
  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=thing
  aws events put-events --region us-east-1 --entries file://entries.json
  curl -H \"Authorization: $MOMENTO_API_KEY\" 'http://127.0.0.1:4566/cache/my-cache?key=test-key'
  evbridge-momento local cache create shop
  evbridge-momento local cache get my-cache --key test-key
  evbridge-momento local topic subscribe my-cache my-topic")]
pub struct LocalArgs {
    /// What to do other than to serve.
    #[command(subcommand)]
    command: Option<LocalCommand>,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4566, value_name = "PORT")]
    port: u16,
}

/// What to do with the local cloud.
#[derive(Debug, Subcommand)]
pub enum LocalCommand {
    /// Make, list, read and delete Momento caches of the local cloud
    Cache {
        /// What to do.
        #[command(subcommand)]
        command: CacheCommand,
    },
    /// Let things go wrong on the local cloud: failing resources, throttling, broken connections
    Fault {
        /// What to do.
        #[command(subcommand)]
        command: FaultCommand,
    },
    /// Print an API key that the local Momento accepts
    Key,
    /// Listen to a topic of the local cloud
    Topic {
        /// What to do.
        #[command(subcommand)]
        command: TopicCommand,
    },
}

/// Serves the local cloud, or does what the subcommand says.
pub async fn run(context: &Context, args: LocalArgs) -> Result<u8> {
    match args.command {
        None => serve::run(context, args.port).await,
        Some(LocalCommand::Cache { command }) => cache::run(context, command).await,
        Some(LocalCommand::Fault { command }) => fault::run(context, command).await,
        Some(LocalCommand::Key) => Ok(print(context, &serve::key(context).await?)),
        Some(LocalCommand::Topic { command }) => topic::run(context, command).await,
    }
}

/// Opens the local cloud in the region that is meant, with or without `--local`.
async fn session(context: &Context) -> Result<Session> {
    context.local_cloud("momento-api").await
}

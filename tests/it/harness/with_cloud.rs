//! The session's local cloud by the SDK's real clients, for what no command does: to break a stack.

use clap::Parser as _;
use evbridge_momento::cli::Cli;
use evbridge_momento::context::{Context, Session as Cloud};
use evbridge_momento::settings::Environment;
use evbridge_momento::ui::{Format, Printer};

use super::Session;

/// Does something with the local cloud that the session's commands use, in the region of the default stack.
pub(crate) fn with_cloud<T>(session: &Session, work: impl AsyncFnOnce(&Cloud) -> T) -> T {
    let directory = session.directory().join(".evbridge-momento");
    let words = ["evbridge-momento", "regions", "--local", "--local-dir", directory.to_str().unwrap()];
    let global = Cli::try_parse_from(words).unwrap().global;
    let printer = Printer::new(Format::Text, true, true);
    let context = Context::new(printer, global, Environment::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let cloud = context.session("momento-api").await.unwrap();
        work(&cloud).await
    })
}

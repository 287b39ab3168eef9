//! `local`: the server.

use secrecy::ExposeSecret as _;

use super::session;
use crate::commands::completions::Verbatim;
use crate::context::Context;
use crate::error::{Context as _, Error, Kind, Result};
use crate::local::server::Server;
use crate::local::{Handle, open};

/// Serves until the process is told to stop.
pub(super) async fn run(context: &Context, port: u16) -> Result<u8> {
    let directory = &context.global.local_dir;
    let handle = open(directory, context.global.local_clock.into()).await?;
    let Handle::Embedded(cloud) = handle else {
        return Err(Error::new(
            Kind::Failed,
            format!("the local cloud in {} is being served already", directory.display()),
        )
        .hint(format!("it answers at {}", handle.endpoint_url())));
    };
    let server = Server::bind(cloud, port)
        .await
        .context(Kind::Failed, || format!("the local cloud cannot listen on port {port}"))
        .map_err(|error| {
            error.hint("another program may be using the port: choose one with `--port`, or 0 for a free one")
        })?;
    let url = server.address().url.clone();
    context.printer.data(&format!("{url}\n"));
    context.printer.status(&format!("serving {} until stopped (Ctrl-C)", directory.display()));
    context.printer.status(&format!("  AWS      AWS_ENDPOINT_URL={url}  (any credentials, any region)"));
    context
        .printer
        .status(&format!("  Momento  {url}/momento/REGION  (a key: `evbridge-momento local key`)"));
    server.serve(stopped()).await.context(Kind::Failed, || "the local cloud cannot be served".to_owned())?;
    Ok(0)
}

/// Makes an API key.
pub(super) async fn key(context: &Context) -> Result<Verbatim> {
    let session = session(context).await?;
    let key = session.local()?.issue_key(session.region()).await?;
    Ok(Verbatim { text: format!("{}\n", key.expose_secret()) })
}

async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        else {
            let _ = interrupted.await;
            return;
        };
        tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupted.await;
    }
}

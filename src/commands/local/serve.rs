//! `local`: the server.

use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::session;
use crate::context::Context;
use crate::error::{Context as _, Error, Kind, Result};
use crate::local::server::Server;
use crate::local::{Handle, open};
use crate::ui::{Page, Report};

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
    context.printer.stream(&Serving { url, directory: directory.display().to_string() });
    server.serve(stopped()).await.context(Kind::Failed, || "the local cloud cannot be served".to_owned())?;
    Ok(0)
}

/// A server that has begun to answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Serving {
    /// Its base URL.
    pub url: String,
    /// The directory of its state.
    pub directory: String,
}

/// A key of the local cloud, which is good nowhere else.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LocalKey {
    /// The key.
    pub key: String,
}

/// Makes an API key.
pub(super) async fn key(context: &Context) -> Result<LocalKey> {
    let session = session(context).await?;
    let key = session.local()?.issue_key(session.region()).await?;
    crate::redaction::show(key.expose_secret());
    Ok(LocalKey { key: key.expose_secret().to_owned() })
}

impl Report for Serving {
    const SCHEMA: &'static str = "local/1";

    fn text(&self, page: &mut Page) {
        let url = &self.url;
        page.line(url);
        page.note(format_args!("serving {} until stopped (Ctrl-C)", self.directory));
        page.note(format_args!("  AWS      AWS_ENDPOINT_URL={url}  (any credentials, any region)"));
        page.note(format_args!("  Momento  {url}/momento/REGION  (a key: `evbridge-momento local key`)"));
    }
}

impl Report for LocalKey {
    const SCHEMA: &'static str = "local-key/1";

    fn text(&self, page: &mut Page) {
        page.line(&self.key);
    }
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

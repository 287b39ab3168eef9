//! The local cloud as a server, for every AWS SDK and HTTP client on this computer.

mod body;
mod connections;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use http_body_util::{Full, Limited};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::cloud::Cloud;
use super::gate;
use super::http::Dropped;

/// The most requests that are answered at once, those that wait for a message included.
const MOST_AT_ONCE: usize = 256;

/// How much one client may ask for, and how long it may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// The most connections that are open at once; others wait until one is closed.
    connections: usize,
    /// How long a client may take for the headers of a request; an idle connection is closed after as long.
    headers: Duration,
    /// The most that the headers of a request may be, in bytes.
    header_bytes: usize,
    /// How long a client may take for the body of a request.
    body: Duration,
    /// The largest body, in bytes.
    body_bytes: usize,
}

impl Limits {
    /// What holds for every server: a cache item is at most 5 MB, and no SDK sends headers as large as that.
    const USUAL: Self = Self {
        connections: 512,
        headers: Duration::from_mins(1),
        header_bytes: 64 * 1024,
        body: Duration::from_secs(30),
        body_bytes: 6 * 1024 * 1024,
    };
}

/// Where a running server is found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    /// The base URL, such as `http://127.0.0.1:4566`.
    pub url: String,
    /// The process.
    pub pid: u32,
}

/// A server that listens but does not answer yet.
pub struct Server {
    cloud: Arc<Cloud>,
    listener: TcpListener,
    address: Address,
    file: Option<AddressFile>,
}

impl Server {
    /// Listens on a port of the loopback interface; port 0 takes a free one.
    pub async fn bind(cloud: Arc<Cloud>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        cloud.serve_at(&url);
        let address = Address { url, pid: std::process::id() };
        let file = cloud.directory().map(|directory| AddressFile::write(directory, &address)).transpose()?;
        Ok(Self { cloud, listener, address, file })
    }

    /// Returns where the server is found.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Answers requests until the future completes, then finishes those that are under way.
    pub async fn serve(self, until: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        self.serve_within(Limits::USUAL, until).await
    }

    async fn serve_within(self, limits: Limits, until: impl Future<Output = ()>) -> io::Result<()> {
        let turns = Arc::new(Semaphore::new(MOST_AT_ONCE));
        // The last layer is the first to see a request.
        let routes = Router::new()
            .fallback(answer)
            .layer(from_fn_with_state(turns, queue))
            .layer(from_fn(guard))
            .with_state((self.cloud, limits));
        connections::answer(self.listener, routes, limits, until).await;
        drop(self.file);
        Ok(())
    }
}

/// Returns where the server of a state directory is found, if one has said so.
pub fn find(directory: &Path) -> Option<Address> {
    let address: Address = serde_json::from_slice(&std::fs::read(AddressFile::path(directory)).ok()?).ok()?;
    // Whoever could write the file could name another host: tokens go there.
    let port = address.url.strip_prefix("http://127.0.0.1:")?;
    port.bytes().all(|byte| byte.is_ascii_digit()).then_some(address)
}

async fn answer(State((cloud, limits)): State<(Arc<Cloud>, Limits)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match body::read(&parts.headers, body, limits).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let answer = super::http::answer(&cloud, http::Request::from_parts(parts, body)).await;
    if answer.extensions().get::<Dropped>().is_some() {
        return Response::new(broken());
    }
    answer.map(Body::from)
}

/// A body that promises more than it gives, so that the connection breaks instead of answering.
fn broken() -> Body {
    Body::new(Limited::new(Full::new(Bytes::from_static(b"--")), 1))
}

/// Refuses what comes from web pages before a byte of the body is read.
async fn guard(request: Request, next: Next) -> Response {
    match gate::admit(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.response().map(Body::from),
    }
}

/// Lets only so many requests be answered at a time; the others wait their turn.
async fn queue(State(turns): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    // The semaphore is never closed; were it, a request would be answered all the same.
    let _turn = turns.acquire_owned().await.ok();
    next.run(request).await
}

/// The file that tells other commands where the server is; gone when the server is.
struct AddressFile(PathBuf);

impl AddressFile {
    fn path(directory: &Path) -> PathBuf {
        directory.join("server.json")
    }

    fn write(directory: &Path, address: &Address) -> io::Result<Self> {
        let path = Self::path(directory);
        let fresh = path.with_extension("json.new");
        std::fs::write(&fresh, serde_json::to_vec(address)?)?;
        std::fs::rename(&fresh, &path)?;
        Ok(Self(path))
    }
}

impl Drop for AddressFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

//! The local cloud as a server, for every AWS SDK and HTTP client on this computer.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use http_body_util::{Full, Limited};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::cloud::Cloud;
use super::http::Dropped;

/// The largest body that is read: a cache item is at most 5 MB.
const LARGEST_BODY: usize = 6 * 1024 * 1024;

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
        let routes =
            Router::new().fallback(answer).layer(DefaultBodyLimit::max(LARGEST_BODY)).with_state(self.cloud);
        let served = axum::serve(self.listener, routes).with_graceful_shutdown(until).await;
        drop(self.file);
        served
    }
}

/// Returns where the server of a state directory is found, if one has said so.
pub fn find(directory: &Path) -> Option<Address> {
    serde_json::from_slice(&std::fs::read(AddressFile::path(directory)).ok()?).ok()
}

async fn answer(State(cloud): State<Arc<Cloud>>, parts: http::request::Parts, body: Bytes) -> Response {
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

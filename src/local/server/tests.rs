//! What the server does with clients that are slow, large or many.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::local::clock::Pace;

/// Limits that are reached at once.
const TIGHT: Limits = Limits {
    connections: 2,
    headers: Duration::from_millis(300),
    header_bytes: 8192,
    body: Duration::from_millis(300),
    body_bytes: 1000,
};

/// Limits on sizes alone, for tests that must not depend on how fast the computer is.
const PATIENT: Limits = Limits { headers: Duration::from_mins(10), body: Duration::from_mins(10), ..TIGHT };

/// A server of a cloud in memory.
struct Fixture {
    address: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Fixture {
    async fn start(limits: Limits) -> Self {
        let cloud = Arc::new(Cloud::in_memory(Pace::Virtual, "http://127.0.0.1").unwrap());
        let bound = Server::bind(cloud, 0).await.unwrap();
        let address = bound.address().url.trim_start_matches("http://").to_owned();
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async { drop(stopped.await) };
        let served = tokio::spawn(async move { bound.serve_within(limits, until).await.unwrap() });
        Self { address, stop, served }
    }

    async fn open(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// Sends a text, and returns all that comes until the server closes the connection.
    async fn answer(&self, text: &str) -> String {
        let mut stream = self.open().await;
        // A server that has said no may close before it has read all.
        let _ = stream.write_all(text.as_bytes()).await;
        rest(&mut stream).await
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is reset has said what it had to say.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /_local/Status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n{body}")
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let server = Fixture::start(PATIENT).await;
    let large = "x".repeat(1001);
    // Announced: refused before a byte of it is there.
    let announced = server.answer(&post("Content-Length: 99999999999\r\n", "")).await;
    let chunked =
        server.answer(&post("Transfer-Encoding: chunked\r\n", &format!("3e9\r\n{large}\r\n0\r\n\r\n"))).await;
    for answer in [announced, chunked] {
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(answer.contains("the request's body is larger than 1000 bytes"), "{answer}");
    }
    let fits = server.answer(&post("Content-Length: 2\r\n", "{}")).await;
    assert!(fits.starts_with("HTTP/1.1 200"), "{fits}");
    let broken = {
        let mut stream = server.open().await;
        stream.write_all(post("Content-Length: 5\r\n", "{}").as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        rest(&mut stream).await
    };
    assert!(broken.is_empty() || broken.starts_with("HTTP/1.1 400"), "{broken}");
}

#[tokio::test]
async fn headers_that_are_too_large_or_too_many_are_refused() {
    let server = Fixture::start(PATIENT).await;
    for headers in [format!("X-Long: {}\r\n", "x".repeat(20_000)), "X-Many: x\r\n".repeat(200)] {
        let answer = server.answer(&post(&headers, "")).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}

#[tokio::test]
async fn a_request_that_comes_byte_by_byte_is_given_up() {
    let server = Fixture::start(TIGHT).await;
    // Headers that never end, with a byte now and then.
    let mut stream = server.open().await;
    let mut sent = 0;
    stream.write_all(b"POST / HTTP/1.1\r\nX-Slow: ").await.unwrap();
    while sent < 1000 && stream.write_all(b"x").await.is_ok() {
        sent += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(sent < 1000, "the server waits on");
    // A connection on which nothing is asked.
    assert_eq!(rest(&mut server.open().await).await, "");
    // A body that does not come.
    let answer = server.answer(&post("Content-Length: 10\r\n", "{")).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("RequestTimeout"), "{answer}");
}

#[tokio::test]
async fn so_many_connections_are_answered_and_the_others_wait() {
    let server = Fixture::start(PATIENT).await;
    let (first, _second) = (server.open().await, server.open().await);
    let mut third = server.open().await;
    third.write_all(post("Content-Length: 2\r\n", "{}").as_bytes()).await.unwrap();
    // Both places are taken by connections that ask for nothing, and are still.
    let waited = tokio::time::timeout(Duration::from_millis(200), third.readable()).await;
    assert!(waited.is_err(), "a third connection was answered");
    drop(first);
    let answer = rest(&mut third).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_server_that_ends_closes_what_is_idle() {
    let server = Fixture::start(PATIENT).await;
    let mut idle = server.open().await;
    idle.write_all(b"POST /_local/Status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
        .await
        .unwrap();
    let mut start = [0; 12];
    idle.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    server.stop.send(()).unwrap();
    rest(&mut idle).await;
    server.served.await.unwrap();
    assert!(TcpStream::connect(&server.address).await.is_err());
}

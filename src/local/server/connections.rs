//! The connections of the server: so many at once, each of which must ask for something in time.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::Limits;

/// How long it takes to try again where no connection can be accepted: there may be too many open files.
const PAUSE: Duration = Duration::from_millis(200);

/// Answers connections until the future completes, then finishes the requests that are under way.
pub(super) async fn answer(
    listener: TcpListener,
    routes: Router,
    limits: Limits,
    until: impl Future<Output = ()>,
) {
    let mut until = pin!(until);
    let places = Arc::new(Semaphore::new(limits.connections));
    let (end, ended) = watch::channel(());
    let mut open = JoinSet::new();
    loop {
        // A place first: who finds none waits in the queue of the operating system.
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream) = tokio::select! {
            () = &mut until => break,
            accepted = accepted => accepted,
        };
        match stream {
            Ok((stream, _)) => {
                let connection = connection(stream, routes.clone(), limits, ended.clone());
                open.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
        while open.try_join_next().is_some() {}
    }
    drop(listener);
    drop(end);
    while open.join_next().await.is_some() {}
}

/// Answers the requests of one connection; what goes wrong with it is the client's to see.
async fn connection(stream: TcpStream, routes: Router, limits: Limits, mut ended: watch::Receiver<()>) {
    let _ = stream.set_nodelay(true);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_buf_size(limits.header_bytes)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut served = pin!(served);
    tokio::select! {
        biased;
        _ = served.as_mut() => return,
        // The other end is dropped when the server ends.
        _ = ended.changed() => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}

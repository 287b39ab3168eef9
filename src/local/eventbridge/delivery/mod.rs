//! The way from a pending delivery to its target, or to the dead-letter queue.

mod answers;
mod bus;
mod dead_letter;
mod destination;
mod dispatch;
mod job;
mod keep;
mod log_group;
mod queue;
mod rate;
mod refusal;
mod role;
mod target;
mod topic;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;

use crate::local::wire::Services;
use crate::model::delivery::HttpRequest;

pub(super) use dispatch::Deliveries;

/// How long a call to an API destination may take, as on AWS.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);

/// What lies outside `EventBridge`: HTTP, and the other services.
pub struct World<T> {
    /// Sends requests to API destinations.
    pub transport: T,
    /// The queues and roles of the same cloud.
    pub services: Arc<dyn Services>,
}

/// Sends the requests to API destinations.
pub trait Transport: Send + Sync + 'static {
    /// Sends one request of a region's destination and returns the answer, whatever its status.
    ///
    /// Follows no redirect, and gives up after the timeout.
    fn send(
        &self,
        region: &str,
        request: &HttpRequest,
        timeout: Duration,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send;
}

/// Why a request got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The host name does not exist.
    #[error("the host name does not exist")]
    HostNotFound,
    /// No answer in time.
    #[error("no answer within 5 s")]
    Timeout,
    /// The host refused the connection, broke it, or its certificate is not trusted.
    #[error("the host cannot be reached: {0}")]
    Unreachable(String),
}

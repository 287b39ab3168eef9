//! From an event and a target to an HTTP request, and from the answer to what happens next.
//!
//! ```text
//! event + body ──HttpRequest::build──▶ request ──(sent elsewhere)──▶ Answer ──Verdict::of──▶ Delivered
//!        │ ParameterError                                              │ Retry ──RetryPolicy::next──▶ wait
//!        └──────────────────────────── DeadLetter ◀──────────────────────┴── permanent, or exhausted
//! ```
//!
//! Everything is a decision: who sends, waits and stores is outside. Where AWS's behaviour is not known the
//! reading is the safe one, and its doc comment says so.

mod connection;
mod dead_letter;
mod endpoint;
mod explain;
mod failure;
mod guarded;
mod headers;
mod members;
mod parameters;
mod request;
mod schedule;
mod verdict;

pub use connection::{Authorization, Connection, ConnectionParameters};
pub use dead_letter::{Condition, DeadLetter, Exhausted};
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use explain::Cause;
pub use failure::{ErrorCode, Failure};
pub use guarded::Guarded;
pub use headers::STRIPPED;
pub use parameters::{HttpParameters, Parameter, ParameterError};
pub use request::{Destination, HttpRequest, Method, UnknownMethod};
pub use schedule::{Next, RetryPolicy};
pub use verdict::{Answer, Verdict};

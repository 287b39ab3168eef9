//! The embedded local cloud: the path of an event, on this computer.
//!
//! [`store`] keeps the state on disk under a lock. Every service answers its API actions as a plain
//! function from JSON to JSON over that store (see [`wire`]); [`cloud`] puts them together. `connector`
//! gives them to the SDK's own clients in this process, [`server`] to everybody else over HTTP, and
//! [`handle`] is what a command has of either.

pub mod callers;
mod calls;
pub mod clock;
pub mod cloud;
pub mod cloudformation;
mod connector;
mod control;
pub mod eventbridge;
pub mod fault;
mod gate;
pub mod handle;
pub mod http;
pub mod iam;
pub mod logs;
pub mod momento;
pub mod monitoring;
pub mod private;
pub mod secretsmanager;
pub mod server;
pub mod sns;
pub mod sqs;
pub mod store;
pub mod sts;
mod transport;
pub mod wire;

pub use handle::{Handle, open};

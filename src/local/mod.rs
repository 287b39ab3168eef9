//! The embedded local cloud: the path of an event, on this computer.
//!
//! [`store`] keeps the state on disk under a lock. Every service answers its API actions as a plain
//! function from JSON to JSON over that store (see [`wire`]); one adapter speaks HTTP to the SDK's own
//! clients in this process, and a server speaks it to everybody else.

pub mod clock;
pub mod iam;
pub mod momento;
pub mod secretsmanager;
pub mod sqs;
pub mod store;
pub mod sts;
pub mod wire;

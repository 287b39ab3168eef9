//! The local cloud without its server and its connection to the SDK.

#[path = "../../src/local/clock.rs"]
pub mod clock;
#[path = "../../src/local/cloud.rs"]
pub mod cloud;
#[path = "../../src/local/cloudformation/mod.rs"]
pub mod cloudformation;
#[path = "../../src/local/control.rs"]
mod control;
#[path = "../../src/local/eventbridge/mod.rs"]
pub mod eventbridge;
#[path = "../../src/local/http.rs"]
pub mod http;
#[path = "../../src/local/iam/mod.rs"]
pub mod iam;
#[path = "../../src/local/momento/mod.rs"]
pub mod momento;
#[path = "../../src/local/secretsmanager/mod.rs"]
pub mod secretsmanager;
#[path = "../../src/local/sqs/mod.rs"]
pub mod sqs;
#[path = "../../src/local/store.rs"]
pub mod store;
#[path = "../../src/local/sts.rs"]
pub mod sts;
#[path = "../../src/local/transport.rs"]
mod transport;
#[path = "../../src/local/wire/mod.rs"]
pub mod wire;

//! The one integration-test binary: a module per command, and the rules that the source itself keeps.
//!
//! `harness` runs the real binary in an environment of its own. A test reads like a session:
//!
//! ```ignore
//! let session = Session::new();
//! session.run("put-event cacheSet --local").is(str![[r#"…"#]]);
//! ```
//!
//! `SNAPSHOTS=overwrite cargo test` writes what the binary says into the sources.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]
#![allow(clippy::needless_raw_string_hashes, reason = "snapshots are written so")]
#![allow(clippy::too_many_lines, reason = "snapshots and tables are long")]

mod architecture;
mod aws_path;
mod callers;
mod concurrency;
mod corpus;
mod demo;
mod deploy;
mod deploy_token;
mod destroy;
mod diff;
mod docs;
mod doctor;
mod drift;
mod durability;
mod encoding;
mod encryption;
#[allow(unreachable_pub, reason = "the fuzz targets use them from another crate")]
#[path = "../../fuzz/entry/mod.rs"]
mod entry;
mod explain;
mod garbage;
#[allow(dead_code, unused_imports, reason = "a helper may wait for its first test")]
mod harness;
mod hostile;
mod leaks;
mod lifecycle;
mod local_cloud;
mod many_regions;
mod output;
mod permissions;
mod progress;
#[cfg(unix)]
mod prompts;
mod put_event;
mod recoveries;
mod regions;
mod reliability;
mod render;
mod retries;
mod rotation;
mod secrecy;
mod secret_types;
mod server;
mod status;
mod style;
mod token;
mod validate;

// The functions of the fuzz targets name the program's modules so.
use evbridge_momento::{local, model};

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

mod architecture;
mod diff;
#[allow(dead_code, unused_imports, reason = "a helper may wait for its first test")]
mod harness;
mod lifecycle;
mod status;
mod style;

//! Deploys, drives and tests the `EventBridge` to Momento integration.

pub mod aws;
pub mod error;
pub mod local;
pub mod model;
pub mod ui;

/// Runs the program with its arguments and returns its exit code.
pub fn run(_arguments: impl IntoIterator<Item = std::ffi::OsString>) -> u8 { 0 }

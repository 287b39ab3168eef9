//! Deploys, drives and tests the `EventBridge` to Momento integration.

pub mod local;
pub mod model;

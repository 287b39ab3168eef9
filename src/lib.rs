//! Deploys, drives and tests the `EventBridge` to Momento integration.
//!
//! The map, from the outside in:
//!
//! * [`cli`] parses what the user typed and dispatches to [`commands`], one file per command.
//! * A command works with a [`context`]: the printer, the settings, clients built when first needed. It returns
//!   a report, which [`ui`] alone prints, or an [`error`].
//! * [`model`] is what is true: pure decisions about stacks, events, tokens, patterns and deliveries.
//! * [`aws`] holds the adapters to the real SDK clients, which talk to AWS or to the [`local`] cloud alike;
//!   [`momento`] is the client of Momento's HTTP API.

pub mod aws;
pub mod cli;
pub mod commands;
pub mod context;
pub mod deployments;
pub mod error;
pub mod local;
pub mod model;
pub mod momento;
pub mod places;
pub mod redaction;
pub mod settings;
pub mod ui;

pub use cli::run;

//! A CloudFormation stack's life: its status, what to do next, what a change set changes, what went wrong.

pub mod change;
pub mod diagnosis;
pub mod event;
pub mod plan;
pub mod status;

pub use change::{Action, Change, Replacement};
pub use event::Event;
pub use plan::{Plan, plan};
pub use status::Status;

//! A CloudFormation stack's life: its status, what to do next, what a change set changes, what went wrong.

pub mod addition;
pub mod change;
pub mod diagnosis;
pub mod drift;
pub mod event;
pub mod pace;
pub mod plan;
pub mod status;
pub mod values;

pub use change::{Action, Change, ParameterChange, PropertyChange, Replacement};
pub use event::Event;
pub use plan::{OnFailure, Plan, plan};
pub use status::Status;

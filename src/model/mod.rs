//! What is true: pure decisions, with no IO, no clock, no environment and no SDK type.

pub mod json;
pub mod policy;

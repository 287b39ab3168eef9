//! What is true: pure decisions, with no IO, no clock, no environment and no SDK type.

pub mod definition;
pub mod json;
pub mod problem;
pub mod region;
pub mod template;
pub mod yaml;

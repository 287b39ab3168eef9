//! What is true: pure decisions, with no IO, no clock, no environment and no SDK type.

pub mod delivery;
pub mod json;
pub mod pattern;
pub mod policy;
pub mod transform;

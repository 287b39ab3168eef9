//! What is true: pure decisions, with no IO, no clock, no environment and no SDK type.

pub mod delivery;
pub mod event;
pub mod json;
pub mod names;
pub mod stack;
pub mod token;
pub mod policy;
pub mod transform;
pub mod pattern;
pub mod definition;
pub mod json;
pub mod problem;
pub mod region;
pub mod template;
pub mod yaml;

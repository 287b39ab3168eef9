//! What is true: pure decisions, with no IO, no clock, no environment and no SDK type.

pub mod cloudformation;
pub mod cron;
pub mod definition;
pub mod delivery;
pub mod doctor;
pub mod event;
pub mod explain;
pub mod json;
pub mod names;
pub mod pattern;
pub mod permissions;
pub mod policy;
pub mod problem;
pub mod region;
pub mod stack;
pub mod template;
pub mod token;
pub mod transform;
pub mod yaml;

//! What the user types: one file per command, its arguments above its handler.

pub mod again;
pub mod completions;
pub mod demo;
pub mod deploy;
pub mod destroy;
pub mod diff;
pub mod doctor;
pub mod drift;
pub mod each_region;
pub mod explain;
pub mod local;
pub mod man;
pub mod permissions;
pub mod put_event;
pub mod regions;
pub mod render;
pub mod stack;
pub mod status;
pub mod token;
pub mod validate;

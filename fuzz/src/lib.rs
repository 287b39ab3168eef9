//! What the fuzz targets need of the program, and what they check of it.

#[path = "../entry/mod.rs"]
pub mod entry;
pub mod local;
#[path = "../../src/model/mod.rs"]
pub mod model;

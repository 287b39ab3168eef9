//! What holds for every input, one module a fuzz target; `check` panics where it does not.
//!
//! The fuzz targets and the test `corpus` (tests/it) run the same functions: what the fuzzer once found is
//! tried again by every `cargo test`.

pub mod event;
pub mod http;
pub mod pattern;
pub mod transform;

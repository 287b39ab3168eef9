//! A rotation of the token, whatever breaks: the stack, the labels and the connection agree, events come through, and
//! no key that was made is forgotten.
//!
//! The short form runs with every `cargo test`; `UPDATE=1 cargo test --test it rotation` runs all of it and writes
//! docs/rotation.md.

mod beside;
mod flowing;
#[cfg(unix)]
mod interrupted;
mod killed;
mod matrix;
mod recorded;
mod state;
mod way_back;

use crate::harness::Page;

const PAGE: Page = Page("docs/rotation.md");

const MINT: &str = "token rotate --local --mint --role read-write";

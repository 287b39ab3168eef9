//! What is wrong with a stack, and what to do about it: each check is a value.

mod check;
pub mod declared;
mod difference;
pub mod key;
pub mod parts;
pub mod path;
pub mod place;
pub mod quota;
pub mod token;

pub use check::{Check, Verdict, worst};

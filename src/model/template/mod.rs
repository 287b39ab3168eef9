//! From a stack definition to a checked CloudFormation template.

mod check;
mod json;
mod render;
#[cfg(test)]
pub(crate) mod tests;

pub use self::check::{MOST_BYTES, attributes, check};
pub use self::json::to_json;
pub use self::render::{RenderError, Variant, render, rules};

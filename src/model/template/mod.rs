//! From a stack definition to a checked CloudFormation template.

mod render;
#[cfg(test)]
mod tests;

pub use self::render::{RenderError, Variant, render};

//! `doctor`: what is wrong with a stack, and what to do about it.

pub mod findings;

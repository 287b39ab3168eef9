//! Runs the real binary as a user would, in an environment of its own, and shows what came of it.

mod cloud;
mod mirror;
mod outcome;
mod page;
mod proxy;
mod server;
mod session;
mod source;
#[cfg(unix)]
mod terminal;
pub(crate) mod token;
mod with_cloud;

pub(crate) use cloud::{Cloud, Footprint};
pub(crate) use mirror::{Distortion, Mirror};
pub(crate) use outcome::Outcome;
pub(crate) use page::Page;
pub(crate) use proxy::{Moment, Pick, Proxy};
pub(crate) use server::Server;
pub(crate) use session::Session;
pub(crate) use source::{Source, repository, sources};
#[cfg(unix)]
pub(crate) use terminal::Terminal;
pub(crate) use with_cloud::with_cloud;

//! `man`: the manual page.

use clap::{Args, CommandFactory as _};

use super::completions::Verbatim;
use crate::cli::Cli;
use crate::error::{Context as _, Kind, Result};

/// The arguments of `man`.
#[derive(Args, Debug)]
pub struct ManArgs {}

/// Makes the page in roff.
pub fn run(_args: &ManArgs) -> Result<Verbatim> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .context(Kind::Failed, || "the manual page cannot be made".to_owned())?;
    Ok(Verbatim { text: String::from_utf8_lossy(&page).into_owned() })
}

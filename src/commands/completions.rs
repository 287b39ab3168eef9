//! `completions`: the shell's completion script.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Cli;
use crate::ui::{Page, Report};

/// The arguments of `completions`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento completions bash > ~/.local/share/bash-completion/completions/evbridge-momento
  evbridge-momento completions zsh > \"${fpath[1]}/_evbridge-momento\"
  evbridge-momento completions fish > ~/.config/fish/completions/evbridge-momento.fish")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// A script or a page.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Verbatim {
    /// The text.
    pub text: String,
}

impl Report for Verbatim {
    const SCHEMA: &'static str = "text/1";

    fn text(&self, page: &mut Page) {
        page.data.clone_from(&self.text);
    }
}

/// Makes the script.
pub fn run(args: &CompletionsArgs) -> Verbatim {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "evbridge-momento", &mut script);
    Verbatim { text: String::from_utf8_lossy(&script).into_owned() }
}

//! `token`: what a Momento token is good for, and how the deployed one is changed.

pub mod change;
pub mod check;
mod current;
mod interrupts;
pub mod keys;
pub mod mint;
mod overtaken;
pub mod probe;
mod registry;
pub mod report;
pub mod rotate;
mod rotation;
mod schedule;
pub mod source;
mod trial;
mod way_back;

use clap::{Args, Subcommand};

use self::rotate::Rotated;
use crate::cli::print;
use crate::context::Context;
use crate::error::Result;

/// The arguments of `token`.
#[derive(Args, Debug)]
#[command(after_help = "A token is checked or changed in one region at a time: give `--region` once.")]
pub struct TokenArgs {
    /// What to do with the token.
    #[command(subcommand)]
    command: TokenCommand,
}

/// What to do with the token.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Say what a token is and what Momento lets it do; the token is never shown
    Check(check::CheckArgs),
    /// Give the stack a new token: stored, given to the connection, tried with an event, or taken back
    #[command(after_help = "\
Examples:
  evbridge-momento token set
  evbridge-momento token set --token-file key.txt --cache shop
  evbridge-momento token set --token-stdin --no-probe --yes < key.txt

A stack is changed in one region at a time: give `--region` once.")]
    Set(change::ChangeArgs),
    /// Do what `set` does with a token that a command gives, or print the cron line that does it
    Rotate(rotate::RotateArgs),
}

/// Does what the subcommand says.
pub async fn run(context: &Context, args: TokenArgs) -> Result<u8> {
    Ok(match args.command {
        TokenCommand::Check(args) => print(context, &check::run(context, args).await?),
        TokenCommand::Set(args) => print(context, &change::run(context, &args, false).await?),
        TokenCommand::Rotate(args) => match Box::pin(rotate::run(context, args)).await? {
            Rotated::Changed(changed) => print(context, &*changed),
            Rotated::Schedule(line) => print(context, &line),
        },
    })
}

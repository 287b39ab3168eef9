//! `token rotate`: `token set` for machines, and the line that makes it happen on its own.

use clap::Args;

use super::change::{self, ChangeArgs};
use super::mint::{self, MintArgs};
use super::report::Changed;
use super::schedule;
use crate::commands::completions::Verbatim;
use crate::context::Context;
use crate::error::Result;

/// The arguments of `token rotate`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento token rotate --from-command 'vault kv get -field=key secret/momento'
  (crontab -l; evbridge-momento token rotate --from-command ./new-key --schedule) | crontab -
  evbridge-momento token rotate --mint --role eventbridge --expires 90d --management-key-file manager.txt
  evbridge-momento token rotate --local

With --mint Momento makes the key (API-keys HTTP API), and once an event came through with it, revokes all others \
that --mint made for this stack: the old one, and what an interrupted rotation left. Their ids are in labels of the \
secret, and their descriptions name the stack, so use such a key for this stack alone. A new key that is not used in \
the end is revoked again; what is not revoked is named.

Ctrl-C takes back what was made, and during the update leaves that to CloudFormation; the same command again waits \
for it and goes on.

The old token works until the end: no event fails in between. It stays stored under the label AWSPREVIOUS. \
Without --mint, revoke it at https://console.gomomento.com when nothing else uses it.

The cron line has all that decides where it works: region, profile, role and directory, of the flags and of the \
environment. It has no key: cron needs credentials of its own. `crontab -` alone would put it in the place of all \
other lines.

A stack is changed in one region at a time: give `--region` once.")]
pub struct RotateArgs {
    #[command(flatten)]
    pub(super) change: ChangeArgs,
    #[command(flatten)]
    pub(super) mint: MintArgs,
    /// Print the cron line that does this, monthly if no times are given, and do nothing more
    #[arg(long, value_name = "TIMES", num_args = 0..=1, default_missing_value = "0 3 1 * *", require_equals = true)]
    schedule: Option<String>,
}

/// What `token rotate` answers.
pub enum Rotated {
    /// The token was changed, or not.
    Changed(Box<Changed>),
    /// The cron line.
    Schedule(Verbatim),
}

/// Gives the stack the token that a command prints.
pub async fn run(context: &Context, args: RotateArgs) -> Result<Rotated> {
    match &args.schedule {
        Some(times) => Ok(Rotated::Schedule(Verbatim { text: schedule::line(context, times, &args)? })),
        None if args.mint.mint => {
            Ok(Rotated::Changed(Box::new(mint::run(context, &args.change, &args.mint).await?)))
        }
        None => Ok(Rotated::Changed(Box::new(change::run(context, &args.change, true).await?))),
    }
}

/// Quotes a word for the shell where it needs it.
pub(in crate::commands) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(quoted("a-b"), "a-b");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}

//! `token rotate`: `token set` for machines, and the line that makes it happen on its own.

use clap::Args;

use super::change::{self, ChangeArgs};
use super::mint::{self, MintArgs};
use super::report::Changed;
use crate::commands::completions::Verbatim;
use crate::context::Context;
use crate::error::{Context as _, Error, Kind, Result};

/// The arguments of `token rotate`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento token rotate --from-command 'vault kv get -field=key secret/momento'
  evbridge-momento token rotate --from-command ./new-key --schedule | crontab -
  evbridge-momento token rotate --mint --role eventbridge --expires 90d --management-key-file manager.txt
  evbridge-momento token rotate --local

With --mint Momento makes the key (API-keys HTTP API), and once an event came through with it, revokes all others \
that --mint made for this stack: the old one, and what an interrupted rotation left. Their ids are in labels of the \
secret, and their descriptions name the stack, so use such a key for this stack alone. A new key that is not used in \
the end is revoked again; what is not revoked is named.

Ctrl-C takes back what was made, and during the update leaves that to CloudFormation; the same command again waits \
for it and goes on.

The old token works until the end: no event fails in between. It stays stored under the label AWSPREVIOUS. \
Without --mint, revoke it at https://console.gomomento.com when nothing else uses it.")]
pub struct RotateArgs {
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    mint: MintArgs,
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
        Some(times) => Ok(Rotated::Schedule(Verbatim { text: line(context, times, &args)? })),
        None if args.mint.mint => {
            Ok(Rotated::Changed(Box::new(mint::run(context, &args.change, &args.mint).await?)))
        }
        None => Ok(Rotated::Changed(Box::new(change::run(context, &args.change, true).await?))),
    }
}

/// Writes the cron line; in it `%` is a line break unless it is escaped.
fn line(context: &Context, times: &str, args: &RotateArgs) -> Result<String> {
    let (mint, args) = (&args.mint, &args.change);
    let is_time = |field: &str| field.chars().all(|c| c.is_ascii_alphanumeric() || "*/,-".contains(c));
    let fields: Vec<&str> = times.split_whitespace().collect();
    if fields.len() != 5 || !fields.iter().all(|field| is_time(field)) {
        return Err(Error::usage(format!("`{times}` are not the times of a cron line")).hint(
            "give five fields, for example `--schedule='0 3 1 * *'`: at 3:00 on the first of each month",
        ));
    }
    let manager = mint.management_key_file.as_ref().map(|path| path.display().to_string());
    if !(mint.mint && manager.is_some()) && args.source.command().is_none() {
        return Err(Error::usage("a schedule needs a token that a command gives, or a key that Momento makes")
            .hint("add `--from-command`, or `--mint` with `--management-key-file`: a question or a variable is not there next month"));
    }
    let directory = std::env::current_dir()
        .context(Kind::Failed, || "the working directory cannot be found out".to_owned())?;
    let mut words = vec!["evbridge-momento".to_owned(), "token".to_owned(), "rotate".to_owned()];
    words.extend(args.stack.stack.clone());
    let global = &context.global;
    let named = [
        ("--stack-name", args.stack_name.as_ref().map(ToString::to_string)),
        ("--region", context.region.clone()),
        ("--profile", context.profile().map(str::to_owned)),
        ("--cache", args.cache.clone()),
        ("--from-command", args.source.command().map(str::to_owned)),
        ("--role", mint.role.clone()),
        ("--expires", mint.mint.then(|| mint.expires.to_string())),
        ("--management-key-file", manager),
        ("--momento-registry", mint.momento_registry.clone()),
    ];
    for (flag, value) in named {
        if let Some(value) = value {
            words.extend([flag.to_owned(), value]);
        }
    }
    for (flag, given) in [("--mint", mint.mint), ("--no-probe", args.no_probe), ("--local", global.local)] {
        words.extend(given.then(|| flag.to_owned()));
    }
    words.extend(["--yes".to_owned(), "--quiet".to_owned()]);
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    let command = format!("cd {} && {}", quoted(&directory.display().to_string()), words.join(" "));
    if command.contains('\n') {
        return Err(Error::usage("a cron line cannot hold a line break")
            .hint("put the command into a script and name the script"));
    }
    Ok(format!("{} {}\n", fields.join(" "), command.replace('%', "\\%")))
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

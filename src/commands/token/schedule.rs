//! `token rotate --schedule`: the cron line that rotates the token on its own.

use std::time::Duration;

use super::rotate::{RotateArgs, quoted};
use crate::cli::ClockPace;
use crate::commands::stack::load;
use crate::context::Context;
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::cron::{InvalidTimes, Times};

/// Where a command looks for the local cloud by itself.
const LOCAL_DIR: &str = ".evbridge-momento";

/// How long a command waits for a call by itself.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Writes the cron line; in it `%` is a line break unless it is escaped.
pub(super) fn line(context: &Context, times: &str, args: &RotateArgs) -> Result<String> {
    let times: Times = times.parse().map_err(|invalid: InvalidTimes| {
        Error::usage(format!("`{times}` are not the times of a cron line")).cause(invalid.to_string()).hint(
            "give five fields, for example `--schedule='0 3 1 * *'`: at 3:00 on the first of each month",
        )
    })?;
    let mint = &args.mint;
    if !(mint.mint && mint.management_key_file.is_some()) && args.change.source.command().is_none() {
        return Err(Error::usage("a schedule needs a token that a command gives, or a key that Momento makes")
            .hint("add `--from-command`, or `--mint` with `--management-key-file`: a question or a variable is not there next month"));
    }
    let directory = std::env::current_dir()
        .context(Kind::Failed, || "the working directory cannot be found out".to_owned())?;
    let program = std::env::current_exe()
        .context(Kind::Failed, || "where this program is cannot be found out".to_owned())?;
    // Cron's own environment has next to nothing of this one.
    let files = context.environment.settings_files.iter();
    let files = files.map(|(name, value)| format!("{name}={} ", quoted(value)));
    let words: Vec<String> = words(context, args)?.iter().map(|word| quoted(word)).collect();
    let command = format!(
        "cd {} && {}{} token rotate {}",
        quoted(&directory.display().to_string()),
        files.collect::<String>(),
        quoted(&program.display().to_string()),
        words.join(" ")
    );
    if command.contains('\n') {
        return Err(Error::usage("a cron line cannot hold a line break")
            .hint("put the command into a script and name the script"));
    }
    Ok(format!("{} {}\n", times.as_str(), command.replace('%', "\\%")))
}

/// Gathers what decides which token is changed, and where, typed or from the environment.
fn words(context: &Context, args: &RotateArgs) -> Result<Vec<String>> {
    let (global, mint, change) = (&context.global, &args.mint, &args.change);
    let name = match &change.stack_name {
        Some(name) => name.to_string(),
        None => load(&change.stack)?.name.to_string(),
    };
    let region = context.region_of(&name)?;
    let is_aws = !global.local;
    let profile = global.places.profile(region.as_deref()).filter(|_| is_aws);
    let role = global.places.role(region.as_deref()).filter(|_| is_aws);
    if is_aws && profile.is_none() && context.environment.has_access_key {
        context.printer.warn(
            "the keys of AWS_ACCESS_KEY_ID are not in the line, as anybody may read them there: cron needs \
             credentials of its own, such as those of `--profile`",
        );
    }
    let endpoint = global.endpoint_url.clone().or_else(|| context.environment.endpoint_url.clone());
    let directory = global.local_dir.display().to_string();
    let timeout = (global.call_timeout != CALL_TIMEOUT).then(|| written(global.call_timeout));
    let pace = (global.local && global.local_clock == ClockPace::Real).then(|| "real".to_owned());
    let manager = mint.management_key_file.as_ref().map(|path| path.display().to_string());
    let named = [
        ("--stack-name", change.stack_name.as_ref().map(ToString::to_string)),
        ("--region", region.clone()),
        ("--profile", profile.map(str::to_owned)),
        ("--assume-role", role.map(str::to_owned)),
        ("--endpoint-url", endpoint.filter(|_| is_aws)),
        ("--call-timeout", timeout),
        ("--local-dir", Some(directory).filter(|directory| directory != LOCAL_DIR)),
        ("--local-clock", pace),
        ("--cache", change.cache.clone()),
        ("--from-command", change.source.command().map(str::to_owned)),
        ("--role", mint.role.clone()),
        ("--expires", mint.mint.then(|| mint.expires.to_string())),
        ("--management-key-file", manager),
        ("--momento-registry", mint.momento_registry.clone()),
    ];
    let mut words: Vec<String> = change.stack.stack.iter().cloned().collect();
    for (flag, value) in named {
        match value {
            // A value that looks like a flag is one only after a space.
            Some(value) if value.starts_with('-') => words.push(format!("{flag}={value}")),
            Some(value) => words.extend([flag.to_owned(), value]),
            None => {}
        }
    }
    for (flag, given) in [("--mint", mint.mint), ("--no-probe", change.no_probe), ("--local", global.local)] {
        words.extend(given.then(|| flag.to_owned()));
    }
    words.extend(["--yes".to_owned(), "--quiet".to_owned()]);
    Ok(words)
}

/// Writes a duration as a flag takes it.
fn written(duration: Duration) -> String {
    match duration.subsec_nanos() {
        0 => format!("{}s", duration.as_secs()),
        _ => format!("{}ms", duration.as_millis()),
    }
}

//! Whether a new token can be used, before anything is changed.

use secrecy::SecretString;

use super::probe::probe;
use super::source::Given;
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::doctor::{Verdict, token as checks};

/// Checks a token against the Momento that the stack calls, warns of its faults, and returns what calls carry.
pub(super) fn checked(context: &Context, given: &Given, base_url: &str) -> Result<SecretString> {
    let checked = given.checked(context, base_url)?;
    if let Some(warning) = checked.warning() {
        context.printer.warn(&warning.to_string());
    }
    Ok(checked.inner().clone())
}

/// Tries the token on Momento and returns whether it may read the cache; an error where it cannot be used.
pub(super) async fn accepted(
    session: &Session,
    base_url: &str,
    cache: &str,
    token: &SecretString,
    needs_cache: bool,
) -> Result<bool> {
    let probed = probe(session, base_url, cache, token).await;
    for check in checks::reception(&probed.reception, base_url, cache, needs_cache) {
        if check.verdict == Verdict::Fail {
            let error = Error::new(Kind::Remote, "the new token cannot be used; nothing was changed")
                .cause(check.evidence);
            let error = if check.name == "cache" {
                error.hint("or send no probe event with `--no-probe`")
            } else {
                error
            };
            return Err(check.treatment.into_iter().fold(error, Error::hint));
        }
    }
    Ok(matches!(
        probed.reception,
        checks::Reception::Accepted { allowed: checks::Allowed { read: Some(true), .. }, .. }
    ))
}

//! The part of the doctor that a deploy runs before it changes anything.

use secrecy::SecretString;

use crate::commands::token::probe::probe;
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::local::handle::SAMPLE_CACHE;
use crate::model::doctor::token::Reception;

/// Asks Momento whether it takes the key, and stops a deploy whose stack could deliver nothing.
///
/// A deploy has looked at the credentials, the region, the bus, the stack's state and the form of the token
/// by then; it may do what it asks AWS for, or AWS says so. What a key may do in which cache is not judged:
/// a deploy names no cache. A Momento that cannot be reached from here may well be reached by EventBridge.
pub async fn before_deploy(
    context: &Context,
    session: &Session,
    base_url: &str,
    key: &SecretString,
) -> Result<()> {
    match probe(session, base_url, SAMPLE_CACHE, key).await.reception {
        Reception::Accepted { .. } => Ok(()),
        Reception::Silent(reason) => {
            context
                .printer
                .warn(&format!("whether Momento takes the token could not be found out: {reason}"));
            Ok(())
        }
        Reception::Refused(words) => {
            Err(Error::new(Kind::Remote, "the stack could deliver nothing; nothing was changed")
                .cause(format!("Momento does not accept the token (401, {words})"))
                .hint(
                    "make a key at https://console.gomomento.com and deploy with it: `--token-file`, \
                     `--token-stdin`, `--from-command` or MOMENTO_API_KEY",
                ))
        }
    }
}

//! The checks on a token: by itself, against the deployed stack, and by what Momento answers.

use jiff::Timestamp;

use super::Check;
use super::path::is_same_key;
use crate::model::token::{Endpoint, Kind, MAX_LENGTH, Token};

/// What to do about a token that Momento or a connection does not take.
const ROTATE: &str = "make a key at https://console.gomomento.com and run `evbridge-momento token rotate`";

/// What to do about an endpoint that does not answer.
const NETWORK: &str = "check the network, the endpoint's name and https://status.gomomento.com";

/// What Momento allows a key to do; nothing where it could not be found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// To read items.
    pub read: Option<bool>,
    /// To set and delete items.
    pub write: Option<bool>,
}

/// What Momento answered to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reception {
    /// The key is accepted; the cache is there, is not, or could not be told.
    Accepted {
        /// What the key may do.
        allowed: Allowed,
        /// Whether the cache is there.
        cache: Option<bool>,
    },
    /// The key is not accepted (401), in Momento's words.
    Refused(String),
    /// Momento did not answer, or with a failure of its own.
    Silent(String),
}

/// Checks a token by itself: its form, region, expiry and length.
pub fn form(token: &Token, endpoint: &Endpoint, now: Timestamp) -> Check {
    let kind = match (token.kind(), token.endpoint()) {
        (Kind::V2, _) => "v2 key, good in every region".to_owned(),
        (kind, Some(endpoint)) => format!("{kind} for {endpoint}"),
        (kind, None) => kind.to_string(),
    };
    let expiry = match token.expires_at() {
        Some(end) if end > now => format!("expires at {end}"),
        Some(end) => format!("expired at {end}"),
        None => "names no expiry".to_owned(),
    };
    let length = token.length();
    let evidence = format!("{kind}; {expiry}; {length} of at most {MAX_LENGTH} characters");
    match token.clone().check(Some(endpoint), now, MAX_LENGTH) {
        Err(refused) => Check::fail("token", format!("{evidence}: {refused}")).treat(refused.hint()),
        Ok(checked) => match checked.warning() {
            Some(warning) => Check::warn("token", format!("{evidence}: {warning}")),
            None => Check::ok("token", evidence),
        },
    }
}

/// Compares the version of the secret that is current with the one that the deployed stack uses; an error where
/// the stack could not be looked at.
pub fn version(current: &str, deployed: Result<Option<&str>, ()>) -> Check {
    match deployed {
        Err(()) => Check::unknown(
            "token version",
            format!("version {current} is stored; which one the stack uses could not be found out"),
        ),
        Ok(None) => Check::skipped("token version", format!("version {current} is stored; no stack uses it")),
        Ok(Some(deployed)) if deployed == current => {
            Check::ok("token version", format!(
                "the stack uses the current version {current}; what the connection itself holds nobody can read: \
                 `evbridge-momento put-event` tries it"
            ))
        }
        Ok(Some(deployed)) => Check::fail(
            "token version",
            format!("version {current} is stored, and the stack uses {deployed}: a secret that changes does not reach the connection"),
        )
        .treat("run `evbridge-momento deploy`, which gives the current version to the connection"),
    }
}

/// Holds the key that the secret is encrypted with against the stack's; nothing where the stack has none.
pub fn encryption(secret: &str, is: Result<Option<&str>, String>, stack: Option<&str>) -> Option<Check> {
    let key = stack?;
    let name = "secret encryption";
    Some(match is {
        Err(reason) => Check::unknown(name, reason),
        Ok(Some(is)) if is_same_key(is, key) => Check::ok(name, format!("encrypted with {is}")),
        Ok(is) => {
            let is = is.unwrap_or("AWS's own key");
            let evidence = format!(
                "the secret {secret} is encrypted with {is}, and the stack says {key}: whoever may use that key \
                 can read the token with the right to read the secret"
            );
            Check::warn(name, evidence).treat(format!(
                "give it the stack's key again: `aws secretsmanager update-secret --secret-id {secret} \
                 --kms-key-id {key}`"
            ))
        }
    })
}

/// Says whether an endpoint answers that was called without a key.
pub fn endpoint(answered: &Result<(), String>, host: &str) -> Check {
    match answered {
        Ok(()) => Check::ok("Momento", format!("{host} answers")),
        Err(reason) => Check::fail("Momento", reason.clone()).treat(NETWORK),
    }
}

/// Says whether the token that was given, from where it came, is the one that the stack uses.
pub fn given(origin: &str, is_used: bool) -> Check {
    if is_used {
        return Check::ok("given token", format!("the token from {origin} is the one that the stack uses"));
    }
    Check::warn("given token", format!("the token from {origin} is not the one that the stack uses"))
        .treat("to give it to the stack, run `evbridge-momento token set` with it")
}

/// Words the treatment of a token for a stack that is not there yet.
#[must_use]
pub fn before_deploy(mut check: Check) -> Check {
    if check.treatment.as_deref() == Some(ROTATE) {
        check.treatment = Some("make a key at https://console.gomomento.com and deploy with it".to_owned());
    }
    check
}

/// Says what Momento's answer means for deliveries to a cache; one that nobody named need not be there.
pub fn reception(reception: &Reception, host: &str, cache: &str, named: bool) -> Vec<Check> {
    match reception {
        Reception::Silent(reason) => {
            vec![endpoint(&Err(reason.clone()), host), Check::skipped("key", "Momento did not answer")]
        }
        Reception::Refused(words) => vec![
            endpoint(&Ok(()), host),
            Check::fail("key", format!("Momento does not accept the key (401{})", said(words))).treat(ROTATE),
        ],
        Reception::Accepted { allowed, cache: found } => {
            vec![endpoint(&Ok(()), host), permissions(*allowed, cache), existence(*found, cache, named)]
        }
    }
}

fn permissions(allowed: Allowed, cache: &str) -> Check {
    let words = |name: &str, allowed| match allowed {
        Some(true) => format!("may {name}"),
        Some(false) => format!("may not {name}"),
        None => format!("may perhaps {name}"),
    };
    let evidence = format!(
        "accepted; in the cache {cache} it {} and {}",
        words("write", allowed.write),
        words("read", allowed.read)
    );
    match allowed.write {
        Some(false) => Check::fail("key", evidence)
            .treat(format!("give the key write access to the cache {cache}, or rotate to one that has it")),
        Some(true) => Check::ok("key", evidence),
        None => Check::unknown("key", evidence),
    }
}

fn existence(found: Option<bool>, cache: &str, named: bool) -> Check {
    match found {
        Some(false) if !named => {
            Check::skipped("cache", format!("there is no cache {cache}: name yours with `--cache`"))
        }
        Some(true) => Check::ok("cache", format!("the cache {cache} exists")),
        Some(false) => Check::fail("cache", format!("there is no cache {cache}")).treat(format!(
            "create the cache {cache} in the region of the endpoint, or name another with `--cache`"
        )),
        None => {
            Check::unknown("cache", format!("whether the cache {cache} exists cannot be told with this key"))
        }
    }
}

fn said(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(", {words}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::doctor::{Verdict, worst};

    fn accepted(read: Option<bool>, write: Option<bool>, cache: Option<bool>) -> Vec<Check> {
        let found = Reception::Accepted { allowed: Allowed { read, write }, cache };
        reception(&found, "https://m", "shop", true)
    }

    #[test]
    fn what_momento_answers_is_judged_by_what_deliveries_need() {
        assert_eq!(worst(&accepted(Some(true), Some(true), Some(true))), Verdict::Ok);
        assert_eq!(worst(&accepted(Some(false), Some(true), Some(true))), Verdict::Ok);
        assert_eq!(worst(&accepted(None, None, None)), Verdict::Unknown);
        let read_only = accepted(Some(true), Some(false), Some(true));
        assert_eq!(read_only[1].evidence, "accepted; in the cache shop it may not write and may read");
        assert_eq!(worst(&read_only), Verdict::Fail);
        assert_eq!(accepted(Some(true), Some(true), Some(false))[2].evidence, "there is no cache shop");
        let refused = reception(&Reception::Refused("Unauthorized".into()), "https://m", "shop", true);
        assert_eq!(refused[1].evidence, "Momento does not accept the key (401, Unauthorized)");
        let silent = reception(&Reception::Silent("no route".into()), "https://m", "shop", true);
        assert_eq!((silent[0].verdict, silent[1].verdict), (Verdict::Fail, Verdict::Skipped));
    }

    #[test]
    fn a_token_before_the_deploy_is_treated_by_a_deploy() {
        let refused = reception(&Reception::Refused(String::new()), "https://m", "shop", true);
        let treated: Vec<Check> = refused.into_iter().map(before_deploy).collect();
        assert_eq!(treated[0].treatment, None);
        let expected = "make a key at https://console.gomomento.com and deploy with it";
        assert_eq!(treated[1].treatment.as_deref(), Some(expected));
        assert_eq!(endpoint(&Err("no route".into()), "https://m").verdict, Verdict::Fail);
        assert_eq!(
            (given("a file", true).verdict, given("a file", false).verdict),
            (Verdict::Ok, Verdict::Warn)
        );
    }

    #[test]
    fn a_version_that_the_stack_does_not_use_is_a_fault() {
        assert_eq!(version("a", Ok(Some("a"))).verdict, Verdict::Ok);
        assert_eq!(version("a", Err(())).verdict, Verdict::Unknown);
        assert_eq!(version("a", Ok(None)).verdict, Verdict::Skipped);
        assert_eq!(
            version("b", Ok(Some("a"))).evidence,
            "version b is stored, and the stack uses a: a secret that changes does not reach the connection"
        );
    }
}

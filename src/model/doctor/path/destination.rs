//! An API destination: where it calls, how, and how often.

use super::{Expected, REVERT, name_in, with};
use crate::model::doctor::Check;
use crate::model::doctor::parts::{Destination, Look};

/// What to do about a destination that gives the token to somebody: in this order, or the new one goes there too.
const RETAKE: &str = "change it back: `evbridge-momento drift --revert`; then `evbridge-momento token rotate`, and \
                      revoke the old token at Momento; events:UpdateApiDestination in CloudTrail says who it was";

/// Checks an API destination.
pub fn destination(id: &str, look: &Look<Destination>, expected: &Expected<'_>) -> Check {
    let name = format!("destination {id}");
    with(look, &name, |found| {
        let faults = [
            made_again(&name, found, expected),
            endpoint(&name, id, found, expected),
            connection(&name, found, expected),
            method(&name, id, found, expected),
            state(&name, found),
            rate(&name, id, found, expected),
        ];
        Check::together(faults.into_iter().flatten())
            .unwrap_or_else(|| Check::ok(&name, format!("ACTIVE, calls {}", found.endpoint)))
    })
}

/// A destination that was made again under its name has another ARN, and rules and role name the old one.
fn made_again(name: &str, found: &Destination, expected: &Expected<'_>) -> Option<Check> {
    let own = expected.destination_arns.iter().find(|arn| name_in(arn) == name_in(&found.arn))?;
    (*own != found.arn).then(|| {
        let evidence = format!(
            "it was deleted and made again under its name: it is {}, and the rules and the role name {own}: \
             their events are not delivered",
            found.arn
        );
        let treatment = format!(
            "delete it, and let the stack make it: `aws events delete-api-destination --name {}`, then \
             `evbridge-momento drift --revert`",
            name_in(&found.arn)
        );
        Check::fail(name, evidence).treat(treatment)
    })
}

fn endpoint(name: &str, id: &str, found: &Destination, expected: &Expected<'_>) -> Option<Check> {
    let is = &found.endpoint;
    if !is.starts_with(&format!("{}/", expected.base_url)) {
        let evidence = format!(
            "it calls {is}, and the stack says {}: whoever is there receives the token",
            expected.base_url
        );
        return Some(Check::fail(name, evidence).treat(RETAKE));
    }
    let endpoint = expected.text(id, "InvocationEndpoint").filter(|endpoint| endpoint != is)?;
    Some(Check::fail(name, format!("it calls {is}, and the stack says {endpoint}")).treat(REVERT))
}

fn connection(name: &str, found: &Destination, expected: &Expected<'_>) -> Option<Check> {
    (found.connection_arn.as_deref() != expected.connection_arn).then(|| {
        let other = found.connection_arn.as_deref().unwrap_or("none");
        Check::fail(name, format!("it uses another connection: {other}")).treat(REVERT)
    })
}

fn method(name: &str, id: &str, found: &Destination, expected: &Expected<'_>) -> Option<Check> {
    let method = expected.text(id, "HttpMethod").filter(|method| *method != found.method)?;
    let evidence = format!("it calls with {}, and the stack says {method}", found.method);
    Some(Check::fail(name, evidence).treat(REVERT))
}

fn state(name: &str, found: &Destination) -> Option<Check> {
    (found.state != "ACTIVE").then(|| {
        Check::fail(name, format!("it is {}, as its connection is not authorised", found.state))
            .treat("see the check `connection`")
    })
}

fn rate(name: &str, id: &str, found: &Destination, expected: &Expected<'_>) -> Option<Check> {
    let declared: i32 = expected.text(id, "InvocationRateLimitPerSecond")?.parse().ok()?;
    let rate = found.rate.filter(|rate| *rate != declared)?;
    let what = if rate < declared { "events wait, and may wait too long" } else { "Momento may refuse" };
    let evidence = format!("its limit is {rate} a second, and the stack says {declared}: {what}");
    Some(Check::warn(name, evidence).treat(REVERT))
}

//! An API destination: where it calls, how, and how often.

use super::{Expected, REVERT, with};
use crate::model::doctor::Check;
use crate::model::doctor::parts::{Destination, Look};

/// Checks an API destination.
pub fn destination(id: &str, look: &Look<Destination>, expected: &Expected<'_>) -> Check {
    let name = format!("destination {id}");
    with(look, &name, |found| {
        if !found.endpoint.starts_with(&format!("{}/", expected.base_url)) {
            return Check::fail(
                &name,
                format!(
                    "it calls {}, and the stack says {}: whoever is there receives the token",
                    found.endpoint, expected.base_url
                ),
            )
            .treat(
                "change it back: `evbridge-momento drift --revert`; then `evbridge-momento token rotate`, and revoke \
                 the old token at Momento; events:UpdateApiDestination in CloudTrail says who it was",
            );
        }
        let endpoint = expected.text(id, "InvocationEndpoint");
        if let Some(endpoint) = endpoint.filter(|endpoint| *endpoint != found.endpoint) {
            let evidence = format!("it calls {}, and the stack says {endpoint}", found.endpoint);
            return Check::fail(&name, evidence).treat(REVERT);
        }
        if found.connection_arn.as_deref() != expected.connection_arn {
            let other = found.connection_arn.as_deref().unwrap_or("none");
            return Check::fail(&name, format!("it uses another connection: {other}")).treat(REVERT);
        }
        let method = expected.text(id, "HttpMethod");
        if let Some(method) = method.filter(|method| *method != found.method) {
            let evidence = format!("it calls with {}, and the stack says {method}", found.method);
            return Check::fail(&name, evidence).treat(REVERT);
        }
        if found.state != "ACTIVE" {
            let evidence = format!("it is {}, as its connection is not authorised", found.state);
            return Check::fail(&name, evidence).treat("see the check `connection`");
        }
        let rate = expected.text(id, "InvocationRateLimitPerSecond");
        let declared = rate.and_then(|rate| rate.parse::<i32>().ok());
        match (found.rate, declared) {
            (Some(rate), Some(declared)) if rate != declared => {
                let what =
                    if rate < declared { "events wait, and may wait too long" } else { "Momento may refuse" };
                let evidence = format!("its limit is {rate} a second, and the stack says {declared}: {what}");
                Check::warn(&name, evidence).treat(REVERT)
            }
            _ => Check::ok(&name, format!("ACTIVE, calls {}", found.endpoint)),
        }
    })
}

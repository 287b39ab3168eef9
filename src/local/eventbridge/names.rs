//! The ARNs of EventBridge's resources, and the names that callers use for them.

use crate::local::wire::{ACCOUNT, ApiError};

use super::failure;

/// The bus that exists in every region.
pub(super) const DEFAULT: &str = "default";

/// Makes the ARN of a resource of EventBridge in a region.
pub(super) fn arn(region: &str, resource: &str) -> String {
    format!("arn:aws:events:{region}:{ACCOUNT}:{resource}")
}

/// Makes the ARN of an event bus.
pub(super) fn bus_arn(region: &str, bus: &str) -> String {
    arn(region, &format!("event-bus/{bus}"))
}

/// Makes the ARN of a rule: the default bus is not part of it.
pub(super) fn rule_arn(region: &str, bus: &str, rule: &str) -> String {
    if bus == DEFAULT {
        arn(region, &format!("rule/{rule}"))
    } else {
        arn(region, &format!("rule/{bus}/{rule}"))
    }
}

/// Returns the bus that a name or an ARN means in a region; no name means the default bus.
///
/// An ARN of another region or account is a bus that does not exist here.
pub(super) fn bus_name<'a>(region: &str, name: Option<&'a str>) -> Result<&'a str, ApiError> {
    let Some(name) = name else { return Ok(DEFAULT) };
    if !name.starts_with("arn:") {
        return Ok(name);
    }
    resource(region, name)
        .and_then(|resource| resource.strip_prefix("event-bus/"))
        .ok_or_else(|| failure::no_bus(name))
}

/// Returns the resource part of an ARN of EventBridge in this region and account.
pub(super) fn resource<'a>(region: &str, arn: &'a str) -> Option<&'a str> {
    let mut parts = arn.splitn(6, ':');
    let head = [parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    (head == ["arn", "aws", "events", region, ACCOUNT]).then(|| parts.next()).flatten()
}

/// Returns the bus and the name of the rule that an ARN means.
pub(super) fn rule_of<'a>(region: &str, arn: &'a str) -> Option<(&'a str, &'a str)> {
    let path = resource(region, arn)?.strip_prefix("rule/")?;
    Some(path.rsplit_once('/').unwrap_or((DEFAULT, path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns_mean_the_same() {
        assert_eq!(bus_name("r", None).unwrap(), "default");
        assert_eq!(bus_name("eu-west-1", Some(&bus_arn("eu-west-1", "shop"))).unwrap(), "shop");
        assert!(bus_name("eu-west-1", Some(&bus_arn("eu-west-2", "shop"))).is_err());
        assert_eq!(rule_of("r", &rule_arn("r", "default", "paid")), Some(("default", "paid")));
        assert_eq!(rule_of("r", &rule_arn("r", "shop/a", "paid")), Some(("shop/a", "paid")));
    }
}

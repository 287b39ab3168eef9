//! What the flags of a deploy take: ARNs and durations.

use std::time::Duration;

/// Reads the ARN of an SNS topic.
pub(super) fn topic(text: &str) -> Result<String, String> {
    arn(text, "sns")
        .ok_or_else(|| "expected a topic, such as arn:aws:sns:us-east-1:123456789012:deploys".to_owned())
}

/// Reads the ARN of a CloudWatch alarm.
pub(super) fn alarm(text: &str) -> Result<String, String> {
    arn(text, "cloudwatch").ok_or_else(|| {
        "expected an alarm, such as arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors".to_owned()
    })
}

fn arn(text: &str, service: &str) -> Option<String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let is_arn = matches!(&parts[..], ["arn", _, of, region, account, rest]
        if *of == service && !region.is_empty() && !account.is_empty() && !rest.is_empty());
    is_arn.then(|| text.to_owned())
}

/// Reads a duration such as `90s`, `30m` or `1h 30m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let expected = || "expected a duration above zero, for example 90s, 30m or 1h30m".to_owned();
    let duration: jiff::SignedDuration = text.parse().map_err(|_| expected())?;
    Duration::try_from(duration).ok().filter(|duration| !duration.is_zero()).ok_or_else(expected)
}

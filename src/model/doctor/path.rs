//! The checks on the path of an event: connection, destinations, rules, role, dead-letter queue.

use super::Check;
use super::parts::{Connection, Destination, Look, Queue, Role, Rule};
use crate::model::policy::{Caller, Decision, Policy, Request, decide};

/// What brings a part back that was deleted or changed behind CloudFormation's back.
const REDEPLOY: &str = "something changed it outside the stack: `evbridge-momento drift` shows what, and \
                        `drift --revert` changes it back; where that cannot, `destroy` and `deploy` the stack again";

/// The service that delivers.
const EVENTS: &str = "events.amazonaws.com";

/// What the stack says its parts should be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The account.
    pub account: &'a str,
    /// The base URL of Momento.
    pub base_url: &'a str,
    /// The ARN of the connection.
    pub connection_arn: Option<&'a str>,
    /// The ARNs of the API destinations.
    pub destination_arns: &'a [String],
    /// The ARN of the dead-letter queue.
    pub queue_arn: Option<&'a str>,
    /// The ARN of the role.
    pub role_arn: Option<&'a str>,
}

/// Checks the connection.
pub fn connection(look: &Look<Connection>) -> Check {
    let name = "connection";
    with(look, name, |connection| {
        let reason = connection.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let evidence = format!("{}{reason}", connection.state);
        match connection.state.as_str() {
            "AUTHORIZED" | "ACTIVE" => Check::ok(name, evidence),
            state if state.ends_with("ING") => {
                Check::warn(name, evidence).treat("wait a minute and look again")
            }
            _ => Check::fail(name, evidence)
                .treat("authorise it again by giving it a token: `evbridge-momento token rotate`"),
        }
    })
}

/// Checks an API destination.
pub fn destination(id: &str, look: &Look<Destination>, expected: &Expected<'_>) -> Check {
    let name = format!("destination {id}");
    with(look, &name, |found| {
        if !found.endpoint.starts_with(&format!("{}/", expected.base_url)) {
            return Check::fail(
                &name,
                format!("it calls {}, and the stack says {}: whoever is there receives the token", found.endpoint, expected.base_url),
            )
            .treat(format!("find out who changed it (events:UpdateApiDestination in CloudTrail), rotate the token; {REDEPLOY}"));
        }
        if found.connection_arn.as_deref() != expected.connection_arn {
            let other = found.connection_arn.as_deref().unwrap_or("none");
            return Check::fail(&name, format!("it uses another connection: {other}")).treat(REDEPLOY);
        }
        if found.state == "ACTIVE" {
            Check::ok(&name, format!("ACTIVE, calls {}", found.endpoint))
        } else {
            Check::fail(&name, format!("it is {}, as its connection is not authorised", found.state))
                .treat("see the check `connection`")
        }
    })
}

/// Checks a rule and its targets.
pub fn rule(id: &str, look: &Look<Rule>, expected: &Expected<'_>) -> Check {
    let name = format!("rule {id}");
    with(look, &name, |rule| {
        if !rule.enabled {
            return Check::fail(&name, "it is disabled: events that match it are not delivered")
                .treat("enable it: `evbridge-momento doctor --fix`");
        }
        if rule.targets.is_empty() {
            return Check::fail(&name, "it has no target: events that match it are lost").treat(REDEPLOY);
        }
        for target in &rule.targets {
            if let Some(fault) = target_fault(target, expected) {
                return Check::fail(&name, fault).treat(REDEPLOY);
            }
        }
        Check::ok(&name, "enabled, its target is in place")
    })
}

fn target_fault(target: &super::parts::Target, expected: &Expected<'_>) -> Option<String> {
    if Some(target.arn.as_str()) == expected.queue_arn {
        return None;
    }
    if !expected.destination_arns.contains(&target.arn) {
        return Some(format!("its target is not of this stack: {}", target.arn));
    }
    if target.dead_letter_arn.as_deref() != expected.queue_arn {
        return Some("its target has no dead-letter queue of this stack: what fails is lost".to_owned());
    }
    (target.role_arn.as_deref() != expected.role_arn)
        .then(|| format!("its target has another role: {}", target.role_arn.as_deref().unwrap_or("none")))
}

/// Checks who may take the role, and what may be done with it.
pub fn role(look: &Look<Role>, rule_arns: &[String], expected: &Expected<'_>) -> Vec<Check> {
    let trust = with(look, "role trust", |role| {
        let Ok(policy) = Policy::parse(&role.trust) else {
            return Check::fail("role trust", "its trust policy cannot be read").treat(REDEPLOY);
        };
        let refused = rule_arns.iter().find(|arn| {
            let context = [("aws:SourceArn", arn.as_str()), ("aws:SourceAccount", expected.account)];
            let request = Request {
                caller: Caller::Service(EVENTS),
                action: "sts:AssumeRole",
                resource: &role.arn,
                context: &context,
            };
            policy.decide(&request) != Decision::Allowed
        });
        match refused {
            None => Check::ok("role trust", format!("{EVENTS} may take it for {} rules", rule_arns.len())),
            Some(arn) => {
                Check::fail("role trust", format!("{EVENTS} may not take it for {arn}")).treat(REDEPLOY)
            }
        }
    });
    let permissions = with(look, "role policy", |role| {
        let policies: Vec<Policy> =
            role.policies.iter().filter_map(|text| Policy::parse(text).ok()).collect();
        let refused = expected.destination_arns.iter().find(|arn| {
            let request = Request {
                caller: Caller::Attached,
                action: "events:InvokeApiDestination",
                resource: arn,
                context: &[],
            };
            decide(&policies, &request) != Decision::Allowed
        });
        match refused {
            None => Check::ok("role policy", "it may call every destination"),
            Some(arn) => Check::fail("role policy", format!("it may not call {arn}")).treat(REDEPLOY),
        }
    });
    vec![trust, permissions]
}

/// Checks that each rule may write to the dead-letter queue, and that the queue is encrypted.
pub fn queue(look: &Look<Queue>, rule_arns: &[String], expected: &Expected<'_>) -> Vec<Check> {
    let policy = with(look, "queue policy", |queue| {
        let policy = queue.policy.as_deref().and_then(|text| Policy::parse(text).ok());
        let refused: Vec<&String> = rule_arns
            .iter()
            .filter(|arn| {
                let context = [
                    ("aws:SourceArn", arn.as_str()),
                    ("aws:SourceAccount", expected.account),
                    ("aws:SecureTransport", "true"),
                ];
                let request = Request {
                    caller: Caller::Service(EVENTS),
                    action: "sqs:SendMessage",
                    resource: &queue.arn,
                    context: &context,
                };
                policy.as_ref().is_none_or(|policy| policy.decide(&request) != Decision::Allowed)
            })
            .collect();
        match refused[..] {
            [] => Check::ok("queue policy", format!("{} rules may write to it", rule_arns.len())),
            [first, ..] => Check::fail(
                "queue policy",
                format!(
                    "{} of {} rules may not write to it, first {first}: what fails is lost",
                    refused.len(),
                    rule_arns.len()
                ),
            )
            .treat("put the policy back: `evbridge-momento doctor --fix`"),
        }
    });
    let encryption = with(look, "queue encryption", |queue| {
        if let Some(key) = &queue.key {
            Check::ok("queue encryption", format!("encrypted with {key}"))
        } else if queue.encrypted {
            Check::ok("queue encryption", "SQS encrypts it")
        } else {
            Check::warn("queue encryption", "it is not encrypted: events lie in it in the clear")
                .treat(REDEPLOY)
        }
    });
    vec![policy, encryption]
}

/// Checks a part that is there; says so where it is not, or could not be looked at.
fn with<T>(look: &Look<T>, name: &str, check: impl FnOnce(&T) -> Check) -> Check {
    match look {
        Ok(Some(part)) => check(part),
        Ok(None) => Check::fail(name, "it is gone").treat(REDEPLOY),
        Err(reason) => Check::unknown(name, reason.clone()),
    }
}

/// Returns the policy with which rules may write to their dead-letter queue, as the template has it.
pub fn queue_policy(queue_arn: &str, rule_arns: &[String]) -> String {
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RulesOfThisStack",
                "Effect": "Allow",
                "Principal": { "Service": EVENTS },
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
                "Condition": { "ArnEquals": { "aws:SourceArn": rule_arns } },
            },
            {
                "Sid": "TransportSecurity",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": queue_arn,
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            },
        ],
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::doctor::Verdict;

    const EXPECTED: Expected<'_> = Expected {
        account: "1",
        base_url: "https://m",
        connection_arn: Some("c"),
        destination_arns: &[],
        queue_arn: Some("q"),
        role_arn: Some("r"),
    };

    #[test]
    fn the_policy_that_is_put_back_passes_its_check() {
        let rules =
            ["arn:aws:events:us-east-1:1:rule/a".to_owned(), "arn:aws:events:us-east-1:1:rule/b".to_owned()];
        let queue = |rules: &[String]| {
            Ok(Some(Queue {
                arn: "q".into(),
                policy: Some(queue_policy("q", rules)),
                encrypted: true,
                key: None,
                messages: 0,
            }))
        };
        assert_eq!(super::queue(&queue(&rules), &rules, &EXPECTED)[0].verdict, Verdict::Ok);
        let one = super::queue(&queue(&rules[..1]), &rules, &EXPECTED);
        assert_eq!(
            one[0].evidence,
            "1 of 2 rules may not write to it, first arn:aws:events:us-east-1:1:rule/b: what fails is lost"
        );
    }

    #[test]
    fn what_cannot_be_looked_at_is_unknown_and_what_is_gone_is_a_fault() {
        assert_eq!(connection(&Err("AccessDenied".into())).verdict, Verdict::Unknown);
        assert_eq!(connection(&Ok(None)).verdict, Verdict::Fail);
        assert_eq!(rule("R", &Ok(None), &EXPECTED).name, "rule R");
    }

    #[test]
    fn a_host_that_only_begins_like_momento_is_another_host() {
        let destination = |endpoint: &str| {
            Ok(Some(Destination {
                arn: "d".into(),
                state: "ACTIVE".into(),
                connection_arn: Some("c".into()),
                endpoint: endpoint.into(),
            }))
        };
        assert_eq!(
            super::destination("D", &destination("https://m/cache/*"), &EXPECTED).verdict,
            Verdict::Ok
        );
        assert_eq!(
            super::destination("D", &destination("https://m.evil/cache/*"), &EXPECTED).verdict,
            Verdict::Fail
        );
    }
}

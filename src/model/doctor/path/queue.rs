//! The dead-letter queue: who may use it, how it is encrypted, and what it keeps.

use serde_json::Value;

use super::role::of_stranger;
use super::{EVENTS, Expected, REVERT, STRANGER, is_same_key, with};
use crate::model::doctor::Check;
use crate::model::doctor::parts::{Look, Queue};
use crate::model::policy::{Caller, Decision, Grant, Grantee, Policy, Request};

/// What a rule does with the queue.
const SEND: &str = "sqs:SendMessage";

/// What else can be done with a queue: to read and to empty it, to close it, to let others in.
const ACTIONS: [&str; 6] = [
    SEND,
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:PurgeQueue",
    "sqs:DeleteQueue",
    "sqs:SetQueueAttributes",
];

/// What puts the policy back.
const FIX: &str = "put the policy back: `evbridge-momento doctor --fix`";

/// AWS's own key for SQS, whose policy nobody can change. Source: the EventBridge guide on dead-letter queues.
const MANAGED_KEY: &str = "alias/aws/sqs";

/// The largest event that the API took when the first of these stacks was made: a queue that takes less loses
/// the larger ones. Source: "Amazon EventBridge quotas".
const LARGEST_EVENT: u64 = 262_144;

/// Checks that the stack's rules may write to the dead-letter queue and nobody else, and that it keeps what it gets.
pub fn queue(id: &str, look: &Look<Queue>, rule_arns: &[String], expected: &Expected<'_>) -> Vec<Check> {
    vec![
        with(look, "queue policy", |queue| policy(queue, rule_arns, expected)),
        with(look, "queue encryption", |queue| encryption(id, queue, expected)),
        with(look, "queue settings", |queue| settings(id, queue, expected)),
    ]
}

fn policy(queue: &Queue, rule_arns: &[String], expected: &Expected<'_>) -> Check {
    let name = "queue policy";
    let policy = match queue.policy.as_deref().map(Policy::parse).transpose() {
        Ok(policy) => policy.unwrap_or_default(),
        Err(invalid) => return Check::fail(name, format!("it cannot be read: {invalid}")).treat(FIX),
    };
    let decision = |caller: Caller<'_>, action: &str, context: &[(&str, &str)]| {
        policy.decide(&Request { caller, action, resource: &queue.arn, context })
    };
    let sends = |rule: &str, account: &str| {
        let context =
            [("aws:SourceArn", rule), ("aws:SourceAccount", account), ("aws:SecureTransport", "true")];
        decision(Caller::Service(EVENTS), SEND, &context) == Decision::Allowed
    };
    let (mut faults, mut warnings) = (Vec::new(), Vec::new());
    let refused: Vec<&String> = rule_arns.iter().filter(|arn| !sends(arn, expected.account)).collect();
    if let [first, ..] = refused[..] {
        let (count, all) = (refused.len(), rule_arns.len());
        faults.push(format!("{count} of {all} rules may not write to it, first {first}: what fails is lost"));
    }
    let (foreign, own): (Vec<_>, Vec<_>) = policy
        .grants()
        .flat_map(|grant| grant.grantees().into_iter().map(move |grantee| (grant, grantee)))
        .filter(|(grant, grantee)| !is_given(grant, *grantee, expected))
        .partition(|(_, grantee)| !is_of_account(*grantee, expected.account));
    let words = |all: &[(Grant<'_>, Grantee<'_>)]| {
        let words = all.iter().map(|(grant, grantee)| {
            format!("{} may do {} ({})", grantee.words(), grant.actions(), grant.name())
        });
        words.collect::<Vec<_>>().join(", ")
    };
    if !foreign.is_empty() {
        faults.push(format!("it is open to others: {}", words(&foreign)));
    }
    if !own.is_empty() {
        warnings.push(format!("others of this account are let in by it: {}", words(&own)));
    }
    // Whoever lets everybody in lets in every rule too.
    if foreign.is_empty() && sends(&of_stranger(rule_arns), STRANGER) {
        faults.push(
            "rules of every account may write to it, as no condition on aws:SourceArn or aws:SourceAccount keeps \
             them out"
                .to_owned(),
        );
    } else if foreign.is_empty() && sends(&of_somebody(rule_arns), expected.account) {
        warnings.push("every rule of this account may write to it, not the stack's alone".to_owned());
    }
    let plain = [("aws:SecureTransport", "false")];
    let is_open =
        |action: &&&str| decision(Caller::Account(expected.account), action, &plain) != Decision::Denied;
    if let Some(action) = ACTIONS.iter().find(is_open) {
        faults.push(format!("nothing denies requests without TLS: {action} is taken in the clear"));
    }
    match (faults.is_empty(), warnings.is_empty()) {
        (true, true) => {
            Check::ok(name, format!("{} rules may write to it, and it lets nobody else in", rule_arns.len()))
        }
        // Somebody of this account may mean it, so that `--fix` leaves it.
        (true, false) => Check::warn(name, warnings.join("; ")).treat(format!(
            "if nobody means that, put the stack's policy back: `aws sqs set-queue-attributes --queue-url {} \
             --attributes '{}'`",
            queue.url,
            serde_json::json!({ "Policy": queue_policy(&queue.arn, rule_arns) })
        )),
        (false, _) => {
            faults.append(&mut warnings);
            Check::fail(name, faults.join("; ")).treat(FIX)
        }
    }
}

/// Returns the ARN of a rule beside the stack's that is not the stack's.
fn of_somebody(rule_arns: &[String]) -> String {
    rule_arns.first().map(|arn| format!("{arn}-of-somebody-else")).unwrap_or_default()
}

/// Returns whether a grant is one that the stack gives, or gives nothing that is not there already.
fn is_given(grant: &Grant<'_>, grantee: Grantee<'_>, expected: &Expected<'_>) -> bool {
    match grantee {
        Grantee::Service(EVENTS) => grant.allows_only(&[SEND]),
        // The account itself: what its own policies allow holds without it.
        Grantee::Account(name) => {
            name == expected.account || name.ends_with(&format!("::{}:root", expected.account))
        }
        _ => false,
    }
}

fn is_of_account(grantee: Grantee<'_>, account: &str) -> bool {
    matches!(grantee, Grantee::Account(name) if name.split(':').nth(4) == Some(account))
}

fn encryption(id: &str, queue: &Queue, expected: &Expected<'_>) -> Check {
    let name = "queue encryption";
    let declared = expected.text(id, "KmsMasterKeyId");
    let Some(key) = &queue.key else {
        return match declared {
            Some(declared) => {
                Check::warn(name, format!("it is not encrypted with the stack's key {declared}"))
                    .treat(REVERT)
            }
            None if queue.encrypted => Check::ok(name, "SQS encrypts it"),
            None => Check::warn(name, "it is not encrypted: events lie in it in the clear").treat(REVERT),
        };
    };
    let is_own = declared.is_some_and(|declared| is_same_key(key, &declared));
    if is_own || expected.of(id).is_none() && key != MANAGED_KEY {
        return Check::ok(name, format!("encrypted with {key}"));
    }
    let why = if key == MANAGED_KEY {
        format!("AWS's own key lets no {EVENTS} in")
    } else {
        format!("where that key does not let {EVENTS} use it")
    };
    let evidence =
        format!("it is encrypted with {key}, which the stack does not say: {why}, what fails is lost");
    Check::fail(name, evidence).treat(REVERT)
}

fn settings(id: &str, queue: &Queue, expected: &Expected<'_>) -> Check {
    let name = "queue settings";
    let declared = expected.text(id, "MessageRetentionPeriod").and_then(|text| text.parse::<u64>().ok());
    let mut found = Vec::new();
    if let (Some(kept), Some(declared)) = (queue.retention, declared)
        && kept < declared
    {
        let evidence =
            format!("it keeps what did not arrive for {}, and the stack says {}", time(kept), time(declared));
        found.push(Check::fail(name, evidence).treat(REVERT));
    }
    let set = |attribute: &str| {
        let url = queue.url.as_str();
        format!(
            "no drift detection sees this; set it back: `aws sqs set-queue-attributes --queue-url {url} --attributes {attribute}`"
        )
    };
    if let Some(largest) = queue.largest.filter(|largest| *largest < LARGEST_EVENT) {
        let evidence =
            format!("it takes messages of at most {largest} bytes: larger events that fail are lost");
        found.push(Check::fail(name, evidence).treat(set("MaximumMessageSize=1048576")));
    }
    if let Some(redrive) = &queue.redrive {
        let target = serde_json::from_str::<Value>(redrive).ok();
        let target = target.as_ref().and_then(|policy| policy.get("deadLetterTargetArn")?.as_str());
        let target = target.unwrap_or(redrive);
        let evidence = format!("what is looked at often goes on to {target}, which the stack does not say");
        found.push(Check::warn(name, evidence).treat(set("RedrivePolicy=")));
    }
    Check::together(found).unwrap_or_else(|| match queue.retention {
        Some(kept) => Check::ok(name, format!("it keeps what did not arrive for {}", time(kept))),
        None => Check::unknown(name, "SQS does not say how long it keeps a message"),
    })
}

/// Words a time in the largest unit that fits.
fn time(seconds: u64) -> String {
    let (count, unit) = match seconds {
        days if days % 86_400 == 0 => (days / 86_400, "day"),
        hours if hours % 3600 == 0 => (hours / 3600, "hour"),
        _ => (seconds, "second"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// Returns the statements of a queue's policy, JSON as text, that are gone once the stack's policy is put back.
pub fn taken_away(policy: Option<&str>, queue_arn: &str, rule_arns: &[String]) -> Vec<String> {
    let statements = |text: &str| match serde_json::from_str::<Value>(text).ok()?.get_mut("Statement")?.take()
    {
        Value::Array(all) => Some(all),
        one => Some(vec![one]),
    };
    let own = statements(&queue_policy(queue_arn, rule_arns)).unwrap_or_default();
    let there = policy.and_then(statements).unwrap_or_default();
    there.iter().filter(|one| !own.contains(one)).map(Value::to_string).collect()
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
                "Action": SEND,
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

//! How long a policy is, and a shorter form of one that is too long.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The most characters of a managed policy, white space not counted (IAM user guide, "IAM and STS quotas").
pub const LONGEST: usize = 6144;

/// Returns a policy's length as IAM counts it: without white space.
pub fn length(document: &Value) -> usize {
    document.to_string().chars().filter(|character| !character.is_whitespace()).count()
}

/// Puts the statements together that allow something through CloudFormation under no other condition.
///
/// That allows nothing more: an action of one service works on the kind of resource that it is for, and on no
/// other. Secrets stay apart, since the stack's own and the connection's are of one kind.
#[must_use]
pub fn shortened(mut document: Value) -> Value {
    let Some(statements) = document["Statement"].as_array_mut() else { return document };
    let through =
        json!({ "ForAnyValue:StringEquals": { "aws:CalledVia": ["cloudformation.amazonaws.com"] } });
    let (merged, mut kept): (Vec<Value>, Vec<Value>) = statements.drain(..).partition(|statement| {
        statement["Condition"] == through
            && !actions(statement).any(|action| action.starts_with("secretsmanager:"))
    });
    if !merged.is_empty() {
        let resources: Vec<&Value> = merged.iter().map(|statement| &statement["Resource"]).collect();
        kept.push(json!({
            "Sid": "ThroughCloudFormation",
            "Effect": "Allow",
            "Action": merged.iter().flat_map(actions).collect::<BTreeSet<_>>(),
            "Resource": resources,
            "Condition": through,
        }));
    }
    *statements = kept;
    document
}

fn actions(statement: &Value) -> impl Iterator<Item = &str> {
    statement["Action"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::permissions::{Role, Scope, document, questions};
    use crate::model::policy::{Caller, Decision, Policy, Request};

    /// The longest names that there are; a path can be longer still.
    fn scope(own_bus: bool, role: &str) -> Scope {
        let name = "r".repeat(64);
        Scope {
            partition: "aws-us-gov".into(),
            region: "ap-southeast-1".into(),
            account: "123456789012".into(),
            stack: "s".repeat(128),
            bus: "b".repeat(256),
            own_bus,
            detail_types: ["cacheSet", "cacheDelete", "topicPublish"].map(str::to_owned).to_vec(),
            sources: vec!["o".repeat(256)],
            secret: format!("evbridge-momento/{}", "s".repeat(128)),
            key: Some(format!("arn:aws-us-gov:kms:ap-southeast-1:123456789012:key/mrk-{}", "0".repeat(32))),
            holder: Some(format!("role/{role}").parse().unwrap()),
            working_role: Some(format!("arn:aws-us-gov:iam::123456789012:role/{name}")),
        }
    }

    #[test]
    fn the_longest_names_make_a_managed_policy() {
        for (role, own_bus) in Role::ALL.into_iter().flat_map(|role| [(role, true), (role, false)]) {
            let document = shortened(document(role, &scope(own_bus, &"r".repeat(64))));
            assert!(length(&document) <= LONGEST, "{role}, {own_bus}: {}", length(&document));
        }
        // White space in a source is not counted.
        assert_eq!(length(&json!({ "a": "b c" })), 10);
    }

    #[test]
    fn what_is_put_together_allows_what_it_did() {
        for role in Role::ALL {
            let whole = document(role, &scope(true, "ci"));
            let policy = Policy::from_json(&shortened(whole.clone())).unwrap();
            for question in questions(&whole) {
                let keys = question.context.iter();
                let context: Vec<(&str, &str)> =
                    keys.map(|(key, values)| (key.as_str(), values[0].as_str())).collect();
                for action in &question.actions {
                    let caller = Caller::Attached;
                    let request = Request { caller, action, resource: &question.resource, context: &context };
                    assert_eq!(policy.decide(&request), Decision::Allowed, "{role}: {action}");
                    // Not one of them without CloudFormation.
                    if context.iter().any(|(key, _)| *key == "aws:CalledVia") {
                        let direct = Request { context: &[], ..request };
                        assert_ne!(policy.decide(&direct), Decision::Allowed, "{role}: {action}");
                    }
                }
            }
        }
    }

    #[test]
    fn secrets_stay_apart() {
        let policy = shortened(document(Role::Operator, &scope(false, "ci")));
        let of = |sid: &str| policy["Statement"].as_array().unwrap().iter().any(|one| one["Sid"] == sid);
        assert!(of("ConnectionSecretThroughCloudFormation") && of("ThroughCloudFormation"));
        assert!(!of("RuleThroughCloudFormation"));
    }
}

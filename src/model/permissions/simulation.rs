//! What to ask IAM so as to learn whether somebody has a role's permissions (`SimulatePrincipalPolicy`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What is asked at once: actions on a resource, with the condition keys of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The actions.
    pub actions: Vec<String>,
    /// An ARN as it could be.
    pub resource: String,
    /// The condition keys with their values.
    pub context: Vec<(String, Vec<String>)>,
}

/// What IAM says to a question: what it does not allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The actions that are refused.
    pub refused: BTreeSet<String>,
    /// The actions of which nobody knows, with the condition keys that they depend on.
    pub unknown: BTreeMap<String, BTreeSet<String>>,
}

impl Answer {
    /// Adds an action that is not allowed; without these condition keys it is not known whether it would be.
    pub fn refuse(&mut self, action: &str, missing: BTreeSet<String>) {
        if missing.is_empty() {
            self.refused.insert(action.to_owned());
        } else {
            self.unknown.insert(action.to_owned(), missing);
        }
    }
}

impl Question {
    /// Returns the condition keys that every such call has for certain; `is_secure` says whether it is https.
    ///
    /// Source: IAM user guide, "AWS global condition context keys". A global service's calls have a region of
    /// their own, and what one service calls of another says nothing of the first call's connection.
    pub fn known(&self, principal: &str, region: &str, is_secure: bool) -> Vec<(String, String)> {
        let account = principal.split(':').nth(4).unwrap_or_default();
        let mut known = vec![("aws:PrincipalArn", principal), ("aws:PrincipalAccount", account)];
        if !self.actions.iter().any(|action| action.starts_with("iam:")) {
            known.push(("aws:RequestedRegion", region));
        }
        let is_direct =
            !self.context.iter().any(|(key, _)| matches!(key.as_str(), "aws:CalledVia" | "kms:ViaService"));
        if is_secure && is_direct {
            known.push(("aws:SecureTransport", "true"));
        }
        known.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }
}

/// Returns what to ask so as to learn whether somebody has a policy's permissions: a question for each of its
/// statements, in their order.
pub fn questions(policy: &Value) -> Vec<Question> {
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items.chain(value.is_string().then_some(value)).filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let statements = policy["Statement"].as_array().into_iter().flatten();
    statements
        .map(|statement| {
            let operators = statement["Condition"].as_object().into_iter().flatten();
            let keys = operators.filter_map(|(_, keys)| keys.as_object()).flatten();
            Question {
                // Whoever can ask has the permissions to ask.
                actions: if statement["Sid"] == "Caller" { Vec::new() } else { texts(&statement["Action"]) },
                resource: example(statement["Resource"].as_str().unwrap_or_default()),
                context: keys.map(|(key, values)| (key.clone(), texts(values))).collect(),
            }
        })
        .collect()
}

/// Returns the part of a policy that holds what each answer refuses.
pub fn only(mut policy: Value, answers: &[Answer]) -> Value {
    if let Some(statements) = policy["Statement"].as_array_mut() {
        for (statement, answer) in statements.iter_mut().zip(answers) {
            if let Some(actions) = statement["Action"].as_array_mut() {
                actions
                    .retain(|action| action.as_str().is_some_and(|action| answer.refused.contains(action)));
            }
        }
        statements.retain(|statement| statement["Action"].as_array().is_some_and(|all| !all.is_empty()));
    }
    policy
}

/// Returns an ARN that a pattern matches: the name of a resource that does not exist yet.
fn example(pattern: &str) -> String {
    if pattern == "*" { pattern.to_owned() } else { pattern.replace('*', "EXAMPLE").replace('?', "x") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::permissions::{Role, Scope, document};
    use crate::model::policy::{Caller, Decision, Policy, Request};

    fn scope() -> Scope {
        Scope {
            partition: "aws".into(),
            region: "us-east-1".into(),
            account: "123456789012".into(),
            stack: "momento-api".into(),
            bus: "orders".into(),
            own_bus: true,
            detail_types: vec!["cacheSet".into(), "cacheDelete".into()],
            sources: vec!["shop".into()],
            secret: "evbridge-momento/momento-api".into(),
            key: Some("arn:aws:kms:us-east-1:123456789012:key/k".into()),
            holder: None,
            working_role: None,
        }
    }

    #[test]
    fn a_policy_answers_its_own_questions_with_yes() {
        for role in Role::ALL {
            let document = document(role, &scope());
            let policy = Policy::from_json(&document).unwrap();
            for question in questions(&document) {
                let keys = question.context.iter();
                let context: Vec<(&str, &str)> =
                    keys.map(|(key, values)| (key.as_str(), values[0].as_str())).collect();
                for action in &question.actions {
                    let caller = Caller::Attached;
                    let request = Request { caller, action, resource: &question.resource, context: &context };
                    assert_eq!(policy.decide(&request), Decision::Allowed, "{role}: {action} {question:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_missing_is_a_policy_of_its_own() {
        let all = document(Role::Producer, &scope());
        let asked = questions(&all);
        let mut answers = vec![Answer::default(); asked.len()];
        answers[0].refuse("events:DescribeEventBus", BTreeSet::from(["aws:SourceIp".to_owned()]));
        answers[1].refuse("events:PutEvents", BTreeSet::new());
        let policy = only(all, &answers);
        assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(policy["Statement"][0]["Action"], serde_json::json!(["events:PutEvents"]));
        assert_eq!(policy["Statement"][0]["Condition"]["StringEquals"]["events:source"][0], "shop");
    }

    #[test]
    fn only_what_is_certain_is_known() {
        let principal = "arn:aws:iam::123456789012:role/ci";
        let known = |sid: &str, is_secure| {
            let policy = document(Role::Deployer, &scope());
            let at =
                policy["Statement"].as_array().unwrap().iter().position(|one| one["Sid"] == sid).unwrap();
            let known = questions(&policy)[at].known(principal, "us-east-1", is_secure);
            assert_eq!(known[0], ("aws:PrincipalArn".to_owned(), principal.to_owned()));
            assert_eq!(known[1], ("aws:PrincipalAccount".to_owned(), "123456789012".to_owned()));
            known.into_iter().skip(2).map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()
        };
        assert_eq!(known("Secret", true), ["aws:RequestedRegion=us-east-1", "aws:SecureTransport=true"]);
        assert_eq!(known("Secret", false), ["aws:RequestedRegion=us-east-1"]);
        assert_eq!(known("QueueThroughCloudFormation", true), ["aws:RequestedRegion=us-east-1"]);
        assert_eq!(known("Key", true), ["aws:RequestedRegion=us-east-1"]);
        assert!(known("RoleThroughCloudFormation", true).is_empty());
    }
}

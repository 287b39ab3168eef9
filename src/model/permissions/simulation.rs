//! What to ask IAM so as to learn whether somebody has a role's permissions (`SimulatePrincipalPolicy`).

use std::collections::BTreeSet;

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

/// Returns the part of a policy that holds the refused actions of each question.
pub fn only(mut policy: Value, refused: &[BTreeSet<String>]) -> Value {
    if let Some(statements) = policy["Statement"].as_array_mut() {
        for (statement, refused) in statements.iter_mut().zip(refused) {
            if let Some(actions) = statement["Action"].as_array_mut() {
                actions.retain(|action| action.as_str().is_some_and(|action| refused.contains(action)));
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
        let mut refused = vec![BTreeSet::new(); asked.len()];
        refused[1].insert("events:PutEvents".to_owned());
        let policy = only(all, &refused);
        assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(policy["Statement"][0]["Action"], serde_json::json!(["events:PutEvents"]));
        assert_eq!(policy["Statement"][0]["Condition"]["StringEquals"]["events:source"][0], "shop");
    }
}

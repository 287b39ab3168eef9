//! What to ask IAM so as to learn whether somebody has a role's permissions (`SimulatePrincipalPolicy`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Role, Scope, document};

/// Who calls, as IAM's simulation takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The account itself, which may do everything that its organisation allows.
    Root,
    /// A user, by ARN.
    User(String),
    /// A role that was assumed; its ARN has a path that the session's does not tell.
    Role {
        /// The role's name.
        name: String,
        /// Its ARN where it has no path.
        arn: String,
    },
    /// Somebody whom the simulation does not know, such as a federated user.
    Other,
}

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

impl Principal {
    /// Reads the ARN that STS gives of the caller.
    pub fn of(arn: &str) -> Self {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, partition, _, _, account, resource] = parts[..] else { return Self::Other };
        match resource.split('/').collect::<Vec<_>>()[..] {
            ["root"] => Self::Root,
            ["user", ..] => Self::User(arn.to_owned()),
            ["assumed-role", name, _] => Self::Role {
                name: name.to_owned(),
                arn: format!("arn:{partition}:iam::{account}:role/{name}"),
            },
            _ => Self::Other,
        }
    }
}

/// Returns what to ask about a role's permissions: a question for each statement of its policy, in their order.
pub fn questions(role: Role, scope: &Scope) -> Vec<Question> {
    let policy = document(role, scope);
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
                // Whoever can ask has the permission to ask.
                actions: texts(&statement["Action"])
                    .into_iter()
                    .filter(|action| action != "iam:SimulatePrincipalPolicy")
                    .collect(),
                resource: example(statement["Resource"].as_str().unwrap_or_default()),
                context: keys.map(|(key, values)| (key.clone(), texts(values))).collect(),
            }
        })
        .collect()
}

/// Returns the part of a role's policy that holds the refused actions of each question.
pub fn only(role: Role, scope: &Scope, refused: &[BTreeSet<String>]) -> Value {
    let mut policy = document(role, scope);
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
        }
    }

    #[test]
    fn a_policy_answers_its_own_questions_with_yes() {
        for role in Role::ALL {
            let policy = Policy::from_json(&document(role, &scope())).unwrap();
            for question in questions(role, &scope()) {
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
        let asked = questions(Role::Producer, &scope());
        let mut refused = vec![BTreeSet::new(); asked.len()];
        refused[1].insert("events:PutEvents".to_owned());
        let policy = only(Role::Producer, &scope(), &refused);
        assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(policy["Statement"][0]["Action"], serde_json::json!(["events:PutEvents"]));
        assert_eq!(policy["Statement"][0]["Condition"]["StringEquals"]["events:source"][0], "shop");
    }

    #[test]
    fn a_caller_is_told_by_its_arn() {
        let of = Principal::of;
        assert_eq!(of("arn:aws:iam::1:root"), Principal::Root);
        assert_eq!(of("arn:aws:iam::1:user/a/b"), Principal::User("arn:aws:iam::1:user/a/b".into()));
        let arn = "arn:aws-cn:iam::1:role/ci".to_owned();
        assert_eq!(of("arn:aws-cn:sts::1:assumed-role/ci/me"), Principal::Role { name: "ci".into(), arn });
        assert_eq!(of("arn:aws:sts::1:federated-user/me"), Principal::Other);
        assert_eq!(of("me"), Principal::Other);
    }
}

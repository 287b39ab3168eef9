//! IAM policy documents: who may do what to which resource, and when.
//!
//! Evaluates identity, trust and resource policies as the IAM user guide's "policy evaluation logic"
//! says: an explicit deny wins, an allow is needed, everything else is an implicit deny.

mod condition;
mod glob;
mod grant;

use std::collections::BTreeSet;

use serde_json::Value;

use condition::Condition;
pub use grant::{Grant, Grantee};

/// A parsed policy document; the default one says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    statements: Vec<Statement>,
}

/// Why a text is not a policy document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPolicy {
    /// The text is not JSON.
    #[error("the policy is not JSON: {0}")]
    Json(String),
    /// An element is missing or of the wrong type.
    #[error("the policy's {0} is missing or not valid")]
    Element(&'static str),
    /// A condition operator that IAM does not have.
    #[error("the policy's condition operator {0} is not known")]
    Operator(String),
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller<'a> {
    /// The identity that the policy is attached to: its statements name no principal.
    Attached,
    /// A service, such as `events.amazonaws.com`.
    Service(&'a str),
    /// An account's principal: the account id.
    Account(&'a str),
}

/// One request to decide on.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub caller: Caller<'a>,
    /// The action, such as `sqs:SendMessage`.
    pub action: &'a str,
    /// The ARN of what it is done to.
    pub resource: &'a str,
    /// The condition keys and their values; a key may come more than once.
    pub context: &'a [(&'a str, &'a str)],
}

/// What a policy says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    Denied,
    /// No statement speaks of it.
    NotAllowed,
}

impl Policy {
    /// Reads a policy document.
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| InvalidPolicy::Json(error.to_string()))?;
        Self::from_json(&document)
    }

    /// Reads a policy document that is JSON already.
    pub fn from_json(document: &Value) -> Result<Self, InvalidPolicy> {
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().map(Statement::parse).collect(),
            Some(statement @ Value::Object(_)) => Statement::parse(statement).map(|one| vec![one]),
            _ => Err(InvalidPolicy::Element("Statement")),
        }?;
        Ok(Self { statements })
    }

    /// Decides on a request.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let mut decision = Decision::NotAllowed;
        for statement in self.statements.iter().filter(|statement| statement.covers(request)) {
            if !statement.allow {
                return Decision::Denied;
            }
            decision = Decision::Allowed;
        }
        decision
    }

    /// Returns the condition keys that a request lacks, of the statements about its action and its resource.
    pub fn missing_keys(&self, request: &Request<'_>) -> BTreeSet<&str> {
        let about = self.statements.iter().filter(|statement| statement.is_about(request));
        let keys = about.flat_map(|statement| &statement.conditions).map(Condition::key);
        let is_given = |key: &str| request.context.iter().any(|(given, _)| given.eq_ignore_ascii_case(key));
        keys.filter(|key| !is_given(key)).collect()
    }
}

/// Decides on a request by several policies together: a deny in any wins, an allow in any is enough.
pub fn decide<'a>(policies: impl IntoIterator<Item = &'a Policy>, request: &Request<'_>) -> Decision {
    let mut decision = Decision::NotAllowed;
    for policy in policies {
        match policy.decide(request) {
            Decision::Denied => return Decision::Denied,
            Decision::Allowed => decision = Decision::Allowed,
            Decision::NotAllowed => {}
        }
    }
    decision
}

#[derive(Clone, Debug, PartialEq)]
struct Statement {
    sid: Option<String>,
    allow: bool,
    principals: Option<Listed<Principal>>,
    actions: Listed<String>,
    resources: Option<Listed<String>>,
    conditions: Vec<Condition>,
}

/// A list that a statement names, or names all but.
#[derive(Clone, Debug, PartialEq)]
enum Listed<T> {
    In(Vec<T>),
    NotIn(Vec<T>),
}

#[derive(Clone, Debug, PartialEq)]
enum Principal {
    Everyone,
    Account(String),
    Service(String),
    Other(String),
}

impl Statement {
    fn parse(statement: &Value) -> Result<Self, InvalidPolicy> {
        let allow = match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(InvalidPolicy::Element("Effect")),
        };
        let principals = listed(statement, "Principal", "NotPrincipal", principals)?;
        let actions = listed(statement, "Action", "NotAction", strings)?;
        let resources = listed(statement, "Resource", "NotResource", strings)?;
        let conditions = match statement.get("Condition") {
            None => Vec::new(),
            Some(Value::Object(operators)) => condition::parse(operators)?,
            Some(_) => return Err(InvalidPolicy::Element("Condition")),
        };
        let actions = actions.ok_or(InvalidPolicy::Element("Action"))?;
        let sid = statement.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty());
        let sid = sid.map(str::to_owned);
        Ok(Self { sid, allow, principals, actions, resources, conditions })
    }

    fn covers(&self, request: &Request<'_>) -> bool {
        let principal = match (&self.principals, request.caller) {
            (_, Caller::Attached) => true,
            (Some(principals), caller) => principals.holds(|principal| principal.is(caller)),
            (None, _) => false,
        };
        principal
            && self.is_about(request)
            && self.conditions.iter().all(|condition| condition.holds(request.context))
    }

    /// Whether it speaks of the request's action and resource, whatever its conditions are.
    fn is_about(&self, request: &Request<'_>) -> bool {
        self.actions.holds(|action| glob::matches_ignoring_case(action, request.action))
            && self.resources.as_ref().is_none_or(|resources| {
                resources.holds(|resource| glob::matches(resource, request.resource, request.context))
            })
    }
}

impl<T> Listed<T> {
    fn holds(&self, matches: impl FnMut(&T) -> bool) -> bool {
        match self {
            Self::In(items) => items.iter().any(matches),
            Self::NotIn(items) => !items.iter().any(matches),
        }
    }
}

impl Principal {
    fn is(&self, caller: Caller<'_>) -> bool {
        match (self, caller) {
            (Self::Everyone, _) => true,
            (Self::Service(name), Caller::Service(service)) => name == service,
            (Self::Account(name), Caller::Account(account)) => {
                name == account || name.split(':').nth(4) == Some(account) && name.ends_with(":root")
            }
            _ => false,
        }
    }
}

fn listed<T>(
    statement: &Value,
    name: &'static str,
    negated: &'static str,
    parse: impl Fn(&Value) -> Option<Vec<T>>,
) -> Result<Option<Listed<T>>, InvalidPolicy> {
    match (statement.get(name), statement.get(negated)) {
        (Some(value), None) => parse(value).map(Listed::In).map(Some).ok_or(InvalidPolicy::Element(name)),
        (None, Some(value)) => {
            parse(value).map(Listed::NotIn).map(Some).ok_or(InvalidPolicy::Element(negated))
        }
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(InvalidPolicy::Element(name)),
    }
}

fn principals(value: &Value) -> Option<Vec<Principal>> {
    match value {
        Value::String(text) if text == "*" => Some(vec![Principal::Everyone]),
        Value::Object(kinds) => {
            let mut all = Vec::new();
            for (kind, names) in kinds {
                all.extend(strings(names)?.into_iter().map(|name| match kind.as_str() {
                    "AWS" if name == "*" => Principal::Everyone,
                    "AWS" => Principal::Account(name),
                    "Service" => Principal::Service(name),
                    _ => Principal::Other(name),
                }));
            }
            Some(all)
        }
        _ => None,
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

//! What a policy gives, statement by statement: for who wants to name what is given too freely.

use super::{Listed, Policy, Principal, Statement};

/// A statement that allows something.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    position: usize,
    statement: &'a Statement,
}

/// Whom a statement names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grantee<'a> {
    /// Everybody: `*`.
    Everyone,
    /// Everybody but some: `NotPrincipal`.
    AllBut,
    /// A service, such as `events.amazonaws.com`.
    Service(&'a str),
    /// A principal of an account: the account's id or an ARN.
    Account(&'a str),
    /// A federated user or a canonical one.
    Other(&'a str),
}

impl Policy {
    /// Returns the statements that allow something, in their order.
    pub fn grants(&self) -> impl Iterator<Item = Grant<'_>> {
        let numbered = self.statements.iter().enumerate();
        let allowing = numbered.filter(|(_, statement)| statement.allow);
        allowing.map(|(index, statement)| Grant { position: index + 1, statement })
    }
}

impl<'a> Grant<'a> {
    /// Returns the statement's `Sid`, or its place among all: `statement 2`.
    pub fn name(&self) -> String {
        self.statement.sid.clone().unwrap_or_else(|| format!("statement {}", self.position))
    }

    /// Returns whom it names; nobody in a policy that is attached to its holder.
    pub fn grantees(&self) -> Vec<Grantee<'a>> {
        match &self.statement.principals {
            None => Vec::new(),
            Some(Listed::NotIn(_)) => vec![Grantee::AllBut],
            Some(Listed::In(all)) => all.iter().map(Grantee::of).collect(),
        }
    }

    /// Returns what it allows in words: `sqs:SendMessage, sqs:ReceiveMessage`, `all but sqs:DeleteQueue`.
    pub fn actions(&self) -> String {
        words(&self.statement.actions)
    }

    /// Returns what it allows that on, in words.
    pub fn resources(&self) -> String {
        self.statement.resources.as_ref().map_or_else(|| "*".to_owned(), words)
    }

    /// Returns whether it allows nothing but these actions; a pattern reaches further than a name.
    pub fn allows_only(&self, actions: &[&str]) -> bool {
        match &self.statement.actions {
            Listed::NotIn(_) => false,
            Listed::In(all) => {
                all.iter().all(|one| actions.iter().any(|action| action.eq_ignore_ascii_case(one)))
            }
        }
    }

    /// Returns whether it is about nothing but these resources; a pattern reaches further than a name.
    pub fn is_only_on(&self, resources: &[String]) -> bool {
        match &self.statement.resources {
            Some(Listed::In(all)) => all.iter().all(|one| resources.contains(one)),
            None | Some(Listed::NotIn(_)) => false,
        }
    }
}

impl<'a> Grantee<'a> {
    fn of(principal: &'a Principal) -> Self {
        match principal {
            Principal::Everyone => Self::Everyone,
            Principal::Service(name) => Self::Service(name),
            Principal::Account(name) => Self::Account(name),
            Principal::Other(name) => Self::Other(name),
        }
    }

    /// Returns it in words.
    pub fn words(&self) -> String {
        match self {
            Self::Everyone => "everybody".to_owned(),
            Self::AllBut => "all but a few".to_owned(),
            Self::Service(name) | Self::Account(name) | Self::Other(name) => (*name).to_owned(),
        }
    }
}

fn words(listed: &Listed<String>) -> String {
    match listed {
        Listed::In(all) => all.join(", "),
        Listed::NotIn(all) => format!("all but {}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_with_what_it_gives_to_whom() {
        let policy = Policy::parse(
            r#"{"Statement": [
                {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"},
                {"Effect": "Allow", "Principal": {"AWS": ["1", "*"], "Service": "s"}, "Action": "sqs:*", "Resource": "q"},
                {"Sid": "Not", "Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "NotAction": ["a:B"], "NotResource": "r"}
            ]}"#,
        )
        .unwrap();
        let grants: Vec<Grant<'_>> = policy.grants().collect();
        assert_eq!(grants.iter().map(Grant::name).collect::<Vec<_>>(), ["statement 2", "Not"]);
        assert_eq!(grants[0].grantees(), [Grantee::Account("1"), Grantee::Everyone, Grantee::Service("s")]);
        assert_eq!(grants[1].grantees(), [Grantee::AllBut]);
        assert_eq!((grants[0].actions(), grants[0].resources()), ("sqs:*".into(), "q".into()));
        assert_eq!((grants[1].actions(), grants[1].resources()), ("all but a:B".into(), "all but r".into()));
        assert!(grants[0].allows_only(&["SQS:*"]) && !grants[0].allows_only(&["sqs:SendMessage"]));
        assert!(grants[0].is_only_on(&["q".into()]) && !grants[1].is_only_on(&["q".into()]));
    }
}

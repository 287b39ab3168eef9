//! Who calls AWS, and whom a policy is for.

use std::fmt;
use std::str::FromStr;

/// What the roles of IAM Identity Center begin with, and the path that they are below.
///
/// Below the path there may be the region of Identity Center ("Referencing permission sets in resource
/// policies", IAM Identity Center user guide).
const SSO: (&str, &str) = ("AWSReservedSSO_", "aws-reserved/sso.amazonaws.com/");

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

/// Whom a policy is for: a user or a role, whose own permissions it lets be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The partition and the account, where an ARN named them.
    place: Option<(String, String)>,
    /// `user/NAME` or `role/PATH/NAME`.
    resource: String,
}

/// A text that names no user and no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a user or a role: its ARN, the ARN of an assumed role, user/NAME, or role/NAME with the path that it has"
)]
pub struct InvalidHolder;

impl Holder {
    /// Returns the account, where an ARN named it.
    pub fn account(&self) -> Option<&str> {
        self.place.as_ref().map(|(_, account)| account.as_str())
    }

    /// Returns whether it is a role.
    pub fn is_role(&self) -> bool {
        self.resource.starts_with("role/")
    }

    /// Returns the ARN; where the text was none, in this partition and account.
    pub(super) fn arn(&self, partition: &str, account: &str) -> String {
        let (partition, account) = match &self.place {
            Some((partition, account)) => (partition.as_str(), account.as_str()),
            None => (partition, account),
        };
        format!("arn:{partition}:iam::{account}:{}", self.resource)
    }
}

impl FromStr for Holder {
    type Err = InvalidHolder;

    fn from_str(text: &str) -> Result<Self, InvalidHolder> {
        let (place, resource) = match text.splitn(6, ':').collect::<Vec<_>>()[..] {
            ["arn", partition, "iam" | "sts", "", account, resource] => {
                let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
                if !partition.starts_with("aws") || !is_account {
                    return Err(InvalidHolder);
                }
                (Some((partition.to_owned(), account.to_owned())), resource)
            }
            [resource] => (None, resource),
            _ => return Err(InvalidHolder),
        };
        // What IAM's names and paths are made of: nothing that a policy takes for a pattern or a variable.
        let is_plain = |part: &str| {
            !part.is_empty() && part.chars().all(|one| one.is_ascii_alphanumeric() || "_+=,.@-".contains(one))
        };
        let parts: Vec<&str> = resource.split('/').collect();
        if !parts.iter().all(|part| is_plain(part)) {
            return Err(InvalidHolder);
        }
        let resource = match parts[..] {
            ["user" | "role", _, ..] if parts.len() > 2 || !parts[1].starts_with(SSO.0) => {
                resource.to_owned()
            }
            ["assumed-role", name, _] | ["assumed-role" | "role", name] | [name]
                if name.starts_with(SSO.0) =>
            {
                format!("role/{}*{name}", SSO.1)
            }
            ["assumed-role", name, _] | ["assumed-role", name] => format!("role/{name}"),
            _ => return Err(InvalidHolder),
        };
        Ok(Self { place, resource })
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_policy_names_whom_it_is_for() {
        let sso = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Dev_0a1b";
        for (text, arn) in [
            ("arn:aws:iam::123456789012:user/team/me", "arn:aws:iam::123456789012:user/team/me"),
            ("arn:aws:iam::123456789012:role/ci/deploys", "arn:aws:iam::123456789012:role/ci/deploys"),
            ("arn:aws-cn:sts::123456789012:assumed-role/ci/me@x", "arn:aws-cn:iam::123456789012:role/ci"),
            ("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Dev_0a1b/me", sso),
            ("arn:aws:iam::123456789012:role/AWSReservedSSO_Dev_0a1b", sso),
            ("AWSReservedSSO_Dev_0a1b", sso),
            ("user/me", "arn:aws:iam::123456789012:user/me"),
            ("role/a/b", "arn:aws:iam::123456789012:role/a/b"),
        ] {
            let holder: Holder = text.parse().unwrap();
            assert_eq!(holder.arn("aws", "123456789012"), arn);
            assert_eq!(holder.is_role(), arn.contains(":role/"), "{text}");
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for text in [
            "",
            "ci",
            "role/",
            "role/*",
            "user/${aws:username}",
            "group/all",
            "arn:aws:iam::1:role/ci",
            "arn:aws:iam::123456789012:root",
            "arn:aws:sts::123456789012:federated-user/me",
            "arn:aws:s3:::bucket",
        ] {
            assert_eq!(text.parse::<Holder>(), Err(InvalidHolder), "{text}");
        }
    }
}

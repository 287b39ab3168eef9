//! STS: who the caller is, and credentials for a role.
//!
//! The local user makes every call, unless its access key is one that `AssumeRole` gave. `winterbaume-sts` answers with another user
//! and keeps every assumed role in memory; it also wants its own HTTP shapes instead of [`Service`].

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use super::callers;
use super::clock::Clock;
use super::iam::{Iam, USER_ID};
use super::store::Store;
use super::wire::{ACCOUNT, Answer, ApiError, Service};

/// The STS of one local cloud: `GetCallerIdentity` and `AssumeRole`.
pub struct Sts {
    iam: Arc<Iam>,
    store: Arc<Store>,
    clock: Arc<Clock>,
}

impl Sts {
    /// Opens STS beside IAM.
    pub fn new(iam: Arc<Iam>, store: Arc<Store>, clock: Arc<Clock>) -> Self {
        Self { iam, store, clock }
    }

    fn assume_role(&self, input: &Value) -> Answer {
        let required = |member: &str| {
            input
                .get(member)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .ok_or_else(|| validation(format!("The request must contain the parameter {member}.")))
        };
        let arn = required("RoleArn")?;
        let session = required("RoleSessionName")?;
        let valid = |character: char| character.is_ascii_alphanumeric() || "+=,.@_-".contains(character);
        if !(2..=64).contains(&session.len()) || !session.chars().all(valid) {
            return Err(validation(format!(
                "1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: [\\w+=,.@-]*"
            )));
        }
        let seconds = match input.get("DurationSeconds") {
            None => 3600,
            Some(value) => value
                .as_i64()
                .or_else(|| value.as_str()?.parse().ok())
                .filter(|seconds| (900..=43_200).contains(seconds))
                .ok_or_else(|| validation("DurationSeconds must be from 900 to 43200.".to_owned()))?,
        };
        if self.iam.role_policies(arn)?.is_none() {
            let message = format!(
                "User: arn:aws:iam::{ACCOUNT}:user/local is not authorized to perform: sts:AssumeRole on resource: {arn}"
            );
            return Err(ApiError { status: 403, code: "AccessDenied".to_owned(), message });
        }
        let expiration = self.clock.now() + SignedDuration::from_secs(seconds);
        let (key, assumed) = callers::assume(&self.store, arn, session, expiration)?;
        let random = || Uuid::new_v4().simple().to_string();
        Ok(json!({
            "Credentials": {
                "AccessKeyId": key,
                "SecretAccessKey": random(),
                "SessionToken": random(),
                "Expiration": format!("{expiration:.0}"),
            },
            "AssumedRoleUser": {
                "AssumedRoleId": assumed.id,
                "Arn": assumed.arn,
            },
        }))
    }
}

impl Service for Sts {
    fn call(&self, _region: &str, action: &str, input: &Value) -> Answer {
        match action {
            "AssumeRole" => self.assume_role(input),
            "GetCallerIdentity" => Ok(json!({
                "UserId": USER_ID,
                "Account": ACCOUNT,
                "Arn": format!("arn:aws:iam::{ACCOUNT}:user/local"),
            })),
            other => Err(ApiError::client(
                "InvalidAction",
                format!("Could not find operation {other} for version 2011-06-15"),
            )),
        }
    }
}

fn validation(message: String) -> ApiError {
    ApiError::client("ValidationError", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::clock::Pace;

    #[test]
    fn the_caller_is_the_local_user_and_may_assume_a_role_that_exists() {
        let clock = Arc::new(Clock::new(Pace::Virtual));
        let store = Arc::new(Store::in_memory().unwrap());
        let iam = Arc::new(Iam::new(Arc::clone(&store), Arc::clone(&clock)));
        let sts = Sts::new(Arc::clone(&iam), store, clock);
        let identity = sts.call("us-east-1", "GetCallerIdentity", &json!({})).unwrap();
        assert_eq!(
            identity,
            json!({"UserId": "AIDALOCALUSER00000000", "Account": "000000000000",
                "Arn": "arn:aws:iam::000000000000:user/local"})
        );
        let input = json!({"RoleArn": "arn:aws:iam::000000000000:role/r", "RoleSessionName": "me"});
        assert_eq!(
            sts.call("us-east-1", "AssumeRole", &input).unwrap_err().to_string(),
            "AccessDenied: User: arn:aws:iam::000000000000:user/local is not authorized to perform: sts:AssumeRole on \
             resource: arn:aws:iam::000000000000:role/r"
        );
        let trust = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#;
        iam.call("us-east-1", "CreateRole", &json!({"RoleName": "r", "AssumeRolePolicyDocument": trust}))
            .unwrap();
        let assumed = sts.call("us-east-1", "AssumeRole", &input).unwrap();
        assert_eq!(assumed["AssumedRoleUser"]["Arn"], "arn:aws:sts::000000000000:assumed-role/r/me");
        assert_eq!(assumed["Credentials"]["AccessKeyId"].as_str().unwrap().len(), 20);
        assert!(assumed["Credentials"]["Expiration"].as_str().unwrap().ends_with('Z'));
        for (member, value) in [("RoleSessionName", "a b"), ("DurationSeconds", "1"), ("RoleArn", "")] {
            let mut input = input.clone();
            input[member] = value.into();
            assert_eq!(sts.call("us-east-1", "AssumeRole", &input).unwrap_err().code, "ValidationError");
        }
        assert_eq!(sts.call("us-east-1", "X", &json!({})).unwrap_err().code, "InvalidAction");
    }
}
